//! Xero: HMAC-SHA256 of the raw body, in base64, and refusals with 401.

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde::de::IgnoredAny;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, Secrets, Verdict, WebhookVerifier,
    request::{RequestHead, WebhookRequest},
    scheme::{Challenge, Format, Options, Part, Recipe, SchemeVerifier, Signature, json},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Xero: HMAC-SHA256 of the raw body, in base64.
///
/// * **Header**: `x-xero-signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none. No time and no delivery id are signed; sequence numbers in the body order the events.
/// * **Challenge**: the "intent to receive" is several POSTs without events, some signed right and some wrong. The
///   right ones are answered with an empty 200 and never reach the app; the wrong ones with 401.
/// * **Refusals** are 401 with an empty body, as Xero demands: any other status fails the check.
/// * **Secret**: Xero Developer, My Apps, the app, Webhooks, Webhooks key. It looks like base64 and is used as text.
///
/// Source: <https://developer.xero.com/documentation/guides/webhooks/overview/>
pub static XERO: Provider = Provider {
    id: "xero",
    aliases: &[],
    name: "Xero",
    docs: "https://developer.xero.com/documentation/guides/webhooks/overview/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "XERO_WEBHOOK_KEY",
        location: "Xero Developer > My Apps > the app > Webhooks > Webhooks key",
        format: "88 base64 characters, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "refusals must be exactly 401",
        "answers must have no body and no cookies and come within five seconds",
        "the key is used as text, not decoded",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["x-xero-signature"], Format::Bare))
    .challenge(&Challenge { verified: Some(intent_to_receive), unverified: None })
    .check();

/// Verifies Xero's deliveries. See [`XERO`].
#[derive(Debug)]
pub struct Xero(SchemeVerifier);

impl Xero {
    /// A verifier with one webhooks key or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a key is empty.
    pub fn new<S>(keys: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        SchemeVerifier::new(XERO.id, &RECIPE, keys).map(Self)
    }
}

impl WebhookVerifier for Xero {
    fn provider(&self) -> &'static str {
        XERO.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.0.verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        self.0.verify(request, context)
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }

    fn refusal_status(&self) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }

    fn shape_refusal(&self, response: &mut Response<Bytes>) {
        response.headers_mut().remove(header::CONTENT_TYPE);
        *response.body_mut() = Bytes::new();
    }
}

/// Answers what was verified and holds no event: no app would know what to do with it.
fn intent_to_receive(request: &WebhookRequest<'_>) -> Option<Response<Bytes>> {
    if request.body().len() > MAX_INTENT {
        return None;
    }
    let body = request.body().contiguous();
    let object = json::Object::parse(&body)?;
    let events: Vec<IgnoredAny> = serde_json::from_str(object.raw("events")?).ok()?;
    let is_first = |name| object.raw(name).is_some_and(|number| number == "0");
    let is_intent = events.is_empty() && is_first("firstEventSequence") && is_first("lastEventSequence");
    is_intent.then(answers::empty)
}

/// Far more than an intent to receive has; spares deliveries with events a second reading.
const MAX_INTENT: usize = 4096;

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-xero-signature"]
    }

    #[cfg(feature = "explain")]
    fn signed_view(
        &self,
        request: &crate::request::WebhookRequest<'_>,
        _: &Options,
    ) -> Option<crate::explain::SignedView> {
        Some(RECIPE.signed_view(request))
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Xero::new(secrets.clone())?))
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
