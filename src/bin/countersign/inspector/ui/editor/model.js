// What the editor changes, apart from how it looks: a draft of a request, and what it asks of the API.

import { formatForm, fromByteString, parseForm, styleOf, toByteString } from "../body/form.js";
import { missingSecret, scrubbedParts } from "./scrubbed.js";

/**
 * A draft of a captured request. `body` is a Uint8Array, `kind` as `body/kind.js` says, `editable` whether it can be
 * edited; `whole` is false if only a part of it was captured: what is sent then has to be said.
 */
export function makeDraft(exchange, body, kind, { editable = true, whole = true } = {}) {
  const request = exchange.request;
  const encoded = kind === "form" ? toByteString(body) : "";
  return {
    id: exchange.id,
    method: request.method,
    path: request.uri,
    headers: request.header_list.map(([name, value]) => ({ name, value, on: true })),
    body: {
      mode: bodyMode(kind, body, editable),
      text: kind === "form" || !editable ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode(body),
      fields: kind === "form" ? parseForm(encoded).map((field) => ({ ...field, on: true })) : [],
      style: styleOf(encoded),
      captured: body,
      whole,
    },
    scrubbed: scrubbedParts(exchange, body),
    sign: null,
    signUnverified: false,
  };
}

/** The draft's body in bytes. */
export function draftBody({ body }) {
  if (body.mode === "kept") return body.captured;
  if (body.mode === "form") return fromByteString(formatForm(body.fields.filter((field) => field.on), body.style));
  return new TextEncoder().encode(body.text);
}

/** What differs from the capture: `{ method, path, headers, body }`, each true or false. */
export function changes(draft, exchange) {
  const request = exchange.request;
  const headers = sentHeaders(draft);
  return {
    method: draft.method !== request.method,
    path: draft.path !== request.uri,
    headers: headers.length !== request.header_list.length
      || headers.some(([name, value], i) => name !== request.header_list[i][0] || value !== request.header_list[i][1]),
    body: !sameBytes(draftBody(draft), draft.body.captured),
  };
}

/** The JSON for `POST /api/requests/http`: only what was changed. */
export function toOverride(draft, exchange) {
  const changed = changes(draft, exchange);
  const request = {};
  if (changed.method) request.method = draft.method;
  if (changed.path) request.path = draft.path;
  if (changed.headers) request.headers = sentHeaders(draft);
  if (changed.body || !draft.body.whole) Object.assign(request, bodyFields(draftBody(draft)));
  const out = { id: exchange.id, wait: true };
  if (Object.keys(request).length) out.request = request;
  if (draft.sign) out.sign = draft.sign;
  if (draft.signUnverified) out.sign_unverified = true;
  return out;
}

/** What is wrong with a draft before it is sent, in words; null if nothing is. */
export function problem(draft) {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,60}$/.test(draft.method)) return "The method must be one word, such as POST.";
  if (!draft.path.startsWith("/")) return "The path must start with /.";
  if (/[\s\u0000-\u001f\u007f]/.test(draft.path)) return "The path must not contain spaces or control characters: write a space as %20.";
  for (const { name, value, on } of draft.headers) {
    if (!on) continue;
    if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) return `“${name}” is no header name.`;
    if (/[\r\n\0]/.test(value)) return `The value of ${name} must be on one line.`;
  }
  return missingSecret(draft);
}

/** The headers that are switched on. */
export function sentHeaders(draft) {
  return draft.headers.filter((header) => header.on).map(({ name, value }) => [name, value]);
}

/** Bytes as base64. */
export function toBase64(bytes) {
  return btoa(toByteString(bytes));
}

function bodyFields(bytes) {
  try {
    return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { body_base64: toBase64(bytes) };
  }
}

function bodyMode(kind, body, editable) {
  if (!editable || kind === "binary") return "kept";
  if (kind === "form") return "form";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(body);
    return kind === "json" ? "json" : "text";
  } catch {
    return "kept";
  }
}

function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
