// The store: what it keeps, what it had to leave.

import { h } from "../core/dom.js";
import { bytes, count } from "../core/format.js";
import { captured } from "../core/text.js";

/** How full the store is, and whether anything went wrong. */
export function storeView({ store }) {
  if (!store) return null;
  return h("section", { "aria-label": "Store" }, h("h2", {}, "Store"),
    h("p", { class: "dim" }, WHERE[store.kind] ?? store.kind, store.path && [" ", captured(store.path, { max: 300, tag: "code" })]),
    store.last_error && h("p", { class: "problem", role: "alert" }, "Storing failed: ", captured(store.last_error, { max: 400 }), ". Requests are forwarded all the same."),
    h("div", { class: "gauges" },
      gauge(store.count ?? 0, store.limit_count, `${(store.count ?? 0).toLocaleString("en")} of ${(store.limit_count ?? 0).toLocaleString("en")} requests`),
      gauge(store.bytes ?? 0, store.limit_bytes, `${bytes(store.bytes ?? 0)} of ${bytes(store.limit_bytes ?? 0)}`)),
    h("p", { class: "dim" }, lost(store)));
}

function gauge(part, whole, text) {
  const bar = h("span", { class: "gauge-fill" });
  bar.style.setProperty("width", `${whole ? Math.min(100, (part / whole) * 100) : 0}%`);
  return h("div", { class: "gauge" }, h("div", { class: "gauge-bar", "aria-hidden": "true" }, bar), h("div", { class: "gauge-text" }, text));
}

function lost({ dropped = 0, failed = 0, damaged = 0, queued_count: queued = 0 }) {
  const waiting = queued ? ` ${count(queued, "capture")} on the way into the store.` : "";
  if (!dropped && !failed && !damaged) return `Nothing was dropped. The oldest make room when a limit is reached.${waiting}`;
  return `${count(dropped, "capture")} dropped because the store could not keep up, ${count(failed, "capture")} not written because of an error${damaged ? `, ${count(damaged, "capture")} found damaged` : ""}.${waiting}`;
}

const WHERE = { file: "Kept in", memory: "Kept in memory only: gone when countersign ends.", none: "Nothing is kept (--store none)." };
