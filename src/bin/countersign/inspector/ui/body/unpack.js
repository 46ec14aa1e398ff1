// Compressed bodies, unpacked by the browser up to a limit: a small body may unpack to a very large one.

/** Whether a body is compressed: its type says nothing about its bytes then. */
export function isCoded(encoding) {
  return !/^\s*(identity)?\s*$/i.test(encoding ?? "");
}

/** Whether `unpack` can undo it. */
export function canUnpack(encoding) {
  return /^\s*(x-gzip|gzip|deflate)\s*$/i.test(encoding ?? "");
}

/** The first `limit` bytes of what `bytes` unpack to; what can be read of a body that is cut short. */
export async function unpack(bytes, encoding, limit) {
  const format = /gzip/i.test(encoding) ? "gzip" : "deflate";
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  try {
    while (size < limit) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.length;
    }
  } catch (error) {
    if (size === 0) throw new Error(`this is not ${format}`, { cause: error });
  } finally {
    reader.cancel().catch(() => {});
  }
  const out = new Uint8Array(Math.min(size, limit));
  let at = 0;
  for (const part of parts) {
    out.set(part.subarray(0, out.length - at), at);
    at += Math.min(part.length, out.length - at);
  }
  return out;
}
