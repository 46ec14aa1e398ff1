//! Bird: three schemes, told apart by the header that is there.

mod jwt;
mod signed_url;

use std::{sync::Arc, time::Duration};

use self::signed_url::SignedUrlScheme;
use super::{
    Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow,
    standard_webhooks::{self, Family},
};
#[cfg(feature = "signing")]
use crate::scheme::{SignError, Signed, SigningContext};
use crate::{
    ConfigError, Rejection, RejectionKind, Secret, Secrets, Verdict, WebhookVerifier,
    request::{RequestHead, WebhookRequest},
    scheme::{Options, TOLERANCE},
    verifier::Context,
};

/// Bird (formerly MessageBird): Standard Webhooks, or a JWT with hashes of URL and body, or HMAC-SHA256 of time, URL and
/// body.
///
/// The header that is there decides, in this order, and nothing falls back to a later one:
/// 1. `webhook-signature` (Bird's current API): Standard Webhooks, HMAC-SHA256 of `{id}.{time}.{body}` in base64 behind
///    `v1,`; 300 s on either side.
/// 2. `MessageBird-Signature-JWT` (MessageBird's own APIs): a JWT made with HMAC-SHA256, -384 or -512. `iss` must be
///    `MessageBird`, `url_hash` the SHA-256 of the whole public URL, `payload_hash` that of the raw body, absent exactly
///    when the body is empty; `jti` and `exp` must be there. `exp` and `nbf` are kept, with one second of leeway.
/// 3. `messagebird-signature` (Bird's Notifications API): base64 of the HMAC-SHA256 of
///    `{time}`, line feed, the whole public URL, line feed, the 32 bytes of the body's SHA-256; the time is in
///    `messagebird-request-timestamp`. Bird names no window and none is checked, unless the option `tolerance_s` sets one
///    (for this scheme and the first). An older formula under the same names, with a sorted query, is not supported.
///
/// * **Secret**: `whsec_…`, shown once when the webhook is made, for the first scheme; the signing key (Developers,
///   Settings) for the others. Configure both kinds if both arrive; neither is ever used for the other's scheme.
///
/// Source: <https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook>
pub static BIRD: Provider = Provider {
    id: "bird",
    aliases: &["messagebird"],
    name: "Bird",
    docs: "https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook",
    status: Status::Renamed,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "BIRD_SIGNING_KEY",
        location: "Bird dashboard, once when the webhook is made; MessageBird dashboard > Developers > Settings",
        format: "whsec_ and base64, or a text",
    },
    summary: "Standard Webhooks, a JWT, or HMAC-SHA256 of time, public URL and body",
    pitfalls: &[
        "the access key is not the signing key",
        "behind a proxy the app sees another URL than the one that was hashed",
        "an older formula has the same header names and is not supported",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme),
};

static FAMILY: Family = Family {
    provider: "bird",
    id: &["webhook-id"],
    timestamp: &["webhook-timestamp"],
    signature: &["webhook-signature"],
};

/// Verifies Bird's deliveries. See [`BIRD`].
pub struct Bird {
    standard: Option<Part<Arc<dyn WebhookVerifier>>>,
    jwt: Option<Part<jwt::JwtScheme>>,
    signed_url: Option<Part<SignedUrlScheme>>,
    tolerance: Option<Duration>,
}

/// A scheme with those of the secrets that are its own.
struct Part<V> {
    verifier: V,
    positions: Vec<usize>,
}

impl<V> Part<V> {
    /// What `verify` says, the secret's position being that among all.
    fn placed(&self, verify: impl FnOnce(&V) -> Result<Verdict, Rejection>) -> Result<Verdict, Rejection> {
        Ok(match verify(&self.verifier)? {
            Verdict::Accept(verified) => {
                let index = self.positions.get(verified.secret_index()).copied().unwrap_or_default();
                Verdict::Accept(verified.with_secret_index(index))
            }
            other => other,
        })
    }
}

enum Chosen<'b> {
    Standard(&'b Part<Arc<dyn WebhookVerifier>>),
    Jwt(&'b Part<jwt::JwtScheme>),
    SignedUrl(&'b Part<SignedUrlScheme>),
}

impl Bird {
    /// A verifier with `whsec_` secrets, signing keys, or both.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] for a `whsec_` secret that is not base64, and for a public key.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Self::with_tolerance(&secrets.try_into().map_err(Into::into)?, None)
    }

    /// How far the signed time may lie from now, on either side, for the schemes that are not JWTs.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    fn with_tolerance(secrets: &Secrets, tolerance: Option<Duration>) -> Result<Self, ConfigError> {
        let malformed = |expected| ConfigError::MalformedSecret { provider: BIRD.id, expected };
        if secrets.iter().any(|secret| secret.expose().starts_with(b"whpk_")) {
            return Err(malformed("a whsec_ secret or a signing key; Bird has no public keys"));
        }
        let subset = |is_standard: bool| {
            let own = secrets.iter().enumerate().filter(|(_, secret)| is_standard_secret(secret) == is_standard);
            let (positions, own): (Vec<usize>, Vec<_>) = own.map(|(at, secret)| (at, secret.clone())).unzip();
            Secrets::new(own).ok().map(|own| (own, positions))
        };
        let standard = match subset(true) {
            Some((own, positions)) => {
                let verifier = standard_webhooks::Scheme(&FAMILY).verifier(&own, &Options::new())?;
                Some(Part { verifier, positions })
            }
            None => None,
        };
        let (mut jwt, mut signed_url) = (None, None);
        if let Some((own, positions)) = subset(false) {
            let verifier = jwt::JwtScheme::new(&own).ok_or(ConfigError::EmptySecret)?;
            jwt = Some(Part { verifier, positions: positions.clone() });
            let verifier = SignedUrlScheme::new(&own).ok_or(ConfigError::EmptySecret)?;
            signed_url = Some(Part { verifier, positions });
        }
        Ok(Self { standard, jwt, signed_url, tolerance })
    }

    /// The scheme of the first header that is there, even an empty one.
    fn choose(&self, head: &RequestHead<'_>) -> Result<Chosen<'_>, Rejection> {
        let has = |name: &str| head.headers().contains_key(name);
        let chosen = if FAMILY.signature.iter().any(|name| has(name)) {
            self.standard.as_ref().map(Chosen::Standard)
        } else if has(jwt::SIGNATURE.as_str()) {
            self.jwt.as_ref().map(Chosen::Jwt)
        } else if has(signed_url::SIGNATURE.as_str()) {
            self.signed_url.as_ref().map(Chosen::SignedUrl)
        } else {
            return Err(RejectionKind::MissingSignature.into());
        };
        chosen.ok_or_else(|| RejectionKind::NoSecret.into())
    }
}

fn is_standard_secret(secret: &Secret) -> bool {
    secret.expose().starts_with(b"whsec_")
}

impl WebhookVerifier for Bird {
    fn provider(&self) -> &'static str {
        BIRD.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        match self.choose(head)? {
            Chosen::Standard(part) => part.verifier.verify_head(head),
            Chosen::Jwt(part) => part.verifier.verify_head(head),
            Chosen::SignedUrl(part) => part.verifier.verify_head(head),
        }
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        // The caller's tolerance goes before the provider's option.
        let context = &context.tolerance(context.tolerance.or(self.tolerance));
        match self.choose(request.head())? {
            Chosen::Standard(part) => part.placed(|verifier| verifier.verify(request, context)),
            Chosen::Jwt(part) => part.placed(|verifier| verifier.verify(request, context)),
            Chosen::SignedUrl(part) => part.placed(|verifier| verifier.verify(request, context)),
        }
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::with_tolerance(secrets, self.tolerance)?))
    }
}

impl std::fmt::Debug for Bird {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bird").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["webhook-signature", "messagebird-signature-jwt", "messagebird-signature"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Bird::with_tolerance(secrets, options.tolerance())?))
    }

    /// By the secret's kind: Standard Webhooks, or a JWT.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if is_standard_secret(secret) {
            return FAMILY.recipe().sign(secret, request, context);
        }
        let mut signed = jwt::sign(secret, request, context)?;
        signed.removed.extend(FAMILY.signature.iter().map(|name| http::HeaderName::from_static(name)));
        Ok(signed)
    }

    #[cfg(feature = "signing")]
    fn signed_ids(&self) -> &'static [&'static str] {
        FAMILY.id
    }
}
