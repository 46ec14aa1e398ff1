// The selected exchange.

import { api } from "../core/api.js";
import { button, fill, h, icon } from "../core/dom.js";
import { fullTime, nanos } from "../core/format.js";
import { captured, visible } from "../core/text.js";
import { providerName } from "../core/words.js";
import { openEditor } from "../editor/dialog.js";
import { statusClass } from "../list/row.js";
import { actionsView, copyCurl, replay } from "./actions.js";
import { showMessage } from "./message.js";
import { noticesView } from "./notices.js";
import { relatedView } from "./related.js";
import { timingView } from "./timing.js";
import { verificationView } from "./verification.js";

/** Shows one exchange at a time in `element`. `hooks`: `{ onClose, onOpen(id), onDeleted(id), routes() }`. */
export class DetailView {
  id = null;
  exchange = null;
  /** Settles when what was last asked for is shown, or could not be. */
  shown = Promise.resolve();

  #element;
  #hooks;
  #abort = null;
  #stops = [];
  #tab = "request";
  #gist = "";
  #prefs = { request: { mode: "pretty" }, response: { mode: "pretty" } };

  constructor(element, hooks) {
    this.#element = element;
    this.#hooks = { ...hooks, onEdit: () => this.edit(), onReplayed: (made) => this.#onReplayed(made) };
  }

  /** Shows an exchange; `summary` is what is known of it already. */
  show(id, summary, options) {
    this.shown = this.#show(id, summary, options);
  }

  async #show(id, summary, { quiet = false } = {}) {
    this.#abort?.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    if (id !== this.id) this.exchange = null;
    if (summary) this.#gist = gist(summary);
    this.id = id;
    if (!quiet) this.#showHead(summary);
    try {
      const exchange = await api.exchange(id, { signal });
      if (signal.aborted) return;
      this.exchange = exchange;
      this.#draw(quiet);
    } catch (error) {
      if (!signal.aborted) this.#showError(error);
    }
  }

  /** Asks again, if what the stream says of it is not what is shown. */
  refresh(summary) {
    if (!this.id || !this.exchange || gist(summary) === this.#gist) return;
    this.#gist = gist(summary);
    this.show(this.id, null, { quiet: true });
  }

  /** Asks again for what could not be loaded. */
  retry() {
    if (this.id && !this.exchange) this.show(this.id, null);
  }

  close() {
    this.#abort?.abort();
    this.#stop();
    this.id = null;
    this.exchange = null;
    this.#element.replaceChildren();
  }

  replay() {
    const control = this.#element.querySelector(".actions .primary");
    if (this.id) replay(this.id, this.#hooks, control);
  }

  copyCurl() {
    if (this.id) copyCurl(this.id);
  }

  edit() {
    if (this.exchange) openEditor(this.exchange, { route: this.#route(), onOpen: this.#hooks.onOpen, onReplayed: this.#hooks.onReplayed });
  }

  /** What is open has one more replay to name. */
  #onReplayed(made) {
    if (this.exchange && made?.replay?.of === this.id) this.show(this.id, null, { quiet: true });
  }

  #route() {
    return this.#hooks.routes().find((route) => route.name === this.exchange?.tunnel_name) ?? null;
  }

  #showHead(summary) {
    this.#stop();
    fill(this.#element, summary ? this.#head({ ...summary, request: summary }) : null, h("div", { class: "detail-loading", "aria-busy": "true" }, "Loading…"));
    this.#element.scrollTop = 0;
  }

  #head(exchange) {
    const { method, uri } = exchange.request;
    const status = exchange.response?.status_code ?? exchange.status_code;
    const start = new Date(exchange.start);
    return h("header", { class: "detail-head" },
      h("div", { class: "detail-title" },
        button({ label: "Back to the list", icon: "left", iconOnly: true, kind: "quiet back", onClick: this.#hooks.onClose }),
        h("h2", { title: visible(`${method} ${uri}`.slice(0, 2000)) }, h("span", { class: "method" }, captured(method, { max: 20 })), " ", captured(uri, { max: 500 })),
        status ? h("span", { class: `status-badge ${statusClass(status)}` }, String(status)) : null,
        button({ label: "Close (Esc)", icon: "close", iconOnly: true, kind: "quiet close", onClick: this.#hooks.onClose })),
      h("p", { class: "detail-facts" },
        h("time", { datetime: exchange.start }, fullTime(start)), h("span", {}, nanos(exchange.duration)),
        exchange.provider && h("span", {}, providerName(exchange.provider)),
        h("span", {}, captured(exchange.tunnel_name, { max: 60 })),
        exchange.remote_addr && h("span", {}, captured(exchange.remote_addr, { max: 60 })),
        h("code", {}, exchange.id)),
      actionsView(exchange.id, this.#hooks));
  }

  #draw(quiet) {
    const { exchange } = this;
    const scroll = quiet ? this.#element.scrollTop : 0;
    this.#stop();
    const panels = ["request", "response"].map((of) => h("div", { id: `panel-${of}`, class: `message ${of}`, role: "tabpanel", "aria-labelledby": `tab-${of}` }));
    const tabs = this.#tabs(panels);
    fill(this.#element, this.#head(exchange), h("div", { class: "detail-body" },
      verificationView(exchange), noticesView(exchange), relatedView(exchange, this.#hooks.onOpen),
      timingView(exchange, this.#route()?.deadline_ms), tabs, h("div", { class: "messages" }, panels)));
    ["request", "response"].forEach((of, i) => this.#stops.push(showMessage(panels[i], exchange, of, this.#prefs[of])));
    this.#element.scrollTop = scroll;
  }

  #tabs(panels) {
    const names = ["request", "response"];
    const controls = names.map((of, i) => h("button", {
      type: "button", role: "tab", id: `tab-${of}`, "aria-controls": `panel-${of}`, class: "tab", on: { click: () => choose(of), keydown: (event) => onKey(event, i) },
    }, of === "request" ? "Request" : "Response"));
    const choose = (of) => {
      this.#tab = of;
      names.forEach((name, i) => {
        controls[i].setAttribute("aria-selected", String(name === of));
        controls[i].tabIndex = name === of ? 0 : -1;
        panels[i].classList.toggle("off", name !== of);
      });
    };
    const onKey = (event, i) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.preventDefault();
      event.stopPropagation();
      choose(names[1 - i]);
      controls[1 - i].focus();
    };
    choose(this.#tab);
    return h("div", { class: "message-tabs", role: "tablist", "aria-label": "Request and response" }, controls);
  }

  #showError(error) {
    const gone = error.status === 404;
    fill(this.#element, h("div", { class: "empty-card" }, icon("alert", "large"), h("h2", {}, gone ? "This request is not there any more" : "This request could not be loaded"),
      h("p", {}, gone ? "It was deleted, or the store's limits pushed it out." : captured(error.message, { max: 400 })),
      h("p", { class: "actions" }, !gone && button({ label: "Try again", icon: "replay", kind: "primary", onClick: () => this.retry() }), button({ label: "Close", onClick: this.#hooks.onClose }))));
  }

  #stop() {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}

/** What of a summary is worth drawing everything anew. */
function gist(summary) {
  if (!summary) return "";
  const { status_code: status, verdict, reason, duration, explanation_code: code, warnings, retry } = summary;
  return JSON.stringify([status, verdict, reason, duration, code, warnings, retry]);
}
