// Keys for the whole page, and the page that lists them.

import { dialogOpen, openDialog } from "./dialog.js";
import { h } from "./dom.js";

/** Binds keys: `[{ keys: ["j", "ArrowDown"], text, run }]`. Keys typed into a field or a dialog are left alone. */
export function bindKeys(bindings) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialogOpen()) return;
    const field = isField(event.target);
    const binding = bindings.find((other) => other.keys.includes(event.key) && (!field || other.inFields));
    if (!binding || (binding.listOnly && !listHasFocus(event.target))) return;
    if (binding.run(event) !== false) event.preventDefault();
  });
}

/** Shows which keys there are. */
export function showKeys(bindings) {
  const rows = bindings.filter((binding) => binding.text).map(({ keys, text }) => [
    h("dt", {}, keys.filter((key) => !HIDDEN.has(key)).map((key, i) => [i > 0 && " or ", h("kbd", {}, SYMBOLS[key] ?? key)])),
    h("dd", {}, text),
  ]);
  openDialog({ title: "Keyboard", content: h("dl", { class: "keys" }, rows) });
}

/** Whether keys belong to what has the focus: text fields, lists to choose from. */
export function isField(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
    && !(target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type));
}

/** Arrows, Page and Home scroll what has the focus; they move the selection only from the list or from nowhere. */
function listHasFocus(target) {
  return target === document.body || Boolean(target?.closest?.(".list"));
}

const SYMBOLS = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc", PageDown: "Page ↓", PageUp: "Page ↑" };
const HIDDEN = new Set();
