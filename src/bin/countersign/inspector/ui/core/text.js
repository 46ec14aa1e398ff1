// Captured text made safe to look at: what is invisible or reorders its neighbours is shown as a symbol.

/** Splits a text into plain stretches and special characters: `[{ text, special }]`. */
export function pieces(text, { inline = false } = {}) {
  const pattern = inline ? SPECIAL_INLINE : SPECIAL;
  const out = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) out.push({ text: text.slice(from, match.index), special: null });
    out.push({ text: symbol(match[0]), special: nameOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) out.push({ text: text.slice(from), special: null });
  return out;
}

/** The same as one string, for attributes and titles. */
export function visible(text, { inline = true } = {}) {
  return pieces(String(text), { inline }).map((piece) => piece.text).join("");
}

/** Appends a text to an element, special characters as marked symbols. */
export function putText(element, text, options) {
  const string = String(text);
  const pattern = options?.inline ? SPECIAL_INLINE : SPECIAL;
  if (string.search(pattern) < 0) {
    element.append(string);
    return element;
  }
  for (const piece of pieces(string, options)) {
    if (piece.special === null) element.append(piece.text);
    else element.append(mark(piece));
  }
  return element;
}

/** Captured text on one line, isolated from its surroundings and cut at `max` characters. */
export function captured(text, { max = 2000, tag = "bdi", className = "captured" } = {}) {
  const element = document.createElement(tag);
  element.className = className;
  const string = String(text ?? "");
  putText(element, clip(string, max), { inline: true });
  if (string.length > max) element.append(cutMark(string.length - max));
  return element;
}

/** The first `max` characters, never half of a surrogate pair. */
export function clip(text, max) {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
}

function mark({ text, special }) {
  const span = document.createElement("span");
  span.className = "special";
  span.title = special;
  span.textContent = text;
  return span;
}

function cutMark(count) {
  const span = document.createElement("span");
  span.className = "cut";
  span.textContent = `… ${count.toLocaleString("en")} more`;
  return span;
}

function symbol(character) {
  const code = character.codePointAt(0);
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return NAMES.get(code) ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

function nameOf(character) {
  const code = character.codePointAt(0);
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = NAMES.get(code) ?? CONTROLS[code];
  return name ? `${hex} ${name}` : hex;
}

const CONTROLS = ("NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC "
  + "FS GS RS US").split(" ");
// Marks that reorder text, that cannot be seen, or that end lines where none is shown to end.
const NAMES = new Map([
  [0xad, "SHY"], [0x61c, "ALM"], [0x180e, "MVS"], [0x200b, "ZWSP"], [0x200e, "LRM"], [0x200f, "RLM"], [0x2028, "LS"],
  [0x2029, "PS"], [0x202a, "LRE"], [0x202b, "RLE"], [0x202c, "PDF"], [0x202d, "LRO"], [0x202e, "RLO"], [0x2060, "WJ"],
  [0x2066, "LRI"], [0x2067, "RLI"], [0x2068, "FSI"], [0x2069, "PDI"], [0xfeff, "BOM"],
]);
const OTHERS = "\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}";
const SPECIAL = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f${OTHERS}]`, "gu");
const SPECIAL_INLINE = new RegExp(`[\\u0000-\\u001f${OTHERS}]`, "gu");
