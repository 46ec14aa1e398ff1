//! Who is told what was fetched.

use std::sync::{Arc, OnceLock};

use crate::proxy::Observer;

/// Tells the observer, as soon as there is one.
#[derive(Clone, Default)]
pub(super) struct Report(Arc<OnceLock<Arc<dyn Observer>>>);

impl Report {
    /// The first one counts.
    pub(super) fn to(&self, observer: Arc<dyn Observer>) {
        let _ = self.0.set(observer);
    }

    pub(super) fn notice(&self, text: &str) {
        if let Some(observer) = self.0.get() {
            observer.notice(text);
        }
    }

    pub(super) fn warning(&self, text: &str) {
        if let Some(observer) = self.0.get() {
            observer.warning(text);
        }
    }
}
