// The figures that are looked at first.

import { h } from "../core/dom.js";
import { percent, span } from "../core/format.js";
import { captured } from "../core/text.js";

/** A row of tiles. */
export function tilesView(status) {
  const verdicts = status.verdicts ?? {};
  const decided = (verdicts.accepted ?? 0) + (verdicts.refused ?? 0);
  const rate = status.rates?.rate1;
  return h("section", { "aria-label": "Overview" }, h("dl", { class: "tiles" },
    tile("requests kept", (status.store?.count ?? 0).toLocaleString("en")),
    tile("accepted", percent(verdicts.accepted ?? 0, decided)),
    rate !== undefined && tile("requests a second, last minute", rate.toFixed(rate < 10 ? 2 : 0)),
    tile("up", span(status.uptime_s ?? 0)),
    status.listen && tile("listening", captured(status.listen, { max: 60 })),
    tile("version", captured(status.version ?? status.agent_version ?? "–", { max: 40 }))));
}

function tile(name, value) {
  return h("div", { class: "tile" }, h("dt", {}, name), h("dd", {}, value));
}
