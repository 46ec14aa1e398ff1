// Messages as lines that can be compared.

import { formatForm, parseForm, toByteString } from "../body/form.js";
import { jsonRows } from "../body/json.js";
import { decodeText, kindOf } from "../body/kind.js";
import { finish, rowText, textRows } from "../body/rows.js";
import { xmlRows } from "../body/xml.js";

/** The lines of a body, arranged as it is shown: fields, JSON and XML laid out, anything else as text. */
export function bodyLines(bytes, contentType) {
  if (bytes.length === 0) return [];
  const kind = kindOf(contentType, bytes);
  if (kind === "binary") return [`${bytes.length} bytes that are no text`];
  if (kind === "form") return parseForm(toByteString(bytes)).map(({ name, value }) => `${name} = ${value}`);
  const { text } = decodeText(bytes, contentType);
  const layout = { json: jsonRows, xml: xmlRows }[kind] ?? textRows;
  const lines = finish(layout(text, { maxRows: 20_000 })).rows.map(rowText);
  return lines;
}

/** The lines of a request's head. */
export function requestHead(method, path, headers) {
  return [`${method} ${path}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
}

/** The lines of a response's head, without what differs every time. */
export function responseHead(message) {
  const headers = message.header_list.filter(([name]) => name.toLowerCase() !== "date");
  return [message.status, ...headers.map(([name, value]) => `${name}: ${value}`)];
}

/** Whether two bodies of a form say the same in different letters. */
export function onlyEncodingDiffers(left, right) {
  const a = parseForm(toByteString(left)).map(({ name, value }) => ({ name, value }));
  const b = parseForm(toByteString(right)).map(({ name, value }) => ({ name, value }));
  return formatForm(a) === formatForm(b);
}
