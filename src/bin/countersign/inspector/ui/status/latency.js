// How long the apps take to answer, and how many requests there are.

import { h } from "../core/dom.js";
import { micros } from "../core/format.js";
import { captured } from "../core/text.js";

/** Percentiles and rates by route, beside how long its provider waits. */
export function latencyView(routes = []) {
  const counted = routes.filter((route) => route.figures?.requests > 0);
  return h("section", { "aria-label": "Times and rates" }, h("h2", {}, "Times and rates"),
    counted.length === 0 ? h("p", { class: "dim" }, "No request has been answered yet.")
      : h("div", { class: "grid-frame", role: "group", "aria-label": "Times and rates by route", tabindex: 0 }, h("table", { class: "grid", "aria-label": "Times and rates by route" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Route"), HEADS.map((text) => h("th", { scope: "col", class: "number" }, text)))),
        h("tbody", {}, counted.map(row)))),
    h("p", { class: "dim" }, "Times until the head of the answer; rates are requests a second, averaged over 1, 5 and 15 minutes."));
}

function row({ name, deadline_ms: deadline, figures }) {
  const times = figures.latency_us ?? {};
  return h("tr", {}, h("th", { scope: "row" }, captured(name, { max: 80 })),
    ["p50", "p90", "p95", "p99", "max"].map((key) => {
      const late = deadline && times[key] / 1000 >= deadline;
      return h("td", { class: `number${late ? " late" : ""}` }, micros(times[key]));
    }),
    h("td", { class: "number" }, deadline ? `${deadline / 1000} s` : "–"),
    h("td", { class: "number" }, ["m1", "m5", "m15"].map((key) => (figures.rates?.[key] ?? 0).toFixed(2)).join(" · ")));
}

const HEADS = ["p50", "p90", "p95", "p99", "Slowest", "Provider waits", "Rates"];
