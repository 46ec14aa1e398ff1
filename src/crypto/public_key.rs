//! Public keys: several of one kind, and which of them made a signature.

use std::{fmt, sync::Arc};

use crate::{Secrets, verdict::SecretMatch};

/// The keys of all configured "secrets", which here are public, in their order. Parsed once.
#[derive(Clone)]
pub(crate) struct PublicKeys<K> {
    keys: Vec<K>,
    labels: Vec<Option<Arc<str>>>,
}

impl<K> PublicKeys<K> {
    /// Parses each; `None` if one of them is no key.
    pub(crate) fn new(secrets: &Secrets, mut parse: impl FnMut(&[u8]) -> Option<K>) -> Option<Self> {
        let keys = secrets.iter().map(|secret| parse(secret.expose())).collect::<Option<_>>()?;
        let labels = secrets.iter().map(|secret| secret.label_text().map(Arc::from)).collect();
        Some(Self { keys, labels })
    }

    /// The position of the first key for which `verifies` holds. Nothing here is secret, so the search may end early.
    pub(crate) fn find(&self, verifies: impl FnMut(&K) -> bool) -> Option<usize> {
        self.keys.iter().position(verifies)
    }

    #[cfg(feature = "rsa")]
    pub(crate) fn any(&self, holds: impl FnMut(&K) -> bool) -> bool {
        self.keys.iter().any(holds)
    }

    pub(crate) fn secret(&self, index: usize) -> SecretMatch {
        SecretMatch { index, label: self.labels.get(index).cloned().flatten() }
    }
}

impl<K> fmt::Debug for PublicKeys<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKeys").field(&self.keys.len()).finish()
    }
}
