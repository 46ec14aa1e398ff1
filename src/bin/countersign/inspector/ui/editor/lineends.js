// Line ends in fields of the page, which know LF alone.

/** A field's text with CR LF where `original` ends all its lines so: parts of a multipart body are told apart by it. */
export function withLineEnds(text, original) {
  return original.includes("\r\n") && !/(^|[^\r])\n/.test(original) ? text.replaceAll("\n", "\r\n") : text;
}
