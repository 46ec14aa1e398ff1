// Why it was refused: the one change that would have made the signature match, and how to make it.

import { copyText } from "../core/clipboard.js";
import { button, h } from "../core/dom.js";
import { count, micros, span } from "../core/format.js";
import { captured } from "../core/text.js";
import { providerName, reasonName } from "../core/words.js";

/** The finding of an explanation. */
export function findingView(explanation) {
  const { code, also = [], summary, details = [], checklist = [] } = explanation;
  return h("div", { class: `finding${code === "no-match" ? " none" : ""}` },
    h("p", { class: "finding-text" }, captured(sentence(summary || reasonName(code)), { max: 1000 }), [code, ...also].map((word) => [" ", tag(word)])),
    fixView(explanation.fix),
    details.length > 0 && h("ul", { class: "details" }, details.slice(0, 12).map((text) => h("li", {}, captured(sentence(text), { max: 600 })))),
    matchedView(explanation.matched),
    checklist.length > 0 && h("div", { class: "checklist" }, h("p", {}, "What to look at:"), h("ul", {}, checklist.slice(0, 20).map((item) => h("li", {}, captured(sentence(item), { max: 400 }))))),
    seenView(explanation),
    triedView(explanation.tried));
}

function fixView(fix) {
  if (!fix) return null;
  const { step, flag, call } = typeof fix === "string" ? { step: fix } : fix;
  if (!step && !flag && !call) return null;
  // "add --url …" says no more than the flag itself.
  const words = flag && step === `add ${flag}` ? "Start countersign with this flag." : step && sentence(step);
  return h("div", { class: "fix" },
    h("p", {}, h("span", { class: "fix-title" }, "Fix"), words ? captured(words, { max: 600 }) : null),
    flag && copyable(flag, "Copy the flag"),
    call && h("div", { class: "fix-call" }, h("span", { class: "dim" }, "in code"), copyable(call, "Copy the call")));
}

function copyable(text, label) {
  return h("div", { class: "command" }, captured(text, { max: 600, tag: "code" }), button({ label, icon: "copy", iconOnly: true, kind: "quiet", onClick: () => copyText(text) }));
}

function matchedView(matched) {
  if (!matched) return null;
  const facts = FACTS.filter(([key]) => matched[key] !== null && matched[key] !== undefined).map(([key, name, say]) => h("div", { class: "fact" },
    h("dt", {}, name), h("dd", {}, captured(say ? say(matched[key]) : matched[key], { max: 600 }))));
  return facts.length ? h("dl", { class: "facts" }, facts) : null;
}

function seenView({ code, seen }) {
  if (!seen || !["no-match", "unsigned", "scheme-other-provider"].includes(code)) return null;
  const names = (list) => list.slice(0, 12).map((name, i) => [i > 0 && ", ", captured(name, { max: 80, tag: "code" })]);
  return h("dl", { class: "facts" },
    h("div", { class: "fact" }, h("dt", {}, "Came with"), h("dd", {}, seen.headers?.length ? names(seen.headers) : "no header that has to do with signatures")),
    seen.expected?.length > 0 && h("div", { class: "fact" }, h("dt", {}, "Expected"), h("dd", {}, names(seen.expected))),
    seen.providers?.length > 0 && h("div", { class: "fact" }, h("dt", {}, "Looks like"), h("dd", {}, seen.providers.slice(0, 4).map(providerName).join(", "))));
}

function triedView(tried) {
  if (!tried?.attempts) return null;
  return h("p", { class: "tried" }, `${count(tried.attempts, "variant")} tried in ${micros(tried.micros ?? 0)}`, tried.dimensions?.length ? `: ${tried.dimensions.join(", ")}` : "");
}

const tag = (word) => h("code", { class: "finding-code" }, captured(word, { max: 60 }));
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const FACTS = [
  ["url", "URL"], ["method", "Method"], ["body", "Body"], ["secret", "Secret"], ["secret_change", "Secret was"], ["route", "Route"],
  ["provider", "Provider", providerName], ["version", "Version"], ["header", "Header"],
  ["skew_secs", "Clock", (secs) => `${span(secs)} ${secs > 0 ? "in the future" : "ago"}`],
];
