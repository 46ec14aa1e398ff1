//! The way out.

use std::time::Duration;

use super::{Exchange, Id, Page, Query, StoreError};

/// Reads what was captured, and carries out the inspector's orders. Cheap to clone.
///
/// Everything here blocks: in async code go through [`Reader::run`]. What was recorded before is seen: the writer is
/// asked first to commit what is queued, and given a bounded time for it.
#[derive(Clone, Debug)]
pub(crate) struct Reader {}

/// The ids of exchanges that stem from another, the oldest first; at most some hundreds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Related {
    pub(crate) replays: Vec<Id>,
    /// The other attempts of the same delivery.
    pub(crate) retries: Vec<Id>,
}

impl Reader {
    pub(crate) fn get(&self, id: Id) -> Result<Option<Exchange>, StoreError> {
        let _ = id;
        unimplemented!()
    }

    /// The newest first.
    pub(crate) fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let _ = query;
        unimplemented!()
    }

    pub(crate) fn related(&self, exchange: &Exchange) -> Result<Related, StoreError> {
        let _ = exchange;
        unimplemented!()
    }

    /// Waits until all that was recorded so far is committed, or could not be.
    pub(crate) fn flush(&self, limit: Duration) -> Result<(), StoreError> {
        let _ = limit;
        unimplemented!()
    }

    /// Deletes an exchange; `false` if there is none of that id.
    pub(crate) fn delete(&self, id: Id) -> Result<bool, StoreError> {
        let _ = id;
        unimplemented!()
    }

    /// Deletes all, and gives the space back. How many there were.
    pub(crate) fn clear(&self) -> Result<u64, StoreError> {
        unimplemented!()
    }

    /// Adds exchanges from elsewhere, redacted as all others. Ids that are taken are replaced. How many are in.
    pub(crate) fn import(&self, exchanges: Vec<Exchange>) -> Result<usize, StoreError> {
        let _ = exchanges;
        unimplemented!()
    }

    /// Runs something with the reader where blocking is allowed.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _ = work;
        unimplemented!()
    }
}
