// The list: ten thousand rows, of which only the visible ones exist.

import { button, h, reducedMotion } from "../core/dom.js";
import { count } from "../core/format.js";
import { showEmpty } from "./empty.js";
import { fillRow } from "./row.js";
import { nearEnd, pageStep, scrollToShow, visibleRange } from "./window.js";

/** Events: `open` (`detail.id`), `move` (`detail.id`: the selection moved by keys). */
export class ListView extends EventTarget {
  selected = null;

  #captures;
  #frame;
  #scroller;
  #spacer;
  #pill;
  #foot;
  #empty;
  #elements = new Map();
  #rowHeight = 36;
  #pointerMoved = -1e9;
  #detailOpen = () => false;
  #scheduled = false;

  constructor(frame, captures, { detailOpen }) {
    super();
    this.#frame = frame;
    this.#captures = captures;
    this.#detailOpen = detailOpen;
    this.#spacer = h("div", { class: "rows", role: "presentation" });
    this.#foot = h("div", { class: "list-foot", role: "presentation" });
    this.#scroller = h("div", {
      id: "list", class: "list", role: "listbox", tabindex: 0, "aria-label": "Requests, newest first",
      on: { scroll: () => this.#schedule(), click: (event) => this.#onClick(event), pointermove: () => this.#onPointer() },
    }, this.#spacer, this.#foot);
    this.#pill = button({ label: "", icon: "top", kind: "pill", onClick: () => this.toTop() });
    this.#pill.hidden = true;
    this.#empty = h("div", { class: "empty", hidden: true });
    frame.append(header(), this.#scroller, this.#empty, this.#pill);
    captures.isPaused = () => this.#isReading();
    captures.addEventListener("rows", (event) => this.#onRows(event.detail));
    captures.addEventListener("row", (event) => this.#refresh(event.detail.id));
    captures.addEventListener("pending", () => this.#showPending());
    captures.addEventListener("state", () => this.#schedule());
    new ResizeObserver(() => this.#measure()).observe(frame);
    this.#measure();
    let day = new Date().toDateString();
    setInterval(() => {
      // Rows that were held back because of the pointer come in once it rests.
      if (captures.pending.length > 0 && !this.#isReading()) captures.flush();
      // Those of the day before show their date.
      const today = new Date().toDateString();
      if (today !== day) this.redraw();
      day = today;
    }, 1000);
  }

  /** Marks a row as selected and brings it into view. */
  select(id, { reveal = true } = {}) {
    this.selected = id;
    const index = this.#captures.indexOf(id);
    if (reveal && index >= 0) this.#reveal(index);
    this.#render();
    if (index >= 0) this.#scroller.setAttribute("aria-activedescendant", `row-${id}`);
    else this.#scroller.removeAttribute("aria-activedescendant");
  }

  /** Moves the selection by rows; from nowhere, to the first. */
  move(step) {
    const { rows } = this.#captures;
    if (rows.length === 0) return;
    const at = this.#captures.indexOf(this.selected);
    const to = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
    this.select(rows[to].id);
    this.dispatchEvent(new CustomEvent("move", { detail: { id: rows[to].id } }));
  }

  pageStep() {
    return pageStep(this.#scroller.clientHeight, this.#rowHeight);
  }

  /** Shows what was held back, from its top. */
  toTop() {
    this.#captures.flush();
    this.#scroller.scrollTop = 0;
    this.#scroller.focus({ preventScroll: true });
  }

  focus() {
    this.#scroller.focus({ preventScroll: true });
  }

  /** Draws all rows anew: names of providers came in, or the day changed. */
  redraw() {
    for (const [id] of this.#elements) this.#refresh(id);
  }

  /** Whether something that moved the rows would move what is being read. */
  #isReading() {
    return this.#scroller.scrollTop > 2 || this.#detailOpen() || performance.now() - this.#pointerMoved < POINTER_RESTS;
  }

  #onPointer() {
    this.#pointerMoved = performance.now();
  }

  #onRows(detail) {
    if (detail?.first) this.#scroller.scrollTop = 0;
    this.#render();
    if (!detail?.added?.length || reducedMotion()) return;
    for (const id of detail.added) this.#elements.get(id)?.classList.add("new");
  }

  #onClick(event) {
    const row = event.target.closest(".row");
    if (row) this.dispatchEvent(new CustomEvent("open", { detail: { id: row.dataset.id } }));
  }

  #showPending() {
    const waiting = this.#captures.pending.length;
    this.#pill.hidden = waiting === 0;
    this.#pill.querySelector(".label").textContent = `${waiting.toLocaleString("en")} new`;
    this.#pill.setAttribute("aria-label", `Show ${count(waiting, "new request")}`);
  }

  #reveal(index) {
    const { scrollTop, clientHeight: height } = this.#scroller;
    const to = scrollToShow({ index, scrollTop, height, rowHeight: this.#rowHeight, count: this.#captures.rows.length });
    if (to !== scrollTop) this.#scroller.scrollTop = to;
  }

  #measure() {
    const compact = this.#frame.clientWidth < 760;
    this.#frame.classList.toggle("compact", compact);
    const height = compact ? 54 : 34;
    if (height !== this.#rowHeight) {
      const first = this.#scroller.scrollTop / this.#rowHeight;
      this.#rowHeight = height;
      this.#spacer.style.setProperty("--row", `${height}px`);
      for (const element of this.#elements.values()) element.remove();
      this.#elements.clear();
      this.#render();
      this.#scroller.scrollTop = first * height;
    }
    this.#frame.style.setProperty("--gutter", `${this.#scroller.offsetWidth - this.#scroller.clientWidth}px`);
    this.#schedule();
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#render();
    });
  }

  #render() {
    const { rows } = this.#captures;
    const view = { scrollTop: this.#scroller.scrollTop, height: this.#scroller.clientHeight, rowHeight: this.#rowHeight, count: rows.length };
    const { first, last } = visibleRange(view);
    this.#spacer.style.setProperty("height", `${rows.length * this.#rowHeight}px`);
    const wanted = new Set();
    for (let i = first; i < last; i += 1) wanted.add(rows[i].id);
    for (const [id, element] of this.#elements) {
      if (wanted.has(id)) continue;
      element.remove();
      this.#elements.delete(id);
    }
    for (let i = first; i < last; i += 1) this.#place(rows[i], i, rows.length);
    this.#showFoot(rows.length);
    // A page may hold nothing and yet not be the last: looking for rare ones takes the server several.
    if (rows.length === 0 ? this.#captures.searched : nearEnd(view)) this.#captures.more();
  }

  #place(summary, index, total) {
    let element = this.#elements.get(summary.id);
    if (!element) {
      element = h("div", { id: `row-${summary.id}`, class: "row", role: "option", data: { id: summary.id } });
      fillRow(element, summary);
      this.#elements.set(summary.id, element);
      this.#spacer.append(element);
    }
    element.style.setProperty("transform", `translateY(${index * this.#rowHeight}px)`);
    element.setAttribute("aria-posinset", index + 1);
    element.setAttribute("aria-setsize", this.#captures.complete ? total : -1);
    element.setAttribute("aria-selected", summary.id === this.selected ? "true" : "false");
  }

  #refresh(id) {
    const element = this.#elements.get(id);
    const summary = this.#captures.get(id);
    if (element && summary) fillRow(element, summary);
  }

  #showFoot(total) {
    const { loading, error, complete, filters } = this.#captures;
    const empty = total === 0 && (complete || Boolean(error));
    this.#empty.hidden = !empty;
    this.#scroller.classList.toggle("is-empty", empty);
    if (empty) showEmpty(this.#empty, { filters, error, retry: () => this.#captures.load(filters) });
    else this.#empty.replaceChildren();
    const text = error ? `Loading failed: ${error.message}` : loading ? (total === 0 ? "Searching…" : "Loading…") : complete && total > 0 ? count(total, "request") : "";
    if (this.#foot.textContent !== text) this.#foot.textContent = text;
  }
}

function header() {
  const names = [["verdict-mark", ""], ["method", "Method"], ["path", "Path"], ["marks", ""], ["verdict", "Verdict"], ["status", "Status"], ["duration", "Time"], ["provider", "Provider"], ["delivery", "Delivery"], ["size", "Size"], ["time", "Arrived"]];
  return h("div", { class: "list-head", "aria-hidden": "true" }, names.map(([name, text]) => h("span", { class: `cell ${name}` }, text)));
}

const POINTER_RESTS = 3000;
