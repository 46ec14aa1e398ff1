//! The way in.

use std::sync::Arc;

use super::{Exchange, Id, queue::Queue};

/// Takes exchanges, without ever waiting. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    /// Absent where nothing is kept.
    queue: Option<Arc<Queue>>,
}

impl Recorder {
    pub(super) fn new(queue: Option<Arc<Queue>>) -> Self {
        Self { queue }
    }

    /// Whether anything is kept at all; otherwise there is no point in making copies.
    pub(crate) fn is_on(&self) -> bool {
        self.queue.is_some()
    }

    /// Puts an exchange into the queue. Never blocks, never panics; what does not fit is dropped and counted.
    ///
    /// Bodies should be copies, not slices of a connection's buffers: a slice keeps the whole buffer alive.
    pub(crate) fn record(&self, exchange: impl Into<Box<Exchange>>) {
        if let Some(queue) = &self.queue {
            queue.record(exchange.into());
        }
    }

    /// Adds what was found out about a refusal, as JSON. As [`Recorder::record`]; unknown ids are passed over.
    pub(crate) fn explain(&self, id: Id, json: Arc<str>) {
        if let Some(queue) = &self.queue {
            queue.explain(id, json);
        }
    }
}
