use std::sync::Arc;

use http::HeaderName;

#[cfg(feature = "signing")]
use super::header_token;
use super::{
    Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, header_token::HeaderToken,
};
use crate::{
    ConfigError, Secrets, WebhookVerifier,
    scheme::{Format, OptionKind, OptionSpec, Options, Part, Recipe, SchemeVerifier, Signature, TOLERANCE, Timestamp},
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    request::WebhookRequest,
    scheme::{SignError, Signed, SigningContext},
};

/// Buildkite: HMAC-SHA256 of `{timestamp}.{body}`, in hex beside the time in one header.
///
/// * **Header**: `X-Buildkite-Signature: timestamp=…,signature=…`.
/// * **Signed**: the text of the time, a full stop, the raw body.
/// * **Time window**: 300 s on either side, the example that Buildkite gives; the option `tolerance_s` changes it.
/// * **Replay protection**: the window only; there is no delivery id.
/// * **Token mode**: a webhook that was not set to send an HMAC signature sends the token itself in
///   `X-Buildkite-Token`, which covers neither body nor time. It is accepted only with the option `mode` set to
///   `token`, and then no signature is looked at.
/// * **Secret**: Settings, Notification Services, the webhook, Token, with Send an HMAC signature selected.
///
/// Source: <https://buildkite.com/docs/apis/webhooks/pipelines>
pub static BUILDKITE: Provider = Provider {
    id: "buildkite",
    aliases: &[],
    name: "Buildkite",
    docs: "https://buildkite.com/docs/apis/webhooks/pipelines",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "BUILDKITE_WEBHOOK_SECRET",
        location: "Settings > Notification Services > the webhook > Token",
        format: "32 characters, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "new webhooks send the token in clear: select \"Send an HMAC signature\"",
        "the time is when the delivery was sent, not when the event happened",
        "in token mode nothing of the request is covered: whoever saw one delivery can send any other",
    ],
    options: &[
        OptionSpec {
            name: "mode",
            kind: OptionKind::Choice(&["signature", "token"]),
            help: "What the webhook sends; tokens cover nothing of the request.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["x-buildkite-signature"], Format::Pairs { separator: ',', assign: '=', key: "signature" }),
)
.timestamp(Timestamp::pair("timestamp").tolerance_secs(300))
.check();

const TOKEN: HeaderName = HeaderName::from_static("x-buildkite-token");

#[derive(Debug)]
struct Scheme;

impl Scheme {
    fn takes_tokens(options: &Options) -> bool {
        options.text("mode") == Some("token")
    }
}

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-buildkite-signature", "x-buildkite-token"]
    }

    #[cfg(feature = "explain")]
    fn signed_view(
        &self,
        request: &crate::request::WebhookRequest<'_>,
        options: &Options,
    ) -> Option<crate::explain::SignedView> {
        (!Self::takes_tokens(options)).then(|| RECIPE.signed_view(request))
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        if Self::takes_tokens(options) {
            return Ok(Arc::new(HeaderToken::new(BUILDKITE.id, TOKEN, secrets)));
        }
        Ok(Arc::new(SchemeVerifier::with_options(BUILDKITE.id, &RECIPE, secrets, options.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if Self::takes_tokens(options) {
            return header_token::present(TOKEN, secret);
        }
        RECIPE.sign(secret, request, context)
    }
}
