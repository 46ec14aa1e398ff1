//! Zoom: HMAC-SHA256 of `v0:{time}:{body}`, in hex behind `v0=`, and a challenge that is answered with the same key.
//!
//! # Why answering is no signing oracle
//! `encryptedToken` is an HMAC with the key, the hash and the encoding of `x-zm-signature`. Whoever got one for a text
//! of their choice could choose `v0:{time}:{body}`. So a validation is answered only after its own signature was found
//! right, which is more than Zoom asks for and holds for all that Zoom sends, and only if the token has no character
//! but letters, digits, `-`, `_`, `+`, `/`, `=`: a signed text starts with `v0:`, and the colon is not among them.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys},
    request::{RequestHead, WebhookRequest},
    scheme::{Format, Options, Part, Recipe, SchemeVerifier, Signature, TOLERANCE, Timestamp, json},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Zoom: HMAC-SHA256 of `v0:{time}:{body}`, in hex behind `v0=`.
///
/// * **Headers**: `x-zm-signature`, and the time in `x-zm-request-timestamp` as it stands there.
/// * **Signed**: `v0:`, the time, `:`, the raw body.
/// * **Time window**: 300 s on either side. Zoom names none: the choice is ours, and the option `tolerance_s` changes
///   it.
/// * **Challenge**: `endpoint.url_validation` is signed like every event. Once its signature was found right it is
///   answered with the token's HMAC, made with the secret that matched; the app is not asked. See the
///   [module](crate::providers::zoom) for why that gives no signature away.
/// * **Secret**: App Marketplace, Manage, the app, Features, Access, Secret Token. The older Verification Token, sent
///   in clear in `Authorization`, does not suffice.
///
/// Source: <https://developers.zoom.us/docs/api/webhooks/>
pub static ZOOM: Provider = Provider {
    id: "zoom",
    aliases: &[],
    name: "Zoom",
    docs: "https://developers.zoom.us/docs/api/webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: true,
    secret: SecretInfo {
        env: "ZOOM_WEBHOOK_SECRET_TOKEN",
        location: "App Marketplace > Manage > the app > Features > Access > Secret Token",
        format: "about 22 letters, digits, - and _",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "the Secret Token is not the older Verification Token",
        "a receiver that answers url_validation before it checks the signature signs for anybody",
        "the validation comes again every 72 hours and must be answered within three seconds",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body],
    Signature::hex(&["x-zm-signature"], Format::Prefix("v0=")),
)
.timestamp(Timestamp::header(&["x-zm-request-timestamp"]).tolerance_secs(300))
.check();

/// Verifies Zoom's deliveries. See [`ZOOM`].
#[derive(Debug)]
pub struct Zoom {
    events: SchemeVerifier,
    answers: Keys,
    options: Options,
}

impl Zoom {
    /// A verifier with one secret token or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a token is empty.
    pub fn new<S>(tokens: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Self::with_options(&tokens.try_into().map_err(Into::into)?, Options::new())
    }

    fn with_options(secrets: &Secrets, options: Options) -> Result<Self, ConfigError> {
        let events = SchemeVerifier::with_options(ZOOM.id, &RECIPE, secrets, options.clone())?;
        let answers = Keys::new(Algorithm::HmacSha256, secrets, |token| Some(token.to_vec().into()));
        Ok(Self { events, answers: answers.ok_or(ConfigError::EmptySecret)?, options })
    }

    /// The answer to a validation that was verified; `None` for every other event.
    fn answer(&self, request: &WebhookRequest<'_>, secret: usize) -> Option<Result<Response<Bytes>, Rejection>> {
        if request.body().len() > MAX_VALIDATION {
            return None;
        }
        let body = request.body().contiguous();
        let event = json::Object::parse(&body)?;
        if event.text("event")? != "endpoint.url_validation" {
            return None;
        }
        let payload = event.raw("payload").and_then(|payload| json::Object::parse(payload.as_bytes()));
        let token = payload.as_ref().and_then(|payload| payload.text("plainToken"));
        let token = token.filter(|token| is_plain(token.as_bytes()));
        let answer = token.and_then(|token| {
            let encrypted = Encoding::Hex.encode(&self.answers.answer_challenge(secret, token.as_bytes())?);
            Some(answers::json(&[("plainToken", &token), ("encryptedToken", &encrypted)]))
        });
        Some(answer.ok_or_else(|| RejectionKind::MalformedBody.into()))
    }
}

impl WebhookVerifier for Zoom {
    fn provider(&self) -> &'static str {
        ZOOM.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.events.verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let verdict = self.events.verify(request, context)?;
        let Verdict::Accept(verified) = &verdict else { return Ok(verdict) };
        match self.answer(request, verified.secret_index()) {
            Some(answer) => Ok(Verdict::Answer(Box::new(answer?))),
            None => Ok(verdict),
        }
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::with_options(secrets, self.options.clone())?))
    }
}

fn is_plain(token: &[u8]) -> bool {
    (1..=MAX_TOKEN).contains(&token.len())
        && token.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'='))
}

/// Zoom's tokens have 22 characters.
const MAX_TOKEN: usize = 256;

/// Far more than a validation has; spares other events a second reading.
const MAX_VALIDATION: usize = 4096;

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-zm-signature"]
    }

    #[cfg(feature = "explain")]
    fn signed_view(
        &self,
        request: &crate::request::WebhookRequest<'_>,
        _: &Options,
    ) -> Option<crate::explain::SignedView> {
        Some(RECIPE.signed_view(request))
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Zoom::with_options(secrets, options.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        RECIPE.sign(secret, request, context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_a_signed_text() {
        assert!(is_plain(b"qgg8vlvZRS6UYooatFL8Aw"));
        for token in ["", "v0:1658940994:{}", "v0:", "a b", "{}", "\u{e9}"] {
            assert!(!is_plain(token.as_bytes()), "{token}");
        }
        assert!(!is_plain(&[b'a'; MAX_TOKEN + 1]));
    }
}
