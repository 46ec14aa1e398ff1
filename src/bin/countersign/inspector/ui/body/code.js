// Rows of code on the screen: all of them when they are few, only the visible ones when they are many.

import { h, icon } from "../core/dom.js";
import { putText } from "../core/text.js";
import { visibleRange } from "../list/window.js";
import { MAX_INDENT, visibleRows } from "./rows.js";

/** An element that shows rows; `label` names it for screen readers. */
export function codeView(rows, { label, numbers = true } = {}) {
  const folded = new Set();
  const characters = rows.reduce((sum, row) => sum + row.spans.reduce((all, text, i) => all + (i % 2 ? text.length : 0), 0), 0);
  const few = rows.length <= FEW_ROWS && characters <= FEW_CHARACTERS;
  const element = h("div", { class: `code${few ? " wrap" : " windowed"}`, role: "group", "aria-label": label, tabindex: 0 });
  element.style.setProperty("--digits", String(String(rows.length).length));
  let shown = visibleRows(rows, folded);
  if (few) {
    drawAll();
    return element;
  }
  const inner = h("div", { class: "code-rows" });
  const drawn = new Map();
  element.append(inner);
  element.addEventListener("scroll", schedule);
  new ResizeObserver(schedule).observe(element);
  resize();
  return element;

  function drawAll() {
    element.replaceChildren(...shown.map((index) => line(index)));
  }

  function resize() {
    inner.style.setProperty("height", `${shown.length * ROW_HEIGHT}px`);
    element.style.setProperty("height", `min(70vh, ${shown.length * ROW_HEIGHT + 20}px)`);
    for (const node of drawn.values()) node.remove();
    drawn.clear();
    schedule();
  }

  function schedule() {
    requestAnimationFrame(() => {
      const { first, last } = visibleRange({ scrollTop: element.scrollTop, height: element.clientHeight, rowHeight: ROW_HEIGHT, count: shown.length, overscan: 10 });
      for (const [at, node] of drawn) {
        if (at >= first && at < last) continue;
        node.remove();
        drawn.delete(at);
      }
      for (let at = first; at < last; at += 1) {
        if (drawn.has(at)) continue;
        const node = line(shown[at]);
        node.style.setProperty("transform", `translateY(${at * ROW_HEIGHT}px)`);
        drawn.set(at, node);
        inner.append(node);
      }
    });
  }

  function line(index) {
    const row = rows[index];
    const text = h("span", { class: "line-text" });
    text.style.setProperty("--indent", String(Math.min(row.indent, MAX_INDENT)));
    for (let i = 0; i < row.spans.length; i += 2) {
      const span = h("span", { class: row.spans[i] ? `t-${row.spans[i]}` : "t" });
      text.append(putText(span, row.spans[i + 1]));
    }
    const closed = folded.has(index);
    if (closed) text.append(h("span", { class: "folded" }, `… ${row.fold - index - 1} lines `), lastText(rows[row.fold]));
    return h("div", { class: `line${row.more ? " more" : ""}` },
      numbers && h("span", { class: "number", "aria-hidden": "true" }, row.more ? "↪" : String(index + 1)),
      row.fold > index ? toggle(index, closed) : h("span", { class: "fold" }), text);
  }

  function toggle(index, closed) {
    return h("button", {
      type: "button", class: "fold", "aria-expanded": String(!closed), "aria-label": `${closed ? "Unfold" : "Fold"} line ${index + 1}`, tabindex: -1,
      on: { click: () => {
        if (!folded.delete(index)) folded.add(index);
        shown = visibleRows(rows, folded);
        if (few) drawAll();
        else resize();
      } },
    }, icon(closed ? "right" : "down", "small"));
  }
}

function lastText(row) {
  const span = h("span", { class: "t-punct" });
  return putText(span, row.spans.filter((_, i) => i % 2).join("").slice(0, 80));
}

const ROW_HEIGHT = 20;
const FEW_ROWS = 1200;
const FEW_CHARACTERS = 120_000;
