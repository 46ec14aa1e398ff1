// The figures of all routes together.

/** Sums over `status.routes[].figures`: `{ requests, verdicts, troubles, rate, providers, since }`. */
export function totals(routes = []) {
  const out = { requests: 0, verdicts: {}, troubles: 0, rates: { m1: 0, m5: 0, m15: 0 }, providers: new Map() };
  for (const { provider, provider_name: name, figures } of routes) {
    if (!figures) continue;
    out.requests += figures.requests ?? 0;
    out.troubles += figures.troubles ?? 0;
    for (const [word, number] of Object.entries(figures.verdicts ?? {})) out.verdicts[word] = (out.verdicts[word] ?? 0) + number;
    for (const key of Object.keys(out.rates)) out.rates[key] += figures.rates?.[key] ?? 0;
    if (!provider) continue;
    const entry = out.providers.get(provider) ?? { name: name ?? provider, accepted: 0, refused: 0 };
    entry.accepted += figures.verdicts?.accepted ?? 0;
    entry.refused += figures.verdicts?.refused ?? 0;
    out.providers.set(provider, entry);
  }
  return out;
}
