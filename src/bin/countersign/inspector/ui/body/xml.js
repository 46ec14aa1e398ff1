// XML by its letters: laid out without a parser, so that entities are never expanded and broken documents still show.

import { RowBuilder } from "./rows.js";

/** Yields `{ kind, text, name?, empty? }`; kinds: `open close text cdata comment declaration`. */
export function* xmlTokens(text) {
  let at = 0;
  while (at < text.length) {
    if (text[at] !== "<") {
      const end = orEnd(text.indexOf("<", at), text);
      yield { kind: "text", text: text.slice(at, end) };
      at = end;
      continue;
    }
    const special = SPECIAL.find(([start]) => text.startsWith(start, at));
    if (special) {
      const [start, close, kind] = special;
      const found = text.indexOf(close, at + start.length);
      const end = found < 0 ? text.length : found + close.length;
      yield { kind, text: text.slice(at, end) };
      at = end;
      continue;
    }
    const end = endOfTag(text, at);
    const tag = text.slice(at, end);
    const name = /^<\/?([^\s/>]*)/.exec(tag.slice(0, 300))?.[1] ?? "";
    if (tag.startsWith("</")) yield { kind: "close", text: tag, name };
    else yield { kind: "open", text: tag, name, empty: tag.endsWith("/>") };
    at = end;
  }
}

/** Lays a text out: a generator that yields now and then and returns `{ rows, cut }`. */
export function* xmlRows(text, options) {
  const out = new RowBuilder(options);
  const open = [];
  let steps = 0;
  let glued = false;
  const line = () => {
    if (!out.empty) out.next(open.length);
    else out.indent(open.length);
  };
  for (const token of xmlTokens(text)) {
    if (out.full) break;
    if ((steps += 1) % 1024 === 0) yield;
    if (token.kind === "open") {
      line();
      addTag(out, token.text);
      glued = true;
      if (!token.empty) open.push(out.index);
    } else if (token.kind === "close") {
      const opener = open.pop();
      if (!glued || opener !== out.index) {
        line();
        if (opener !== undefined && out.rows[opener]) out.rows[opener].fold = out.index;
      }
      addTag(out, token.text);
      glued = false;
    } else if (token.kind === "text") {
      const trimmed = token.text.trim();
      if (trimmed === "") continue;
      // A short text stands between its tags; a long one on rows of its own.
      const short = glued && trimmed.length <= 120 && !trimmed.includes("\n");
      for (const part of trimmed.split("\n")) {
        if (!short) line();
        out.add("text", part.trim());
      }
      glued = short;
    } else {
      line();
      for (const part of token.text.split("\n")) {
        line();
        out.add(token.kind === "cdata" ? "text" : "comment", part);
      }
      glued = false;
    }
  }
  return { rows: out.finish(), cut: out.full };
}

/** The attributes of an opening tag, entities decoded. */
export function attributes(tag) {
  const out = {};
  for (const match of tag.matchAll(ATTRIBUTE)) out[match[1]] ??= decodeEntities(match[2] ?? match[3] ?? "");
  return out;
}

/** The five entities of XML and character references; nothing else is expanded. */
export function decodeEntities(text) {
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|lt|gt|amp|quot|apos);/g, (whole, word) => {
    if (ENTITIES[word]) return ENTITIES[word];
    const code = word[1] === "x" ? Number.parseInt(word.slice(2), 16) : Number(word.slice(1));
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

function addTag(out, tag) {
  const head = /^<\/?[^\s/>]*/.exec(tag)[0];
  out.add("tag", head);
  let at = head.length;
  for (const match of tag.matchAll(ATTRIBUTE)) {
    if (match.index < at) continue;
    out.add("punct", tag.slice(at, match.index));
    const equals = match[0].indexOf("=");
    out.add("name", match[0].slice(0, equals));
    out.add("punct", "=");
    out.add("string", match[0].slice(equals + 1));
    at = match.index + match[0].length;
  }
  out.add("tag", tag.slice(at));
}

function endOfTag(text, from) {
  let quote = 0;
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quote) quote = code === quote ? 0 : quote;
    else if (code === 0x22 || code === 0x27) quote = code;
    else if (code === 0x3e) return at + 1;
    else if (code === 0x3c) return at;
  }
  return text.length;
}

const orEnd = (index, text) => (index < 0 ? text.length : index);
const ATTRIBUTE = /([^\s=<>"'/]{1,200})\s{0,8}=\s{0,8}(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const SPECIAL = [
  ["<!--", "-->", "comment"],
  ["<![CDATA[", "]]>", "cdata"],
  ["<?", "?>", "declaration"],
  ["<!", ">", "declaration"],
];
