//! What is still running, so that the end can wait for it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

/// Counts connections and tunnels, and tells them that the end has begun.
#[derive(Clone, Debug)]
pub(crate) struct Tracker(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    count: watch::Sender<usize>,
    ending: watch::Sender<bool>,
    is_cut_off: AtomicBool,
}

/// One connection or tunnel; counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Running(Tracker);

impl Tracker {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared {
            count: watch::Sender::new(0),
            ending: watch::Sender::new(false),
            is_cut_off: AtomicBool::new(false),
        }))
    }

    pub(crate) fn enter(&self) -> Running {
        self.0.count.send_modify(|count| *count += 1);
        Running(self.clone())
    }

    pub(crate) fn count(&self) -> usize {
        *self.0.count.borrow()
    }

    /// Begins the end: nothing new is accepted, what runs is finished.
    pub(crate) fn end(&self) {
        self.0.ending.send_replace(true);
    }

    /// Returns when the end has begun.
    pub(crate) async fn ending(&self) {
        // The sender is in `self`: it cannot be gone.
        let _ = self.0.ending.subscribe().wait_for(|ending| *ending).await;
    }

    /// Nothing is waited for any longer: what is dropped from here on did not end by itself.
    pub(crate) fn cut_off(&self) {
        self.0.is_cut_off.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_cut_off(&self) -> bool {
        self.0.is_cut_off.load(Ordering::Relaxed)
    }

    /// Returns when nothing runs any more.
    pub(crate) async fn idle(&self) {
        let _ = self.0.count.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Running {
    pub(crate) async fn ending(&self) {
        self.0.ending().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.count.send_modify(|count| *count -= 1);
    }
}
