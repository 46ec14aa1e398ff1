import assert from "node:assert/strict";
import test from "node:test";

import { finish, inSteps, rowText } from "../../src/bin/countersign/inspector/ui/body/rows.js";
import { explainTwiml } from "../../src/bin/countersign/inspector/ui/body/twiml.js";
import { attributes, decodeEntities, xmlRows } from "../../src/bin/countersign/inspector/ui/body/xml.js";

const lines = (text) => finish(xmlRows(text)).rows.map(rowText);

test("elements are indented, short texts stay between their tags", () => {
  assert.deepEqual(lines('<?xml version="1.0"?><Response><Message to="+1">Hi</Message><Gather><Say>Press &lt;1&gt;</Say></Gather><Hangup/></Response>'), [
    '<?xml version="1.0"?>', "<Response>", '  <Message to="+1">Hi</Message>', "  <Gather>", "    <Say>Press &lt;1&gt;</Say>", "  </Gather>",
    "  <Hangup/>", "</Response>",
  ]);
});

test("attributes are told apart", () => {
  const { rows } = finish(xmlRows('<a b="1 > 0" c=\'"\'/>'));
  assert.deepEqual(rows[0].spans, ["tag", "<a", "punct", " ", "name", "b", "punct", "=", "string", '"1 > 0"', "punct", " ", "name", "c",
    "punct", "=", "string", "'\"'", "tag", "/>"]);
});

test("folding knows the closing row", () => {
  const { rows } = finish(xmlRows("<a><b><c/></b></a>"));
  assert.deepEqual(rows.map((row) => row.fold), [4, 3, -1, -1, -1]);
});

test("broken and hostile documents still show, every character of them", () => {
  for (const text of ["<", "<a", "</a>", "<a></b></c>", "<a b='", "<!-- x", "<![CDATA[ ]] ", "a<b<c", "<a><a><a>", '<a b="&lol;">x']) {
    assert.equal(lines(text).join("").replace(/\s/g, ""), text.replace(/\s/g, ""), text);
  }
  assert.equal(decodeEntities("&lt;&#65;&#x1F600;&lol;&#0;&#xD800;&amp;lt;"), "<A😀&lol;&#0;&#xD800;&lt;");
  assert.deepEqual(attributes('<a x="1" x="2" y=\'&amp;\'>'), { x: "1", y: "&" });
});

test("a million unclosed elements are laid out in bounded room", async () => {
  const { rows, cut } = await inSteps(xmlRows("<a>".repeat(1_000_000), { maxRows: 3000 }));
  assert.equal(rows.length, 3000);
  assert.ok(cut);
});

test("an attribute without end takes linear time", () => {
  const before = performance.now();
  finish(xmlRows('<a ' + 'b="'.repeat(200_000)));
  finish(xmlRows('<a ' + "b ".repeat(200_000) + ">"));
  assert.ok(performance.now() - before < 5000);
});

test("what TwiML says", () => {
  assert.deepEqual(explainTwiml('<?xml version="1.0"?><Response><Message>Thanks &amp; bye</Message></Response>'), ["Sends the message “Thanks & bye”."]);
  assert.deepEqual(explainTwiml("<Response><Message to='+1555'><Body>Hi</Body><Media>https://x/y.png</Media></Message></Response>"),
    ["Sends the message “Hi” to +1555 with 1 media file."]);
  assert.deepEqual(explainTwiml('<Response><Say voice="alice">Hello</Say><Dial>+1555</Dial><Hangup/></Response>'),
    ["Says “Hello” (voice alice).", "Dials +1555.", "Hangs up."]);
  assert.deepEqual(explainTwiml('<Response><Gather action="/next"><Say>Press one</Say></Gather></Response>'),
    ["Waits for digits, then asks /next. Meanwhile: Says “Press one”."]);
  assert.deepEqual(explainTwiml("<Response/>"), ["Does nothing: a message gets no reply, a call is hung up."]);
  assert.deepEqual(explainTwiml("<Response></Response>"), ["Does nothing: a message gets no reply, a call is hung up."]);
  assert.equal(explainTwiml("<html><body>no</body></html>"), null);
  assert.equal(explainTwiml("<Response><Say>cut"), null);
  assert.equal(explainTwiml("<a>".repeat(100)), null);
});

test("what Plivo XML says", () => {
  assert.deepEqual(explainTwiml('<Response><Message src="1" dst="2">Hi</Message><Speak>Hello</Speak><Wait length="3"/></Response>'),
    ["Sends the message “Hi” to 2.", "Says “Hello”.", "Waits 3 s."]);
});
