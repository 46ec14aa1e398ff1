// The requests page.

import { api } from "./core/api.js";
import { Captures } from "./core/captures.js";
import { download } from "./core/clipboard.js";
import { confirmDialog, dialogOpen } from "./core/dialog.js";
import { button, h } from "./core/dom.js";
import { toQuery } from "./core/filters.js";
import { count } from "./core/format.js";
import { bindKeys, showKeys } from "./core/keyboard.js";
import { followLive } from "./core/live.js";
import { menuButton } from "./core/menu.js";
import { announce, toast, toastError } from "./core/notify.js";
import { readRoute, writeRoute } from "./core/route.js";
import { showTop } from "./core/top.js";
import { learnProviders } from "./core/words.js";
import { DetailView } from "./detail/detail.js";
import { ListView } from "./list/list.js";
import { buildSplitter } from "./list/splitter.js";
import { buildToolbar } from "./list/toolbar.js";

const byId = (id) => document.getElementById(id);
let route = readRoute();
let routes = [];

const captures = new Captures(api);
const detail = new DetailView(byId("detail"), { onClose: closeDetail, onOpen: (id) => openDetail(id, { push: true }), onDeleted, routes: () => routes });
const list = new ListView(byId("list-frame"), captures, { detailOpen: () => detail.id !== null });
const live = h("button", { type: "button", class: "live", on: { click: () => list.toTop() } }, h("span", { class: "dot" }), h("span", { class: "live-text" }, "Connecting"));
const providerIds = api.status().then((status) => {
  routes = status.routes ?? [];
  return [...new Set(routes.map((other) => other.provider).filter(Boolean))];
}).catch(() => []);
const toolbar = buildToolbar(byId("toolbar"), { onChange: setFilters, trailing: trailing(), providers: providerIds });
const keys = [
  { keys: ["j", "ArrowDown"], text: "Next request", run: () => list.move(1), listOnly: true },
  { keys: ["k", "ArrowUp"], text: "Previous request", run: () => list.move(-1), listOnly: true },
  { keys: ["PageDown"], text: "A page on", run: () => list.move(list.pageStep()), listOnly: true },
  { keys: ["PageUp"], text: "A page back", run: () => list.move(-list.pageStep()), listOnly: true },
  { keys: ["g", "Home"], text: "To the newest", run: () => { list.toTop(); list.move(-Infinity); }, listOnly: true },
  { keys: ["Enter"], text: "Open the selected request", run: () => enter(), listOnly: true },
  { keys: ["Escape"], text: "Close the request", run: () => (detail.id ? closeDetail() : false) },
  { keys: ["/"], text: "Search", run: () => toolbar.focusSearch() },
  { keys: ["r"], text: "Replay", run: () => onSelected(() => detail.replay()) },
  { keys: ["e"], text: "Replay with modifications", run: () => onSelected(() => detail.edit()) },
  { keys: ["c"], text: "Copy as curl", run: () => onSelected(() => detail.copyCurl()) },
  { keys: ["?"], text: "This list", run: () => showKeys(keys) },
];

start();

function start() {
  showTop(byId("top"), "requests", live, button({ label: "Keyboard", icon: "help", iconOnly: true, kind: "quiet", title: "Keyboard (?)", onClick: () => showKeys(keys) }));
  buildSplitter(byId("splitter"), byId("work"));
  bindKeys(keys);
  document.querySelector(".skip").addEventListener("click", skip);
  toolbar.show(route.filters);
  captures.load(route.filters);
  if (route.id) openDetail(route.id, { push: false, keepRoute: true });
  list.addEventListener("open", (event) => openDetail(event.detail.id, { push: detail.id === null }));
  list.addEventListener("move", (event) => detail.id !== null && openDetail(event.detail.id, { fromKeys: true }));
  captures.addEventListener("row", (event) => event.detail.id === detail.id && detail.refresh(captures.get(detail.id)));
  captures.addEventListener("arrived", (event) => tell(event.detail.summaries));
  captures.addEventListener("pending", () => {
    showOpened();
    showTitle();
  });
  captures.addEventListener("rows", () => !route.id || list.select(route.id, { reveal: false }));
  byId("list-frame").addEventListener("clear-filters", () => setFilters({}));
  addEventListener("popstate", onPopState);
  document.addEventListener("visibilitychange", showTitle);
  followLive({
    open: (signal) => api.live(signal),
    onExchanges: (added, omitted) => captures.receive(added, omitted),
    onReset: () => captures.load(captures.filters, { keep: true }),
    onState: showLive,
    catchUp() {
      detail.retry();
      return captures.resume();
    },
  });
  api.providers().then((answer) => {
    learnProviders(answer);
    list.redraw();
  }).catch(() => {});
}

function openDetail(id, { push = false, fromKeys = false, keepRoute = false } = {}) {
  const narrow = matchMedia("(max-width: 719px)").matches;
  document.body.classList.add("has-detail");
  route = { ...route, id };
  if (!keepRoute) writeRoute(route, push);
  showOpened();
  detail.show(id, captures.get(id));
  list.select(id);
  // On a small screen the request is a page of its own; otherwise the list keeps the keys.
  if (narrow) byId("detail").focus({ preventScroll: true });
  else if (!fromKeys) list.focus();
}

/** What is open, such as a replay just made, does not wait with the other new ones. */
function showOpened() {
  if (captures.pending.some((summary) => summary.id === route.id)) captures.flush();
}

function closeDetail() {
  const { id } = detail;
  detail.close();
  document.body.classList.remove("has-detail");
  route = { ...route, id: null };
  writeRoute(route);
  list.select(id);
  list.focus();
}

/** The hash names the open request: followed as a link, the one to the list would close it. */
function skip(event) {
  event.preventDefault();
  const places = [byId("list"), byId("list-frame").querySelector(".empty button"), byId("detail")];
  places.find((place) => place?.checkVisibility())?.focus();
}

function enter() {
  const button = document.activeElement?.closest?.("button, a, summary");
  if (button) return false;
  if (list.selected) openDetail(list.selected, { push: true });
  return undefined;
}

/** Runs a command on the open request; on the selected one after opening it. */
function onSelected(run) {
  if (detail.id === null && list.selected) openDetail(list.selected, { push: true });
  const { id } = detail;
  if (id === null) return false;
  // A key is not lost because what it is meant for is still on its way.
  detail.shown.then(() => detail.id === id && detail.exchange && !dialogOpen() && run());
  return undefined;
}

function onDeleted(id) {
  const next = captures.rows[captures.indexOf(id) + 1]?.id;
  captures.remove(id);
  if (next) openDetail(next);
  else closeDetail();
}

function onPopState() {
  const next = readRoute();
  const sameFilters = JSON.stringify(next.filters) === JSON.stringify(route.filters);
  route = next;
  if (!sameFilters) {
    toolbar.show(route.filters);
    captures.load(route.filters);
  }
  if (route.id) openDetail(route.id, { keepRoute: true });
  else if (detail.id) closeDetail();
}

function setFilters(filters) {
  route = { ...route, filters };
  writeRoute(route);
  toolbar.show(filters);
  captures.load(filters);
}

function showLive(state) {
  live.dataset.state = state;
  const text = { live: "Live", connecting: "Connecting", polling: "Reconnecting" }[state];
  live.querySelector(".live-text").textContent = text;
  live.title = { live: "New requests show as they arrive", connecting: "", polling: "The live stream cannot be had: asking now and then" }[state];
}

function showTitle() {
  const waiting = captures.pending.length;
  document.title = `${waiting ? `(${waiting}) ` : ""}Requests · countersign`;
}

function tell(summaries) {
  const refused = summaries.filter((summary) => summary.verdict === "refused").length;
  announce(`${count(captures.pending.length || summaries.length, "new request")}${refused ? `, ${refused} refused` : ""}`);
}

function trailing() {
  const file = h("input", { type: "file", class: "unseen", accept: ".har,application/json", tabindex: -1, "aria-label": "HAR file", on: { change: importFile } });
  return [file, menuButton({ label: "More", icon: "more", iconOnly: true, kind: "quiet", items: [
    { label: "Export as HAR", note: "everything that the filters show", icon: "download", run: () => exportMany("har", "har") },
    { label: "Export as curl", note: "a shell script", icon: "download", run: () => exportMany("curl", "sh") },
    { label: "Export as test vectors", note: "for countersign verify --vectors", icon: "download", run: () => exportMany("vector", "json") },
    { label: "Import a HAR file", icon: "upload", run: () => file.click() },
    { label: "Delete all requests", icon: "trash", danger: true, run: clear },
  ] })];

  async function importFile() {
    const [chosen] = file.files;
    file.value = "";
    if (!chosen) return;
    try {
      const { imported } = await api.importHar(await chosen.text());
      toast(`${count(imported, "request")} imported`, { kind: "good" });
      await captures.load(captures.filters);
    } catch (error) {
      toastError("The import failed", error);
    }
  }
}

function exportMany(as, extension) {
  download(() => api.exportMany(toQuery(captures.filters), as), `countersign.${extension}`);
}

async function clear() {
  if (!(await confirmDialog({ title: "Delete all requests?", text: "Every capture is taken out of the store for good, whatever the filters show.", action: "Delete all" }))) return;
  try {
    await api.clear();
    if (detail.id) closeDetail();
    await captures.load(captures.filters);
  } catch (error) {
    toastError("Deleting failed", error);
  }
}
