// What was signed, byte by byte, with the place marked in which a matching variant differs.

import { copyText } from "../core/clipboard.js";
import { changedSpan } from "../core/diff.js";
import { button, h } from "../core/dom.js";
import { clip, putText } from "../core/text.js";
import { differs, pairRows, segmentRows } from "./segments.js";

/** A view of the signed content. `matching` is what would have matched, where that is known. */
export function signedView(arrived, matching) {
  const left = segmentRows(arrived);
  const pairs = pairRows(left, matching ? segmentRows(matching) : null);
  const text = () => left.map((row) => row.text).join("");
  return h("div", { class: "signed" },
    h("div", { class: "signed-head" },
      h("p", { class: "dim" }, matching ? "What the signature had to cover for this request as it arrived, and what it does cover."
        : "What the signature covers, in order, with nothing between the parts."),
      button({ label: "Copy what was signed", icon: "copy", iconOnly: true, kind: "quiet", onClick: () => copyText(text()) })),
    h("div", { class: "table-frame" }, h("table", { class: "segments-table", "aria-label": "What was signed" },
      h("tbody", {}, pairs.slice(0, MAX_ROWS).map(line)))),
    pairs.length > MAX_ROWS && h("p", { class: "note" }, `${pairs.length - MAX_ROWS} more parts are not shown.`));
}

function line(pair) {
  const { left, right } = pair;
  const different = differs(pair);
  const cell = h("td", {});
  if (!different) part(cell, left, null, "");
  else {
    side(cell, "As it arrived", left, right, "was");
    side(cell, "As it was signed", right, left, "becomes");
  }
  return h("tr", { class: different ? "differs" : null }, putText(h("th", { scope: "row" }), clip((left ?? right).label, 80), { inline: true }), cell);
}

function side(cell, title, row, other, className) {
  const box = h("div", { class: `side-of ${className}` }, h("span", { class: "side-title" }, title));
  const text = h("code", {});
  if (row) part(text, row, other, className);
  else text.append(h("span", { class: "nothing" }, "not there"));
  box.append(text);
  cell.append(box);
}

/** A row's text; the stretch in which it differs from the other side's is marked. */
function part(element, row, other, className) {
  const { text } = row;
  if (text === "") element.append(h("span", { class: "nothing" }, "empty"));
  else if (!other) {
    if (row.name) element.append(putText(h("span", { class: "param-name" }), clip(text.slice(0, row.name), 200), { inline: true }));
    putText(element, clip(text.slice(row.name), MAX_TEXT), { inline: true });
  } else {
    const [from, to] = changedSpan(text, other.text).left;
    const before = Math.max(0, from - CONTEXT);
    if (before > 0) element.append(h("span", { class: "cut" }, "… "));
    putText(element, text.slice(before, from), { inline: true });
    element.append(putText(h("mark", { class: from === to ? `${className} gap` : className }), clip(text.slice(from, to), MAX_TEXT), { inline: true }));
    putText(element, clip(text.slice(to), CONTEXT), { inline: true });
    if (text.length - to > CONTEXT) element.append(h("span", { class: "cut" }, " …"));
    return;
  }
  if (text.length > MAX_TEXT) element.append(h("span", { class: "cut" }, ` … ${(text.length - MAX_TEXT).toLocaleString("en")} more characters`));
}

const MAX_ROWS = 300;
const MAX_TEXT = 4000;
const CONTEXT = 400;
