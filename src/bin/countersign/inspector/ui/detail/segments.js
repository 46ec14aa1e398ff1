// What a signature covers, as rows that can be compared.

import { diffLines } from "../core/diff.js";

/**
 * The segments of a signed view as rows: `[{ key, label, text, binary }]`. A parameter's name and value are one row;
 * `text` is what is signed, `name` how much of it is the parameter's name.
 */
export function segmentRows(view) {
  const segments = Array.isArray(view) ? view : (view?.segments ?? []);
  const rows = [];
  for (let i = 0; i < segments.length; i += 1) {
    const segment = segments[i];
    const next = segments[i + 1];
    if (segment.kind === "param-name" && next?.kind === "param-value") {
      const name = segment.text ?? "";
      rows.push({ key: `param ${next.name ?? name}`, label: next.name ?? name, name: name.length, ...content(next, name) });
      i += 1;
    } else rows.push({ key: `${segment.kind} ${segment.name ?? segment.label ?? ""}`, label: labelOf(segment), name: 0, ...content(segment) });
  }
  return rows;
}

/** Rows of two views side by side: `[{ left, right }]`, each side a row or null. Without a second view `right` is absent. */
export function pairRows(left, right) {
  if (!right) return left.map((row) => ({ left: row }));
  const { steps } = diffLines(left.map((row) => row.key), right.map((row) => row.key));
  return steps.map((step) => ({ left: step.op === "add" ? null : left[step.left], right: step.op === "del" ? null : right[step.right] }));
}

/** Whether a pair is not the same on both sides. */
export function differs({ left, right }) {
  return right !== undefined && (!left || !right || left.text !== right.text);
}

function content(segment, before = "") {
  if (typeof segment.text === "string") return { text: before + segment.text, binary: false };
  const bytes = segment.base64 ? Array.from(atob(segment.base64), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join(" ") : "";
  return { text: before + bytes, binary: true };
}

function labelOf({ kind, name, label }) {
  return name ?? label ?? LABELS[kind] ?? kind ?? "";
}

const LABELS = {
  body: "Body", "delivery-id": "Delivery id", literal: "Constant", method: "Method", nonce: "Nonce", timestamp: "Timestamp", url: "URL",
};
