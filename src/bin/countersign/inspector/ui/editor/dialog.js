// Replay with modifications.

import { kindOf } from "../body/kind.js";
import { BodySource } from "../body/source.js";
import { isCoded } from "../body/unpack.js";
import { api } from "../core/api.js";
import { openDialog } from "../core/dialog.js";
import { append, button, fill, h, icon, uniqueId } from "../core/dom.js";
import { bytes } from "../core/format.js";
import { toastError } from "../core/notify.js";
import { captured } from "../core/text.js";
import { replayText } from "../core/words.js";
import { header } from "../detail/headers.js";
import { bodyEditor } from "./body.js";
import { fieldRows } from "./fields.js";
import { changes, makeDraft, problem, toOverride } from "./model.js";
import { showPreview } from "./preview.js";
import { showResult } from "./result.js";
import { isLeftOut } from "./scrubbed.js";
import { signingChoice } from "./signing.js";

/** Opens the editor on an exchange, with the changes that were left in it when it was closed last. */
export async function openEditor(exchange, hooks) {
  const { route, onOpen, onReplayed } = hooks;
  const { request } = exchange;
  let body;
  try {
    body = await new BodySource(exchange, "request").upTo(Math.max(1, request.body_kept ?? request.body_size));
  } catch (error) {
    toastError("The body could not be loaded", error);
    return;
  }
  const editable = body.length <= EDIT_LIMIT;
  const whole = !request.body_truncated && (request.body_complete !== false || request.body_size === 0);
  const encoding = header(request, "content-encoding");
  const coded = isCoded(encoding) && body.length > 0;
  const draft = (left?.id === exchange.id && left) || makeDraft(exchange, body, coded ? "binary" : kindOf(header(request, "content-type"), body), { editable, whole });
  // To sign what arrived unverified is decided each time.
  draft.signUnverified = false;
  const note = [
    !whole && "Only the beginning of the body was captured. What stands here is all that is sent.",
    !editable && `The body (${bytes(body.length)}) is too long to be edited here: it is sent as it was captured.`,
    editable && coded && `The body is compressed (${encoding.trim().slice(0, 40)}): it cannot be edited here.`,
  ].filter(Boolean).join(" ");

  const preview = h("div", { class: "preview" });
  const answer = h("div", { class: "answer", hidden: true });
  const said = h("p", { class: "unseen", role: "status" });
  const wrong = h("p", { class: "form-problem", role: "alert" });
  const send = button({ label: "Send", icon: "send", kind: "primary", onClick: submit });
  const startOver = button({ label: "Start over", kind: "small", onClick: discard });
  const signing = signingChoice(draft, exchange, route, update);
  const dialog = openDialog({
    title: "Replay with modifications",
    className: "editor",
    content: h("div", { class: "editor-grid" },
      h("div", { class: "editor-form" }, line(), headersPart(), bodyEditor(draft, { note, onChange: update })),
      h("div", { class: "editor-side" }, signing.element,
        h("section", { class: "edit-part" }, h("div", { class: "edit-head" }, h("h3", {}, "Changes to the original"), h("div", { class: "spring" }), startOver), preview), answer)),
  });
  append(dialog.element.querySelector("form"), [h("footer", { class: "dialog-foot" }, said, wrong, h("div", { class: "spring" }), button({ label: "Close", onClick: dialog.close }), send)]);
  dialog.element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
  });
  dialog.element.addEventListener("close", () => {
    if (!discarded) left = isChanged(changes(draft, exchange)) ? draft : null;
  });
  send.title = "Send (Ctrl+Enter)";
  let discarded = false;
  let timer = null;
  show();

  function line() {
    const method = uniqueId("method");
    const path = uniqueId("path");
    return h("section", { class: "edit-part edit-line" },
      h("div", {}, h("label", { for: method }, "Method"), h("input", { id: method, class: "input", value: draft.method, spellcheck: "false", autocomplete: "off", on: { input: (event) => { draft.method = event.target.value.trim(); update(); } } })),
      h("div", {}, h("label", { for: path }, "Path and query"), h("input", { id: path, class: "input", value: draft.path, spellcheck: "false", autocomplete: "off", on: { input: (event) => { draft.path = event.target.value; update(); } } })),
      h("p", { class: "dim to" }, "Goes to ", captured(route?.upstream ?? "the configured app", { max: 200, tag: "code" }), ", and nowhere else."));
  }

  function headersPart() {
    const details = h("details", { class: "edit-part disclosure" }, h("summary", {}, icon("right", "small"), `Headers (${draft.headers.length})`),
      fieldRows(draft.headers, { what: "header", ordered: false, onChange: update, note: (item) => headerNote(item, route) }));
    return details;
  }

  function update() {
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  }

  function show() {
    const changed = showPreview(preview, draft, exchange);
    signing.show(changed);
    startOver.hidden = !isChanged(changed);
    const text = problem(draft) ?? null;
    fill(wrong, text);
    send.disabled = text !== null;
  }

  function discard() {
    discarded = true;
    left = null;
    dialog.close();
    openEditor(exchange, hooks);
  }

  async function submit() {
    const text = problem(draft) ?? signing.problem();
    fill(wrong, text);
    if (text || send.getAttribute("aria-busy") === "true") return;
    send.setAttribute("aria-busy", "true");
    try {
      const made = await api.replay(toOverride(draft, exchange));
      onReplayed?.(made);
      answer.hidden = false;
      fill(answer, h("section", { class: "edit-part" }, h("div", { class: "edit-head" }, h("h3", {}, "Answers")), h("div", { class: "result" })));
      fill(said, replayText(made));
      await showResult(answer.querySelector(".result"), exchange, made, { onOpen: (id) => { dialog.close(); onOpen(id); } });
      // Only now it has its height.
      answer.scrollIntoView({ block: "start" });
    } catch (error) {
      fill(wrong, error.message);
    } finally {
      send.removeAttribute("aria-busy");
    }
  }
}

/** What the proxy does with a header by itself. */
function headerNote(item, route) {
  const lower = item.name.toLowerCase();
  if (isLeftOut(item)) return "taken out before it was stored: not sent unless you write it";
  if (lower === "content-length" || lower === "transfer-encoding") return "set anew to fit the body";
  const signs = route?.signature_headers?.map((other) => other.toLowerCase());
  if (signs ? signs.includes(lower) : /signature|hmac/.test(lower)) return "replaced when it is signed anew";
  return null;
}

const isChanged = (changed) => Object.values(changed).some(Boolean);

/** The draft that was closed last, if it had changes: a key pressed by mistake must not cost an hour's work. */
let left = null;
const EDIT_LIMIT = 1024 * 1024;
