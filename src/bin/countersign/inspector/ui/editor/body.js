// The part of the editor that holds the body.

import { formatForm, parseForm } from "../body/form.js";
import { fill, h } from "../core/dom.js";
import { bytes } from "../core/format.js";
import { fieldRows } from "./fields.js";
import { isScrubbed } from "./scrubbed.js";
import { textEditor } from "./text.js";

/** The body's editor; the mode can be changed where that makes sense. */
export function bodyEditor(draft, { note, onChange }) {
  const { body, scrubbed } = draft;
  const fieldNote = (field) => (scrubbed.body && isScrubbed(field) ? "a secret was taken out before it was stored: write it anew" : null);
  const stage = h("div", {});
  const choices = modes(body.mode);
  const select = choices.length > 1
    ? h("div", { class: "segments", role: "group", "aria-label": "Edit the body as" }, choices.map((mode) => h("button", { type: "button", data: { mode }, on: { click: () => change(mode) } }, NAMES[mode])))
    : null;
  draw();
  return h("section", { class: "edit-part" }, h("div", { class: "edit-head" }, h("h3", {}, "Body"), h("div", { class: "spring" }), select),
    note && h("p", { class: "note warning" }, note), stage);

  function draw() {
    for (const control of select?.children ?? []) control.setAttribute("aria-pressed", String(control.dataset.mode === body.mode));
    if (body.mode === "form") fill(stage, fieldRows(body.fields, { what: "field", ordered: true, onChange, note: fieldNote }));
    else if (body.mode === "kept") fill(stage, h("p", { class: "note" }, `${bytes(body.captured.length)} are sent as they were captured.`));
    else fill(stage, textEditor(body, { json: body.mode === "json", onChange }));
  }

  function change(mode) {
    if (mode === body.mode) return;
    // Between fields and text the encoded form is what both stand for.
    if (body.mode === "form") body.text = formText();
    else if (mode === "form") body.fields = parseForm(byteString(body.text)).map((field) => ({ ...field, on: true }));
    body.mode = mode;
    draw();
    onChange();
  }

  function formText() {
    const encoded = formatForm(body.fields.filter((field) => field.on), body.style);
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(encoded, (char) => char.charCodeAt(0)));
  }
}

function byteString(text) {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

function modes(mode) {
  if (mode === "form") return ["form", "text"];
  if (mode === "json" || mode === "text") return ["json", "text"];
  return [mode];
}

const NAMES = { form: "Fields", json: "JSON", text: "Text", kept: "As captured" };
