import assert from "node:assert/strict";
import test from "node:test";

import { decodeText, essence, kindOf, parameter } from "../../src/bin/countersign/inspector/ui/body/kind.js";
import { fromHex, hexLine, hexLines } from "../../src/bin/countersign/inspector/ui/body/hex.js";
import { finish, rowText, textRows } from "../../src/bin/countersign/inspector/ui/body/rows.js";
import { bytes, count, micros, percent, span } from "../../src/bin/countersign/inspector/ui/core/format.js";
import { clip, pieces, visible } from "../../src/bin/countersign/inspector/ui/core/text.js";

const ascii = (text) => new TextEncoder().encode(text);

test("what cannot be seen is shown as a symbol", () => {
  assert.equal(visible("a\0b\u202ec\u200bd\x7f\x9b\tx\n"), "a␀bRLOcZWSPd␡U+009B␉x␊");
  assert.deepEqual(pieces("a\u202eb"), [{ text: "a", special: null }, { text: "RLO", special: "U+202E RLO" }, { text: "b", special: null }]);
  assert.equal(visible("👩‍👧 ق ñ"), "👩‍👧 ق ñ");
  assert.equal(visible("a\tb\nc\r", { inline: false }), "a\tb\nc␍");
  assert.equal(visible("\u{e0041}"), "U+E0041");
});

test("cutting never leaves half a character", () => {
  assert.equal(clip("a😀b", 2), "a");
  assert.equal(clip("a😀b", 3), "a😀");
  assert.equal(clip("abc", 5), "abc");
});

test("hexadecimal lines", () => {
  const data = Uint8Array.from({ length: 18 }, (_, i) => (i === 0 ? 0x41 : i));
  assert.equal(hexLines(data), 2);
  assert.deepEqual(hexLine(data, 0), { offset: "00000000", hex: "41 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f", ascii: "A···············" });
  assert.deepEqual(hexLine(data, 1), { offset: "00000010", hex: "10 11".padEnd(48), ascii: "··" });
  assert.equal(hexLines(new Uint8Array()), 0);
  assert.deepEqual(fromHex("00 ff7F"), Uint8Array.of(0, 255, 127));
});

test("kinds of bodies", () => {
  assert.equal(kindOf("application/json; charset=utf-8", ascii("{}")), "json");
  assert.equal(kindOf("application/vnd.api+json", ascii("{}")), "json");
  assert.equal(kindOf("Application/X-WWW-Form-Urlencoded", ascii("a=1")), "form");
  assert.equal(kindOf("application/xml", ascii("<a/>")), "xml");
  assert.equal(kindOf("text/html", ascii("<html>")), "text");
  assert.equal(kindOf(null, ascii(' {"a":1}')), "json");
  assert.equal(kindOf("text/plain", ascii("<Response/>")), "xml");
  assert.equal(kindOf("image/png", Uint8Array.of(0x89, 0x50, 0, 1)), "binary");
  assert.equal(kindOf(null, Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc)), "binary");
  assert.equal(kindOf("application/json", new Uint8Array()), "empty");
  assert.equal(essence(" Text/XML ; charset=x"), "text/xml");
  assert.equal(parameter('text/xml; charset="iso-8859-1"', "charset"), "iso-8859-1");
});

test("texts in whatever encoding, valid or not", () => {
  assert.deepEqual(decodeText(Uint8Array.of(0xe4), "text/plain; charset=iso-8859-1").text, "ä");
  assert.deepEqual(decodeText(Uint8Array.of(0x61, 0xff), "text/plain"), { text: "a\ufffd", charset: "utf-8", valid: false });
  assert.equal(decodeText(ascii("x"), "text/plain; charset=nonsense").text, "x");
  assert.deepEqual(decodeText(Uint8Array.of(0x61, 0xc3), "text/plain", true), { text: "a", charset: "utf-8", valid: true });
});

test("a text without line ends is broken into rows", () => {
  const { rows, cut } = finish(textRows("x".repeat(10_000_000), { maxRows: 100 }));
  assert.equal(rows.length, 100);
  assert.ok(cut && rows[1].more && !rows[0].more);
  assert.deepEqual(finish(textRows("a\n\nb\n")).rows.map(rowText), ["a", "", "b"]);
});

test("figures", () => {
  assert.deepEqual([0, 1023, 1024, 1536, 10_240, 1_048_575, 1_048_576].map(bytes), ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "10 KiB", "1.0 MiB", "1.0 MiB"]);
  assert.deepEqual([12, 3200, 214_000, 999_600, 1_520_000, 12_340_000, 125_000_000].map(micros),
    ["12 µs", "3.2 ms", "214 ms", "1.00 s", "1.52 s", "12.3 s", "2 min 5 s"]);
  assert.equal(span(273_600), "3 d 4 h");
  assert.equal(count(1, "request"), "1 request");
  assert.equal(count(1204, "reply", "replies"), "1,204 replies");
  assert.equal(percent(992, 1000), "99.2 %");
  assert.equal(percent(0, 0), "–");
});
