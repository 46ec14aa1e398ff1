// What differs from the capture, before it is sent.

import { fill, h } from "../core/dom.js";
import { header } from "../detail/headers.js";
import { bodyLines, onlyEncodingDiffers, requestHead } from "./compare.js";
import { linesView } from "./lines.js";
import { changes, draftBody, sentHeaders } from "./model.js";

/** Fills `element` with the differences between a draft and its capture. */
export function showPreview(element, draft, exchange) {
  const changed = changes(draft, exchange);
  const { request } = exchange;
  const parts = [];
  if (changed.method || changed.path || changed.headers) {
    const view = linesView(requestHead(request.method, request.uri, request.header_list), requestHead(draft.method, draft.path, sentHeaders(draft)), "Changes to the head");
    if (view) parts.push(h("h4", {}, "Head"), view);
  }
  if (changed.body) {
    const before = bodyLines(draft.body.captured, header(request, "content-type"));
    const after = bodyLines(draftBody(draft), sentHeaders(draft).find(([name]) => name.toLowerCase() === "content-type")?.[1]);
    const view = linesView(before, after, "Changes to the body");
    const sameWords = draft.body.mode === "form" && onlyEncodingDiffers(draft.body.captured, draftBody(draft));
    parts.push(h("h4", {}, "Body"), view ?? h("p", { class: "note" }, sameWords ? "Only the way it is encoded differs." : "Only white space differs."));
  }
  fill(element, parts.length ? parts : h("p", { class: "dim" }, "Nothing is changed yet: this is a plain replay."));
  return changed;
}
