//! Shared tokens: schemes that sign nothing and send the secret itself.

use std::{fmt, sync::Arc};

use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::{Secret, Secrets, verdict::SecretMatch};

/// The tokens that a request may present. Kept and compared as digests, so that time tells nothing of their length.
pub(crate) struct Tokens {
    digests: Vec<Zeroizing<[u8; 32]>>,
    labels: Vec<Option<Arc<str>>>,
}

impl Tokens {
    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self {
            digests: secrets.iter().map(|secret| Zeroizing::new(Sha256::digest(secret.expose()).into())).collect(),
            labels: labels(secrets),
        }
    }

    /// The tokens that `decode` makes of the secrets; `None` if it makes none of one of them.
    pub(crate) fn decoded(secrets: &Secrets, decode: impl Fn(&[u8]) -> Option<Zeroizing<Vec<u8>>>) -> Option<Self> {
        let digest = |secret: &Secret| Some(Zeroizing::new(Sha256::digest(decode(secret.expose())?).into()));
        Some(Self { digests: secrets.iter().map(digest).collect::<Option<_>>()?, labels: labels(secrets) })
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

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tokens").field(&self.digests.len()).finish()
    }
}

/// Whether two texts are the same, for the tokens that are configured as options. Compared as digests.
pub(crate) fn is_same_text(left: &[u8], right: &[u8]) -> bool {
    Sha256::digest(left).ct_eq(&Sha256::digest(right)).into()
}

fn labels(secrets: &Secrets) -> Vec<Option<Arc<str>>> {
    secrets.iter().map(|secret| secret.label_text().map(Arc::from)).collect()
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
