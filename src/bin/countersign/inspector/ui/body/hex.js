// Bytes as offset, hexadecimal and ASCII.

/** One line of sixteen bytes: `{ offset, hex, ascii }`. */
export function hexLine(bytes, index) {
  const from = index * WIDTH;
  const part = bytes.subarray(from, from + WIDTH);
  let hex = "";
  let ascii = "";
  for (let i = 0; i < WIDTH; i += 1) {
    if (i === WIDTH / 2) hex += " ";
    if (i < part.length) {
      hex += `${part[i].toString(16).padStart(2, "0")} `;
      ascii += part[i] >= 0x20 && part[i] < 0x7f ? String.fromCharCode(part[i]) : "·";
    } else hex += "   ";
  }
  return { offset: from.toString(16).padStart(8, "0"), hex: hex.trimEnd().padEnd(WIDTH * 3), ascii };
}

/** How many lines there are. */
export function hexLines(bytes) {
  return Math.ceil(bytes.length / WIDTH);
}

/** Bytes written as a string of hexadecimal digits, for a segment that is not text. */
export function fromHex(text) {
  const clean = text.replace(/\s+/g, "");
  const out = new Uint8Array(Math.floor(clean.length / 2));
  for (let i = 0; i < out.length; i += 1) out[i] = Number.parseInt(clean.slice(2 * i, 2 * i + 2), 16);
  return out;
}

const WIDTH = 16;
