//! MD5 over a key and a message: what some did before HMAC.
//!
//! It is no MAC. Whoever sees one digest can append to the message and make the next (length extension), so that
//! nothing accepts it unless an option says so.

use std::sync::Arc;

use md5::{Digest, Md5};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::SignatureTag;
use crate::{Secrets, verdict::SecretMatch};

/// One digest state for each secret, the secret already in it.
#[derive(Clone)]
pub(crate) struct KeyedMd5 {
    states: Vec<Md5>,
    labels: Vec<Option<Arc<str>>>,
}

impl KeyedMd5 {
    /// The length of a digest in bytes.
    pub(crate) const LENGTH: usize = 16;

    pub(crate) fn new(secrets: &Secrets) -> Self {
        Self {
            states: secrets.iter().map(|secret| Md5::new_with_prefix(secret.expose())).collect(),
            labels: secrets.iter().map(|secret| secret.label_text().map(Arc::from)).collect(),
        }
    }

    /// The position of the secret with which `presented` was made. All are compared, whatever matched before.
    pub(crate) fn find<'a>(
        &self,
        message: impl Iterator<Item = &'a [u8]> + Clone,
        presented: &SignatureTag,
    ) -> Option<usize> {
        let mut found = Choice::from(0);
        let mut position = 0u64;
        for (index, state) in self.states.iter().enumerate() {
            let mut state = state.clone();
            message.clone().for_each(|piece| state.update(piece));
            let matched = state.finalize().as_slice().ct_eq(presented.bytes());
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
    use crate::crypto::Encoding;

    /// RFC 1321 appendix A.5: the text "message digest", cut in two and three.
    #[test]
    fn published_digest() {
        let digests = KeyedMd5::new(&Secrets::try_from(["other", "message"]).expect("secrets"));
        let tag = |hex: &str| Encoding::Hex.decode(hex.as_bytes(), KeyedMd5::LENGTH).expect("a tag");
        let find = |hex: &str| digests.find([&b" dig"[..], b"est"].into_iter(), &tag(hex));
        assert_eq!(find("f96b697d7cb7938d525a2f31aaf161d0"), Some(1));
        assert_eq!(find("f96b697d7cb7938d525a2f31aaf161d1"), None);
    }
}
