//! HMAC with a kept key state, fed piece by piece.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::encoding::{SignatureTag, words};
use crate::{Rejection, Secrets, verdict::SecretMatch};

/// A message authentication code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC (RFC 2104) with SHA-1. SHA-1's collisions do not break it, but no new scheme should use it.
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-384.
    HmacSha384,
    /// HMAC with SHA-512.
    HmacSha512,
}

impl Algorithm {
    /// The algorithm as in the provider files: `hmac-sha256`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "hmac-sha1",
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha384 => "hmac-sha384",
            Self::HmacSha512 => "hmac-sha512",
        }
    }

    /// The length of a signature in bytes.
    #[must_use]
    pub const fn tag_length(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 => 64,
        }
    }
}

/// Takes signed content piece by piece: a MAC, or a buffer for people to look at.
pub(crate) trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// The keys of all configured secrets, in their order. Wiped when dropped (the `zeroize` features of the hash crates).
#[derive(Clone)]
pub(crate) struct Keys {
    states: States,
    labels: Vec<Option<Arc<str>>>,
}

/// Expanded keys.
#[derive(Clone)]
enum States {
    Sha1(Vec<Hmac<Sha1>>),
    Sha256(Vec<Hmac<Sha256>>),
    Sha384(Vec<Hmac<Sha384>>),
    Sha512(Vec<Hmac<Sha512>>),
}

impl Keys {
    /// Makes one key of each secret; `None` if one of them makes none.
    pub(crate) fn new(
        algorithm: Algorithm,
        secrets: &Secrets,
        mut decode: impl FnMut(&[u8]) -> Option<Zeroizing<Vec<u8>>>,
    ) -> Option<Self> {
        let keys = secrets.iter().map(|secret| decode(secret.expose())).collect::<Option<Vec<_>>>()?;
        let labels = secrets.iter().map(|secret| secret.label_text().map(Arc::from)).collect();
        Some(Self { states: States::expand(algorithm, &keys)?, labels })
    }

    /// The position of a secret under which one of the presented signatures of what `feed` puts is right.
    ///
    /// The content is fed once, to all keys. Every secret is compared with every tag, whatever matched before.
    ///
    /// # Errors
    /// Those of `feed`.
    pub(crate) fn find(
        &self,
        presented: &[SignatureTag],
        feed: impl FnOnce(&mut dyn Sink) -> Result<(), Rejection>,
    ) -> Result<Option<usize>, Rejection> {
        match &self.states {
            States::Sha1(keys) => find(keys, presented, feed),
            States::Sha256(keys) => find(keys, presented, feed),
            States::Sha384(keys) => find(keys, presented, feed),
            States::Sha512(keys) => find(keys, presented, feed),
        }
    }

    pub(crate) fn secret(&self, index: usize) -> SecretMatch {
        SecretMatch { index, label: self.labels.get(index).cloned().flatten() }
    }
}

impl States {
    fn expand(algorithm: Algorithm, keys: &[Zeroizing<Vec<u8>>]) -> Option<Self> {
        Some(match algorithm {
            Algorithm::HmacSha1 => Self::Sha1(expand(keys)?),
            Algorithm::HmacSha256 => Self::Sha256(expand(keys)?),
            Algorithm::HmacSha384 => Self::Sha384(expand(keys)?),
            Algorithm::HmacSha512 => Self::Sha512(expand(keys)?),
        })
    }
}

/// A key that signs: the one way in which a MAC becomes bytes.
#[cfg(feature = "signing")]
pub(crate) struct Key(States);

#[cfg(feature = "signing")]
impl Key {
    /// Expands a key. The empty one is refused: anybody could sign with it.
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Option<Self> {
        States::expand(algorithm, &[Zeroizing::new(key.to_vec())]).map(Self)
    }

    pub(crate) fn sign(&self, feed: impl FnOnce(&mut dyn Sink)) -> Vec<u8> {
        fn tag<M: Mac + Clone>(keys: &[M], feed: impl FnOnce(&mut dyn Sink)) -> Vec<u8> {
            let mut macs = keys.to_vec();
            feed(&mut Running(&mut macs));
            macs.into_iter().flat_map(|mac| mac.finalize().into_bytes()).collect()
        }
        match &self.0 {
            States::Sha1(keys) => tag(keys, feed),
            States::Sha256(keys) => tag(keys, feed),
            States::Sha384(keys) => tag(keys, feed),
            States::Sha512(keys) => tag(keys, feed),
        }
    }
}

/// Expands keys. HMAC takes keys of any length but the empty one: anybody could sign with it.
fn expand<M: KeyInit>(keys: &[Zeroizing<Vec<u8>>]) -> Option<Vec<M>> {
    keys.iter().map(|key| if key.is_empty() { None } else { M::new_from_slice(key).ok() }).collect()
}

fn find<M: Mac + Clone>(
    keys: &[M],
    presented: &[SignatureTag],
    feed: impl FnOnce(&mut dyn Sink) -> Result<(), Rejection>,
) -> Result<Option<usize>, Rejection> {
    // Most have one secret: its state stays where it is cloned to.
    if let [key] = keys {
        let mut mac = key.clone();
        feed(&mut Running(std::slice::from_mut(&mut mac)))?;
        return Ok(bool::from(matches_any(mac, presented)).then_some(0));
    }
    let mut macs = keys.to_vec();
    feed(&mut Running(&mut macs))?;
    let mut found = Choice::from(0);
    let mut position = 0u64;
    for (index, mac) in macs.into_iter().enumerate() {
        let matched = matches_any(mac, presented);
        position.conditional_assign(&(index as u64), matched & !found);
        found |= matched;
    }
    Ok(bool::from(found).then_some(position as usize))
}

/// Inlined, so that the MAC is not moved once more.
#[inline(always)]
fn matches_any<M: Mac>(mac: M, presented: &[SignatureTag]) -> Choice {
    let expected = mac.finalize().into_bytes();
    presented.iter().fold(Choice::from(0), |any, tag| any | matches(&expected, tag))
}

/// One MAC for each secret, all fed the same content.
struct Running<'m, M>(&'m mut [M]);

impl<M: Mac> Sink for Running<'_, M> {
    fn put(&mut self, bytes: &[u8]) {
        for mac in &mut *self.0 {
            mac.update(bytes);
        }
    }
}

/// Compares what a signature should be with what was presented, in constant time. Lengths are no secret: the algorithm
/// says them, and a tag of another length never matches.
fn matches(expected: &[u8], presented: &SignatureTag) -> Choice {
    let same_length = Choice::from(u8::from(!expected.is_empty() && expected.len() == presented.length));
    words(expected).zip(presented.words()).fold(same_length, |same, (left, right)| same & left.ct_eq(&right))
}

/// Whether `hex` is the SHA-256 of the body in hexadecimal digits.
pub(crate) fn hex_sha256_matches<'a>(pieces: impl Iterator<Item = &'a [u8]>, hex: &[u8]) -> bool {
    let Some(presented) = super::Encoding::Hex.decode(hex, 32) else { return false };
    let mut digest = Sha256::new();
    for piece in pieces {
        digest.update(piece);
    }
    matches(&digest.finalize(), &presented).into()
}

#[cfg(feature = "signing")]
pub(crate) fn sha256<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut digest = Sha256::new();
    for piece in pieces {
        digest.update(piece);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Encoding;

    fn tag(hex: &str) -> SignatureTag {
        Encoding::Hex.decode(hex.as_bytes(), hex.len() / 2).expect("a tag")
    }

    fn text(secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        Some(secret.to_vec().into())
    }

    /// RFC 4231 section 4.3 (test case 2) and RFC 2202 section 3 (test case 2).
    #[test]
    fn published_tags() {
        let cases = [
            (Algorithm::HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (Algorithm::HmacSha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                Algorithm::HmacSha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ];
        for (algorithm, expected) in cases {
            let keys = Keys::new(algorithm, &Secrets::try_from("Jefe").expect("a secret"), text).expect("keys");
            let found = keys.find(&[tag(expected)], |sink| {
                sink.put(b"what do ya want ");
                sink.put(b"for nothing?");
                Ok(())
            });
            assert_eq!(found, Ok(Some(0)), "{algorithm:?}");
        }
    }

    #[test]
    fn the_empty_key_is_no_key() {
        let secrets = Secrets::try_from("a prefix and nothing else").expect("a secret");
        assert!(Keys::new(Algorithm::HmacSha256, &secrets, |_| Some(Vec::new().into())).is_none());
    }

    #[test]
    fn the_first_matching_secret_is_named() {
        let secrets = Secrets::try_from(["a", "Jefe", "Jefe"]).expect("secrets");
        let keys = Keys::new(Algorithm::HmacSha1, &secrets, text).expect("keys");
        let right = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        let wrong = "00fcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        let find = |tags: &[&str]| {
            let tags: Vec<_> = tags.iter().map(|text| tag(text)).collect();
            let found = keys.find(&tags, |sink| {
                sink.put(b"what do ya want for nothing?");
                Ok(())
            });
            found.expect("nothing is refused")
        };
        assert_eq!(find(&[right]), Some(1));
        assert_eq!(find(&[wrong, right]), Some(1));
        assert_eq!(find(&[wrong]), None);
        assert_eq!(find(&[]), None);
    }
}
