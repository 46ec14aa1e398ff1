// The verdict, why, and what would help: the first thing that is seen of an exchange.

import { copyText } from "../core/clipboard.js";
import { button, h, icon } from "../core/dom.js";
import { fullTime, span } from "../core/format.js";
import { captured } from "../core/text.js";
import { providerName, reasonName, verdictName, verdictText } from "../core/words.js";
import { findingView } from "./finding.js";
import { signedView } from "./signed.js";

/** The card on verification. */
export function verificationView(exchange) {
  const verification = exchange.verification ?? {};
  const explanation = verification.explanation;
  const arrived = explanation?.views?.arrived ?? verification.signed_view;
  const matching = explanation?.views?.matching;
  return h("section", { class: `verification ${exchange.verdict}`, "aria-label": "Verification" },
    h("div", { class: "verdict-line" }, icon(exchange.verdict, "large"),
      h("div", {}, h("h3", {}, headline(exchange)), h("p", { class: "dim" }, sentence(exchange)))),
    explanation && findingView(explanation),
    facts(exchange, verification),
    isShown(arrived) && h("details", { class: "disclosure", open: Boolean(matching) }, h("summary", {}, icon("right", "small"), "What was signed"),
      signedView(arrived, matching)));
}

function headline({ verdict, reason, provider }) {
  if (verdict === "refused") return `${verdictName(verdict)}: ${reasonName(reason) || "verification failed"}`;
  return verdict === "accepted" && provider ? `${verdictName(verdict)}: signed by ${providerName(provider)}` : verdictName(verdict);
}

function sentence({ verdict, verification }) {
  const text = verification?.reason_text;
  if (verdict !== "refused" || !text) return verdictText(verdict);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. ${verdictText(verdict)}`;
}

function facts(exchange, verification) {
  const rows = [];
  const put = (name, ...value) => rows.push(h("div", { class: "fact" }, h("dt", {}, name), h("dd", {}, value)));
  if (verification.secret) put("Secret", h("b", {}, captured(verification.secret.label ?? `secret ${verification.secret.index + 1}`, { max: 80 })), ` (number ${verification.secret.index + 1})`);
  if (verification.public_url) put("Public URL", captured(verification.public_url, { max: 600, tag: "code" }), verification.url_form && h("span", { class: "tag" }, reasonName(verification.url_form)));
  if (verification.delivery_id) put("Delivery", captured(verification.delivery_id, { max: 200, tag: "code" }), button({ label: "Copy the delivery id", icon: "copy", iconOnly: true, kind: "quiet tiny", onClick: () => copyText(verification.delivery_id) }));
  if (verification.signed_at) put("Signed", signedAt(verification.signed_at, exchange.start));
  return rows.length ? h("dl", { class: "facts" }, rows) : null;
}

function isShown(view) {
  return Boolean((Array.isArray(view) ? view : view?.segments)?.length);
}

function signedAt(seconds, start) {
  const skew = Date.parse(start) / 1000 - seconds;
  const when = fullTime(new Date(seconds * 1000)).replace(".000", "");
  if (Math.abs(skew) < 1.5) return `${when}, on arrival`;
  return `${when}, ${span(skew)} ${skew > 0 ? "before it arrived" : "after it arrived: one of the clocks is wrong"}`;
}
