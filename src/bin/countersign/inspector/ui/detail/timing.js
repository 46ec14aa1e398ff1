// When what happened, and how that stands to the time that the provider waits.

import { h } from "../core/dom.js";
import { micros, nanos } from "../core/format.js";
import { providerName } from "../core/words.js";

/** The stretches of an exchange: `[{ name, text, us }]`, in microseconds. */
export function stretches({ timings, duration, verdict }) {
  const { forwarded_us: forwarded, answered_us: answered, done_us: done } = timings ?? {};
  const total = done ?? duration / 1000;
  const known = (value) => value !== null && value !== undefined;
  const out = [];
  if (known(forwarded)) out.push({ name: "verify", text: verdict === "unverified" ? "Received" : "Received and verified", us: forwarded });
  if (known(forwarded) && known(answered)) out.push({ name: "app", text: "App, to its first byte", us: answered - forwarded });
  if (!known(forwarded) && known(answered)) out.push({ name: "verify", text: verdict === "refused" ? "Received and refused" : "Received and answered", us: answered });
  const last = answered ?? forwarded ?? 0;
  if (total > last) out.push({ name: "send", text: known(answered) ? "Answer, to its last byte" : "Waiting for an answer", us: total - last });
  return out.map((part) => ({ ...part, us: Math.max(0, part.us) }));
}

/** The bar, with a meter against the provider's deadline where one is known. */
export function timingView(exchange, deadlineMs) {
  const parts = stretches(exchange);
  const total = parts.reduce((sum, part) => sum + part.us, 0);
  const bar = h("div", { class: "timing-bar", "aria-hidden": "true" }, parts.map((part) => {
    const element = h("span", { class: `stretch ${part.name}`, title: `${part.text}: ${micros(part.us)}` });
    element.style.setProperty("flex-grow", String(Math.max(part.us, total / 200)));
    return element;
  }));
  return h("section", { class: "timing", "aria-label": "Timing" },
    h("div", { class: "timing-head" }, h("h3", {}, "Timing"), h("b", {}, nanos(exchange.duration)), deadlineMs && deadline(exchange, total, deadlineMs)),
    bar,
    h("ul", { class: "legend" }, parts.map((part) => h("li", {}, h("span", { class: `key ${part.name}` }), `${part.text} `, h("b", {}, micros(part.us))))));
}

function deadline(exchange, total, deadlineMs) {
  const share = total / 1000 / deadlineMs;
  const level = share >= 1 ? "over" : share >= 0.5 ? "near" : "fine";
  const name = exchange.provider ? providerName(exchange.provider) : "The provider";
  const text = share >= 1 ? `${name} gave up after ${deadlineMs / 1000} s` : `${Math.max(1, Math.round(share * 100))} % of the ${deadlineMs / 1000} s that ${name} waits`;
  const fillBar = h("span", { class: "meter-fill" });
  fillBar.style.setProperty("width", `${Math.min(100, share * 100)}%`);
  return h("span", { class: `deadline ${level}` }, h("span", { class: "meter", "aria-hidden": "true" }, fillBar), text);
}
