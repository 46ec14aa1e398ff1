// What was signed, byte by byte, with the place marked in which a matching variant differs.

import { fromHex } from "../body/hex.js";
import { changedSpan } from "../core/diff.js";
import { button, h } from "../core/dom.js";
import { clip, putText } from "../core/text.js";
import { copyText } from "../core/clipboard.js";

/** The segments of the signed content. `variant` are the segments that would have matched, if that is known. */
export function signedView(segments, variant) {
  const others = variant ? [...variant] : null;
  const rows = segments.slice(0, MAX_SEGMENTS).map((segment) => {
    const at = others?.findIndex((other) => other.label === segment.label) ?? -1;
    const other = at >= 0 ? others.splice(at, 1)[0] : null;
    return line(segment, others && (other ? other : { missing: true }));
  });
  for (const extra of others ?? []) rows.push(line({ label: extra.label, text: "", absent: true }, extra));
  const text = () => segments.map((segment) => segment.text ?? "").join("");
  return h("div", { class: "signed" },
    h("div", { class: "signed-head" }, h("p", { class: "dim" }, "The bytes that the signature covers, in order. Nothing stands between the parts."),
      button({ label: "Copy what was signed", icon: "copy", iconOnly: true, kind: "quiet", onClick: () => copyText(text()) })),
    h("table", { class: "segments-table", "aria-label": "What was signed" }, h("tbody", {}, rows)),
    segments.length > MAX_SEGMENTS && h("p", { class: "note" }, `${segments.length - MAX_SEGMENTS} more parts are not shown.`));
}

function line(segment, other) {
  const cell = h("td", {});
  if (segment.absent) cell.append(h("span", { class: "nothing" }, "not in what was verified"));
  else if (segment.bytes_hex && !segment.text) cell.append(h("code", { class: "bytes" }, clip(hexText(segment.bytes_hex), 600)));
  else mark(cell, segment.text ?? "", other && !other.missing ? other.text : null, "was");
  if (other?.missing) cell.append(h("span", { class: "tag bad" }, "not signed by the provider"));
  else if (other && other.text !== undefined && other.text !== segment.text) {
    const wanted = h("div", { class: "wanted" }, h("span", { class: "tag good" }, "what the provider signed"));
    const text = h("code", {});
    mark(text, other.text, segment.text ?? "", "becomes");
    wanted.append(text);
    cell.append(wanted);
  }
  return h("tr", { class: other && !other.missing && other.text !== segment.text ? "differs" : "" }, putText(h("th", { scope: "row" }), clip(segment.label ?? "", 80), { inline: true }), cell);
}

function mark(element, text, other, className) {
  const shown = clip(text, MAX_TEXT);
  if (text === "") element.append(h("span", { class: "nothing" }, "empty"));
  else if (other === null || other === undefined || other === text) putText(element, shown, { inline: true });
  else {
    const [from, to] = changedSpan(text, other).left;
    putText(element, clip(text.slice(0, from), MAX_TEXT), { inline: true });
    const stretch = h("mark", { class: from === to ? `${className} gap` : className });
    putText(stretch, clip(text.slice(from, to), MAX_TEXT), { inline: true });
    element.append(stretch);
    putText(element, clip(text.slice(to), MAX_TEXT), { inline: true });
  }
  if (text.length > MAX_TEXT) element.append(h("span", { class: "cut" }, ` … ${(text.length - MAX_TEXT).toLocaleString("en")} more characters`));
}

function hexText(text) {
  return [...fromHex(text)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

const MAX_SEGMENTS = 300;
const MAX_TEXT = 4000;
