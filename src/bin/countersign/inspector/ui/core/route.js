// The page's address: filters in the query, the open request in the hash.

import { formatFilters, parseFilters } from "./filters.js";

/** What the address says: `{ filters, id }`. */
export function readRoute(location = window.location) {
  const params = new URLSearchParams(location.search);
  const id = /^#?([0-9a-f]{16})$/.exec(location.hash)?.[1] ?? (/^[0-9a-f]{16}$/.test(params.get("id") ?? "") ? params.get("id") : null);
  return { filters: parseFilters(location.search), id };
}

/** Writes it. `push` makes a step that Back undoes. */
export function writeRoute({ filters, id }, push = false) {
  const query = formatFilters(filters);
  const url = `/inspect/http${query ? `?${query}` : ""}${id ? `#${id}` : ""}`;
  if (url === location.pathname + location.search + location.hash) return;
  history[push ? "pushState" : "replaceState"](null, "", url);
}
