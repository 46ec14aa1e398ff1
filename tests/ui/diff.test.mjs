import assert from "node:assert/strict";
import test from "node:test";

import { changedSpan, collapse, diffLines } from "../../src/bin/countersign/inspector/ui/core/diff.js";

const show = (left, right, limit) => diffLines([...left], [...right], limit).steps
  .map((step) => (step.op === "same" ? left[step.left] : step.op === "del" ? `-${left[step.left]}` : `+${right[step.right]}`)).join("");

test("differences are the shortest", () => {
  assert.equal(show("abc", "abc"), "abc");
  assert.equal(show("abc", "axc"), "a-b+xc");
  assert.equal(show("", "ab"), "+a+b");
  assert.equal(show("ab", ""), "-a-b");
  assert.equal(show("abcd", "bd"), "-ab-cd");
});

test("both sides can be read back from the steps", () => {
  let seed = 3;
  const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 500; round += 1) {
    const left = Array.from({ length: random(20) }, () => "abc"[random(3)]);
    const right = Array.from({ length: random(20) }, () => "abc"[random(3)]);
    for (const limit of [undefined, 30]) {
      const { steps } = diffLines(left, right, limit);
      assert.deepEqual(steps.filter((step) => step.op !== "add").map((step) => left[step.left]), left);
      assert.deepEqual(steps.filter((step) => step.op !== "del").map((step) => right[step.right]), right);
    }
  }
});

test("too much is given as replaced, in bounded time", () => {
  const left = Array.from({ length: 50_000 }, (_, i) => `l${i}`);
  const right = Array.from({ length: 50_000 }, (_, i) => `r${i}`);
  const { steps, exact } = diffLines(left, right);
  assert.equal(exact, false);
  assert.equal(steps.length, 100_000);
});

test("the changed stretch of a line", () => {
  assert.deepEqual(changedSpan("Body=Hi", "Body=Hello"), { left: [6, 7], right: [6, 10] });
  assert.deepEqual(changedSpan("same", "same"), { left: [4, 4], right: [4, 4] });
  const { left } = changedSpan("a😀b", "a😁b");
  assert.deepEqual(left, [1, 3]);
});

test("long equal stretches are folded", () => {
  const same = Array.from({ length: 20 }, (_, i) => ({ op: "same", left: i, right: i }));
  const folded = collapse([...same, { op: "del", left: 20 }], 3);
  assert.deepEqual(folded.map((step) => step.count ?? step.op), [17, "same", "same", "same", "del"]);
  assert.equal(collapse(same.slice(0, 3), 3).length, 1);
});
