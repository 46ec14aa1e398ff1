//! A bound on all the bodies that are held at one time.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How many bytes of bodies may be held at one time, over all requests. Clones share one budget.
///
/// Limits for single requests do not bound memory: 512 uploads of 1 MiB each hold half a gigabyte. A request that
/// finds the budget spent is answered with 503 before verification. Bytes count from their arrival until the inner
/// service has taken them or dropped the body.
#[derive(Clone)]
pub struct BufferBudget(Arc<Shared>);

struct Shared {
    limit: usize,
    used: AtomicUsize,
}

impl BufferBudget {
    /// 256 MiB.
    pub const DEFAULT_LIMIT: usize = 256 << 20;

    /// A budget of `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Shared { limit, used: AtomicUsize::new(0) }))
    }

    /// How many bytes are held now.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }

    pub(super) fn reservation(&self) -> Reservation {
        Reservation { budget: Arc::clone(&self.0), bytes: 0 }
    }
}

impl Default for BufferBudget {
    fn default() -> Self {
        Self::new(Self::DEFAULT_LIMIT)
    }
}

impl fmt::Debug for BufferBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferBudget").field("limit", &self.0.limit).field("used", &self.used()).finish()
    }
}

/// One request's share, given back when dropped.
pub(super) struct Reservation {
    budget: Arc<Shared>,
    bytes: usize,
}

impl Reservation {
    /// Takes more; `false` and nothing taken if that would be over the limit.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let limit = self.budget.limit;
        let taken = self.budget.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|sum| *sum <= limit)
        });
        if taken.is_ok() {
            self.bytes += bytes;
        }
        taken.is_ok()
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
