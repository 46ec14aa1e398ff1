//! HMAC with a kept key state, fed piece by piece.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use smallvec::SmallVec;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::encoding::{MAX_TAG, SignatureTag};
use crate::{ConfigError, Secrets, verdict::SecretMatch};

/// A message authentication code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with MD5. Only for providers that sign with nothing better.
    HmacMd5,
    /// HMAC (RFC 2104) with SHA-1. SHA-1's collisions do not break it, but no new scheme should use it.
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-384.
    HmacSha384,
    /// HMAC with SHA-512.
    HmacSha512,
    /// SHA-256 of the secret and then the content: no HMAC, and who knows one digest can lengthen the content. Only for
    /// providers that have nothing better, and only for content whose end is certain.
    SecretPrefixSha256,
    /// MD5 of the content and then the secret: no HMAC, and weak. Only for providers that sign with nothing better.
    SecretSuffixMd5,
}

impl Algorithm {
    /// The algorithm as in the provider files: `hmac-sha256`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacMd5 => "hmac-md5",
            Self::HmacSha1 => "hmac-sha1",
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha384 => "hmac-sha384",
            Self::HmacSha512 => "hmac-sha512",
            Self::SecretPrefixSha256 => "secret-prefix-sha256",
            Self::SecretSuffixMd5 => "secret-suffix-md5",
        }
    }

    /// The length of a signature in bytes.
    #[must_use]
    pub const fn tag_length(self) -> usize {
        match self {
            Self::HmacMd5 | Self::SecretSuffixMd5 => 16,
            Self::HmacSha1 => 20,
            Self::HmacSha256 | Self::SecretPrefixSha256 => 32,
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

/// A key whose state was expanded. Wiped when dropped (the `zeroize` features of the hash crates).
#[derive(Clone)]
pub(crate) struct Key(State);

#[derive(Clone)]
enum State {
    Md5(Hmac<Md5>),
    SecretSuffixMd5(Md5, Zeroizing<Vec<u8>>),
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
    SecretPrefix(Sha256),
}

impl Key {
    /// Expands a key. The empty one is refused: anybody could sign with it.
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Option<Self> {
        if key.is_empty() {
            return None;
        }
        // HMAC takes keys of any length, so that none of these is ever an error.
        Some(Self(match algorithm {
            Algorithm::HmacMd5 => State::Md5(Hmac::new_from_slice(key).ok()?),
            Algorithm::SecretSuffixMd5 => State::SecretSuffixMd5(Md5::new(), key.to_vec().into()),
            Algorithm::HmacSha1 => State::Sha1(Hmac::new_from_slice(key).ok()?),
            Algorithm::HmacSha256 => State::Sha256(Hmac::new_from_slice(key).ok()?),
            Algorithm::HmacSha384 => State::Sha384(Hmac::new_from_slice(key).ok()?),
            Algorithm::HmacSha512 => State::Sha512(Hmac::new_from_slice(key).ok()?),
            Algorithm::SecretPrefixSha256 => State::SecretPrefix(Sha256::new_with_prefix(key)),
        }))
    }

    /// Signs: the one way in which a MAC becomes bytes. Outside of the feature `signing` only for challenges that must be
    /// answered with the key.
    pub(crate) fn sign(&self, feed: impl FnOnce(&mut dyn Sink)) -> Vec<u8> {
        let mut state = self.0.clone();
        feed(&mut state);
        state.finish().bytes.get(..self.tag_length()).unwrap_or_default().to_vec()
    }

    const fn tag_length(&self) -> usize {
        match self.0 {
            State::Md5(_) | State::SecretSuffixMd5(..) => Algorithm::HmacMd5.tag_length(),
            State::Sha1(_) => Algorithm::HmacSha1.tag_length(),
            State::Sha256(_) => Algorithm::HmacSha256.tag_length(),
            State::Sha384(_) => Algorithm::HmacSha384.tag_length(),
            State::Sha512(_) => Algorithm::HmacSha512.tag_length(),
            State::SecretPrefix(_) => Algorithm::SecretPrefixSha256.tag_length(),
        }
    }
}

impl State {
    fn finish(self) -> Expected {
        let mut expected = Expected { bytes: [0; MAX_TAG], length: 0 };
        let mut copy = |tag: &[u8]| {
            if let Some(room) = expected.bytes.get_mut(..tag.len()) {
                room.copy_from_slice(tag);
                expected.length = tag.len();
            }
        };
        match self {
            Self::Md5(mac) => copy(&mac.finalize().into_bytes()),
            Self::SecretSuffixMd5(digest, secret) => copy(&digest.chain_update(&secret[..]).finalize()),
            Self::Sha1(mac) => copy(&mac.finalize().into_bytes()),
            Self::Sha256(mac) => copy(&mac.finalize().into_bytes()),
            Self::Sha384(mac) => copy(&mac.finalize().into_bytes()),
            Self::Sha512(mac) => copy(&mac.finalize().into_bytes()),
            Self::SecretPrefix(digest) => copy(&digest.finalize()),
        }
        expected
    }
}

impl Sink for State {
    fn put(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(mac) => mac.update(bytes),
            Self::SecretSuffixMd5(digest, _) => Digest::update(digest, bytes),
            Self::Sha1(mac) => mac.update(bytes),
            Self::Sha256(mac) => mac.update(bytes),
            Self::Sha384(mac) => mac.update(bytes),
            Self::Sha512(mac) => mac.update(bytes),
            Self::SecretPrefix(digest) => Digest::update(digest, bytes),
        }
    }
}

/// What a signature should be.
pub(crate) struct Expected {
    bytes: [u8; MAX_TAG],
    length: usize,
}

impl Expected {
    /// Compares in constant time; a tag of another length never matches.
    pub(crate) fn matches(&self, presented: &SignatureTag) -> Choice {
        self.bytes.get(..self.length).unwrap_or_default().ct_eq(presented.bytes())
            & Choice::from(u8::from(self.length != 0))
    }
}

/// The keys of all configured secrets, in their order.
#[derive(Clone)]
pub(crate) struct Keys {
    keys: Vec<Key>,
    labels: Vec<Option<Arc<str>>>,
}

impl Keys {
    /// Makes one key of each secret; `None` if one of them makes none.
    pub(crate) fn new(
        algorithm: Algorithm,
        secrets: &Secrets,
        mut decode: impl FnMut(&[u8]) -> Option<Zeroizing<Vec<u8>>>,
    ) -> Option<Self> {
        let keys =
            secrets.iter().map(|secret| Key::new(algorithm, &decode(secret.expose())?)).collect::<Option<_>>()?;
        let labels = secrets.iter().map(|secret| secret.label_text().map(Arc::from)).collect();
        Some(Self { keys, labels })
    }

    /// Keys that are the secrets' texts.
    pub(crate) fn of_texts(algorithm: Algorithm, secrets: &Secrets) -> Result<Self, ConfigError> {
        Self::new(algorithm, secrets, |secret| Some(Zeroizing::new(secret.to_vec()))).ok_or(ConfigError::EmptySecret)
    }

    /// One running MAC for each key.
    pub(crate) fn start(&self) -> MacSet {
        MacSet(self.keys.iter().map(|key| key.0.clone()).collect())
    }

    pub(crate) fn secret(&self, index: usize) -> SecretMatch {
        SecretMatch { index, label: self.labels.get(index).cloned().flatten() }
    }
}

/// One MAC for each secret, all fed the same content.
pub(crate) struct MacSet(SmallVec<[State; 1]>);

impl MacSet {
    /// The position of a secret under which one of the presented signatures is right.
    ///
    /// `presented` is called once for each secret and yields the same tags each time. Every secret is compared with
    /// every tag, whatever matched before.
    pub(crate) fn find<I>(self, presented: impl Fn() -> I) -> Option<usize>
    where
        I: Iterator<Item = SignatureTag>,
    {
        let mut found = Choice::from(0);
        let mut position = 0u64;
        for (index, state) in self.0.into_iter().enumerate() {
            let expected = state.finish();
            let matched = presented().fold(Choice::from(0), |any, tag| any | expected.matches(&tag));
            position.conditional_assign(&(index as u64), matched & !found);
            found |= matched;
        }
        bool::from(found).then_some(position as usize)
    }
}

impl Sink for MacSet {
    fn put(&mut self, bytes: &[u8]) {
        for state in &mut self.0 {
            state.put(bytes);
        }
    }
}

/// Whether `hex` is the SHA-256 of the body in hexadecimal digits.
pub(crate) fn hex_sha256_matches<'a>(pieces: impl Iterator<Item = &'a [u8]>, hex: &[u8]) -> bool {
    let Some(presented) = super::Encoding::Hex.decode(hex, 32) else { return false };
    let mut digest = Sha256::new();
    for piece in pieces {
        digest.update(piece);
    }
    digest.finalize().as_slice().ct_eq(presented.bytes()).into()
}

/// A key that is the SHA-1 of a secret.
pub(crate) fn sha1_key(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Sha1::digest(secret).to_vec())
}

/// The MD5 of a body, as schemes sign it that were made when `Content-MD5` was in use. A MAC covers it, yet who can make
/// two bodies of the same MD5 can exchange them.
pub(crate) fn md5<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> [u8; 16] {
    let mut digest = Md5::new();
    for piece in pieces {
        digest.update(piece);
    }
    digest.finalize().into()
}

pub(crate) fn sha256<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut digest = Sha256::new();
    for piece in pieces {
        digest.update(piece);
    }
    digest.finalize().into()
}

#[cfg(feature = "rsa")]
pub(crate) fn sha1<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> [u8; 20] {
    let mut digest = Sha1::new();
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
            let mut mac = MacSet([Key::new(algorithm, b"Jefe").expect("a key").0].into_iter().collect());
            mac.put(b"what do ya want ");
            mac.put(b"for nothing?");
            assert_eq!(mac.find(|| std::iter::once(tag(expected))), Some(0), "{algorithm:?}");
        }
    }

    /// `printf 'whatever' | sha256sum` and `md5sum` of GNU coreutils.
    #[test]
    fn plain_digests() {
        let mut mac =
            MacSet([Key::new(Algorithm::SecretPrefixSha256, b"what").expect("a key").0].into_iter().collect());
        mac.put(b"ever");
        let expected = "85738f8f9a7f1b04b5329c590ebcb9e425925c6d0984089c43a022de4f19c281";
        assert_eq!(mac.find(|| std::iter::once(tag(expected))), Some(0));
        assert_eq!(md5([&b"what"[..], b"ever"].into_iter()), tag("008c5926ca861023c1d2a36653fd88e2").bytes());
    }

    #[test]
    fn the_empty_key_is_no_key() {
        assert!(Key::new(Algorithm::HmacSha256, b"").is_none());
    }

    #[test]
    fn the_first_matching_secret_is_named() {
        let keys =
            Keys::new(Algorithm::HmacSha1, &Secrets::try_from(["a", "Jefe", "Jefe"]).expect("secrets"), |text| {
                Some(text.to_vec().into())
            })
            .expect("keys");
        let right = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        let wrong = "00fcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        let find = |tags: &[&str]| {
            let mut macs = keys.start();
            macs.put(b"what do ya want for nothing?");
            macs.find(|| tags.iter().map(|text| tag(text)))
        };
        assert_eq!(find(&[right]), Some(1));
        assert_eq!(find(&[wrong, right]), Some(1));
        assert_eq!(find(&[wrong]), None);
        assert_eq!(find(&[]), None);
    }
}
