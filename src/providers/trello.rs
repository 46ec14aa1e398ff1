//! Trello: HMAC-SHA1 of the raw body and the callback URL, in base64.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, WebhookVerifier,
    request::{RequestHead, WebhookRequest},
    scheme::{Answer, Challenge, Format, Options, Part, Recipe, SchemeVerifier, Signature},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Trello: HMAC-SHA1 of the raw body and the callback URL, in base64.
///
/// * **Header**: `X-Trello-Webhook`.
/// * **Signed**: the raw body, and after it, with nothing between, the callback URL exactly as it was registered:
///   scheme, host, port, trailing slash, query and escapes. An empty body is refused even if it is signed, since then
///   the URL alone would be.
/// * **Public URL**: needed. See [`public_url`](crate::public_url).
/// * **Replay protection**: none. No time is signed; `action.id` in the body names what happened.
/// * **Challenge**: a HEAD request, sent when the webhook is made or changed, is answered with an empty 200. No secret
///   is involved.
/// * **Secret**: trello.com/power-ups/admin, the Power-Up, API key, Secret. Not the API key, and no user's token.
///
/// Source: <https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/>
pub static TRELLO: Provider = Provider {
    id: "trello",
    aliases: &[],
    name: "Trello",
    docs: "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "TRELLO_API_SECRET",
        location: "trello.com/power-ups/admin > the Power-Up > API key > Secret",
        format: "64 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA1 of the raw body and the callback URL",
    pitfalls: &[
        "the URL must be the registered one, trailing slash and query included",
        "the key is the application's secret, not the API key and not a user's token",
        "the webhook cannot be made unless HEAD is answered with 200",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe =
    Recipe::hmac_sha1(&[Part::Body, Part::Url], Signature::base64(&["x-trello-webhook"], Format::Bare))
        .challenge(&Challenge { verified: None, unverified: Some(Answer { applies: is_check, answer: confirm }) })
        .check();

/// Verifies Trello's deliveries. See [`TRELLO`].
#[derive(Debug)]
pub struct Trello(SchemeVerifier);

impl Trello {
    /// A verifier with the secret of one application or of several.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        SchemeVerifier::new(TRELLO.id, &RECIPE, secrets).map(Self)
    }
}

impl WebhookVerifier for Trello {
    fn provider(&self) -> &'static str {
        TRELLO.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.0.verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        match self.0.verify(request, context)? {
            Verdict::Accept(_) if request.body().is_empty() => Err(RejectionKind::MalformedBody.into()),
            verdict => Ok(verdict),
        }
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        self.0.body_limit(head)
    }
}

fn is_check(head: &RequestHead<'_>, _: &Options) -> bool {
    head.method() == Method::HEAD
}

fn confirm(_: &WebhookRequest<'_>, _: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    Some(Ok(answers::empty()))
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-trello-webhook"]
    }

    fn signs_url(&self) -> bool {
        true
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
        Ok(Arc::new(Trello::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if request.body().is_empty() {
            return Err(RejectionKind::MalformedBody.into());
        }
        RECIPE.sign(secret, request, context)
    }
}
