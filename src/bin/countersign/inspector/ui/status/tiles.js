// The figures that are looked at first.

import { h } from "../core/dom.js";
import { percent, span } from "../core/format.js";
import { captured } from "../core/text.js";

/** A row of tiles. */
export function tilesView(status, { requests, verdicts, troubles, rates }) {
  const { accepted = 0, refused = 0 } = verdicts;
  return h("section", { "aria-label": "Overview" }, h("dl", { class: "tiles" },
    tile("requests since the start", requests.toLocaleString("en")),
    tile("of verified ones accepted", percent(accepted, accepted + refused)),
    tile("requests a second", rates.m1.toFixed(rates.m1 < 10 ? 2 : 0)),
    tile("the app failed to answer", troubles.toLocaleString("en"), troubles > 0 && "bad"),
    tile("up", span(status.uptime_s ?? 0)),
    tile("version", captured(status.version ?? status.agent_version ?? "–", { max: 40 }))));
}

function tile(name, value, kind) {
  return h("div", { class: `tile ${kind || ""}`.trim() }, h("dt", {}, name), h("dd", {}, value));
}
