import assert from "node:assert/strict";
import test from "node:test";

import { sseParser } from "../../src/bin/countersign/inspector/ui/core/sse.js";

const stream = 'event: exchanges\r\ndata: {"added":[]}\r\n\r\n: ping\n\ndata: one\ndata:two\n\nevent: reset\ndata\n\rid: 7\ndata: last\r\r';
const expected = [
  { event: "exchanges", data: '{"added":[]}', id: "" },
  { event: "message", data: "one\ntwo", id: "" },
  { event: "reset", data: "", id: "" },
  { event: "message", data: "last", id: "7" },
];

test("events, however the stream is cut", () => {
  for (let size = 1; size <= stream.length; size += 1) {
    const events = [];
    const parser = sseParser((event) => events.push(event));
    for (let i = 0; i < stream.length; i += size) parser.feed(stream.slice(i, i + size));
    assert.deepEqual(events, expected, `in pieces of ${size}`);
  }
});

test("what is not ended is not an event", () => {
  const events = [];
  sseParser((event) => events.push(event)).feed("data: half\n");
  assert.deepEqual(events, []);
});

test("a line without end is refused before it fills the memory", () => {
  const parser = sseParser(() => {});
  assert.throws(() => {
    for (let i = 0; i < 20; i += 1) parser.feed("x".repeat(1024 * 1024));
  }, RangeError);
});
