// A body as people look at it: arranged, as text, or as bytes; the first part at once, more when asked.

import { copyText, download } from "../core/clipboard.js";
import { api } from "../core/api.js";
import { button, fill, h } from "../core/dom.js";
import { bytes as sizeText } from "../core/format.js";
import { codeView } from "./code.js";
import { parseForm, toByteString } from "./form.js";
import { formTable } from "./formtable.js";
import { hexLine, hexLines } from "./hex.js";
import { checkSteps, jsonRows } from "./json.js";
import { decodeText, kindOf } from "./kind.js";
import { inSteps, textRows } from "./rows.js";
import { explainTwiml } from "./twiml.js";
import { canUnpack, isCoded, unpack } from "./unpack.js";
import { xmlRows } from "./xml.js";

/** Shows a body in `element`. `prefs` is `{ mode }` and is shared between bodies of the same side. */
export function showBody(element, source, { contentType, encoding, label, prefs }) {
  const controller = new AbortController();
  let end = FIRST_PART;
  let unpacked = false;
  const head = h("div", { class: "body-head" });
  const notes = h("div", { class: "body-notes" });
  const stage = h("div", { class: "body-stage" });
  fill(element, head, notes, stage);
  draw();
  return () => controller.abort();

  async function draw() {
    stage.setAttribute("aria-busy", "true");
    try {
      let data = await source.upTo(end, controller.signal);
      const compressed = isCoded(encoding) && data.length > 0;
      if (compressed && unpacked) data = await unpack(data, encoding, UNPACK_LIMIT);
      if (controller.signal.aborted) return;
      const kind = compressed && !unpacked ? "binary" : kindOf(contentType, data);
      drawHead(kind, data);
      fill(notes, noteList(kind, compressed));
      await drawBody(kind, data);
    } catch (error) {
      if (!controller.signal.aborted) fill(stage, h("p", { class: "body-error" }, `The body could not be shown: ${error.message}`));
    } finally {
      stage.removeAttribute("aria-busy");
    }
  }

  function drawHead(kind, data) {
    const { message } = source;
    const modes = kind === "binary" ? ["hex"] : ["pretty", "raw", "hex"];
    const mode = modes.includes(prefs.mode) ? prefs.mode : modes[0];
    fill(head,
      h("h3", {}, "Body"),
      h("span", { class: "body-facts" }, [KIND_NAMES[kind], sizeText(message.body_size)].filter(Boolean).join(" · ")),
      h("div", { class: "spring" }),
      kind !== "empty" && [
        h("div", { class: "segments", role: "group", "aria-label": `Show the ${label} as` }, modes.map((name) => h("button", {
          type: "button", "aria-pressed": String(name === mode), on: { click: () => { prefs.mode = name; draw(); } } }, MODE_NAMES[name]))),
        kind !== "binary" && button({ label: `Copy the ${label}`, icon: "copy", iconOnly: true, kind: "quiet", onClick: () => copyText(decodeText(data, contentType).text, source.partial ? "Copied what is shown" : "Body copied") }),
        button({ label: `Download the ${label}`, icon: "download", iconOnly: true, kind: "quiet",
          onClick: () => download(() => api.body(source.id, source.of, 0, Math.max(1, source.message.body_kept ?? source.kept)), `${source.id}-${source.of}.bin`) }),
      ]);
  }

  function noteList(kind, compressed) {
    const { message } = source;
    const out = [];
    if (message.body_truncated) out.push(`Only the first ${sizeText(message.body_kept)} were kept: the body is longer than the capture limit.`);
    else if (message.body_complete === false) out.push("The body ended too early: one end went away.");
    const list = out.map((text) => h("p", { class: "note warning" }, text));
    if (compressed) {
      list.push(h("p", { class: "note" }, unpacked ? "Shown unpacked. " : `Compressed (${encoding}): these are the bytes as they travelled. `,
        canUnpack(encoding) && button({ label: unpacked ? "Show as sent" : "Unpack", kind: "small", onClick: () => { unpacked = !unpacked; draw(); } })));
    }
    return list;
  }

  async function drawBody(kind, data) {
    if (kind === "empty") return void fill(stage, h("p", { class: "body-none" }, "No body."));
    const mode = kind === "binary" ? "hex" : prefs.mode;
    if (mode === "hex") return void fill(stage, codeView(hexRows(data), { label, numbers: false }), moreBar(data.length));
    const { text, charset, valid } = decodeText(data, contentType, source.partial);
    if (!valid) notes.append(h("p", { class: "note" }, `Not valid ${charset}: what cannot be decoded shows as \ufffd. Hex has the bytes.`));
    if (kind === "form" && mode === "pretty") {
      return void fill(stage, formTable(parseForm(toByteString(data)), label), moreBar(data.length));
    }
    const layout = mode === "pretty" ? (LAYOUTS[kind] ?? textRows) : textRows;
    const laidOut = await inSteps(layout(text, {}), controller.signal);
    if (laidOut === null) return undefined;
    const said = mode === "pretty" && kind === "xml" ? explainTwiml(text) : null;
    fill(stage, said && twimlBox(said), codeView(laidOut.rows, { label }),
      laidOut.cut && h("p", { class: "note" }, `The view ends after ${laidOut.rows.length.toLocaleString("en")} lines; the download has everything.`),
      moreBar(data.length));
    if (kind === "json" && mode === "pretty" && !source.partial) await checkSyntax(text);
    return undefined;
  }

  async function checkSyntax(text) {
    const error = await inSteps(checkSteps(text), controller.signal);
    if (!error || controller.signal.aborted || text.trim() === "") return;
    if (/^\s*[{[][^]*?[}\]]\s*\n\s*[{[]/.test(text.slice(0, 4096)) && error.message === "nothing may follow the value") return;
    notes.append(h("p", { class: "note warning" }, `Not valid JSON: line ${error.line}, column ${error.column}: ${error.message.slice(0, 200)}`));
  }

  function moreBar(shown) {
    if (!source.partial) return null;
    const next = Math.min(source.kept, end * 4);
    return h("div", { class: "more-bar" }, `The first ${sizeText(shown)} of ${sizeText(source.kept)}.`,
      button({ label: `Show ${next === source.kept ? "all" : sizeText(next)}`, kind: "small", onClick: () => { end = next; draw(); } }));
  }
}

function twimlBox(sentences) {
  return h("div", { class: "says" }, h("span", { class: "says-title" }, "What it says"),
    h("ol", {}, sentences.map((sentence) => h("li", {}, h("bdi", {}, sentence)))));
}

function hexRows(data) {
  return Array.from({ length: hexLines(data) }, (_, i) => {
    const { offset, hex, ascii } = hexLine(data, i);
    return { indent: 0, spans: ["offset", `${offset}  `, "hex", hex, "ascii", ` ${ascii}`], fold: -1, more: false };
  });
}

const LAYOUTS = { json: jsonRows, xml: xmlRows };
const KIND_NAMES = { json: "JSON", form: "Form", xml: "XML", text: "Text", binary: "Binary", empty: "" };
const MODE_NAMES = { pretty: "Pretty", raw: "Raw", hex: "Hex" };
const FIRST_PART = 256 * 1024;
const UNPACK_LIMIT = 1024 * 1024;
