// Line differences by the longest common subsequence, bounded in size.

/**
 * The steps from one list of lines to another: `{ steps: [{ op, left?, right? }], exact }`, `op` one of `same`, `del`,
 * `add`. Beyond `limit` cells of the table the middle is given as wholly replaced, and `exact` is false.
 */
export function diffLines(left, right, limit = 4_000_000) {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < left.length - start && end < right.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) {
    end += 1;
  }
  const steps = [];
  for (let i = 0; i < start; i += 1) steps.push({ op: "same", left: i, right: i });
  const a = left.slice(start, left.length - end);
  const b = right.slice(start, right.length - end);
  const exact = (a.length + 1) * (b.length + 1) <= limit;
  if (exact) middle(a, b, start, steps);
  else {
    a.forEach((_, i) => steps.push({ op: "del", left: start + i }));
    b.forEach((_, j) => steps.push({ op: "add", right: start + j }));
  }
  for (let i = end; i > 0; i -= 1) steps.push({ op: "same", left: left.length - i, right: right.length - i });
  return { steps, exact };
}

/** The stretch in which two lines differ: `{ left: [from, to], right: [from, to] }`, never inside a surrogate pair. */
export function changedSpan(left, right) {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start += 1;
  if (start > 0 && isHigh(left, start - 1)) start -= 1;
  let end = 0;
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  if (end > 0 && isLow(left, left.length - end)) end -= 1;
  return { left: [start, left.length - end], right: [start, right.length - end] };
}

/** Folds long stretches of equal lines: a step `{ op: "skip", count }` in place of all but `context` lines. */
export function collapse(steps, context = 3) {
  const out = [];
  let index = 0;
  while (index < steps.length) {
    let last = index;
    while (last < steps.length && steps[last].op === "same") last += 1;
    const length = last - index;
    if (length === 0) {
      out.push(steps[index]);
      index += 1;
      continue;
    }
    const before = index === 0 ? 0 : context;
    const after = last === steps.length ? 0 : context;
    if (length > before + after + 1) {
      out.push(...steps.slice(index, index + before));
      out.push({ op: "skip", count: length - before - after });
      out.push(...steps.slice(last - after, last));
    } else out.push(...steps.slice(index, last));
    index = last;
  }
  return out;
}

function middle(a, b, offset, steps) {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * width + j] = a[i] === b[j]
        ? table[(i + 1) * width + j + 1] + 1
        : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      steps.push({ op: "same", left: offset + i, right: offset + j });
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || table[(i + 1) * width + j] >= table[i * width + j + 1])) {
      steps.push({ op: "del", left: offset + i });
      i += 1;
    } else {
      steps.push({ op: "add", right: offset + j });
      j += 1;
    }
  }
}

const isHigh = (text, index) => (text.charCodeAt(index) & 0xfc00) === 0xd800;
const isLow = (text, index) => (text.charCodeAt(index) & 0xfc00) === 0xdc00;
