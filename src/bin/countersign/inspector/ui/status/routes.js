// The routes: where each goes, and what it verifies.

import { h } from "../core/dom.js";
import { captured } from "../core/text.js";
import { providerName } from "../core/words.js";

/** A table of routes. */
export function routesView({ routes = [] }) {
  return h("section", { "aria-label": "Routes" }, h("h2", {}, "Routes"),
    h("div", { class: "grid-frame", role: "group", "aria-label": "Routes", tabindex: 0 }, h("table", { class: "grid" },
      h("thead", {}, h("tr", {}, ["Route", "Listens on", "App", "Provider", "Public URL", "Secrets", "Deadline"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, routes.map(row)))));
}

function row(route) {
  return h("tr", {}, h("th", { scope: "row" }, captured(route.name, { max: 80 })),
    h("td", {}, captured(route.listen ?? "–", { max: 100, tag: "code" })),
    h("td", {}, captured(route.upstream, { max: 200, tag: "code" })),
    h("td", {}, route.provider ? [route.provider_name ?? providerName(route.provider), route.signable === false && h("div", { class: "dim" }, "cannot be signed by us")] : h("span", { class: "tag bad" }, "nothing is verified")),
    h("td", {}, route.public_url ? captured(route.public_url, { max: 300, tag: "code" }) : h("span", { class: "dim" }, route.provider ? "from the Host header" : "–")),
    h("td", {}, route.secrets?.length ? route.secrets.map((label, i) => [i > 0 && ", ", captured(label, { max: 60 })]) : "–"),
    h("td", {}, route.deadline_ms ? `${route.deadline_ms / 1000} s` : "–"));
}
