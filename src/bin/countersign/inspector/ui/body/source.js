// A body's bytes, fetched as far as they are looked at.

import { api } from "../core/api.js";

/** The body of one side (`request`, `response`) of an exchange. */
export class BodySource {
  /** Everything that has been fetched. */
  bytes = new Uint8Array();

  constructor(exchange, of) {
    const message = exchange[of];
    this.id = exchange.id;
    this.of = of;
    this.kept = message.body_kept ?? message.body_size ?? 0;
    this.message = message;
    if (typeof message.raw === "string") this.bytes = bodyOf(fromBase64(message.raw));
    if (typeof message.raw === "string") this.kept = this.bytes.length;
  }

  /** Whether there is more than was fetched. */
  get partial() {
    return this.bytes.length < this.kept;
  }

  /** Fetches up to `end` bytes from the start; resolves to all bytes there are then. */
  async upTo(end, signal) {
    const to = Math.min(end, this.kept);
    if (this.bytes.length >= to) return this.bytes;
    const from = this.bytes.length;
    const response = await api.body(this.id, this.of, from, to, { signal });
    const part = new Uint8Array(await response.arrayBuffer());
    if (response.status === 206) this.bytes = join(this.bytes, part);
    else this.bytes = part;
    if (response.status !== 206 || part.length === 0) this.kept = this.bytes.length;
    return this.bytes;
  }
}

function join(a, b) {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function fromBase64(text) {
  const binary = atob(text);
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) out[i] = binary.charCodeAt(i);
  return out;
}

function bodyOf(message) {
  for (let i = 0; i + 3 < message.length; i += 1) {
    if (message[i] === 13 && message[i + 1] === 10 && message[i + 2] === 13 && message[i + 3] === 10) return message.subarray(i + 4);
  }
  return new Uint8Array();
}
