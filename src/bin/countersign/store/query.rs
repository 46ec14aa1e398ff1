//! Which exchanges are looked for.

use std::{
    ops::RangeInclusive,
    time::{Duration, SystemTime},
};

use super::{Exchange, Id, Verdict};

/// Which exchanges are looked for. All conditions must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    /// How many at most; [`Query::MOST`] is the most.
    pub(crate) limit: usize,
    /// Only those with a smaller id: where the page before ended.
    pub(crate) before: Option<Id>,
    /// Only those with a greater id: what is known already.
    pub(crate) after: Option<Id>,
    /// The route's name.
    pub(crate) route: Option<String>,
    pub(crate) status: Option<StatusFilter>,
    /// In any case.
    pub(crate) method: Option<String>,
    pub(crate) path: Option<PathFilter>,
    /// Any of these; empty for all.
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) provider: Option<String>,
    pub(crate) header: Option<HeaderFilter>,
    /// In either body, in any case, as it stands or as forms and JSON escape it.
    pub(crate) body: Option<String>,
    /// The same in either head, either body, the delivery's id, and the id.
    pub(crate) text: Option<String>,
    pub(crate) since: Option<SystemTime>,
    pub(crate) until: Option<SystemTime>,
    pub(crate) replay: Option<bool>,
    /// Whether the answer holds bodies, or only their sizes.
    pub(crate) bodies: bool,
    /// How long to look for. A page that took longer is short, and says where to go on.
    pub(crate) patience: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StatusFilter {
    Range(RangeInclusive<u16>),
    /// The app did not answer.
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathFilter {
    /// Somewhere in the target, in any case.
    Contains(String),
    /// At its start, as it stands.
    Prefix(String),
}

/// A header of the request or of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeaderFilter {
    pub(crate) name: String,
    /// What its value contains, in any case.
    pub(crate) contains: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// The newest first.
    pub(crate) items: Vec<Exchange>,
    /// What `before` has to be for the next page; absent after the last one.
    pub(crate) next: Option<Id>,
    /// Whether time ran out before there were as many as wanted.
    pub(crate) cut_short: bool,
}

impl Query {
    pub(crate) const MOST: usize = 1000;
}

impl Default for Query {
    fn default() -> Self {
        Self {
            limit: 50,
            before: None,
            after: None,
            route: None,
            status: None,
            method: None,
            path: None,
            verdicts: Vec::new(),
            provider: None,
            header: None,
            body: None,
            text: None,
            since: None,
            until: None,
            replay: None,
            bodies: true,
            patience: Duration::from_secs(2),
        }
    }
}
