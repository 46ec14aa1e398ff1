// The captures that the page knows: loaded page by page, kept up to date, held back while somebody reads.

import { isDeep, matches, toQuery } from "./filters.js";

/** Events: `rows` (the list changed; `detail.added` ids that came in), `pending`, `row` (`detail.id` changed in place), `state`. */
export class Captures extends EventTarget {
  rows = [];
  pending = [];
  filters = {};
  loading = false;
  complete = false;
  /** Whether a page has come since the filters were set. */
  searched = false;
  error = null;
  /** Asked before new rows are put in: true holds them back. */
  isPaused = () => false;

  #api;
  #byId = new Map();
  #cursor = null;
  #abort = null;
  #catchUpTimer = null;
  #replacing = false;

  constructor(api) {
    super();
    this.#api = api;
  }

  /** Starts again with these filters; `keep` as many rows as there were, so that nobody is thrown back to the top. */
  async load(filters, { keep = false } = {}) {
    this.#abort?.abort();
    this.#abort = new AbortController();
    this.filters = filters;
    this.#cursor = null;
    this.complete = false;
    this.searched = false;
    this.pending = [];
    this.#emit("pending");
    await this.#page(true, keep ? Math.min(MOST, Math.max(FIRST_PAGE, this.rows.length)) : FIRST_PAGE, keep);
  }

  /** Loads the next page, unless one is on its way or there is none. */
  async more() {
    if (this.loading || this.complete || this.error) return;
    await this.#page(false, PAGE);
  }

  /** Takes what the live stream brought: new and changed summaries, and how many more it left out. */
  receive(added, omitted = 0) {
    const fresh = [];
    for (const summary of [...added].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      if (this.#byId.has(summary.id)) this.#replace(summary);
      else fresh.push(summary);
    }
    if (omitted > 0 || (fresh.length > 0 && isDeep(this.filters))) {
      this.#catchUpSoon();
      return;
    }
    this.#hold(fresh.filter((summary) => matches(summary, this.filters)));
  }

  /** Goes on after the stream was gone: what is listed may be gone, too, such as a store in memory with its process. */
  async resume() {
    const [newest] = this.rows;
    const isGone = newest && await this.#api.exchange(newest.id).then(() => false, (error) => error.status === 404);
    return isGone ? this.load(this.filters, { keep: true }) : this.catchUp();
  }

  /** Asks for everything newer than the newest known: after a pause of the stream, or when it left something out. */
  async catchUp() {
    if (this.error) return this.load(this.filters, { keep: true });
    const newest = this.pending.at(-1)?.id ?? this.rows[0]?.id;
    if (newest === undefined) return this.load(this.filters);
    const query = toQuery(this.filters);
    query.set("after", newest);
    query.set("limit", String(CATCH_UP));
    const { requests } = await this.#api.list(query, { signal: this.#abort?.signal });
    if (requests.length >= CATCH_UP) return this.load(this.filters);
    return this.#hold(requests.filter((summary) => !this.#byId.has(summary.id)).sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  /** Puts in what was held back. */
  flush() {
    if (this.pending.length === 0) return;
    const added = this.pending.reverse();
    this.pending = [];
    this.rows = added.concat(this.rows);
    // The page's own memory is bounded too; what falls off the end can be loaded again.
    if (this.rows.length > KEEP) {
      for (const summary of this.rows.splice(KEEP)) this.#byId.delete(summary.id);
      this.#cursor = this.rows.at(-1).id;
      this.complete = false;
    }
    this.#emit("rows", { added: added.map((summary) => summary.id) });
    this.#emit("pending");
  }

  get(id) {
    return this.#byId.get(id) ?? null;
  }

  indexOf(id) {
    return id === null ? -1 : this.rows.findIndex((summary) => summary.id === id);
  }

  /** Takes one out, after it was deleted. */
  remove(id) {
    this.#byId.delete(id);
    this.rows = this.rows.filter((summary) => summary.id !== id);
    this.#emit("rows", { added: [] });
  }

  async #page(first, limit, keep = false) {
    const signal = this.#abort.signal;
    const query = toQuery(this.filters);
    query.set("limit", String(limit));
    if (this.#cursor) query.set("before", this.#cursor);
    this.loading = true;
    this.#replacing = first;
    this.error = null;
    this.#emit("state");
    try {
      const answer = await this.#api.list(query, { signal });
      const known = first ? new Map() : this.#byId;
      const rows = answer.requests.filter((summary) => !known.has(summary.id));
      for (const summary of rows) known.set(summary.id, summary);
      // What arrived meanwhile and is not in this page waits in front of it.
      this.pending = this.pending.filter((summary) => !rows.some((row) => row.id === summary.id));
      for (const summary of this.pending) known.set(summary.id, summary);
      this.#byId = known;
      this.rows = first ? rows : this.rows.concat(rows);
      this.#cursor = answer.next ?? null;
      this.complete = this.#cursor === null;
      this.searched = true;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      // What other filters found must not stand for what these would.
      if (first && !keep) {
        this.rows = [];
        this.#byId = new Map();
      }
    } finally {
      if (!signal.aborted) {
        this.loading = false;
        this.#replacing = false;
      }
    }
    this.#emit("rows", { added: [], first: first && !keep });
    this.#emit("state");
    if (first && !this.isPaused()) this.flush();
  }

  #hold(fresh) {
    if (fresh.length === 0) return;
    for (const summary of fresh) this.#byId.set(summary.id, summary);
    this.pending.push(...fresh);
    this.#emit("arrived", { summaries: fresh });
    if (this.#replacing || this.isPaused()) this.#emit("pending");
    else this.flush();
  }

  #replace(summary) {
    const known = this.#byId.get(summary.id);
    Object.assign(known, summary);
    this.#emit("row", { id: summary.id });
  }

  #catchUpSoon() {
    this.#catchUpTimer ??= setTimeout(() => {
      this.#catchUpTimer = null;
      this.catchUp().catch(() => {});
    }, 1000);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

const FIRST_PAGE = 100;
const PAGE = 500;
const MOST = 1000;
const CATCH_UP = 500;
const KEEP = 20_000;
