// How the requests fared since the start.

import { h } from "../core/dom.js";
import { percent } from "../core/format.js";
import { captured } from "../core/text.js";
import { VERDICT_WORDS, verdictName } from "../core/words.js";

/** Verdicts in all, and accepted and refused by provider. */
export function verdictsView({ verdicts, providers, requests }) {
  return h("section", { "aria-label": "Verdicts" }, h("h2", {}, "Verdicts"),
    h("div", { class: "shares", "aria-hidden": "true" }, VERDICT_WORDS.filter((word) => verdicts[word]).map((word) => {
      const part = h("span", { class: `share ${word}` });
      part.style.setProperty("flex-grow", String(verdicts[word]));
      return part;
    })),
    h("ul", { class: "legend" }, VERDICT_WORDS.map((word) => h("li", {}, h("span", { class: `key ${word}` }),
      h("a", { href: `/inspect/http?verdict=${word}` }, verdictName(word)), " ", h("b", {}, (verdicts[word] ?? 0).toLocaleString("en")), ` ${percent(verdicts[word] ?? 0, requests)}`))),
    providers.size > 0 && byProvider(providers));
}

function byProvider(providers) {
  return h("div", { class: "grid-frame" }, h("table", { class: "grid", "aria-label": "Verdicts by provider" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Provider"), ["Accepted", "Refused", "Share accepted"].map((text) => h("th", { scope: "col", class: "number" }, text)))),
    h("tbody", {}, [...providers].map(([id, { name, accepted, refused }]) => h("tr", {},
      h("th", { scope: "row" }, h("a", { href: `/inspect/http?provider=${encodeURIComponent(id)}` }, captured(name, { max: 60 }))),
      h("td", { class: "number" }, accepted.toLocaleString("en")), h("td", { class: "number" }, refused.toLocaleString("en")),
      h("td", { class: "number" }, percent(accepted, accepted + refused)))))));
}
