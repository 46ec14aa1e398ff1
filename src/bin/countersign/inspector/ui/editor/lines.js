// Line differences on the screen.

import { changedSpan, collapse, diffLines } from "../core/diff.js";
import { h } from "../core/dom.js";
import { clip, putText } from "../core/text.js";

/** A view of what differs between two lists of lines; null when nothing does. */
export function linesView(left, right, label) {
  const { steps, exact } = diffLines(left.slice(0, MAX_LINES), right.slice(0, MAX_LINES));
  if (steps.every((step) => step.op === "same") && left.length === right.length) return null;
  const folded = collapse(steps, 2).slice(0, MAX_STEPS);
  const rows = folded.map((step, i) => draw(step, partner(folded, i), left, right));
  return h("div", { class: "diff", role: "group", "aria-label": label, tabindex: 0 }, rows,
    !exact && h("p", { class: "note" }, "Too different to be compared line by line: shown as replaced."),
    (left.length > MAX_LINES || right.length > MAX_LINES || folded.length === MAX_STEPS) && h("p", { class: "note" }, "The comparison ends here: the texts are longer."));
}

function draw(step, other, left, right) {
  if (step.op === "skip") return h("div", { class: "diff-line skip" }, `… ${step.count} equal lines`);
  const text = step.op === "add" ? right[step.right] : left[step.left];
  const line = h("span", { class: "diff-text" });
  if (other === null) putText(line, clip(text, MAX_TEXT));
  else {
    const facing = step.op === "add" ? left[other.left] : right[other.right];
    const [from, to] = changedSpan(text, facing).left;
    putText(line, clip(text.slice(0, from), MAX_TEXT));
    if (to > from) line.append(putText(h("mark", {}), clip(text.slice(from, to), MAX_TEXT)));
    putText(line, clip(text.slice(to), MAX_TEXT));
  }
  return h("div", { class: `diff-line ${step.op}` }, h("span", { class: "diff-sign", "aria-hidden": "true" }, SIGNS[step.op]), h("span", { class: "unseen" }, WORDS[step.op]), line);
}

/** The line that stands on the other side: a removed and an added one that follow each other. */
function partner(steps, i) {
  const step = steps[i];
  if (step.op === "del" && steps[i + 1]?.op === "add" && steps[i - 1]?.op !== "del" && steps[i + 2]?.op !== "add") return steps[i + 1];
  if (step.op === "add" && steps[i - 1]?.op === "del" && steps[i - 2]?.op !== "del" && steps[i + 1]?.op !== "add") return steps[i - 1];
  return null;
}

const SIGNS = { same: " ", del: "−", add: "+" };
const WORDS = { same: "", del: "removed: ", add: "added: " };
const MAX_LINES = 20_000;
const MAX_STEPS = 2000;
const MAX_TEXT = 2000;
