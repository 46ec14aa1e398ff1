// The API: one function that asks, and what it asks.

import { authorization, newToken, token } from "./auth.js";

/** What the server refused, in its own words. */
export class ApiError extends Error {
  constructor(status, message, details) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.details = details;
  }
}

/** Asks the API; a 401 asks the user for the token, once for all calls that wait for it. */
export async function call(path, { method = "GET", body, headers, signal, accept = "application/json" } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    const used = token();
    const response = await fetch(path, {
      method,
      signal,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      headers: { accept, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers, ...authorization(used) },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    }).catch((error) => {
      throw error.name === "AbortError" ? error : new ApiError(0, "countersign does not answer: is it still running?");
    });
    if (response.status === 401 && attempt < 3) {
      await newToken(used);
      continue;
    }
    if (response.ok) return response;
    throw await failure(response);
  }
}

/** The same, with the answer's JSON. */
export async function getJson(path, options) {
  const response = await call(path, options);
  return response.status === 204 ? null : response.json();
}

const REQUESTS = "/api/requests/http";

export const api = {
  status: (options) => getJson("/api/status", options),
  providers: (options) => getJson("/api/providers", options),
  /** A page of summaries; `query` is a URLSearchParams. */
  list(query, options) {
    query.set("view", "summary");
    return getJson(`${REQUESTS}?${query}`, options);
  },
  /** One exchange. Bodies are asked for apart: they may be large. */
  exchange: (id, options) => getJson(`${REQUESTS}/${id}?raw=false`, options),
  replay: (order) => getJson(REQUESTS, { method: "POST", body: order }),
  remove: (id) => getJson(`${REQUESTS}/${id}`, { method: "DELETE" }),
  clear: () => getJson(REQUESTS, { method: "DELETE" }),
  importHar: (text) => getJson(`${REQUESTS}/import`, { method: "POST", body: text }),
  live: (signal) => call("/api/live", { signal, accept: "text/event-stream" }),
  export: (id, as) => call(`${REQUESTS}/${id}/export?as=${as}`, { accept: "*/*" }),
  exportMany(query, as) {
    query.set("as", as);
    return call(`${REQUESTS}/export?${query}`, { accept: "*/*" });
  },
  /** Bytes of a body from `from` up to, not including, `to`. */
  body(id, of, from, to, options) {
    return call(`${REQUESTS}/${id}/body?of=${of}`, { ...options, accept: "*/*", headers: { range: `bytes=${from}-${to - 1}` } });
  },
};

async function failure(response) {
  let message = "";
  let details = null;
  try {
    const answer = await response.json();
    message = answer.msg ?? answer.message ?? answer.error ?? "";
    details = answer.details ?? null;
  } catch {
    // Not JSON: the status has to do.
  }
  return new ApiError(response.status, message || `the inspector answered ${response.status}`, details);
}
