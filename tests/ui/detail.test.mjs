import assert from "node:assert/strict";
import test from "node:test";

import { attempts } from "../../src/bin/countersign/inspector/ui/detail/related.js";
import { differs, pairRows, segmentRows } from "../../src/bin/countersign/inspector/ui/detail/segments.js";
import { stretches } from "../../src/bin/countersign/inspector/ui/detail/timing.js";
import { totals } from "../../src/bin/countersign/inspector/ui/status/figures.js";

const url = (text) => ({ kind: "url", name: null, text });
const param = (name, value) => [{ kind: "param-name", name: null, text: name }, { kind: "param-value", name, text: value }];

test("a parameter's name and value are one row", () => {
  const rows = segmentRows({ segments: [url("https://a/"), ...param("Body", "Hi"), { kind: "literal", text: "." }, { kind: "body", base64: btoa("\xff\x00") }] });
  assert.deepEqual(rows.map(({ label, text, name }) => [label, text, name]), [["URL", "https://a/", 0], ["Body", "BodyHi", 4], ["Constant", ".", 0], ["Body", "ff 00", 0]]);
  assert.deepEqual(segmentRows(null), []);
  assert.equal(segmentRows([{ label: "host", text: "x" }])[0].label, "host");
});

test("two views are put side by side, part by part", () => {
  const arrived = segmentRows({ segments: [url("http://a/"), ...param("A", "1"), ...param("C", "3")] });
  const matching = segmentRows({ segments: [url("https://a/"), ...param("A", "1"), ...param("B", "2"), ...param("C", "3")] });
  const pairs = pairRows(arrived, matching);
  assert.deepEqual(pairs.map((pair) => [pair.left?.text ?? null, pair.right?.text ?? null, differs(pair)]), [
    ["http://a/", "https://a/", true], ["A1", "A1", false], [null, "B2", true], ["C3", "C3", false],
  ]);
  assert.ok(pairRows(arrived, null).every((pair) => !differs(pair)));
});

test("the stretches of an exchange add up to the whole", () => {
  const sum = (exchange) => stretches(exchange).reduce((all, part) => all + part.us, 0);
  const exchange = { duration: 5_000_000, verdict: "accepted", timings: { forwarded_us: 400, answered_us: 5000, done_us: 6100 } };
  assert.deepEqual(stretches(exchange).map(({ name, us }) => [name, us]), [["verify", 400], ["app", 4600], ["send", 1100]]);
  assert.equal(sum(exchange), 6100);
  assert.deepEqual(stretches({ duration: 9000, verdict: "refused", timings: { forwarded_us: null, answered_us: 8, done_us: 9 } }).map(({ name }) => name), ["verify", "send"]);
  assert.equal(sum({ duration: 7000, verdict: "undecided", timings: { forwarded_us: null, answered_us: null, done_us: null } }), 7);
});

test("attempts are in the order in which they came, whichever is looked at", () => {
  const ids = ["0000000000000001", "0000000000000002", "0000000000000003"];
  for (const id of ids) {
    const found = attempts({ id, retry: id === ids[0] ? null : { of: ids[0], attempt: 2 }, related: { retries: ids.filter((other) => other !== id) } });
    assert.deepEqual(found.map((other) => other.id), ids);
    assert.deepEqual(found.filter((other) => other.here).map((other) => other.id), [id]);
  }
  assert.equal(attempts({ id: ids[0], retry: null, related: { retries: [] } }).length, 1);
});

test("the figures of routes are added up", () => {
  const figures = { requests: 3, verdicts: { accepted: 2, refused: 1 }, troubles: 1, rates: { m1: 0.5, m5: 0.2, m15: 0.1 } };
  const sums = totals([{ provider: "twilio", provider_name: "Twilio", figures }, { provider: "twilio", figures }, { provider: null, figures }, { provider: "plivo" }]);
  assert.equal(sums.requests, 9);
  assert.equal(sums.rates.m1, 1.5);
  assert.deepEqual(sums.verdicts, { accepted: 6, refused: 3 });
  assert.deepEqual([...sums.providers], [["twilio", { name: "Twilio", accepted: 4, refused: 2 }]]);
});
