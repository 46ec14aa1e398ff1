//! Schemes whose deliveries are signed with the provider's private key: what they share.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, StatusCode};

use super::CustomScheme;
#[cfg(feature = "ed25519")]
use crate::crypto::{ED25519_LENGTH, Ed25519Key, Encoding, SignatureTag, decode_base64_text, decode_hex_text};
#[cfg(feature = "ecdsa")]
use crate::crypto::{EcdsaKey, EcdsaSignature};
#[cfg(feature = "rsa")]
use crate::crypto::{RsaHash, RsaKey};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::PublicKeys,
    request::{RequestHead, WebhookRequest},
    scheme::{
        AnswerVerified, Options,
        timestamp::{TimestampUnit, check_window},
    },
    verdict::SecretMatch,
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// A signature over the raw body, or over a time in a header, a separator and the raw body.
#[derive(Debug)]
pub(super) struct PublicKeyScheme {
    pub(super) provider: &'static str,
    pub(super) algorithm: PublicKeyAlgorithm,
    /// The header (lower case) of the signature.
    pub(super) signature: &'static str,
    /// The header (lower case) of the signed time, and what stands between it and the body.
    pub(super) timestamp: Option<(&'static str, &'static str)>,
    /// The window that the provider names.
    pub(super) tolerance: Option<Duration>,
    /// The header (lower case) of the delivery's id.
    pub(super) delivery_id: Option<&'static str>,
    /// Answers what the provider asks of endpoints, after the signature was found right.
    pub(super) challenge: Option<AnswerVerified>,
    pub(super) refusal_status: StatusCode,
}

/// The algorithm, and how keys and signatures are written.
#[derive(Clone, Copy, Debug)]
pub(super) enum PublicKeyAlgorithm {
    /// SubjectPublicKeyInfo, as PEM or as the base64 within; signatures in base64 of DER.
    #[cfg(feature = "ecdsa")]
    EcdsaP256,
    /// Keys and signatures in base64.
    #[cfg(feature = "ed25519")]
    Ed25519Base64,
    /// Keys and signatures in hexadecimal digits.
    #[cfg(feature = "ed25519")]
    Ed25519Hex,
    /// PEM; PKCS#1 v1.5 signatures with SHA-256 in base64.
    #[cfg(feature = "rsa")]
    RsaSha256,
}

enum Keys {
    #[cfg(feature = "ecdsa")]
    EcdsaP256(PublicKeys<EcdsaKey>),
    #[cfg(feature = "ed25519")]
    Ed25519(PublicKeys<Ed25519Key>, Encoding),
    #[cfg(feature = "rsa")]
    RsaSha256(PublicKeys<RsaKey>),
}

enum Signature {
    #[cfg(feature = "ecdsa")]
    EcdsaP256(EcdsaSignature),
    #[cfg(feature = "ed25519")]
    Ed25519(SignatureTag),
    #[cfg(feature = "rsa")]
    RsaSha256(Vec<u8>),
}

struct Verifier {
    scheme: &'static PublicKeyScheme,
    signature: HeaderName,
    timestamp: Option<HeaderName>,
    delivery_id: Option<HeaderName>,
    tolerance: Option<Duration>,
    keys: Keys,
}

struct Presented<'a> {
    signature: Signature,
    timestamp: &'a [u8],
    signed_at: Option<UnixTime>,
}

impl PublicKeyAlgorithm {
    fn keys(self, secrets: &Secrets) -> Option<Keys> {
        Some(match self {
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256 => Keys::EcdsaP256(PublicKeys::new(secrets, EcdsaKey::from_text)?),
            #[cfg(feature = "ed25519")]
            Self::Ed25519Base64 => {
                let parse = |text: &[u8]| Ed25519Key::from_bytes(&decode_base64_text(text.trim_ascii())?);
                Keys::Ed25519(PublicKeys::new(secrets, parse)?, Encoding::Base64)
            }
            #[cfg(feature = "ed25519")]
            Self::Ed25519Hex => {
                let parse = |text: &[u8]| Ed25519Key::from_bytes(&decode_hex_text(text.trim_ascii())?);
                Keys::Ed25519(PublicKeys::new(secrets, parse)?, Encoding::Hex)
            }
            #[cfg(feature = "rsa")]
            Self::RsaSha256 => Keys::RsaSha256(PublicKeys::new(secrets, RsaKey::from_pem)?),
        })
    }

    const fn expected(self) -> &'static str {
        match self {
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256 => "a public key on P-256, as base64 of DER or as PEM",
            #[cfg(feature = "ed25519")]
            Self::Ed25519Base64 => "an Ed25519 public key: base64 of 32 bytes",
            #[cfg(feature = "ed25519")]
            Self::Ed25519Hex => "an Ed25519 public key: 64 hexadecimal digits",
            #[cfg(feature = "rsa")]
            Self::RsaSha256 => "an RSA public key of at least 2048 bits in PEM",
        }
    }
}

impl Keys {
    /// Reads a signature; `None` unless it is one that some key could have made.
    fn read(&self, text: &[u8]) -> Option<Signature> {
        match self {
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256(_) => {
                EcdsaSignature::from_der(&crate::crypto::decode_strict_base64(text)?).map(Signature::EcdsaP256)
            }
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_, encoding) => encoding.decode(text, ED25519_LENGTH).map(Signature::Ed25519),
            #[cfg(feature = "rsa")]
            Self::RsaSha256(keys) => {
                let signature = crate::crypto::decode_strict_base64(text)?;
                keys.any(|key| key.signature_length() == signature.len()).then_some(Signature::RsaSha256(signature))
            }
        }
    }

    /// The key that made the signature over `prefix` and the body.
    fn find(&self, signature: &Signature, prefix: [&[u8]; 2], request: &WebhookRequest<'_>) -> Option<SecretMatch> {
        let pieces = || prefix.into_iter().chain(request.body().pieces());
        match (self, signature) {
            #[cfg(feature = "ecdsa")]
            (Self::EcdsaP256(keys), Signature::EcdsaP256(signature)) => {
                let digest = crate::crypto::sha256(pieces());
                keys.find(|key| key.verify(&digest, signature)).map(|index| keys.secret(index))
            }
            #[cfg(feature = "ed25519")]
            (Self::Ed25519(keys, _), Signature::Ed25519(signature)) => {
                // The strict check hashes the content itself, and wants it in one piece.
                let message: Vec<u8> = pieces().flatten().copied().collect();
                keys.find(|key| key.verify(&message, signature.bytes())).map(|index| keys.secret(index))
            }
            #[cfg(feature = "rsa")]
            (Self::RsaSha256(keys), Signature::RsaSha256(signature)) => {
                let digest = crate::crypto::sha256(pieces());
                keys.find(|key| key.verify(RsaHash::Sha256, &digest, signature)).map(|index| keys.secret(index))
            }
            #[allow(unreachable_patterns, reason = "with one of the features alone, there is no other pair")]
            _ => None,
        }
    }
}

impl Verifier {
    fn present<'a>(&self, head: &RequestHead<'a>) -> Result<Presented<'a>, Rejection> {
        let text = head.header(&self.signature)?.filter(|text| !text.is_empty());
        let text = text.ok_or(RejectionKind::MissingSignature)?;
        let signature = self.keys.read(text).ok_or(RejectionKind::MalformedSignature)?;
        let (mut timestamp, mut signed_at): (&[u8], _) = (&[], None);
        if let Some(name) = &self.timestamp {
            timestamp = head.header(name)?.ok_or(RejectionKind::TimestampMissing)?;
            signed_at = Some(TimestampUnit::Secs.parse(timestamp).ok_or(RejectionKind::TimestampMalformed)?);
        }
        Ok(Presented { signature, timestamp, signed_at })
    }
}

impl WebhookVerifier for Verifier {
    fn provider(&self) -> &'static str {
        self.scheme.provider
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.present(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = self.present(request.head())?;
        let separator = self.scheme.timestamp.map_or("", |(_, separator)| separator);
        let prefix = [presented.timestamp, separator.as_bytes()];
        let found = self.keys.find(&presented.signature, prefix, request).ok_or(RejectionKind::SignatureMismatch)?;
        if let Some(time) = presented.signed_at {
            check_window(time, self.tolerance, context)?;
        }
        if let Some(answer) = self.scheme.challenge.and_then(|challenge| challenge(request)) {
            return Ok(Verdict::Answer(Box::new(answer)));
        }
        let id = self.delivery_id.as_ref().and_then(|name| request.headers().get(name)).cloned();
        let verified = Verified::new(self.scheme.provider, found);
        Ok(Verdict::Accept(verified.with_signed_at(presented.signed_at).with_delivery_id(id)))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(self.scheme.with_keys(secrets, self.tolerance)?))
    }

    fn refusal_status(&self) -> StatusCode {
        self.scheme.refusal_status
    }
}

impl PublicKeyScheme {
    fn with_keys(&'static self, secrets: &Secrets, tolerance: Option<Duration>) -> Result<Verifier, ConfigError> {
        let malformed = ConfigError::MalformedSecret { provider: self.provider, expected: self.algorithm.expected() };
        Ok(Verifier {
            scheme: self,
            signature: HeaderName::from_static(self.signature),
            timestamp: self.timestamp.map(|(name, _)| HeaderName::from_static(name)),
            delivery_id: self.delivery_id.map(HeaderName::from_static),
            tolerance,
            keys: self.algorithm.keys(secrets).ok_or(malformed)?,
        })
    }
}

impl CustomScheme for &'static PublicKeyScheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        let scheme: &'static PublicKeyScheme = self;
        std::slice::from_ref(&scheme.signature)
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(self.with_keys(secrets, options.tolerance().or(self.tolerance))?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        _: &Secret,
        _: &Options,
        _: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        Err(SignError::ProviderOnly)
    }
}
