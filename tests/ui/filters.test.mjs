import assert from "node:assert/strict";
import test from "node:test";

import { formatFilters, isDeep, matches, parseFilters, statusMatches, toQuery } from "../../src/bin/countersign/inspector/ui/core/filters.js";

const summary = {
  id: "0000000000000001", tunnel_name: "hooks", start: "2026-11-22T10:00:00+01:00", method: "POST", uri: "/sms?a=1", status_code: 204,
  provider: "twilio", verdict: "accepted", replay: null,
};

test("filters survive the address, whatever they hold", () => {
  const filters = { q: 'a&b=c#d "é"', verdict: "accepted,refused", status: "4xx", header: "X-A: b", path: "^/sms+%", within: "15m" };
  assert.deepEqual(parseFilters(`?${formatFilters(filters)}`), filters);
  assert.equal(formatFilters({}), "");
  assert.deepEqual(parseFilters("?verdict=,,&q=%20&nonsense=1"), {});
  assert.deepEqual(parseFilters("?verdict=refused,refused"), { verdict: "refused" });
});

test("the API gets a time for a span, and nothing of the page's own", () => {
  const query = toQuery({ within: "1h", q: "x" }, 10_000_000_000);
  assert.equal(query.get("since"), String(10_000_000 - 3600));
  assert.equal(query.get("within"), null);
  assert.equal(query.get("q"), "x");
});

test("summaries are matched as the server does", () => {
  const now = Date.parse(summary.start) + 60_000;
  const yes = [{}, { verdict: "refused,accepted" }, { method: "post" }, { status: "2xx" }, { provider: "twilio" }, { path: "ms?a" }, { path: "^/sms" },
    { tunnel_name: "hooks" }, { replay: "false" }, { within: "2m" }, { since: "2026-11-22T08:59:00Z" }, { until: String(now / 1000) }];
  const no = [{ verdict: "refused" }, { method: "GET" }, { status: "204x" }, { status: "none" }, { provider: "plivo" }, { path: "^/other" }, { replay: "true" },
    { within: "30s" }, { since: String(now / 1000) }, { until: "2026-11-22T08:59:00Z" }];
  for (const filters of yes) assert.ok(matches(summary, filters, now), JSON.stringify(filters));
  for (const filters of no) assert.ok(!matches(summary, filters, now), JSON.stringify(filters));
});

test("statuses", () => {
  assert.ok(statusMatches(404, "404") && statusMatches(404, "4xx") && statusMatches(404, "400-404") && statusMatches(null, "none") && statusMatches(500, "404,5xx"));
  assert.ok(!statusMatches(404, "5xx") && !statusMatches(null, "4xx") && !statusMatches(null, "200-299") && !statusMatches(405, "400-404"));
});

test("what only the server can tell", () => {
  assert.ok(isDeep({ q: "x" }) && isDeep({ body: "x" }) && isDeep({ header: "X" }));
  assert.ok(!isDeep({ verdict: "refused" }));
});
