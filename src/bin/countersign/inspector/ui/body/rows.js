// Rows: what every body view consists of. A row is `{ indent, spans, fold, more }`:
// `spans` alternates kind and text, `fold` is the row that closes what this one opens, `more` marks a continued line.

/** Collects rows, breaking lines that no screen could show at once. */
export class RowBuilder {
  constructor({ maxRows = MAX_ROWS, breakAt = BREAK_AT } = {}) {
    this.rows = [];
    this.maxRows = maxRows;
    this.breakAt = breakAt;
    this.current = newRow(0, false);
    this.width = 0;
  }

  /** Whether there is no room for more rows. */
  get full() {
    return this.rows.length >= this.maxRows;
  }

  /** The index that the current row will have. */
  get index() {
    return this.rows.length;
  }

  /** Whether nothing is in the current row yet. */
  get empty() {
    return this.current.spans.length === 0;
  }

  add(kind, text) {
    let from = 0;
    while (from < text.length && !this.full) {
      if (this.width >= this.breakAt) this.next(this.current.indent, true);
      let to = Math.min(text.length, from + this.breakAt - this.width);
      if (to < text.length && to > from + 1 && (text.charCodeAt(to - 1) & 0xfc00) === 0xd800) to -= 1;
      this.current.spans.push(kind, text.slice(from, to));
      this.width += to - from;
      from = to;
    }
  }

  next(indent, more = false) {
    if (!this.full) this.rows.push(this.current);
    this.current = newRow(indent, more);
    this.width = 0;
  }

  /** Sets the indentation of a row that is still empty. */
  indent(indent) {
    this.current.indent = indent;
  }

  finish() {
    if (!this.empty || this.rows.length === 0) this.next(0);
    return this.rows;
  }
}

/** The rows of a plain text. */
export function* textRows(text, options) {
  const builder = new RowBuilder(options);
  let from = 0;
  while (from <= text.length && !builder.full) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    builder.add("", text.slice(from, to));
    if (end < 0) break;
    builder.next(0);
    from = to + 1;
    if (builder.index % 2048 === 0) yield;
  }
  return { rows: builder.finish(), cut: builder.full, error: null };
}

/** The text of a row, for copying and for comparing. */
export function rowText(row) {
  let text = " ".repeat(2 * Math.min(row.indent, MAX_INDENT));
  for (let i = 1; i < row.spans.length; i += 2) text += row.spans[i];
  return text;
}

/** Which rows show when some are folded: indices into `rows`. */
export function visibleRows(rows, folded) {
  const out = [];
  for (let i = 0; i < rows.length; i += 1) {
    out.push(i);
    if (folded.has(i) && rows[i].fold > i) i = rows[i].fold;
  }
  return out;
}

/** Runs a generator to its end in one go. */
export function finish(generator) {
  for (;;) {
    const step = generator.next();
    if (step.done) return step.value;
  }
}

/** Runs a generator without ever holding the page up for longer than a frame; resolves to null when `signal` aborts. */
export async function inSteps(generator, signal, budget = 8) {
  let since = performance.now();
  for (;;) {
    const step = generator.next();
    if (step.done) return step.value;
    if (performance.now() - since > budget) {
      await new Promise((resolve) => setTimeout(resolve));
      if (signal?.aborted) return null;
      since = performance.now();
    }
  }
}

function newRow(indent, more) {
  return { indent, spans: [], fold: -1, more };
}

/** How deep a row is indented at most: hostile nesting must not push the text off the screen. */
export const MAX_INDENT = 40;
const MAX_ROWS = 200_000;
const BREAK_AT = 1000;
