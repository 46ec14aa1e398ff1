//! Okta event hooks: a secret in a header; nothing is signed.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Method, Response, header};

#[cfg(feature = "signing")]
use super::header_token;
use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::Tokens,
    request::{RequestHead, WebhookRequest},
    scheme::{OptionKind, OptionSpec, Options, challenge_limit},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

const CHALLENGE: HeaderName = HeaderName::from_static("x-okta-verification-challenge");

/// Okta event hooks: the secret itself, in a header. **Nothing is signed.**
///
/// * **Header**: `Authorization`, or the hook's authentication field, named by the option `header`. Its whole value is
///   compared, in constant time: where the field was set to `Basic …`, that word belongs to the secret.
/// * **What it does not cover**: the body, the URL, the time. Whoever sees one request can send others: TLS must reach
///   up to the verifier, and the header must stay out of logs.
/// * **Replay protection**: none. `data.events[].uuid` in the body names an event.
/// * **Challenge**: a GET with `X-Okta-Verification-Challenge` is answered with that value in JSON, also without the
///   secret, since an echo gives nothing away. A wrong secret is refused.
/// * **Secret**: chosen by the user: Workflow, Event Hooks, Authentication secret. The field is optional at Okta:
///   without it there is nothing to verify, and every delivery is refused.
///
/// Inline hooks work where they use the same header, not where they use OAuth 2.0.
///
/// Source: <https://developer.okta.com/docs/concepts/event-hooks/>
pub static OKTA: Provider = Provider {
    id: "okta",
    aliases: &[],
    name: "Okta",
    docs: "https://developer.okta.com/docs/concepts/event-hooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "OKTA_EVENT_HOOK_SECRET",
        location: "Okta admin > Workflow > Event Hooks > the hook > Authentication secret",
        format: "the header's whole value, the word Basic included",
    },
    summary: "the secret itself in a header; nothing is signed",
    pitfalls: &[
        "nothing covers the body: TLS must reach up to the verifier",
        "the whole header value is the secret, the word Basic included",
        "the verification is a GET: routes that take only POST fail it",
        "the answer must come within three seconds",
    ],
    options: &[OptionSpec {
        name: "header",
        kind: OptionKind::Text,
        help: "The hook's authentication field, if it is not Authorization.",
    }],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Okta's event hooks. See [`OKTA`].
#[derive(Debug)]
pub struct Okta {
    tokens: Tokens,
    field: HeaderName,
}

impl Okta {
    /// A verifier with one secret or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = secrets.try_into().map_err(Into::into)?;
        Ok(Self { tokens: Tokens::new(&secrets), field: header::AUTHORIZATION })
    }

    /// The hook's authentication field, if it is not `Authorization`.
    #[must_use]
    pub fn header(mut self, field: HeaderName) -> Self {
        self.field = field;
        self
    }

    fn presented<'a>(&self, head: &RequestHead<'a>) -> Result<Option<&'a [u8]>, Rejection> {
        Ok(head.header(&self.field)?.filter(|token| !token.is_empty()))
    }
}

impl WebhookVerifier for Okta {
    fn provider(&self) -> &'static str {
        OKTA.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        match self.presented(head)? {
            None if !is_challenge(head) => Err(RejectionKind::MissingSignature.into()),
            _ => Ok(()),
        }
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let found = match self.presented(request.head())? {
            Some(token) => Some(self.tokens.find(token).ok_or(RejectionKind::SignatureMismatch)?),
            None => None,
        };
        if is_challenge(request.head()) {
            return answer(request.head()).map(|response| Verdict::Answer(Box::new(response)));
        }
        let index = found.ok_or(RejectionKind::MissingSignature)?;
        Ok(Verdict::Accept(Verified::new(OKTA.id, self.tokens.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self { tokens: Tokens::new(secrets), field: self.field.clone() }))
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        is_challenge(head).then(|| challenge_limit(head))
    }
}

fn is_challenge(head: &RequestHead<'_>) -> bool {
    head.method() == Method::GET && head.headers().contains_key(CHALLENGE)
}

fn answer(head: &RequestHead<'_>) -> Result<Response<Bytes>, Rejection> {
    let challenge = head.header(&CHALLENGE)?.filter(|challenge| answers::is_visible(challenge));
    let text = challenge.and_then(|challenge| str::from_utf8(challenge).ok());
    Ok(answers::json(&[("verification", text.ok_or(RejectionKind::MalformedSignature)?)]))
}

#[derive(Debug)]
struct Scheme;

impl Scheme {
    fn field(options: &Options) -> Result<HeaderName, ConfigError> {
        options.text("header").map_or(Ok(header::AUTHORIZATION), |name| {
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| ConfigError::WrongOptionValue {
                provider: OKTA.id,
                option: "header".to_owned(),
                expected: "the name of a header".to_owned(),
            })
        })
    }
}

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["authorization"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Okta::new(secrets.clone())?.header(Self::field(options)?)))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        _: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        header_token::present(Self::field(options).map_err(|_| SignError::Unwritable)?, secret)
    }
}
