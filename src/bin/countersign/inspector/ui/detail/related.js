// Retries and replays of the same delivery.

import { h, icon } from "../core/dom.js";
import { captured } from "../core/text.js";

/** The attempts of a delivery in order: `[{ id, here }]`. */
export function attempts({ id, retry, related }) {
  const ids = new Set([id, ...(related?.retries ?? []), ...(retry ? [retry.of] : [])]);
  return [...ids].sort().map((other) => ({ id: other, here: other === id }));
}

/** Links to what belongs to an exchange; null when nothing does. */
export function relatedView(exchange, onOpen) {
  const rows = [];
  const link = (id, text) => h("a", { href: `#${id}`, class: "link", on: { click: (event) => { event.preventDefault(); onOpen(id); } } }, text);
  if (exchange.replay) {
    rows.push([icon("replay", "small"), "A replay (", captured(exchange.replay.signing, { max: 80 }), ") of ", link(exchange.replay.of, "the original")]);
  }
  const tries = attempts(exchange);
  if (tries.length > 1) {
    const number = exchange.retry?.attempt ?? tries.findIndex((other) => other.here) + 1;
    rows.push([icon("retry", "small"), `Attempt ${number} of ${Math.max(number, tries.length)} of this delivery: `,
      tries.map((other, i) => [i > 0 && " ", other.here ? h("b", { class: "attempt here", "aria-current": "true" }, String(i + 1)) : h("span", { class: "attempt" }, link(other.id, String(i + 1)))])]);
  }
  const replays = exchange.related?.replays ?? [];
  if (replays.length) {
    rows.push([icon("replay", "small"), replays.length === 1 ? "Replayed once: " : `Replayed ${replays.length} times: `,
      replays.slice(-20).map((id, i) => [i > 0 && " ", h("span", { class: "attempt" }, link(id, String(Math.max(0, replays.length - 20) + i + 1)))])]);
  }
  return rows.length ? h("ul", { class: "related", "aria-label": "Related requests" }, rows.map((row) => h("li", {}, row))) : null;
}
