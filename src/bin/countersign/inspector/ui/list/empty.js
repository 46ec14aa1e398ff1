// What is shown where no requests are: the next step.

import { api } from "../core/api.js";
import { askAgain } from "../core/auth.js";
import { copyText } from "../core/clipboard.js";
import { button, fill, h, icon } from "../core/dom.js";
import { captured } from "../core/text.js";
import { providerName } from "../core/words.js";

/** Fills the empty state; drawn once for each cause. */
export function showEmpty(element, { filters, error, retry }) {
  const cause = error ? `error:${error.message}` : Object.keys(filters).length ? "filtered" : "nothing";
  if (element.childElementCount > 0 && element.dataset.cause === cause) return;
  element.dataset.cause = cause;
  if (error) fill(element, failed(error, retry));
  else if (cause === "filtered") fill(element, filtered());
  else nothingYet(element);
}

function failed(error, retry) {
  return h("div", { class: "empty-card" }, icon("alert", "large"), h("h2", {}, "The requests could not be loaded"),
    h("p", {}, captured(error.message, { max: 400 })),
    h("p", { class: "actions" }, button({ label: "Try again", icon: "replay", kind: "primary", onClick: () => { askAgain(); retry(); } })));
}

function filtered() {
  return h("div", { class: "empty-card" }, icon("filter", "large"), h("h2", {}, "No request matches these filters"),
    h("p", {}, "New ones that do will show here as they arrive."),
    h("p", { class: "actions" }, button({ label: "Clear the filters", kind: "primary", onClick: () => element().dispatchEvent(new CustomEvent("clear-filters", { bubbles: true })) })));
}

async function nothingYet(element) {
  const card = h("div", { class: "empty-card wide" }, icon("send", "large"), h("h2", {}, "Waiting for the first request"));
  fill(element, card);
  const status = await api.status().catch(() => null);
  const routes = status?.routes ?? [];
  card.append(h("ol", { class: "steps" },
    steps(routes).map((route) => h("li", {}, step(route))),
    h("li", {}, h("p", {}, "Or try it right now, without any provider, with a signed sample:"),
      command(sample(routes)))));
}

/** One step for each way to go on: routes with a public URL, one that needs one, one that verifies nothing. */
function steps(routes) {
  const known = routes.filter((route) => route.provider && route.public_url).slice(0, 4);
  const unknown = routes.find((route) => route.provider && !route.public_url);
  const open = routes.find((route) => !route.provider);
  return [...known, unknown, open].filter(Boolean);
}

function step(route) {
  if (!route.provider) {
    return [h("p", {}, "The route ", captured(route.name, { max: 60, tag: "code" }), " forwards everything to ", captured(route.upstream, { max: 100, tag: "code" }),
      " unverified. Send it anything:"), command(`curl -d hello=world ${listen(route)}/`)];
  }
  const name = route.provider_name ?? providerName(route.provider);
  if (route.public_url) {
    const where = CONSOLES[route.provider] ?? `Paste this into ${name}'s webhook settings, with the path that your app expects:`;
    return [h("p", {}, where), command(route.public_url)];
  }
  return [
    h("p", {}, `${name} needs a public URL. Point a tunnel or a reverse proxy here, for example:`), command(`cloudflared tunnel --url ${listen(route)}`),
    h("p", {}, `Then paste its URL into ${name}'s webhook settings, and start countersign with `, h("code", {}, "--url"), " and that URL."),
  ];
}

function sample(routes) {
  const route = routes.find((other) => other.provider && other.signable !== false);
  const provider = route?.provider ?? "twilio";
  const event = { twilio: " sms", plivo: " message" }[provider] ?? "";
  return `countersign send ${provider}${event} --to ${listen(route)}${{ twilio: "/sms", plivo: "/message" }[provider] ?? "/"}`;
}

function command(text) {
  return h("div", { class: "command" }, captured(text, { max: 500, tag: "code" }),
    button({ label: "Copy", icon: "copy", iconOnly: true, kind: "quiet", onClick: () => copyText(text) }));
}

const listen = (route) => route?.listen ?? "http://127.0.0.1:4000";
const element = () => document.getElementById("list-frame");
const CONSOLES = {
  twilio: "In Twilio's console, open Phone Numbers → your number → Messaging, and paste this into “A message comes in” (add your app's path, method POST):",
  plivo: "In Plivo's console, open Messaging → Applications, and paste this as the Message URL (add your app's path):",
  stripe: "In Stripe's dashboard, open Developers → Webhooks → Add endpoint, and paste this (add your app's path):",
  github: "In your repository, open Settings → Webhooks → Add webhook, and paste this as the payload URL (add your app's path):",
  slack: "In your Slack app's settings, open Event Subscriptions, and paste this as the Request URL (add your app's path):",
  shopify: "In Shopify's admin, open Settings → Notifications → Webhooks, and paste this as the URL (add your app's path):",
};
