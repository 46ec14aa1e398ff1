//! Standard Webhooks: HMAC-SHA256 (`v1`) or Ed25519 (`v1a`) over id, time and body, in base64.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue};

#[cfg(any(feature = "explain", feature = "signing"))]
use super::families;
use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
#[cfg(feature = "ed25519")]
use crate::crypto::{ED25519_LENGTH, Ed25519Key, PublicKeys, decode_base64_text};
#[cfg(any(feature = "explain", feature = "signing"))]
use crate::scheme::Recipe;
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys},
    request::{RequestHead, WebhookRequest},
    scheme::{
        Format, KeyFormat, Options, TOLERANCE, Tags,
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

/// Standard Webhooks (any sender that follows the specification): HMAC-SHA256 or Ed25519 over `{id}.{time}.{body}`, in
/// base64 behind `v1,` or `v1a,`.
///
/// * **Headers**: `webhook-id`, `webhook-timestamp`, and `webhook-signature` with one signature or several between
///   blanks. Any may match; versions that do not go with a configured key are skipped.
/// * **Signed**: the id, a full stop, the time, a full stop, the raw body.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it. The id is signed too, and is the same
///   for every retry.
/// * **Secret**: `whsec_` and base64, per endpoint: the decoded bytes are the key. `whpk_` and base64 is a public key: it
///   needs the feature `ed25519`, counts for `v1a` only, and is never an HMAC key. Both kinds may be configured.
///
/// Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
pub static STANDARD_WEBHOOKS: Provider = Provider {
    id: "standard_webhooks",
    aliases: &["standardwebhooks"],
    name: "Standard Webhooks",
    docs: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "STANDARD_WEBHOOKS_SECRET",
        location: "the sender's dashboard, per endpoint",
        format: "whsec_ and base64 of 24 to 64 bytes, or whpk_ and base64 of 32 bytes",
    },
    summary: "HMAC-SHA256 or Ed25519 over id, time and raw body",
    pitfalls: &[
        "the secret is decoded from base64, unlike Stripe's, which looks alike",
        "a public key (whpk_) must never serve as an HMAC key: everybody knows it",
        "whsk_ is the sender's private key",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme(&FAMILY)),
};

static FAMILY: Family = Family {
    provider: "standard_webhooks",
    id: &["webhook-id"],
    timestamp: &["webhook-timestamp"],
    signature: &["webhook-signature"],
};

/// The names of one family: the first header that is there counts, each looked up by itself.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) provider: &'static str,
    pub(super) id: &'static [&'static str],
    pub(super) timestamp: &'static [&'static str],
    pub(super) signature: &'static [&'static str],
}

impl Family {
    /// The scheme with a symmetric secret, for signing and for views.
    #[cfg(any(feature = "explain", feature = "signing"))]
    pub(super) const fn recipe(&self) -> Recipe {
        families::standard_webhooks(self.id, self.timestamp, self.signature).check()
    }
}

const V1: Format = Format::Pairs { separator: ' ', assign: ',', key: "v1" };
#[cfg(feature = "ed25519")]
const V1A: Format = Format::Pairs { separator: ' ', assign: ',', key: "v1a" };
const KEY: KeyFormat = KeyFormat::BASE64.strip("whsec_");
const TOLERANCE_OWN: Duration = Duration::from_secs(300);

/// The secrets of both kinds, each with its position among all.
struct Material {
    symmetric: Option<(Keys, Vec<usize>)>,
    #[cfg(feature = "ed25519")]
    public: Option<(PublicKeys<Ed25519Key>, Vec<usize>)>,
}

struct Verifier {
    family: &'static Family,
    material: Material,
    tolerance: Duration,
}

struct Presented<'a> {
    id: &'a HeaderValue,
    timestamp: &'a [u8],
    signed_at: UnixTime,
    signature: &'a [u8],
}

impl Material {
    fn new(provider: &'static str, secrets: &Secrets) -> Result<Self, ConfigError> {
        let subset = |is_public: bool| {
            let chosen = secrets.iter().enumerate().filter(|(_, s)| s.expose().starts_with(b"whpk_") == is_public);
            let (positions, chosen): (Vec<usize>, Vec<_>) = chosen.map(|(at, secret)| (at, secret.clone())).unzip();
            Secrets::new(chosen).ok().map(|chosen| (chosen, positions))
        };
        let symmetric = match subset(false) {
            Some((secrets, positions)) => {
                let keys = Keys::new(Algorithm::HmacSha256, &secrets, |secret| KEY.decode(secret));
                let malformed = ConfigError::MalformedSecret { provider, expected: "whsec_ and base64" };
                Some((keys.ok_or(malformed)?, positions))
            }
            None => None,
        };
        #[cfg(feature = "ed25519")]
        let public = match subset(true) {
            Some((secrets, positions)) => {
                let keys = PublicKeys::new(&secrets, |secret| {
                    Ed25519Key::from_bytes(&decode_base64_text(secret.strip_prefix(b"whpk_")?)?)
                });
                let malformed = ConfigError::MalformedSecret { provider, expected: "whpk_ and base64 of 32 bytes" };
                Some((keys.ok_or(malformed)?, positions))
            }
            None => None,
        };
        #[cfg(not(feature = "ed25519"))]
        if subset(true).is_some() {
            return Err(ConfigError::MalformedSecret {
                provider,
                expected: "whsec_ and base64; public keys need the feature `ed25519`",
            });
        }
        Ok(Self {
            symmetric,
            #[cfg(feature = "ed25519")]
            public,
        })
    }

    /// Whether the header has a signature that one of the keys could have made.
    fn reads(&self, signature: &[u8]) -> bool {
        let symmetric = self.symmetric.is_some() && !symmetric_tags(signature).is_empty();
        #[cfg(feature = "ed25519")]
        let public = self.public.is_some() && !public_tags(signature).is_empty();
        #[cfg(not(feature = "ed25519"))]
        let public = false;
        symmetric || public
    }

    fn find(&self, request: &WebhookRequest<'_>, presented: &Presented<'_>) -> Option<SecretMatch> {
        let prefix = [presented.id.as_bytes(), b".", presented.timestamp, b"."];
        let pieces = || prefix.into_iter().chain(request.body().pieces());
        let placed = |found: SecretMatch, positions: &[usize]| {
            let index = positions.get(found.index).copied().unwrap_or_default();
            SecretMatch { index, ..found }
        };
        if let Some((keys, positions)) = &self.symmetric {
            let tags = symmetric_tags(presented.signature);
            if let Some(index) = keys.find_fed(&tags, |sink| pieces().for_each(|piece| sink.put(piece))) {
                return Some(placed(keys.secret(index), positions));
            }
        }
        #[cfg(feature = "ed25519")]
        if let Some((keys, positions)) = &self.public {
            // Each signature costs a verification for each key: more than a rotation needs is a stranger's doing.
            let mut tags = public_tags(presented.signature);
            tags.truncate(MAX_PUBLIC_TAGS);
            if !tags.is_empty() {
                let message: Vec<u8> = pieces().flatten().copied().collect();
                let index = keys.find(|key| tags.iter().any(|tag| key.verify(&message, tag.bytes())))?;
                return Some(placed(keys.secret(index), positions));
            }
        }
        None
    }
}

#[cfg(feature = "ed25519")]
const MAX_PUBLIC_TAGS: usize = 8;

/// Whether a header has a signature of a version that some key could have made.
fn has_signature(signature: &[u8]) -> bool {
    #[cfg(feature = "ed25519")]
    let public = !public_tags(signature).is_empty();
    #[cfg(not(feature = "ed25519"))]
    let public = false;
    !symmetric_tags(signature).is_empty() || public
}

fn symmetric_tags(signature: &[u8]) -> Tags {
    Encoding::Base64.tags(V1, signature, Algorithm::HmacSha256.tag_length())
}

#[cfg(feature = "ed25519")]
fn public_tags(signature: &[u8]) -> Tags {
    Encoding::Base64.tags(V1A, signature, ED25519_LENGTH)
}

impl Verifier {
    fn new(family: &'static Family, secrets: &Secrets, tolerance: Duration) -> Result<Self, ConfigError> {
        Ok(Self { family, material: Material::new(family.provider, secrets)?, tolerance })
    }

    /// `reads` says whether a header has a signature that counts.
    fn present<'a>(
        &self,
        head: &RequestHead<'a>,
        reads: impl FnOnce(&[u8]) -> bool,
    ) -> Result<Presented<'a>, Rejection> {
        let signature = first_of(head, self.family.signature)?.ok_or(RejectionKind::MissingSignature)?.as_bytes();
        if !reads(signature) {
            return Err(RejectionKind::MalformedSignature.into());
        }
        let timestamp = first_of(head, self.family.timestamp)?.ok_or(RejectionKind::TimestampMissing)?.as_bytes();
        let signed_at = TimestampUnit::Secs.parse(timestamp).ok_or(RejectionKind::TimestampMalformed)?;
        let id = first_of(head, self.family.id)?.ok_or(RejectionKind::MalformedSignature)?;
        Ok(Presented { id, timestamp, signed_at, signature })
    }
}

/// The first of the headers that is there and not empty.
fn first_of<'a>(head: &RequestHead<'a>, names: &[&'static str]) -> Result<Option<&'a HeaderValue>, Rejection> {
    for name in names {
        let name = HeaderName::from_static(name);
        if head.header(&name)?.is_some_and(|value| !value.is_empty()) {
            return Ok(head.headers().get(&name));
        }
    }
    Ok(None)
}

impl WebhookVerifier for Verifier {
    fn provider(&self) -> &'static str {
        self.family.provider
    }

    /// Only that a signature is there: which kind of keys there are is known when they were looked up.
    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.present(head, has_signature).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = self.present(request.head(), |signature| self.material.reads(signature))?;
        let found = self.material.find(request, &presented).ok_or(RejectionKind::SignatureMismatch)?;
        check_window(presented.signed_at, Some(self.tolerance), context)?;
        let verified = Verified::new(self.family.provider, found);
        Ok(Verdict::Accept(
            verified.with_signed_at(Some(presented.signed_at)).with_delivery_id(Some(presented.id.clone())),
        ))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(self.family, secrets, self.tolerance)?))
    }
}

/// Standard Webhooks under the names of a family.
#[derive(Debug)]
pub(super) struct Scheme(pub(super) &'static Family);

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        self.0.signature
    }

    #[cfg(feature = "explain")]
    fn signed_view(
        &self,
        request: &crate::request::WebhookRequest<'_>,
        _: &Options,
    ) -> Option<crate::explain::SignedView> {
        Some(self.0.recipe().signed_view(request))
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Verifier::new(self.0, secrets, options.tolerance().unwrap_or(TOLERANCE_OWN))?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if secret.expose().starts_with(b"whpk_") {
            return Err(SignError::ProviderOnly);
        }
        self.0.recipe().sign(secret, request, context)
    }

    #[cfg(feature = "signing")]
    fn signed_ids(&self) -> &'static [&'static str] {
        self.0.id
    }
}
