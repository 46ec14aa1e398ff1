// One row of the list.

import { h, icon } from "../core/dom.js";
import { bytes, clock, nanos } from "../core/format.js";
import { captured, visible } from "../core/text.js";
import { providerName, reasonName, troubleText, verdictName } from "../core/words.js";

/** Fills a row's element with a summary. */
export function fillRow(element, summary) {
  const start = new Date(summary.start);
  element.dataset.verdict = summary.verdict;
  element.setAttribute("aria-label", label(summary, start));
  element.replaceChildren(
    h("span", { class: "cell verdict-mark" }, icon(summary.verdict)),
    h("span", { class: "cell method" }, captured(summary.method, { max: 10 })),
    h("span", { class: "cell path" }, path(summary.uri)),
    h("span", { class: "cell marks" }, marks(summary)),
    h("span", { class: "cell verdict" }, h("span", { class: "verdict-name" }, verdictName(summary.verdict)), why(summary)),
    h("span", { class: `cell status ${statusClass(summary.status_code)}` }, summary.status_code ?? "–"),
    h("span", { class: "cell duration" }, summary.status_code === null ? "–" : nanos(summary.duration)),
    h("span", { class: "cell provider" }, captured(summary.provider ? providerName(summary.provider) : "–", { max: 40 })),
    h("span", { class: "cell delivery" }, summary.delivery_id ? captured(summary.delivery_id, { max: 60 }) : null),
    h("span", { class: "cell size" }, bytes(summary.request_size)),
    h("time", { class: "cell time", datetime: summary.start }, clock(start)),
  );
}

/** `ok`, `redirect`, `client`, `server` or `none`: how a status is coloured. */
export function statusClass(status) {
  return ["none", "info", "ok", "redirect", "client", "server"][Math.floor((status ?? 0) / 100)] ?? "none";
}

function path(uri) {
  const query = uri.indexOf("?");
  if (query < 0) return captured(uri, { max: 300 });
  return [captured(uri.slice(0, query), { max: 300 }), captured(uri.slice(query), { max: 200, className: "captured query" })];
}

function why(summary) {
  const code = summary.explanation_code && summary.explanation_code !== "no-match" ? summary.explanation_code : null;
  if (!summary.reason) return null;
  return h("span", { class: code ? "reason named" : "reason" }, captured(code ?? reasonName(summary.reason), { max: 60 }));
}

function marks(summary) {
  const out = [];
  const put = (name, title, kind) => out.push(h("span", { class: `mark ${kind}`, title }, icon(name, "small")));
  if (summary.replay) put("replay", `A replay (${summary.replay.signing})`, "replay");
  if (summary.retry) put("retry", `Attempt ${summary.retry.attempt}`, "retry");
  if (summary.websocket) put("socket", "A WebSocket", "socket");
  if (summary.trouble) put("alert", troubleText(summary.trouble), "bad");
  if (summary.warnings?.length) put("alert", summary.warnings.map(reasonName).join(", "), "warning");
  return out;
}

function label(summary, start) {
  const parts = [`${visible(summary.method)} ${visible(summary.uri.slice(0, 200))}`, verdictName(summary.verdict)];
  if (summary.reason) parts.push(reasonName(summary.reason));
  parts.push(summary.status_code === null ? "no answer" : `status ${summary.status_code} in ${nanos(summary.duration)}`);
  if (summary.provider) parts.push(providerName(summary.provider));
  if (summary.replay) parts.push("replay");
  if (summary.retry) parts.push(`attempt ${summary.retry.attempt}`);
  if (summary.trouble) parts.push(troubleText(summary.trouble));
  if (summary.warnings?.length) parts.push(`warnings: ${summary.warnings.map(reasonName).join(", ")}`);
  parts.push(clock(start));
  return parts.join(", ");
}
