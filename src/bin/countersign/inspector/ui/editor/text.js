// The body as text, with a check of JSON that marks where it is wrong.

import { checkJson, jsonRows } from "../body/json.js";
import { finish, rowText } from "../body/rows.js";
import { button, fill, h, uniqueId } from "../core/dom.js";
import { withLineEnds } from "./lineends.js";

/** A text editor over `body.text`; `json` switches the syntax check on. */
export function textEditor(body, { json, onChange }) {
  const messageId = uniqueId("syntax");
  const original = body.text;
  const gutter = h("div", { class: "gutter", "aria-hidden": "true" });
  const area = h("textarea", { class: "code-input", "aria-label": "Body", "aria-describedby": messageId, spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: "off",
    on: { input: () => { body.text = withLineEnds(area.value, original); check(); onChange(); }, scroll: () => { gutter.scrollTop = area.scrollTop; } } });
  const message = h("p", { id: messageId, class: "syntax", role: "status" });
  let timer = null;
  area.value = body.text;
  check(true);
  return h("div", { class: "text-editor" }, h("div", { class: "text-frame" }, gutter, area),
    json && h("div", { class: "text-foot" }, message, h("div", { class: "spring" }), button({ label: "Format", kind: "small", onClick: format }), button({ label: "Compact", kind: "small", onClick: compact })));

  function check(now = false) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const error = json ? checkJson(area.value) : null;
      drawGutter(error?.line ?? 0);
      area.setAttribute("aria-invalid", String(Boolean(error)));
      if (!json) return;
      message.classList.toggle("bad", Boolean(error));
      if (!error) fill(message, "Valid JSON");
      else fill(message, `Line ${error.line}, column ${error.column}: ${error.message} `, button({ label: "Go there", kind: "small", onClick: () => go(error.offset) }));
    }, now ? 0 : 150);
  }

  function drawGutter(wrong) {
    const lines = Math.min(MAX_LINES, area.value.split("\n", MAX_LINES).length);
    fill(gutter, Array.from({ length: lines }, (_, i) => h("div", { class: i + 1 === wrong ? "wrong" : null }, String(i + 1))));
  }

  function go(offset) {
    area.focus();
    area.setSelectionRange(offset, Math.min(area.value.length, offset + 1));
    const line = area.value.slice(0, offset).split("\n").length;
    area.scrollTop = Math.max(0, (line - 4) * 20);
  }

  function format() {
    replace(finish(jsonRows(area.value, { breakAt: Number.MAX_SAFE_INTEGER })).rows.map(rowText).join("\n"));
  }

  function compact() {
    const rows = finish(jsonRows(area.value, { breakAt: Number.MAX_SAFE_INTEGER })).rows;
    replace(rows.map((row) => row.spans.map((text, i) => (i % 2 === 0 ? "" : row.spans[i - 1] === "punct" ? text.trim() : text)).join("")).join(""));
  }

  function replace(text) {
    area.value = text;
    body.text = withLineEnds(area.value, original);
    check(true);
    onChange();
  }
}

const MAX_LINES = 5000;
