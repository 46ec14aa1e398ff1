// Rows of names and values: headers, and the fields of a form.

import { button, fill, h, uniqueId } from "../core/dom.js";
import { visible } from "../core/text.js";
import { withLineEnds } from "./lineends.js";

/**
 * An editable list over `items` (`{ name, value, on }`), changed in place. `note(item)` may return a short remark.
 * `what` is the word for one row; `ordered` adds buttons that move it.
 */
export function fieldRows(items, { what, ordered = false, note, onChange }) {
  const element = h("div", { class: "field-rows", role: "group", "aria-label": `${what}s` });
  draw();
  return element;

  function draw(focus = -1) {
    fill(element, items.map((item, i) => row(item, i)), button({ label: `Add a ${what}`, icon: "plus", kind: "small", onClick: add }));
    if (focus >= 0) element.querySelectorAll(".field-row")[focus]?.querySelector("input:not([type=checkbox])")?.focus();
  }

  function row(item, i) {
    const label = () => visible(item.name.slice(0, 60)) || `${what} ${i + 1}`;
    const remark = note?.(item);
    const remarkId = remark && uniqueId("remark");
    const line = h("div", { class: `field-row${item.on ? "" : " off"}` },
      h("input", { type: "checkbox", "aria-label": `Send ${label()}`, title: "Send it", on: { change: (event) => { item.on = event.target.checked; line.classList.toggle("off", !item.on); onChange(); } } }),
      h("input", { class: "input name", "aria-label": `Name of ${what} ${i + 1}`, value: item.name, spellcheck: "false", autocomplete: "off", on: { input: (event) => { item.name = event.target.value; onChange(); } } }),
      valueInput(item, label(), remarkId),
      ordered && [
        button({ label: `Move ${label()} up`, icon: "up", iconOnly: true, kind: "quiet tiny", onClick: () => move(i, -1) }),
        button({ label: `Move ${label()} down`, icon: "down", iconOnly: true, kind: "quiet tiny", onClick: () => move(i, 1) }),
      ],
      button({ label: `Remove ${label()}`, icon: "close", iconOnly: true, kind: "quiet tiny", onClick: () => { items.splice(i, 1); draw(Math.min(i, items.length - 1)); onChange(); } }),
      remark && h("small", { id: remarkId, class: "remark" }, remark));
    line.querySelector("input").checked = item.on;
    return line;
  }

  /** A field for a value: one line, or several where the value has them. */
  function valueInput(item, label, described) {
    const original = item.value;
    const several = /[\n\r]/.test(item.value) || item.value.length > 90;
    const control = h(several ? "textarea" : "input", { class: "input value", "aria-label": `Value of ${label}`, "aria-describedby": described || null, spellcheck: "false", autocomplete: "off", rows: several ? 3 : null,
      on: { input: () => { item.value = withLineEnds(control.value, original); onChange(); } } });
    // The element turns CR LF into LF: a value that nobody touches stays as it is.
    control.value = item.value;
    return control;
  }

  function move(i, step) {
    const to = i + step;
    if (to < 0 || to >= items.length) return;
    [items[i], items[to]] = [items[to], items[i]];
    draw(to);
    onChange();
  }

  function add() {
    items.push({ name: "", value: "", on: true });
    draw(items.length - 1);
    onChange();
  }
}
