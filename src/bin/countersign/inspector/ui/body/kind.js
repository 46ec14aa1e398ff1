// What a body is, and its text.

/** `json`, `form`, `xml`, `text`, `binary` or `empty`: by its media type, else by its first bytes. */
export function kindOf(contentType, bytes) {
  if (bytes.length === 0) return "empty";
  const type = essence(contentType);
  if (/^application\/(.+\+)?json$|^text\/json$|^application\/(x-)?ndjson$/.test(type)) return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (/^(application|text)\/(.+\+)?xml$/.test(type)) return "xml";
  if (/^(image|audio|video|font)\//.test(type) || type === "application/octet-stream") {
    return looksBinary(bytes) ? "binary" : "text";
  }
  if (type.startsWith("text/")) return type === "text/plain" ? sniff(bytes, "text") : "text";
  return sniff(bytes, looksBinary(bytes) ? "binary" : "text");
}

/** The media type in lower case without its parameters. */
export function essence(contentType) {
  return String(contentType ?? "").split(";")[0].trim().toLowerCase();
}

/** A parameter of a media type, such as `charset`. */
export function parameter(contentType, name) {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*"?([^";,\\s]{1,60})`, "i").exec(String(contentType ?? ""));
  return match ? match[1] : null;
}

/** The text of a body: `{ text, charset, valid }`. A character cut at the end of a part is left out. */
export function decodeText(bytes, contentType, partial = false) {
  const wanted = parameter(contentType, "charset") ?? "utf-8";
  for (const charset of [wanted, "utf-8"]) {
    try {
      const text = new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: partial });
      return { text, charset, valid: true };
    } catch (error) {
      if (error instanceof RangeError) continue;
      return { text: new TextDecoder(charset, { ignoreBOM: true }).decode(bytes, { stream: partial }), charset, valid: false };
    }
  }
  return { text: "", charset: wanted, valid: false };
}

function sniff(bytes, otherwise) {
  let at = 0;
  while (at < bytes.length && at < 64 && bytes[at] <= 0x20) at += 1;
  if (bytes[at] === 0x7b || bytes[at] === 0x5b) return "json";
  if (bytes[at] === 0x3c && /^<(\?xml|[A-Z][A-Za-z]*[\s/>])/.test(String.fromCharCode(...bytes.subarray(at, at + 40)))) return "xml";
  return otherwise;
}

function looksBinary(bytes) {
  const head = bytes.subarray(0, 1024);
  if (head.includes(0)) return true;
  let odd = 0;
  for (const byte of head) if (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b)) odd += 1;
  if (odd * 20 > head.length) return true;
  // Bytes that are no UTF-8 throughout are no text; one broken character is.
  const text = new TextDecoder().decode(head);
  return [...text].filter((char) => char === "\ufffd").length * 5 > head.length;
}
