// Filters: as they stand in the page's address, as the API wants them, and as a test on a summary.

import { VERDICT_WORDS } from "./words.js";

/** The filters in a query string; what is unknown or empty is left out. */
export function parseFilters(search) {
  const params = new URLSearchParams(search);
  const filters = {};
  for (const name of NAMES) {
    const value = params.get(name)?.trim();
    if (value) filters[name] = value;
  }
  if (filters.verdict) {
    const words = [...new Set(filters.verdict.split(",").map((word) => word.trim()).filter((word) => VERDICT_WORDS.includes(word)))];
    if (words.length) filters.verdict = words.join(",");
    else delete filters.verdict;
  }
  return filters;
}

/** The query string of a page with these filters, in a fixed order. */
export function formatFilters(filters) {
  const params = new URLSearchParams();
  for (const name of NAMES) if (filters[name]) params.set(name, filters[name]);
  return params.toString();
}

/** What is asked of the API for these filters. */
export function toQuery(filters, now = Date.now()) {
  const params = new URLSearchParams();
  for (const name of NAMES) {
    if (!filters[name]) continue;
    if (name !== "within") params.set(name, filters[name]);
    else if (!filters.since) params.set("since", String(Math.floor(now / 1000 - seconds(filters.within))));
  }
  return params;
}

/** Whether only the server can tell what matches: heads and bodies are not in a summary. */
export function isDeep(filters) {
  return Boolean(filters.q || filters.header || filters.body);
}

/** Whether a summary matches, as far as a summary tells. */
export function matches(summary, filters, now = Date.now()) {
  const start = Date.parse(summary.start) / 1000;
  const tests = {
    verdict: (value) => value.split(",").includes(summary.verdict),
    method: (value) => value.split(",").some((word) => word.trim().toUpperCase() === summary.method.toUpperCase()),
    status: (value) => statusMatches(summary.status_code, value),
    provider: (value) => value === summary.provider,
    path: (value) => (value.startsWith("^") ? summary.uri.startsWith(value.slice(1)) : summary.uri.toLowerCase().includes(value.toLowerCase())),
    tunnel_name: (value) => value.replace(/ \(http\)$/, "") === summary.tunnel_name.replace(/ \(http\)$/, ""),
    replay: (value) => (value === "true") === Boolean(summary.replay),
    within: (value) => start >= now / 1000 - seconds(value),
    since: (value) => start >= instant(value),
    until: (value) => start <= instant(value),
  };
  return Object.entries(filters).every(([name, value]) => tests[name]?.(value) ?? true);
}

/** Whether a status is what a filter such as `404`, `4xx`, `200-299` or `none` says. */
export function statusMatches(status, filter) {
  return filter.split(",").some((part) => {
    const word = part.trim().toLowerCase();
    if (word === "none") return status === null || status === undefined;
    if (/^[1-5]xx$/.test(word)) return status !== null && Math.floor(status / 100) === Number(word[0]);
    const [low, high] = word.split("-").map(Number);
    return status !== null && status >= low && status <= (high ?? low);
  });
}

/** The seconds in `15m`, `1h`, `7d`. */
export function seconds(text) {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match ? Number(match[1]) * { s: 1, m: 60, h: 3600, d: 86_400 }[match[2]] : 0;
}

function instant(text) {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
}

/** Each filter's name in the address, in its order there. */
export const NAMES = [
  "q", "verdict", "method", "status", "provider", "path", "tunnel_name", "header", "body", "replay", "within", "since", "until",
];
