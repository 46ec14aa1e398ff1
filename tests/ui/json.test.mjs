import assert from "node:assert/strict";
import test from "node:test";

import { checkJson, jsonRows } from "../../src/bin/countersign/inspector/ui/body/json.js";
import { finish, inSteps, rowText, visibleRows } from "../../src/bin/countersign/inspector/ui/body/rows.js";

const layOut = (text, options) => finish(jsonRows(text, options));
const lines = (text, options) => layOut(text, options).rows.map(rowText);

test("laid out like JSON.stringify, but for the letters of numbers and strings", () => {
  const value = { a: 1, b: [true, null, { c: "x, {y}" }], d: {}, e: [], "f\"": [[1, 2], [3]] };
  for (const space of [0, 1, 7]) {
    assert.equal(lines(JSON.stringify(value, null, space)).join("\n"), JSON.stringify(value, null, 2));
  }
});

test("numbers, escapes, order and duplicate names stay as they came", () => {
  const text = '{"b":1.0e+2,"a":12345678901234567890,"a":"\\u00e4\\/"}';
  assert.deepEqual(lines(text), ["{", '  "b": 1.0e+2,', '  "a": 12345678901234567890,', '  "a": "\\u00e4\\/"', "}"]);
});

test("names, strings, numbers and words are told apart", () => {
  const { rows } = layOut('{"k" : "v", "n": -1.5, "t": true, "x": nope}');
  assert.deepEqual(rows[1].spans, ["name", '"k"', "punct", ": ", "string", '"v"', "punct", ","]);
  assert.deepEqual(rows[2].spans.slice(4), ["number", "-1.5", "punct", ","]);
  assert.deepEqual(rows[3].spans.slice(4), ["word", "true", "punct", ","]);
  assert.deepEqual(rows[4].spans.slice(4), ["bad", "nope"]);
});

test("folding hides up to the closing row", () => {
  const { rows } = layOut('{"a":{"b":1},"c":2}');
  assert.equal(rows[0].fold, 5);
  assert.equal(rows[1].fold, 3);
  assert.deepEqual(visibleRows(rows, new Set([1])), [0, 1, 4, 5]);
  assert.deepEqual(visibleRows(rows, new Set([0, 1])), [0]);
});

test("JSON lines and texts that are cut or wrong still show", () => {
  assert.deepEqual(lines('{"a":1}\n{"a":2}'), ["{", '  "a": 1', "}", "{", '  "a": 2', "}"]);
  assert.deepEqual(lines('{"a": "cut of'), ["{", '  "a": "cut of']);
  assert.deepEqual(lines("}}]]"), ["}", "}", "]", "]"]);
  assert.deepEqual(lines(""), [""]);
});

test("ten million brackets are laid out in bounded room and without recursion", async () => {
  const text = "[".repeat(10_000_000);
  const { rows, cut } = await inSteps(jsonRows(text, { maxRows: 5000 }));
  assert.equal(rows.length, 5000);
  assert.equal(cut, true);
  const error = checkJson(text);
  assert.equal(error.offset, text.length);
  assert.match(error.message, /the text ends where a value or \] is due/);
});

test("a very long string is broken into rows, never inside a surrogate pair", () => {
  const text = JSON.stringify({ a: "😀".repeat(1500) });
  const { rows } = layOut(text);
  assert.ok(rows.length > 4);
  assert.ok(rows.some((row) => row.more));
  for (const row of rows) assert.ok(rowText(row).isWellFormed());
  assert.equal(rows.slice(1, -1).flatMap((row) => row.spans.filter((_, i) => i % 2)).join(""), '"a": ' + JSON.stringify("😀".repeat(1500)));
});

test("checkJson agrees with JSON.parse", () => {
  const valid = ["1", "-0", "0.5e-7", '""', "[]", "{}", ' [1 , {"a":[ ]} ] ', '"\\u0041\\n\\/"', "null", '{"a":{"a":{}}}', '"\\\\"'];
  const wrong = ["", " ", "01", "+1", "1.", ".5", "nul", "[1,]", "[1 2]", '{"a"}', '{"a":}', '{"a":1,}', "{a:1}", "[", "]", "[}", '{"a":1]',
    '"abc', '"\\x"', '"\\u12g4"', '"a\nb"', '"\\"', '"\\', "1 2", "[] []", "'a'", '{"a":1 "b":2}', '{,}', "NaN", "\ufeff1", "{:1}"];
  for (const text of valid) {
    JSON.parse(text);
    assert.equal(checkJson(text), null, text);
  }
  for (const text of wrong) {
    assert.throws(() => JSON.parse(text), SyntaxError, text);
    assert.ok(checkJson(text), text);
  }
});

test("checkJson agrees with JSON.parse on mutations", () => {
  const source = '{"id": 7, "list": [1, 2.5, "a\\"b"], "none": null, "deep": {"x": {"y": [true, false]}}}';
  let seed = 42;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 4000; round += 1) {
    const at = random(source.length);
    const with_ = '{}[],:"\\ 1ae.-'[random(14)];
    const text = source.slice(0, at) + (round % 2 ? with_ : "") + source.slice(at + 1);
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    assert.equal(checkJson(text) === null, valid, text);
  }
});

test("the place of an error is its line and column", () => {
  assert.deepEqual(checkJson('{\n  "a": 1\n  "b": 2\n}'), { offset: 13, line: 3, column: 3, message: "expected , or }, found “\"b\"”" });
  assert.equal(checkJson('["a", nope]').column, 7);
});
