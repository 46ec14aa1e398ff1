// application/x-www-form-urlencoded, exactly: what is not edited goes back byte for byte.
// Encoded texts are byte strings, one character for each byte.

/** The fields of a body: `[{ name, value, raw }]`, `raw` the piece as it came. */
export function parseForm(encoded) {
  if (encoded === "") return [];
  return encoded.split("&").map((raw) => {
    const equals = raw.indexOf("=");
    const name = equals < 0 ? raw : raw.slice(0, equals);
    const value = equals < 0 ? "" : raw.slice(equals + 1);
    return { name: decode(name), value: decode(value), raw };
  });
}

/** The body with these fields. A field that still says what its `raw` says is written as it came. */
export function formatForm(fields, style = DEFAULT_STYLE) {
  return fields.map((field) => piece(field, style)).join("&");
}

/** How a body writes what it encodes, to write new values in the same way. */
export function styleOf(encoded) {
  return {
    space: encoded.includes("+") || !/%20/.test(encoded) ? "+" : "%20",
    lower: /%[0-9a-f]*[a-f]/.test(encoded) && !/%[0-9A-F]*[A-F]/.test(encoded),
  };
}

/** Percent and plus undone; bytes that are no UTF-8 come out as replacement characters. */
export function decode(encoded) {
  const out = [];
  for (let i = 0; i < encoded.length; i += 1) {
    const char = encoded[i];
    const hex = char === "%" ? encoded.slice(i + 1, i + 3) : "";
    if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      out.push(Number.parseInt(hex, 16));
      i += 2;
    } else out.push(char === "+" ? 0x20 : encoded.charCodeAt(i) & 0xff);
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(out));
}

/** One name or value, encoded as browsers do: letters, digits and `*-._` stay. */
export function encode(text, style = DEFAULT_STYLE) {
  let out = "";
  for (const byte of new TextEncoder().encode(text)) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9*\-._]/.test(char)) out += char;
    else if (byte === 0x20) out += style.space;
    else {
      const hex = byte.toString(16).padStart(2, "0");
      out += `%${style.lower ? hex : hex.toUpperCase()}`;
    }
  }
  return out;
}

/** Bytes as a byte string, and back. */
export function toByteString(bytes) {
  let out = "";
  for (let i = 0; i < bytes.length; i += 0x8000) out += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return out;
}

export function fromByteString(text) {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) out[i] = text.charCodeAt(i) & 0xff;
  return out;
}

function piece({ name, value, raw }, style) {
  if (raw === undefined || raw === null) return `${encode(name, style)}=${encode(value, style)}`;
  const equals = raw.indexOf("=");
  const rawName = equals < 0 ? raw : raw.slice(0, equals);
  const rawValue = equals < 0 ? null : raw.slice(equals + 1);
  const sameName = decode(rawName) === name;
  const sameValue = decode(rawValue ?? "") === value;
  if (sameName && sameValue) return raw;
  return `${sameName ? rawName : encode(name, style)}=${sameValue ? (rawValue ?? "") : encode(value, style)}`;
}

const DEFAULT_STYLE = { space: "+", lower: false };
