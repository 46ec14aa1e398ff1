//! [`Recipe`]: one provider's scheme as a constant.

use std::fmt;

use bytes::Bytes;
use http::Response;

use super::{
    content::Part,
    key::KeyFormat,
    options::Options,
    signature::{Format, Signature},
    timestamp::{Location, Timestamp},
};
use crate::{
    Rejection,
    crypto::Algorithm,
    request::{RequestHead, WebhookRequest},
};

/// A signature scheme. See the [module](super) for an example.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    pub(super) algorithm: Algorithm,
    pub(super) key: KeyFormat,
    pub(super) content: &'static [Part],
    pub(super) signature: Signature,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) delivery_id: &'static [&'static str],
    pub(super) required: &'static [(&'static str, &'static str)],
    pub(super) legacy: Option<&'static Legacy>,
    pub(super) challenge: Option<&'static Challenge>,
}

/// An older scheme of the same provider.
///
/// It is looked at only when no header of the newer one is there, and accepted only when `option` is on.
#[derive(Debug)]
pub struct Legacy {
    /// The boolean option that allows it.
    pub option: &'static str,
    /// The scheme.
    pub recipe: Recipe,
}

/// What the provider asks of an endpoint besides taking deliveries.
#[derive(Debug)]
pub struct Challenge {
    /// Answers a request whose signature was found right; `None` sends it on to the app.
    pub verified: Option<AnswerVerified>,
    /// Answers, or refuses, a request before any signature is looked at; `None` goes on with verification.
    ///
    /// What is answered here came from anybody: an answer must not be a signature that could be used elsewhere, and
    /// must not repeat what could be taken for HTML.
    pub unverified: Option<Answer>,
}

/// Answers a request that was verified, or leaves it to the app.
pub type AnswerVerified = fn(&WebhookRequest<'_>) -> Option<Response<Bytes>>;

/// Answers a request that nobody verified, refuses it, or leaves it to verification.
pub type AnswerUnverified = fn(&WebhookRequest<'_>, &Options) -> Option<Result<Response<Bytes>, Rejection>>;

/// A challenge that comes without a signature.
#[derive(Debug)]
pub struct Answer {
    /// Whether the request may be one, as far as its head tells. Keeps strangers' bodies from being read.
    ///
    /// Of a request for which this holds and which could be no delivery, the layer reads at most 16 KiB of body, and
    /// nothing of that of a GET or HEAD.
    pub applies: fn(&RequestHead<'_>, &Options) -> bool,
    /// Answers it.
    pub answer: AnswerUnverified,
}

/// A recipe that contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecipeError {
    /// A header name or a key is empty, or not in lower case.
    BadName,
    /// The timestamp is said to be a pair of a header that has no pairs, or to have the signature's key.
    BadPair,
    /// The separator or the assignment sign is not ASCII, or both are the same.
    BadSeparator,
    /// The body is not among the signed parts: anybody could replace it.
    BodyUnsigned,
    /// A delivery id is signed and no header for it is named.
    DeliveryIdMissing,
    /// A timestamp is signed and it is not said where it stands.
    TimestampMissing,
    /// A timestamp with a window is read and not signed: anybody could make it fresh.
    TimestampUnsigned,
}

impl RecipeError {
    const fn message(self) -> &'static str {
        match self {
            Self::BadName => "a header name or a key is empty or not in lower case",
            Self::BadPair => "the timestamp is no pair of the signature header",
            Self::BadSeparator => "separator and assignment sign must be two different ASCII characters",
            Self::BodyUnsigned => "the body is not signed",
            Self::DeliveryIdMissing => "a delivery id is signed and no header for it is named",
            Self::TimestampMissing => "a timestamp is signed and it is not said where it stands",
            Self::TimestampUnsigned => "a timestamp with a window is read and not signed",
        }
    }
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for RecipeError {}

impl Recipe {
    /// HMAC-SHA1 over `content`.
    #[must_use]
    pub const fn hmac_sha1(content: &'static [Part], signature: Signature) -> Self {
        Self::new(Algorithm::HmacSha1, content, signature)
    }

    /// HMAC-SHA256 over `content`.
    #[must_use]
    pub const fn hmac_sha256(content: &'static [Part], signature: Signature) -> Self {
        Self::new(Algorithm::HmacSha256, content, signature)
    }

    /// HMAC-SHA512 over `content`.
    #[must_use]
    pub const fn hmac_sha512(content: &'static [Part], signature: Signature) -> Self {
        Self::new(Algorithm::HmacSha512, content, signature)
    }

    /// The given algorithm over `content`, keyed with the secret's text.
    #[must_use]
    pub const fn new(algorithm: Algorithm, content: &'static [Part], signature: Signature) -> Self {
        Self {
            algorithm,
            key: KeyFormat::TEXT,
            content,
            signature,
            timestamp: None,
            delivery_id: &[],
            required: &[],
            legacy: None,
            challenge: None,
        }
    }

    /// How the secret becomes a key, if not as text.
    #[must_use]
    pub const fn key(mut self, key: KeyFormat) -> Self {
        self.key = key;
        self
    }

    /// When it was signed.
    #[must_use]
    pub const fn timestamp(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// The headers (lower case) that may hold the delivery's id; the first that is there counts.
    #[must_use]
    pub const fn delivery_id(mut self, headers: &'static [&'static str]) -> Self {
        self.delivery_id = headers;
        self
    }

    /// Headers (lower case) that must be there with exactly these values, such as a version of the scheme; anything else
    /// is an algorithm that is not supported.
    #[must_use]
    pub const fn require(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.required = headers;
        self
    }

    /// An older scheme that an option may allow.
    #[must_use]
    pub const fn legacy(mut self, legacy: &'static Legacy) -> Self {
        self.legacy = Some(legacy);
        self
    }

    /// What else to answer.
    #[must_use]
    pub const fn challenge(mut self, challenge: &'static Challenge) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// The recipe, if it is consistent; in a constant, the build ends here if it is not.
    ///
    /// # Panics
    /// With what [`try_check`](Self::try_check) finds.
    #[must_use]
    #[allow(clippy::panic, reason = "it stops the build")]
    pub const fn check(self) -> Self {
        match self.try_check() {
            Ok(recipe) => recipe,
            Err(error) => panic!("{}", error.message()),
        }
    }

    /// The recipe, if it is consistent.
    ///
    /// # Errors
    /// The first contradiction that is found.
    pub const fn try_check(self) -> Result<Self, RecipeError> {
        if !are_names(self.signature.headers) || self.signature.headers.is_empty() {
            return Err(RecipeError::BadName);
        }
        if !(self.delivery_id.is_empty() || are_names(self.delivery_id)) {
            return Err(RecipeError::BadName);
        }
        let mut content = self.content;
        while let [part, others @ ..] = content {
            if let Part::Header(name) = part
                && !are_names(&[*name])
            {
                return Err(RecipeError::BadName);
            }
            content = others;
        }
        let mut required = self.required;
        while let [(name, _), others @ ..] = required {
            if !are_names(&[*name]) {
                return Err(RecipeError::BadName);
            }
            required = others;
        }
        if let Format::Pairs { separator, assign, key } = self.signature.format {
            if key.is_empty() {
                return Err(RecipeError::BadName);
            }
            if !separator.is_ascii() || !assign.is_ascii() || separator as u32 == assign as u32 {
                return Err(RecipeError::BadSeparator);
            }
        }
        if let Format::Items { separator } = self.signature.format
            && !separator.is_ascii()
        {
            return Err(RecipeError::BadSeparator);
        }
        match self.timestamp {
            Some(timestamp) => match timestamp.location {
                Location::Headers(names) => {
                    if names.is_empty() || !are_names(names) {
                        return Err(RecipeError::BadName);
                    }
                }
                Location::Pair(name) => match self.signature.format {
                    Format::Pairs { key, .. } if !is_same(name, key) && !name.is_empty() => {}
                    _ => return Err(RecipeError::BadPair),
                },
            },
            None if self.signs(PartKind::Timestamp) => return Err(RecipeError::TimestampMissing),
            None => {}
        }
        if let Some(timestamp) = self.timestamp
            && timestamp.tolerance.is_some()
            && !self.signs(PartKind::Timestamp)
        {
            return Err(RecipeError::TimestampUnsigned);
        }
        if self.signs(PartKind::DeliveryId) && self.delivery_id.is_empty() {
            return Err(RecipeError::DeliveryIdMissing);
        }
        if !self.signs(PartKind::Body) {
            return Err(RecipeError::BodyUnsigned);
        }
        Ok(self)
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The signed parts, in order.
    #[must_use]
    pub const fn content(&self) -> &'static [Part] {
        self.content
    }

    /// How the secret becomes a key.
    #[must_use]
    pub const fn key_format(&self) -> KeyFormat {
        self.key
    }

    /// Where the signature is and how it is written.
    #[must_use]
    pub const fn signature(&self) -> Signature {
        self.signature
    }

    /// When it was signed.
    #[must_use]
    pub const fn signed_time(&self) -> Option<Timestamp> {
        self.timestamp
    }

    /// The older scheme.
    #[must_use]
    pub const fn older(&self) -> Option<&'static Legacy> {
        self.legacy
    }

    /// Whether the public URL is signed.
    #[must_use]
    pub const fn signs_url(&self) -> bool {
        self.signs(PartKind::Url)
    }

    const fn signs(&self, kind: PartKind) -> bool {
        let mut rest = self.content;
        while let [part, others @ ..] = rest {
            match (part, kind) {
                (Part::Body, PartKind::Body)
                | (Part::DeliveryId, PartKind::DeliveryId)
                | (Part::Timestamp, PartKind::Timestamp)
                | (Part::Url, PartKind::Url) => return true,
                _ => rest = others,
            }
        }
        false
    }
}

#[derive(Clone, Copy)]
enum PartKind {
    Body,
    DeliveryId,
    Timestamp,
    Url,
}

const fn are_names(mut names: &[&str]) -> bool {
    while let [name, others @ ..] = names {
        let mut bytes = name.as_bytes();
        if bytes.is_empty() {
            return false;
        }
        while let [byte, rest @ ..] = bytes {
            if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-' || *byte == b'_') {
                return false;
            }
            bytes = rest;
        }
        names = others;
    }
    true
}

const fn is_same(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        left = left_rest;
        right = right_rest;
    }
    left.is_empty() && right.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Signature = Signature::hex(&["x-signature"], Format::Bare);

    #[test]
    fn contradictions_are_named() {
        let error = |recipe: Recipe| recipe.try_check().map(|_| ()).unwrap_err();
        assert_eq!(error(Recipe::hmac_sha256(&[], BARE)), RecipeError::BodyUnsigned);
        assert_eq!(error(Recipe::hmac_sha256(&[Part::Timestamp, Part::Body], BARE)), RecipeError::TimestampMissing);
        assert_eq!(error(Recipe::hmac_sha256(&[Part::DeliveryId, Part::Body], BARE)), RecipeError::DeliveryIdMissing);
        assert_eq!(
            error(Recipe::hmac_sha256(&[Part::Body], BARE).timestamp(Timestamp::header(&["x-time"]).tolerance_secs(1))),
            RecipeError::TimestampUnsigned
        );
        assert_eq!(
            error(Recipe::hmac_sha256(&[Part::Timestamp, Part::Body], BARE).timestamp(Timestamp::pair("t"))),
            RecipeError::BadPair
        );
        assert_eq!(
            error(Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["X-Signature"], Format::Bare))),
            RecipeError::BadName
        );
        for name in ["X-Nonce", "", "x nonce"] {
            let content: &'static [Part] = Box::leak(Box::new([Part::Body, Part::Header(name)]));
            assert_eq!(error(Recipe::hmac_sha256(content, BARE)), RecipeError::BadName, "{name}");
        }
        let pairs = Format::Pairs { separator: ',', assign: ',', key: "v1" };
        assert_eq!(
            error(Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-signature"], pairs))),
            RecipeError::BadSeparator
        );
    }
}
