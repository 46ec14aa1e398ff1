// What is odd about an exchange: warnings, trouble, what is missing.

import { h, icon } from "../core/dom.js";
import { bytes, count } from "../core/format.js";
import { captured } from "../core/text.js";
import { troubleText } from "../core/words.js";

/** A list of notices; null when there are none. */
export function noticesView(exchange) {
  const rows = [];
  for (const warning of exchange.warnings ?? []) rows.push(notice("alert", "warning", captured(warning.text ?? warning.code, { max: 500 })));
  if (exchange.trouble) rows.push(notice("alert", "bad", captured(troubleText(exchange.trouble))));
  if (exchange.abandoned) rows.push(notice("info", "", "The client closed the connection before it had the whole answer."));
  if (exchange.stored === false) rows.push(notice("info", "", "Not in the store yet."));
  if (exchange.websocket) rows.push(notice("socket", "", traffic(exchange.websocket)));
  return rows.length ? h("ul", { class: "notices", "aria-label": "Notices" }, rows) : null;
}

function notice(name, kind, text) {
  return h("li", { class: `notice ${kind}` }, icon(name), h("span", {}, text));
}

function traffic(socket) {
  return `A WebSocket: ${count(socket.frames_from_client, "frame")} (${bytes(socket.bytes_from_client)}) from the provider, `
    + `${count(socket.frames_from_app, "frame")} (${bytes(socket.bytes_from_app)}) from the app.`;
}
