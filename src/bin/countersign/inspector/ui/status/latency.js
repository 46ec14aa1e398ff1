// How long the apps take, and how many requests there are.

import { h } from "../core/dom.js";
import { nanos } from "../core/format.js";
import { captured } from "../core/text.js";

/** Percentiles by route, beside the deadline of its provider. */
export function latencyView({ latency = {}, routes = [], rates = {} }) {
  const deadlines = new Map(routes.map((route) => [route.name, route.deadline_ms]));
  const names = Object.keys(latency);
  return h("section", { "aria-label": "Times" }, h("h2", {}, "Times"),
    names.length === 0 ? h("p", { class: "dim" }, "No request has been answered yet.")
      : h("div", { class: "grid-frame" }, h("table", { class: "grid" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Route"), [...PERCENTILES, "Provider waits"].map((text) => h("th", { scope: "col", class: "number" }, text)))),
        h("tbody", {}, names.map((name) => h("tr", {}, h("th", { scope: "row" }, captured(name, { max: 80 })),
          PERCENTILES.map((key) => h("td", { class: "number" }, nanos(latency[name][key]))),
          h("td", { class: "number" }, deadlines.get(name) ? `${deadlines.get(name) / 1000} s` : "–")))))),
    rates.rate1 !== undefined && h("p", { class: "dim" }, `Requests a second over 1, 5 and 15 minutes: ${[rates.rate1, rates.rate5, rates.rate15].map((rate) => (rate ?? 0).toFixed(2)).join(", ")}`));
}

const PERCENTILES = ["p50", "p90", "p95", "p99"];
