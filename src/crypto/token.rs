//! Shared tokens: schemes that sign nothing and send the secret itself.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::{Secrets, verdict::SecretMatch};

/// The tokens that a request may present. Kept and compared as digests, so that time tells nothing of their length.
pub(crate) struct Tokens {
    digests: Vec<Zeroizing<[u8; 32]>>,
    labels: Vec<Option<Arc<str>>>,
}

impl Tokens {
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self {
            digests: secrets.iter().map(|secret| Zeroizing::new(Sha256::digest(secret.expose()).into())).collect(),
            labels: secrets.iter().map(|secret| secret.label_text().map(Arc::from)).collect(),
        }
    }

    /// The position of the secret that `presented` is. All are compared, whatever matched before.
    pub(crate) fn find(&self, presented: &[u8]) -> Option<usize> {
        let presented: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(presented).into());
        let mut found = Choice::from(0);
        let mut position = 0u64;
        for (index, digest) in self.digests.iter().enumerate() {
            let matched = digest.ct_eq(&presented[..]);
            position.conditional_assign(&(index as u64), matched & !found);
            found |= matched;
        }
        bool::from(found).then_some(position as usize)
    }

    pub(crate) fn secret(&self, index: usize) -> SecretMatch {
        SecretMatch { index, label: self.labels.get(index).cloned().flatten() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_counts() {
        let tokens = Tokens::new(&Secrets::try_from(["one", "two", "two"]).expect("secrets"));
        assert_eq!(tokens.find(b"two"), Some(1));
        for other in [&b""[..], b"tw", b"twoo", b"TWO", b"three"] {
            assert_eq!(tokens.find(other), None, "{other:?}");
        }
    }
}
