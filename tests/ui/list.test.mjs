import assert from "node:assert/strict";
import test from "node:test";

import { nearEnd, pageStep, scrollToShow, visibleRange } from "../../src/bin/countersign/inspector/ui/list/window.js";

test("only what is visible, and a little around it", () => {
  assert.deepEqual(visibleRange({ scrollTop: 0, height: 100, rowHeight: 10, count: 10_000, overscan: 2 }), { first: 0, last: 12 });
  assert.deepEqual(visibleRange({ scrollTop: 55, height: 100, rowHeight: 10, count: 10_000, overscan: 2 }), { first: 3, last: 18 });
  assert.deepEqual(visibleRange({ scrollTop: 99_900, height: 100, rowHeight: 10, count: 10_000, overscan: 2 }), { first: 9988, last: 10_000 });
});

test("every visible row is there at any position", () => {
  for (let scrollTop = 0; scrollTop < 2000; scrollTop += 7) {
    const { first, last } = visibleRange({ scrollTop, height: 333, rowHeight: 34, count: 60, overscan: 0 });
    for (let i = 0; i < 60; i += 1) {
      const visible = (i + 1) * 34 > scrollTop && i * 34 < scrollTop + 333;
      if (visible) assert.ok(i >= first && i < last, `${i} at ${scrollTop}`);
    }
  }
});

test("beyond the end, empty lists and overscrolling are no trouble", () => {
  assert.deepEqual(visibleRange({ scrollTop: 5000, height: 100, rowHeight: 10, count: 3 }), { first: 3, last: 3 });
  assert.deepEqual(visibleRange({ scrollTop: -80, height: 100, rowHeight: 10, count: 0 }), { first: 0, last: 0 });
});

test("scrolling to a row moves as little as needed", () => {
  const view = { height: 100, rowHeight: 10, count: 100 };
  assert.equal(scrollToShow({ ...view, index: 5, scrollTop: 0 }), 0);
  assert.equal(scrollToShow({ ...view, index: 20, scrollTop: 0 }), 120);
  assert.equal(scrollToShow({ ...view, index: 3, scrollTop: 300 }), 20);
  assert.equal(scrollToShow({ ...view, index: 99, scrollTop: 0 }), 900);
  assert.equal(scrollToShow({ ...view, index: 0, scrollTop: 300 }), 0);
  assert.equal(pageStep(100, 10), 9);
  assert.equal(pageStep(5, 10), 1);
});

test("the next page is fetched in time", () => {
  assert.equal(nearEnd({ scrollTop: 0, height: 100, rowHeight: 10, count: 100 }), false);
  assert.equal(nearEnd({ scrollTop: 750, height: 100, rowHeight: 10, count: 100 }), true);
  assert.equal(nearEnd({ scrollTop: 0, height: 100, rowHeight: 10, count: 0 }), true);
});
