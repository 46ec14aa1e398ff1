// Form fields, decoded, as a table.

import { copyText } from "../core/clipboard.js";
import { button, h } from "../core/dom.js";
import { count } from "../core/format.js";
import { clip, putText } from "../core/text.js";

/** A table of fields in the order in which they came. */
export function formTable(fields, label) {
  const body = h("tbody", {});
  let shown = 0;
  const more = button({ label: "", kind: "small", onClick: () => { draw(); } });
  const frame = h("div", { class: "table-frame" }, h("table", { class: "pairs", "aria-label": `Fields of the ${label}` }, body), more);
  draw();
  fitNames(frame, fields.map((field) => field.name));
  return frame;

  function draw() {
    for (const field of fields.slice(shown, shown + PART)) body.append(row(field));
    shown = Math.min(fields.length, shown + PART);
    more.hidden = shown === fields.length;
    more.querySelector(".label").textContent = `Show more of ${count(fields.length, "field")}`;
  }
}

/** Makes the column of names as wide as the longest, within reason. */
export function fitNames(frame, names) {
  const longest = names.reduce((length, name) => Math.max(length, Math.min(name.length, 60)), 8);
  frame.style.setProperty("--names", `${Math.min(longest, 34) + 4}ch`);
}

/** A name and a value that can be copied. */
export function row({ name, value }) {
  const cell = h("td", { class: "value" });
  if (value === "") cell.append(h("span", { class: "nothing" }, "empty"));
  else longText(cell, value);
  cell.append(button({ label: "Copy the value", icon: "copy", iconOnly: true, kind: "quiet tiny copy", onClick: () => copyText(value) }));
  return h("tr", {}, putText(h("th", { scope: "row" }), clip(name, 300), { inline: true }), cell);
}

/** A text of which the rest is shown when asked. */
export function longText(element, text, limit = 1500) {
  const span = h("bdi", { class: "captured" });
  putText(span, clip(text, limit));
  element.append(span);
  if (text.length <= limit) return;
  const control = button({ label: `… ${(text.length - limit).toLocaleString("en")} more characters`, kind: "quiet small", onClick() {
    span.replaceChildren();
    putText(span, clip(text, limit + MORE));
    control.remove();
    if (text.length > limit + MORE) element.append(h("span", { class: "cut" }, " …"));
  } });
  element.append(control);
}

const PART = 200;
const MORE = 100_000;
