// JSON by its letters: laid out without parsing it, so that numbers, escapes, order and duplicates stay as they came,
// nesting costs no stack, and a text that is cut short or wrong still shows.

import { RowBuilder } from "./rows.js";

/** Yields `{ kind, start, end }`; kinds: `punct string number word bad`. White space is left out. */
export function* tokens(text, from = 0) {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      at += 1;
      continue;
    }
    const start = at;
    let kind;
    if (PUNCTUATION.has(code)) {
      at += 1;
      kind = "punct";
    } else if (code === 0x22) {
      at = endOfString(text, at + 1);
      kind = "string";
    } else {
      while (at < text.length && !ENDS.has(text.charCodeAt(at))) at += 1;
      const word = at - start > 400 ? "" : text.slice(start, at);
      if (NUMBER.test(word)) kind = "number";
      else kind = WORDS.has(word) ? "word" : "bad";
    }
    yield { kind, start, end: at };
  }
}

/** Lays a text out: a generator that yields now and then and returns `{ rows, cut }`. */
export function* jsonRows(text, options) {
  const out = new RowBuilder(options);
  const open = [];
  let steps = 0;
  let pending = null;
  for (const token of tokens(text)) {
    if (out.full) break;
    if ((steps += 1) % 2048 === 0) yield;
    const char = token.kind === "punct" ? text[token.start] : "";
    if (char === "}" || char === "]") {
      const opener = open.pop();
      if (pending === null && !out.empty) out.next(open.length);
      else if (pending === null) out.indent(open.length);
      out.add("punct", char);
      if (opener && pending === null) out.rows[opener.row] && (out.rows[opener.row].fold = out.index);
      pending = null;
      continue;
    }
    if (pending !== null) {
      out.next(open.length);
      pending = null;
    }
    // Two documents one after the other (JSON lines) each get their own rows.
    if (open.length === 0 && !out.empty && !":,".includes(char || "x") && !endsInPunctuation(out.current)) out.next(0);
    if (char === "{" || char === "[") {
      out.add("punct", char);
      open.push({ row: out.index, object: char === "{" });
      pending = char;
    } else if (char === ",") {
      out.add("punct", ",");
      out.next(open.length);
    } else if (char === ":") out.add("punct", ": ");
    else out.add(kindOf(token, text), text.slice(token.start, token.end));
  }
  return { rows: out.finish(), cut: out.full };
}

/** The first thing that is wrong, as `{ offset, line, column, message }`, or null for valid JSON. */
export function checkJson(text) {
  return finishCheck(checkSteps(text));
}

/** The same in steps, for long texts. */
export function* checkSteps(text) {
  const open = [];
  let expect = "value";
  let steps = 0;
  for (const { kind, start, end } of tokens(text)) {
    if ((steps += 1) % 4096 === 0) yield;
    const char = kind === "punct" ? text[start] : "";
    const value = kind === "string" || kind === "number" || kind === "word";
    if (kind === "bad") return at(text, start, `${quote(text.slice(start, Math.min(end, start + 20)))} is not JSON`);
    if (kind === "string") {
      const bad = badInString(text, start, end);
      if (bad) return at(text, bad.offset, bad.message);
    }
    const inside = open.at(-1);
    if (expect === "end") return at(text, start, "nothing may follow the value");
    if ((expect === "key" || expect === "key-or-end") && kind === "string") expect = "colon";
    else if (expect === "colon" && char === ":") expect = "value";
    else if ((expect === "value" || expect === "value-or-end") && value) expect = inside ? "comma" : "end";
    else if ((expect === "value" || expect === "value-or-end") && (char === "{" || char === "[")) {
      open.push(char);
      expect = char === "{" ? "key-or-end" : "value-or-end";
    } else if (expect === "comma" && char === ",") expect = inside === "{" ? "key" : "value";
    else if (closes(expect, inside, char)) {
      open.pop();
      expect = open.length ? "comma" : "end";
    } else return at(text, start, `expected ${expectation(expect, inside)}, found ${quote(text.slice(start, Math.min(end, start + 20)))}`);
  }
  if (expect === "end") return null;
  return at(text, text.length, `the text ends where ${expectation(expect, open.at(-1))} is due`);
}

/** The line and column (from 1) of an offset. */
export function position(text, offset) {
  let line = 1;
  let from = 0;
  for (let next = text.indexOf("\n"); next >= 0 && next < offset; next = text.indexOf("\n", next + 1)) {
    line += 1;
    from = next + 1;
  }
  return { line, column: offset - from + 1 };
}

function finishCheck(generator) {
  for (;;) {
    const step = generator.next();
    if (step.done) return step.value;
  }
}

function endOfString(text, from) {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    at += code === 0x5c ? 2 : 1;
  }
  return text.length;
}

function badInString(text, start, end) {
  if (end - start < 2 || text[end - 1] !== '"') return { offset: start, message: "the string has no end" };
  for (let i = start + 1; i < end - 1; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20) return { offset: i, message: "control characters must be escaped in strings" };
    if (code !== 0x5c) continue;
    const escape = text[i + 1];
    if (escape === "u" ? !/^[0-9a-fA-F]{4}$/.test(text.slice(i + 2, i + 6)) : !'"\\/bfnrt'.includes(escape)) {
      return { offset: i, message: "this escape does not exist" };
    }
    i += 1;
  }
  // An escaped quote at the very end of the text looks like the string's end.
  return trailingEscape(text, start, end) ? { offset: start, message: "the string has no end" } : null;
}

function trailingEscape(text, start, end) {
  let slashes = 0;
  for (let i = end - 2; i > start && text[i] === "\\"; i -= 1) slashes += 1;
  return slashes % 2 === 1;
}

function closes(expect, inside, char) {
  if (inside === "{") return char === "}" && (expect === "comma" || expect === "key-or-end");
  return inside === "[" && char === "]" && (expect === "comma" || expect === "value-or-end");
}

function expectation(expect, inside) {
  const close = inside === "{" ? "}" : "]";
  if (expect === "comma") return `, or ${close}`;
  if (expect === "colon") return ":";
  if (expect === "key") return "a name in quotes";
  if (expect === "key-or-end") return "a name in quotes or }";
  return expect === "value-or-end" ? "a value or ]" : "a value";
}

function kindOf(token, text) {
  if (token.kind !== "string") return token.kind;
  let at = token.end;
  while (at < text.length && SPACES.has(text.charCodeAt(at))) at += 1;
  return text.charCodeAt(at) === 0x3a ? "name" : "string";
}

const at = (text, offset, message) => ({ offset, ...position(text, offset), message });
const quote = (text) => `“${text}”`;
const endsInPunctuation = (row) => row.spans.at(-2) === "punct" && /[:[{,]\s*$/.test(row.spans.at(-1));
const PUNCTUATION = new Set([..."{}[],:"].map((char) => char.charCodeAt(0)));
const SPACES = new Set([0x20, 0x0a, 0x0d, 0x09]);
const ENDS = new Set([...PUNCTUATION, ...SPACES, 0x22]);
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const WORDS = new Set(["true", "false", "null"]);
