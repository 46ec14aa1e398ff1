import assert from "node:assert/strict";
import test from "node:test";

import { decode, encode, formatForm, fromByteString, parseForm, styleOf, toByteString } from "../../src/bin/countersign/inspector/ui/body/form.js";

const bodies = [
  "", "a=1", "a=1&b=2", "a", "a=", "=a", "=", "&", "a&&b", "a=1&", "a=b=c", "a=%20+%2B", "a=%zz%4", "%41=1", "Body=Hi+there%21&From=%2B15551234567",
  "a=%e2%9c%93", "a=%FF%FE", "ä=ö", "a=1&a=2&a=1", "To=+1555", "x=%", "x=%2", "a=~b(c)'d", "a=\u0000",
];

test("what is not edited goes back byte for byte", () => {
  for (const body of bodies) {
    const encoded = toByteString(new TextEncoder().encode(body));
    assert.equal(formatForm(parseForm(encoded)), encoded, body);
  }
});

test("any bytes go back byte for byte", () => {
  let seed = 7;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 2000; round += 1) {
    const bytes = Uint8Array.from({ length: random(40) }, () => (random(3) ? "%&=+a1F".charCodeAt(random(7)) : random(256)));
    const out = fromByteString(formatForm(parseForm(toByteString(bytes))));
    assert.deepEqual(out, bytes);
  }
});

test("an edited value changes nothing else", () => {
  const encoded = "ToCountry=US&Body=Hi%20there&From=%2b15551234567&Empty=&flag";
  const fields = parseForm(encoded);
  fields[1].value = "Hello from the replay! ä&=+";
  assert.equal(formatForm(fields, styleOf(encoded)), "ToCountry=US&Body=Hello%20from%20the%20replay%21%20%c3%a4%26%3d%2b&From=%2b15551234567&Empty=&flag");
});

test("an edited name keeps its value's letters", () => {
  const fields = parseForm("a=%7e+x");
  fields[0].name = "b c";
  assert.equal(formatForm(fields), "b+c=%7e+x");
});

test("fields that are new, moved and removed", () => {
  const [first, second] = parseForm("a=1&b=%32");
  assert.equal(formatForm([second, { name: "n", value: "ü" }, first]), "b=%32&n=%C3%BC&a=1");
  assert.equal(formatForm([second]), "b=%32");
  assert.equal(formatForm([]), "");
});

test("decoding is the field's: plus is a space, broken escapes stay", () => {
  assert.equal(decode("a+b%2Bc%zz%"), "a b+c%zz%");
  assert.equal(decode("%F0%9F%98%80"), "😀");
  assert.equal(decode("%FF"), "\ufffd");
});

test("encoding agrees with URLSearchParams", () => {
  for (const text of ["plain", "a b", "ä😀", "!'()*~-._", "a=b&c", "100%", "\r\n\0"]) {
    assert.equal(`x=${encode(text)}`, new URLSearchParams({ x: text }).toString());
    assert.equal(decode(encode(text)), text);
  }
});
