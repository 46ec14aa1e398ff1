//! The store as a whole.

use std::{sync::Arc, time::Duration};

use tokio::sync::broadcast;

use super::{Event, Id, Limits, Location, OpenError, Reader, Recorder, Redactor, Statistics};

/// The store: a writer thread, and the ways in and out.
pub(crate) struct Store {}

impl Store {
    /// Opens a store. `notices` is told, at most once a minute, when exchanges are lost; it must not block.
    ///
    /// # Errors
    /// [`OpenError`]: say so, and go on with [`Location::Memory`], which opens always.
    pub(crate) fn open(
        location: &Location,
        limits: Limits,
        redactor: Redactor,
        notices: impl Fn(String) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let _ = (location, limits, redactor, notices);
        unimplemented!()
    }

    pub(crate) fn recorder(&self) -> Recorder {
        unimplemented!()
    }

    pub(crate) fn reader(&self) -> Reader {
        unimplemented!()
    }

    pub(crate) fn redactor(&self) -> &Arc<Redactor> {
        unimplemented!()
    }

    /// What happens from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        unimplemented!()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        unimplemented!()
    }

    /// The greatest id in the store when it was opened: new ids must be greater, or a clock that was set back would make
    /// the new ones the oldest. See [`Ids::after`](super::Ids::after).
    pub(crate) fn newest(&self) -> Option<Id> {
        unimplemented!()
    }

    /// Writes what is queued, for as long as `limit` at most, and takes nothing more. Whether all is written.
    pub(crate) fn finish(&self, limit: Duration) -> bool {
        let _ = limit;
        unimplemented!()
    }
}
