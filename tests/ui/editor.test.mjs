import assert from "node:assert/strict";
import test from "node:test";

import { changes, draftBody, makeDraft, problem, toOverride } from "../../src/bin/countersign/inspector/ui/editor/model.js";

const ascii = (text) => new TextEncoder().encode(text);
const exchange = {
  id: "00000000000000aa",
  request: { method: "POST", uri: "/sms?x=1", header_list: [["Content-Type", "application/x-www-form-urlencoded"], ["X-A", "1"], ["X-A", "2"]] },
};

test("a draft that nobody touched asks for nothing but the replay", () => {
  const draft = makeDraft(exchange, ascii("Body=Hi%20you&From=%2b1"), "form");
  assert.deepEqual(changes(draft, exchange), { method: false, path: false, headers: false, body: false });
  assert.deepEqual(toOverride(draft, exchange), { id: exchange.id, wait: true });
});

test("a form field is edited alone", () => {
  const draft = makeDraft(exchange, ascii("Body=Hi%20you&From=%2b1"), "form");
  draft.body.fields[0].value = "Hello from the replay!";
  draft.sign = "fresh";
  assert.deepEqual(toOverride(draft, exchange), {
    id: exchange.id, wait: true, sign: "fresh", request: { body: "Body=Hello%20from%20the%20replay%21&From=%2b1" },
  });
});

test("headers keep their order and duplicates; a switched-off one is not sent", () => {
  const draft = makeDraft(exchange, ascii(""), "empty");
  draft.headers[1].on = false;
  draft.headers.push({ name: "X-New", value: "n", on: true });
  assert.deepEqual(toOverride(draft, exchange).request.headers, [["Content-Type", "application/x-www-form-urlencoded"], ["X-A", "2"], ["X-New", "n"]]);
});

test("bytes that are no text are kept, or sent as base64", () => {
  const body = Uint8Array.of(0xff, 0x00, 0x26, 0x61);
  const kept = makeDraft(exchange, body, "binary");
  assert.equal(kept.body.mode, "kept");
  assert.equal(toOverride(kept, exchange).request, undefined);
  const form = makeDraft(exchange, Uint8Array.from([...ascii("a=1&b="), 0xff]), "form");
  form.body.fields[0].value = "2";
  assert.deepEqual(toOverride(form, exchange).request, { body_base64: btoa("a=2&b=\xff") });
});

test("JSON that is no UTF-8 is kept: as text it would be sent with replacement characters", () => {
  const draft = makeDraft(exchange, Uint8Array.from([...ascii('{"a":"caf'), 0xe9, ...ascii('"}')]), "json");
  assert.equal(draft.body.mode, "kept");
  assert.equal(changes(draft, exchange).body, false);
});

test("a byte order mark and line ends survive the editor", () => {
  const body = Uint8Array.from([0xef, 0xbb, 0xbf, ...ascii("a\r\nb")]);
  const draft = makeDraft(exchange, body, "text");
  assert.deepEqual(draftBody(draft), body);
  assert.equal(changes(draft, exchange).body, false);
});

test("what cannot be sent is said before it is sent", () => {
  const draft = () => makeDraft(exchange, ascii("a=1"), "form");
  assert.equal(problem(draft()), null);
  assert.match(problem({ ...draft(), method: "P OST" }), /method/);
  assert.match(problem({ ...draft(), path: "sms" }), /start with/);
  assert.match(problem({ ...draft(), path: "/a b" }), /spaces/);
  assert.match(problem({ ...draft(), headers: [{ name: "X A", value: "", on: true }] }), /header name/);
  assert.match(problem({ ...draft(), headers: [{ name: "X", value: "a\nb", on: true }] }), /one line/);
  assert.equal(problem({ ...draft(), headers: [{ name: "X A", value: "", on: false }] }), null);
});

test("a placeholder that stands for a secret is named before it is sent", () => {
  const redacted = { ...exchange, redacted: true };
  const form = makeDraft(redacted, ascii("Body=Hi&Key=[secret]"), "form");
  assert.match(problem(form), /field “Key”/);
  form.body.fields[0].value = "Hello";
  assert.match(problem(form), /field “Key”/);
  assert.equal(problem({ ...form, body: { ...form.body, fields: form.body.fields.map((field) => ({ ...field, on: field.name !== "Key" })) } }), null);
  form.body.fields[1].value = "another";
  assert.equal(problem(form), null);

  const json = makeDraft(redacted, ascii('{\n "a": 1,\n "key": "[secret]"\n}'), "json");
  assert.match(problem(json), /line 3 of the body/);
  json.body.text = json.body.text.replace("[secret]", "another");
  assert.equal(problem(json), null);

  const path = makeDraft({ ...redacted, request: { ...exchange.request, uri: "/sms?key=[secret]" } }, ascii("a=1"), "form");
  assert.match(problem(path), /path/);
  path.path = "/sms?key=another";
  assert.equal(problem(path), null);

  const kept = makeDraft(redacted, ascii("a=[secret]"), "form", { editable: false });
  assert.match(problem(kept), /countersign replay 00000000000000aa --set/);
});

test("what the sender or the user wrote is no placeholder", () => {
  assert.equal(problem(makeDraft(exchange, ascii("Body=[secret]"), "form")), null);
  const typed = makeDraft({ ...exchange, redacted: true }, ascii("plain"), "text");
  typed.body.text = "now [secret]";
  assert.equal(problem(typed), null);
});
