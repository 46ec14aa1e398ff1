//! Keyed tags with a kept key state, fed piece by piece: HMAC, and what some had before it.

use std::{fmt, sync::Arc};

use hmac::{
    EagerHash, KeyInit,
    block_api::HmacCore,
    digest::{
        FixedOutputReset, Output,
        block_api::{Buffer, FixedOutputCore, UpdateCore},
    },
};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::encoding::SignatureTag;
use crate::{ConfigError, Rejection, Secrets, verdict::SecretMatch};

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
    /// MD5 of the secret and then the content: no HMAC, weak, and who knows one digest can lengthen the content. Only for
    /// providers that sign with nothing better, and only if an option says so.
    SecretPrefixMd5,
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
            Self::SecretPrefixMd5 => "secret-prefix-md5",
            Self::SecretPrefixSha256 => "secret-prefix-sha256",
            Self::SecretSuffixMd5 => "secret-suffix-md5",
        }
    }

    /// The length of a signature in bytes.
    #[must_use]
    pub const fn tag_length(self) -> usize {
        match self {
            Self::HmacMd5 | Self::SecretPrefixMd5 | Self::SecretSuffixMd5 => 16,
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

/// The keys of all configured secrets, in their order. Wiped when dropped (the `zeroize` features of the hash crates).
pub(crate) struct Keys {
    states: States,
    labels: Vec<Option<Arc<str>>>,
}

/// Expanded keys.
enum States {
    Md5(Vec<HmacCode<Md5>>),
    Prefixed(Vec<Prefixed<Sha256>>),
    PrefixedMd5(Vec<Prefixed<Md5>>),
    Sha1(Vec<HmacCode<Sha1>>),
    Sha256(Vec<HmacCode<Sha256>>),
    Sha384(Vec<HmacCode<Sha384>>),
    Sha512(Vec<HmacCode<Sha512>>),
    SuffixedMd5(Vec<Suffixed<Md5>>),
}

/// Does the same with the keys of any algorithm.
macro_rules! with_keys {
    ($states:expr, $keys:ident => $body:expr) => {
        match $states {
            States::Md5($keys) => $body,
            States::Prefixed($keys) => $body,
            States::PrefixedMd5($keys) => $body,
            States::Sha1($keys) => $body,
            States::Sha256($keys) => $body,
            States::Sha384($keys) => $body,
            States::Sha512($keys) => $body,
            States::SuffixedMd5($keys) => $body,
        }
    };
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

    /// Keys that are the secrets' texts.
    pub(crate) fn of_texts(algorithm: Algorithm, secrets: &Secrets) -> Result<Self, ConfigError> {
        Self::new(algorithm, secrets, |secret| Some(Zeroizing::new(secret.to_vec()))).ok_or(ConfigError::EmptySecret)
    }

    /// The position of a secret under which one of the presented signatures of what `feed` puts is right.
    ///
    /// The content is fed once, to all keys. Every secret is compared with every tag, whatever matched before.
    ///
    /// Every caller gets the code of all algorithms once more, so that the MAC stands where its content is fed: that is
    /// for the schemes that most deliveries have. The others take [`find_fed`](Self::find_fed).
    ///
    /// # Errors
    /// Those of `feed`.
    pub(crate) fn find(
        &self,
        presented: &[SignatureTag],
        feed: impl FnOnce(&mut dyn Sink) -> Result<(), Rejection>,
    ) -> Result<Option<usize>, Rejection> {
        with_keys!(&self.states, keys => find(keys, presented, feed))
    }

    /// The same for content that can always be fed, compiled once for all callers.
    pub(crate) fn find_fed(&self, presented: &[SignatureTag], feed: impl FnOnce(&mut dyn Sink)) -> Option<usize> {
        let mut feed = Some(feed);
        let mut feed = |sink: &mut dyn Sink| {
            if let Some(feed) = feed.take() {
                feed(sink);
            }
        };
        // A compiler that knows the function makes a copy of `find_any` for each caller after all.
        self.find_any(presented, std::hint::black_box(&mut feed))
    }

    #[inline(never)]
    fn find_any(&self, presented: &[SignatureTag], feed: &mut dyn FnMut(&mut dyn Sink)) -> Option<usize> {
        let found = self.find(presented, |sink| {
            feed(sink);
            Ok(())
        });
        found.ok().flatten()
    }

    pub(crate) fn secret(&self, index: usize) -> SecretMatch {
        SecretMatch { index, label: self.labels.get(index).cloned().flatten() }
    }

    /// The MAC of a challenge's token, for the providers that want an answer made with the secret that signs events.
    ///
    /// **Whoever may choose `token` is given a MAC of it.** The caller must have verified the request, or must hold
    /// the token to an alphabet and a length in which nothing that could be delivered can be written.
    pub(crate) fn answer_challenge(&self, index: usize, token: &[u8]) -> Option<Vec<u8>> {
        self.states.tag(index, |sink| sink.put(token))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.labels.len()).finish()
    }
}

impl States {
    fn expand(algorithm: Algorithm, keys: &[Zeroizing<Vec<u8>>]) -> Option<Self> {
        Some(match algorithm {
            Algorithm::HmacMd5 => Self::Md5(expand(keys)?),
            Algorithm::HmacSha1 => Self::Sha1(expand(keys)?),
            Algorithm::HmacSha256 => Self::Sha256(expand(keys)?),
            Algorithm::HmacSha384 => Self::Sha384(expand(keys)?),
            Algorithm::HmacSha512 => Self::Sha512(expand(keys)?),
            Algorithm::SecretPrefixMd5 => Self::PrefixedMd5(expand(keys)?),
            Algorithm::SecretPrefixSha256 => Self::Prefixed(expand(keys)?),
            Algorithm::SecretSuffixMd5 => Self::SuffixedMd5(expand(keys)?),
        })
    }

    /// The MAC under one of the keys, readable: for answers to challenges and for signing, nothing else.
    fn tag(&self, index: usize, feed: impl FnOnce(&mut dyn Sink)) -> Option<Vec<u8>> {
        fn tag<C: Code>(key: &C, feed: impl FnOnce(&mut dyn Sink)) -> Vec<u8> {
            let mut code = key.start();
            feed(&mut Running(std::slice::from_mut(&mut code)));
            code.finish(<[u8]>::to_vec)
        }
        Some(with_keys!(self, keys => tag(keys.get(index)?, feed)))
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
        self.0.tag(0, feed).unwrap_or_default()
    }
}

/// A keyed function that makes a tag.
trait Code: Sized {
    /// A key that was fed nothing; `None` for keys that cannot be used.
    fn keyed(key: &[u8]) -> Option<Self>;
    /// Another one with the same key.
    fn start(&self) -> Self;
    fn feed(&mut self, bytes: &[u8]);
    /// Shows the tag to `read`. What is fed after that makes no sense.
    fn finish<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> T;
}

/// HMAC on blocks, with a buffer for what is not yet a block: `Hmac` would copy an empty buffer with each key, and itself
/// at the end.
struct HmacCode<D: EagerHash> {
    core: HmacCore<D>,
    buffer: Buffer<HmacCore<D>>,
}

impl<D: EagerHash> Code for HmacCode<D> {
    fn keyed(key: &[u8]) -> Option<Self> {
        // Keys of any length are taken.
        Some(Self { core: HmacCore::new_from_slice(key).ok()?, buffer: Buffer::<HmacCore<D>>::default() })
    }

    fn start(&self) -> Self {
        Self { core: self.core.clone(), buffer: Buffer::<HmacCore<D>>::default() }
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.buffer.digest_blocks(bytes, |blocks| self.core.update_blocks(blocks));
    }

    fn finish<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> T {
        let mut tag = Output::<HmacCore<D>>::default();
        self.core.finalize_fixed_core(&mut self.buffer, &mut tag);
        read(&tag)
    }
}

/// A digest that has the secret in it.
struct Prefixed<D>(D);

impl<D: Digest + FixedOutputReset + Clone> Code for Prefixed<D> {
    fn keyed(key: &[u8]) -> Option<Self> {
        Some(Self(D::new_with_prefix(key)))
    }

    fn start(&self) -> Self {
        Self(self.0.clone())
    }

    fn feed(&mut self, bytes: &[u8]) {
        Digest::update(&mut self.0, bytes);
    }

    fn finish<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> T {
        read(&self.0.finalize_reset())
    }
}

/// A digest that gets the secret at its end.
struct Suffixed<D>(D, Zeroizing<Vec<u8>>);

impl<D: Digest + FixedOutputReset> Code for Suffixed<D> {
    fn keyed(key: &[u8]) -> Option<Self> {
        Some(Self(D::new(), key.to_vec().into()))
    }

    fn start(&self) -> Self {
        Self(D::new(), self.1.clone())
    }

    fn feed(&mut self, bytes: &[u8]) {
        Digest::update(&mut self.0, bytes);
    }

    fn finish<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> T {
        Digest::update(&mut self.0, &self.1[..]);
        read(&self.0.finalize_reset())
    }
}

/// Expands keys. The empty one is none: anybody could sign with it.
fn expand<C: Code>(keys: &[Zeroizing<Vec<u8>>]) -> Option<Vec<C>> {
    keys.iter().map(|key| if key.is_empty() { None } else { C::keyed(key) }).collect()
}

fn find<C: Code>(
    keys: &[C],
    presented: &[SignatureTag],
    feed: impl FnOnce(&mut dyn Sink) -> Result<(), Rejection>,
) -> Result<Option<usize>, Rejection> {
    // Most have one secret.
    if let [key] = keys {
        let mut code = key.start();
        feed(&mut Running(std::slice::from_mut(&mut code)))?;
        return Ok(bool::from(matches_any(&mut code, presented)).then_some(0));
    }
    let mut codes: Vec<_> = keys.iter().map(Code::start).collect();
    feed(&mut Running(&mut codes))?;
    let mut found = Choice::from(0);
    let mut position = 0u64;
    for (index, code) in codes.iter_mut().enumerate() {
        let matched = matches_any(code, presented);
        position.conditional_assign(&(index as u64), matched & !found);
        found |= matched;
    }
    Ok(bool::from(found).then_some(position as usize))
}

fn matches_any<C: Code>(code: &mut C, presented: &[SignatureTag]) -> Choice {
    code.finish(|expected| presented.iter().fold(Choice::from(0), |any, tag| any | matches(expected, tag)))
}

/// One code for each secret, all fed the same content.
struct Running<'m, C>(&'m mut [C]);

impl<C: Code> Sink for Running<'_, C> {
    fn put(&mut self, bytes: &[u8]) {
        for code in &mut *self.0 {
            code.feed(bytes);
        }
    }
}

/// Compares what a signature should be with what was presented, in constant time. Lengths are no secret: the algorithm
/// says them, and a tag of another length never matches.
fn matches(expected: &[u8], presented: &SignatureTag) -> Choice {
    let same_length = Choice::from(u8::from(!expected.is_empty() && expected.len() == presented.length));
    let (expected, expected_rest) = expected.as_chunks();
    let (presented, presented_rest) = presented.bytes().as_chunks();
    let words =
        expected.iter().zip(presented).map(|(left, right)| u64::from_ne_bytes(*left) ^ u64::from_ne_bytes(*right));
    let rest = expected_rest.iter().zip(presented_rest).map(|(left, right)| u64::from(left ^ right));
    let difference = words.chain(rest).fold(0, |all, difference| all | difference);
    same_length & difference.ct_eq(&0)
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

    /// `printf 'whatever' | sha256sum` and `md5sum` of GNU coreutils.
    #[test]
    fn plain_digests() {
        let sha256 = "85738f8f9a7f1b04b5329c590ebcb9e425925c6d0984089c43a022de4f19c281";
        let md5sum = "008c5926ca861023c1d2a36653fd88e2";
        let found = |algorithm, secret, content: &[u8], expected| {
            let keys = Keys::of_texts(algorithm, &Secrets::try_from(secret).expect("a secret")).expect("keys");
            keys.find_fed(&[tag(expected)], |sink| sink.put(content))
        };
        assert_eq!(found(Algorithm::SecretPrefixSha256, "what", b"ever", sha256), Some(0));
        assert_eq!(found(Algorithm::SecretPrefixMd5, "what", b"ever", md5sum), Some(0));
        assert_eq!(found(Algorithm::SecretSuffixMd5, "ever", b"what", md5sum), Some(0));
        assert_eq!(found(Algorithm::SecretPrefixSha256, "ever", b"what", sha256), None);
        assert_eq!(super::super::hex_lower(&md5([&b"what"[..], b"ever"].into_iter())), md5sum);
    }

    #[test]
    fn the_empty_key_is_no_key() {
        let secrets = Secrets::try_from("a prefix and nothing else").expect("a secret");
        assert!(Keys::new(Algorithm::HmacSha256, &secrets, |_| Some(Vec::new().into())).is_none());
    }

    #[test]
    fn a_challenge_is_answered_with_the_named_secret() {
        let keys = Keys::new(Algorithm::HmacSha1, &Secrets::try_from(["a", "Jefe"]).expect("secrets"), |text| {
            Some(text.to_vec().into())
        })
        .expect("keys");
        let answer = keys.answer_challenge(1, b"what do ya want for nothing?").expect("an answer");
        assert_eq!(super::super::hex_lower(&answer), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert!(keys.answer_challenge(2, b"x").is_none());
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
