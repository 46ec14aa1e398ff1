//! News of the store.

use std::sync::Arc;

use super::{Exchange, Id};

/// What has changed, told after it was committed.
///
/// Heads are there, bodies are not (their sizes are): a slow listener must not hold on to megabytes.
/// [`Reader::get`](super::Reader::get) has them.
///
/// Listeners that fall behind miss events (`RecvError::Lagged`), and should then read anew.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// New exchanges, in the order in which they were recorded.
    Added(Arc<[Arc<Exchange>]>),
    /// Exchanges that are known have an explanation now, or turned out to be retries.
    Changed(Arc<[Arc<Exchange>]>),
    Deleted(Id),
    /// All are gone.
    Cleared,
}
