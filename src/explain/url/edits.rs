//! All variants of a URL, the likelier first.
//!
//! Each part of the URL has alternatives, each with a cost: the less likely, the dearer. A variant costs what its
//! alternatives cost together, so that what is likely alone comes before what is unlikely, and likely pairs (behind a
//! proxy both scheme and host are lost) before either.

use super::{Hints, UrlParts, query::Queries};
use crate::{
    crypto::{hex_lower, sha256},
    explain::delivery::Delivery,
    public_url::Scheme,
};

/// Calls `try_one` with variant after variant until it says stop.
pub(in crate::explain) fn variants(
    base: &UrlParts,
    hints: &Hints,
    delivery: &Delivery<'_>,
    provider: &str,
    try_one: &mut dyn FnMut(&UrlParts) -> bool,
) {
    let lists = Lists::of(base, hints, delivery, provider);
    let mut floor = 0;
    for ceiling in BANDS {
        let mut combinations = lists.combinations(floor, *ceiling);
        combinations.sort_by_key(|(cost, _)| *cost);
        for (_, at) in combinations {
            if lists.build(base, at).is_some_and(|url| try_one(&url)) {
                return;
            }
        }
        floor = *ceiling;
    }
}

/// Single changes and likely pairs; pairs; whatever else.
const BANDS: &[u16] = &[24, 34, 44, 56, 70];

/// The alternatives of each part, as they are first.
struct Lists {
    schemes: Vec<(Scheme, u16)>,
    authorities: Vec<((String, String), u16)>,
    userinfos: Vec<(Option<String>, u16)>,
    paths: Vec<(String, u16)>,
    queries: Vec<(Option<String>, u16)>,
    fragments: Vec<(Option<String>, u16)>,
}

type At = [u16; 6];

impl Lists {
    fn of(base: &UrlParts, hints: &Hints, delivery: &Delivery<'_>, provider: &str) -> Self {
        let mut lists = Self {
            schemes: schemes(base.scheme),
            authorities: authorities(base, hints),
            userinfos: vec![(base.userinfo.clone(), 0)],
            paths: paths(base, hints, provider),
            queries: queries(base, hints, delivery, provider),
            fragments: vec![(base.fragment.clone(), 0)],
        };
        for userinfo in &hints.userinfo {
            push(&mut lists.userinfos, Some(userinfo.clone()), 10);
        }
        push(&mut lists.userinfos, None, 12);
        if let super::super::delivery::Target::Url(text) = delivery.target {
            push(&mut lists.fragments, text.split_once('#').map(|(_, fragment)| fragment.to_owned()), 12);
        }
        push(&mut lists.fragments, None, 12);
        lists.sort();
        lists
    }

    /// By cost: [`combinations`](Self::combinations) leaves a list at the first that is too dear.
    fn sort(&mut self) {
        self.schemes.sort_by_key(|(_, cost)| *cost);
        self.authorities.sort_by_key(|(_, cost)| *cost);
        self.userinfos.sort_by_key(|(_, cost)| *cost);
        self.paths.sort_by_key(|(_, cost)| *cost);
        self.queries.sort_by_key(|(_, cost)| *cost);
        self.fragments.sort_by_key(|(_, cost)| *cost);
    }

    /// What costs more than `floor` and at most `ceiling`.
    fn combinations(&self, floor: u16, ceiling: u16) -> Vec<(u16, At)> {
        let costs: [Vec<u16>; 6] = [
            self.schemes.iter().map(|(_, cost)| *cost).collect(),
            self.authorities.iter().map(|(_, cost)| *cost).collect(),
            self.userinfos.iter().map(|(_, cost)| *cost).collect(),
            self.paths.iter().map(|(_, cost)| *cost).collect(),
            self.queries.iter().map(|(_, cost)| *cost).collect(),
            self.fragments.iter().map(|(_, cost)| *cost).collect(),
        ];
        let mut found = Vec::new();
        extend(&costs, 0, 0, [0; 6], floor, ceiling, &mut found);
        found
    }

    fn build(&self, base: &UrlParts, at: At) -> Option<UrlParts> {
        let [scheme, authority, userinfo, path, query, fragment] = at.map(usize::from);
        let (host, port) = self.authorities.get(authority)?.0.clone();
        let url = UrlParts {
            scheme: self.schemes.get(scheme)?.0,
            userinfo: self.userinfos.get(userinfo)?.0.clone(),
            host,
            port,
            path: self.paths.get(path)?.0.clone(),
            query: self.queries.get(query)?.0.clone(),
            fragment: self.fragments.get(fragment)?.0.clone(),
        };
        (url != *base).then_some(url)
    }
}

fn extend(
    costs: &[Vec<u16>; 6],
    list: usize,
    spent: u16,
    at: At,
    floor: u16,
    ceiling: u16,
    found: &mut Vec<(u16, At)>,
) {
    let Some(alternatives) = costs.get(list) else {
        if spent > floor {
            found.push((spent, at));
        }
        return;
    };
    for (index, cost) in alternatives.iter().enumerate() {
        let total = spent.saturating_add(*cost);
        if total > ceiling || found.len() >= MOST {
            return;
        }
        let mut next = at;
        if let Some(slot) = next.get_mut(list) {
            *slot = index as u16;
        }
        extend(costs, list + 1, total, next, floor, ceiling, found);
    }
}

/// Most combinations of a band.
const MOST: usize = 60_000;

const LONGEST_LIST: usize = 400;

fn push<T: PartialEq>(list: &mut Vec<(T, u16)>, item: T, cost: u16) {
    let has_room = list.len() < LONGEST_LIST;
    match list.iter_mut().find(|(known, _)| *known == item) {
        Some((_, known)) => *known = cost.min(*known),
        None if has_room => list.push((item, cost)),
        None => {}
    }
}

fn schemes(base: Scheme) -> Vec<(Scheme, u16)> {
    let mut list = vec![(base, 0)];
    let order = match base {
        Scheme::Https => [Scheme::Http, Scheme::Wss, Scheme::Ws],
        Scheme::Http => [Scheme::Https, Scheme::Ws, Scheme::Wss],
        Scheme::Wss => [Scheme::Ws, Scheme::Https, Scheme::Http],
        Scheme::Ws => [Scheme::Wss, Scheme::Http, Scheme::Https],
    };
    list.extend(order.into_iter().zip([8, 20, 22]));
    list
}

fn authorities(base: &UrlParts, hints: &Hints) -> Vec<((String, String), u16)> {
    let mut list = vec![((base.host.clone(), base.port.clone()), 0)];
    let mut add = |host: &str, port: &str, cost| push(&mut list, (host.to_owned(), port.to_owned()), cost);
    add(&base.host, "", 9);
    add(&base.host, ":443", 10);
    add(&base.host, ":80", 11);
    for (index, port) in hints.ports.iter().enumerate() {
        add(&base.host, port, 11 + index as u16);
    }
    for (index, host) in hints.hosts.iter().enumerate() {
        let named = base.at_host(host);
        let cost = 8 + 2 * index as u16;
        add(&named.host, &named.port, cost);
        add(&named.host, "", cost + 3);
        add(&named.host, &base.port, cost + 4);
        add(&named.host, ":443", cost + 7);
        add(&named.host, ":80", cost + 8);
        for port in hints.ports.iter().take(4) {
            add(&named.host, port, cost + 6);
        }
        add(&named.host.to_ascii_lowercase(), &named.port, cost + 6);
    }
    add(&base.host.to_ascii_lowercase(), &base.port, 12);
    match base.host.strip_prefix("www.") {
        Some(bare) => add(bare, &base.port, 22),
        None => add(&format!("www.{}", base.host), &base.port, 26),
    }
    match base.host.strip_suffix('.') {
        Some(bare) => add(bare, &base.port, 20),
        None => add(&format!("{}.", base.host), &base.port, 34),
    }
    for (index, port) in COMMON_PORTS.iter().enumerate() {
        add(&base.host, port, 24 + index as u16);
    }
    list
}

const COMMON_PORTS: &[&str] =
    &[":8443", ":8080", ":3000", ":4000", ":5000", ":8000", ":8888", ":9000", ":4040", ":8081", ":10443", ":9443"];

fn paths(base: &UrlParts, hints: &Hints, provider: &str) -> Vec<(String, u16)> {
    let mut list = vec![(base.path.clone(), 0)];
    let path = base.path.as_str();
    let hyphened = provider.replace('_', "-");
    let mut prefixed: Vec<(String, u16)> = Vec::new();
    for (index, prefix) in hints.prefixes.iter().enumerate() {
        prefixed.push((format!("{}{path}", prefix.trim_end_matches('/')), 9 + index as u16));
    }
    for (index, target) in hints.targets.iter().enumerate() {
        let target = target.split(['?', '#']).next().unwrap_or_default();
        prefixed.push((target.to_owned(), 9 + index as u16));
    }
    let mut rest = path;
    for count in 0..4_u16 {
        let Some(end) = rest.get(1..).and_then(|tail| tail.find('/')) else { break };
        rest = rest.get(end + 1..).unwrap_or_default();
        prefixed.push((rest.to_owned(), 11 + 3 * count));
    }
    for (index, guess) in COMMON_PREFIXES.iter().copied().chain([provider, &hyphened]).enumerate() {
        prefixed.push((format!("/{guess}{path}"), 26 + index as u16));
    }
    for (path, cost) in std::iter::once((path.to_owned(), 0)).chain(prefixed) {
        for (slashed, more) in slashes(&path) {
            push(&mut list, slashed, cost + more);
        }
        if cost > 0 {
            push(&mut list, path, cost);
        }
    }
    if let Ok(decoded) = String::from_utf8(super::query::percent_decoded(path)) {
        push(&mut list, decoded, 16);
    }
    push(&mut list, crate::explain::body::escape::path(path, true), 16);
    push(&mut list, crate::explain::body::escape::path_segments(path), 17);
    push(&mut list, crate::explain::body::escape::hex_case(path, true), 18);
    push(&mut list, crate::explain::body::escape::hex_case(path, false), 18);
    push(&mut list, path.to_ascii_lowercase(), 22);
    list
}

fn slashes(path: &str) -> Vec<(String, u16)> {
    let mut found = Vec::new();
    match path.strip_suffix('/') {
        Some(bare) => found.push((bare.to_owned(), 9)),
        None => found.push((format!("{path}/"), 9)),
    }
    let mut single = path.to_owned();
    while single.contains("//") {
        single = single.replace("//", "/");
    }
    found.push((single, 12));
    found.push((format!("/{path}"), 14));
    found.push((path.trim_end_matches('/').to_owned(), 14));
    // A base URL with a slash at its end, put before a path with one at its start.
    for (at, _) in path.match_indices('/').skip(1).take(4) {
        if let (Some(head), Some(tail)) = (path.get(..at), path.get(at..)) {
            found.push((format!("{head}/{tail}"), 18));
        }
    }
    found
}

const COMMON_PREFIXES: &[&str] = &[
    "api",
    "webhooks",
    "webhook",
    "hooks",
    "v1",
    "app",
    "in",
    "api/v1",
    "api/webhooks",
    "hook",
    "backend",
    "dev",
    "prod",
];

fn queries(base: &UrlParts, hints: &Hints, delivery: &Delivery<'_>, provider: &str) -> Vec<(Option<String>, u16)> {
    let mut queries = Queries::of(base.query.as_deref());
    for (index, target) in hints.targets.iter().enumerate() {
        let query =
            target.split('#').next().and_then(|target| target.split_once('?')).map(|(_, query)| query.to_owned());
        queries.add(query, 9 + index as u16);
    }
    if matches!(provider, "twilio" | "signalwire") && delivery.body_is_whole && !delivery.body.is_empty() {
        // The provider's hash of the body, where the query was lost.
        let hash = format!("bodySHA256={}", hex_lower(&sha256(std::iter::once(&*delivery.body))));
        let query = match base.query.as_deref() {
            None | Some("") => hash,
            Some(query) => format!("{query}&{hash}"),
        };
        queries.add(Some(query), 10);
    }
    queries.into_found()
}
