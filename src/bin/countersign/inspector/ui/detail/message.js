// One side of an exchange: its first line, body, headers.

import { BodySource } from "../body/source.js";
import { showBody } from "../body/view.js";
import { fill, h } from "../core/dom.js";
import { captured } from "../core/text.js";
import { statusClass } from "../list/row.js";
import { header, headersView } from "./headers.js";

/** Shows `of` (`request` or `response`) in `element`; returns what stops it. */
export function showMessage(element, exchange, of, prefs) {
  const message = exchange[of];
  if (!message) {
    fill(element, h("p", { class: "body-none" }, absent(exchange)));
    return () => {};
  }
  const body = h("section", { class: "body", "aria-label": `Body of the ${of}` });
  fill(element, h("p", { class: "start-line" }, of === "request" ? requestLine(message) : statusLine(message)), body, headersView(message.header_list, of),
    exchange.redacted && of === "request" && h("p", { class: "note" }, "Secrets in this capture were replaced before it was stored. A replay leaves out the headers that held one; in the path and the body they have to be written anew."));
  return showBody(body, new BodySource(exchange, of), {
    contentType: header(message, "content-type"),
    encoding: header(message, "content-encoding"),
    label: `${of} body`,
    prefs,
  });
}

function requestLine(message) {
  return [h("b", {}, captured(message.method, { max: 40 })), " ", captured(message.uri, { max: 4000 }), " ", h("span", { class: "dim" }, captured(message.proto, { max: 20 }))];
}

function statusLine(message) {
  return [h("b", { class: `status ${statusClass(message.status_code)}` }, captured(message.status, { max: 80 })), " ", h("span", { class: "dim" }, captured(message.proto, { max: 20 }))];
}

function absent(exchange) {
  if (exchange.trouble) return `No answer: ${TROUBLE[exchange.trouble] ?? exchange.trouble}.`;
  if (exchange.abandoned) return "No answer: the client went away first.";
  return "No answer yet.";
}

const TROUBLE = {
  broken: "the app closed the connection",
  "client-broke-off": "the request did not arrive to its end",
  ended: "countersign ended first",
  "invalid-answer": "what the app sent is not valid HTTP",
  unresolved: "the app's name cannot be resolved",
  unreachable: "the app could not be reached",
  "timed-out": "the app did not answer in time",
};
