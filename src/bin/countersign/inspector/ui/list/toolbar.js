// Search and filters above the list.

import { append, button, fill, h, icon, uniqueId } from "../core/dom.js";
import { captured } from "../core/text.js";
import { VERDICT_WORDS, verdictName } from "../core/words.js";

/** Builds the toolbar; `onChange` gets new filters. Returns `{ show(filters), focusSearch() }`. */
export function buildToolbar(element, { onChange, trailing, providers }) {
  let filters = {};
  const search = h("input", {
    type: "search", class: "input search-input", placeholder: "Search paths, headers, bodies, ids", "aria-label": "Search", autocomplete: "off",
    spellcheck: "false", "aria-keyshortcuts": "/", on: { input: debounce(() => set({ q: search.value.trim() })), keydown: leave },
  });
  const verdicts = VERDICT_WORDS.map((word) => h("button", {
    type: "button", class: "chip", data: { verdict: word }, "aria-pressed": "false", on: { click: () => toggleVerdict(word) },
  }, h("span", { class: "dot" }), verdictName(word)));
  const panelId = uniqueId("filters");
  const fields = FIELDS.map((field) => buildField(field, set, providers));
  const panel = h("div", { id: panelId, class: "filter-panel", hidden: true }, fields.map((field) => field.element));
  const opener = button({ label: "Filters", icon: "filter", "aria-expanded": "false", "aria-controls": panelId, onClick: () => openPanel(panel.hidden) });
  const active = h("div", { class: "active-filters", hidden: true });
  fill(element,
    h("div", { class: "toolbar-row" },
      h("div", { class: "search" }, icon("search"), search, h("kbd", { "aria-hidden": "true" }, "/")),
      h("div", { class: "chips", role: "group", "aria-label": "Verdict" }, verdicts), h("div", { class: "spring" }), opener, trailing),
    panel, active);

  return {
    show(next) {
      filters = next;
      if (document.activeElement !== search) search.value = filters.q ?? "";
      const chosen = filters.verdict?.split(",") ?? [];
      for (const chip of verdicts) chip.setAttribute("aria-pressed", String(chosen.includes(chip.dataset.verdict)));
      for (const field of fields) field.show(filters);
      showActive();
    },
    focusSearch() {
      search.focus();
      search.select();
    },
  };

  function set(part) {
    const next = { ...filters, ...part };
    for (const [name, value] of Object.entries(next)) if (!value) delete next[name];
    if (JSON.stringify(next) !== JSON.stringify(filters)) onChange(next);
  }

  function toggleVerdict(word) {
    const chosen = new Set(filters.verdict?.split(",") ?? []);
    if (!chosen.delete(word)) chosen.add(word);
    set({ verdict: VERDICT_WORDS.filter((other) => chosen.has(other)).join(",") });
  }

  function openPanel(open) {
    panel.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) panel.querySelector("input, select").focus();
  }

  function leave(event) {
    if (event.key !== "Escape") return;
    if (search.value) {
      search.value = "";
      set({ q: "" });
    } else search.blur();
    event.stopPropagation();
    event.preventDefault();
  }

  function showActive() {
    const others = FIELDS.filter((field) => filters[field.name]);
    active.hidden = others.length === 0;
    opener.classList.toggle("on", others.length > 0);
    fill(active, others.map(({ name, label }) => h("span", { class: "active-filter" }, `${label} `, captured(filters[name], { max: 60, tag: "b" }),
      button({ label: `Remove the filter ${label}`, icon: "close", iconOnly: true, kind: "quiet tiny", onClick: () => set({ [name]: "" }) }))),
    others.length > 0 && button({ label: "Clear all", kind: "quiet small", onClick: () => onChange({}) }));
  }
}

function buildField({ name, label, hint, options }, set, providers) {
  const id = uniqueId(`filter-${name}`);
  let control;
  if (options) {
    control = h("select", { id, class: "input", on: { change: () => set({ [name]: control.value }) } },
      options.map(([value, text]) => h("option", { value }, text)));
  } else {
    const list = name === "provider" ? h("datalist", { id: `${id}-list` }) : null;
    control = h("input", { id, class: "input", type: "text", placeholder: hint, autocomplete: "off", spellcheck: "false", list: list && list.id, on: { input: debounce(() => set({ [name]: control.value.trim() })) } });
    if (list) providers.then((ids) => append(list, ids.map((value) => h("option", { value }))), () => {});
    if (list) return frame([control, list]);
  }
  return frame([control]);

  function frame(controls) {
    return {
      element: h("div", { class: "filter-field" }, h("label", { for: id }, label), controls),
      show(filters) {
        if (document.activeElement !== control) control.value = filters[name] ?? "";
      },
    };
  }
}

function debounce(run) {
  let timer = null;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, 250);
  };
}

const FIELDS = [
  { name: "method", label: "Method", hint: "POST" },
  { name: "status", label: "Status", hint: "404, 4xx, 200-299, none" },
  { name: "provider", label: "Provider", hint: "twilio" },
  { name: "path", label: "Path", hint: "part of it, or ^/start" },
  { name: "header", label: "Header", hint: "Name or Name: value" },
  { name: "body", label: "Body", hint: "text in either body" },
  { name: "within", label: "Time", options: [["", "any time"], ["5m", "last 5 minutes"], ["15m", "last 15 minutes"], ["1h", "last hour"], ["24h", "last 24 hours"], ["7d", "last 7 days"]] },
  { name: "replay", label: "Replays", options: [["", "shown"], ["false", "hidden"], ["true", "only replays"]] },
  { name: "tunnel_name", label: "Route", hint: "command_line (http)" },
  { name: "since", label: "Since", hint: "2026-11-22T09:00:00Z" },
  { name: "until", label: "Until", hint: "2026-11-22T18:00:00Z" },
];
