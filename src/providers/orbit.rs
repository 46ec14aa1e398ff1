use std::sync::Arc;

use http::HeaderName;

#[cfg(feature = "signing")]
use super::header_token;
use super::{
    Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, header_token::HeaderToken,
};
use crate::{
    ConfigError, Secrets, WebhookVerifier,
    scheme::{Format, OptionKind, OptionSpec, Options, Part, Recipe, SchemeVerifier, Signature},
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    request::WebhookRequest,
    scheme::{SignError, Signed, SigningContext},
};

/// Orbit (orbit.love): HMAC-SHA256 of the raw body, in hex behind `sha256=`.
///
/// * **Evidence**: low, and the service is believed closed since 2024. The documentation names the headers but its
///   text on signatures could not be seen, and third parties disagree: take this as unverified.
/// * **Header**: `X-Orbit-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. `X-Orbit-Event-ID` is not signed.
/// * **Shared token**: some describe the header as the secret itself, which would cover nothing of the request. That
///   reading is accepted only with the option `variant` set to `shared-token`.
/// * **Secret**: workspace settings, Webhooks, the webhook, Webhook Secret.
///
/// Source: <https://orbit.love/docs/all/webhooks>
pub static ORBIT: Provider = Provider {
    id: "orbit",
    aliases: &[],
    name: "Orbit",
    docs: "https://orbit.love/docs/all/webhooks",
    status: Status::Discontinued,
    confidence: Confidence::Low,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "ORBIT_WEBHOOK_SECRET",
        location: "Workspace settings > Webhooks > the webhook > Webhook Secret",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the raw body (unconfirmed)",
    pitfalls: &[
        "the scheme is unconfirmed: no official description of the signature could be seen",
        "other products called Orbit use the same header with other schemes",
        "as a shared token the header covers nothing of the request",
    ],
    options: &[OptionSpec {
        name: "variant",
        kind: OptionKind::Choice(&["hmac", "shared-token"]),
        help: "How the header is to be read; a shared token covers nothing of the request.",
    }],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-orbit-signature"], Format::Prefix("sha256=")))
        .delivery_id(&["x-orbit-event-id"])
        .check();

const TOKEN: HeaderName = HeaderName::from_static("x-orbit-signature");

#[derive(Debug)]
struct Scheme;

impl Scheme {
    fn takes_tokens(options: &Options) -> bool {
        options.text("variant") == Some("shared-token")
    }
}

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-orbit-signature"]
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
            return Ok(Arc::new(HeaderToken::new(ORBIT.id, TOKEN, secrets)));
        }
        Ok(Arc::new(SchemeVerifier::with_options(ORBIT.id, &RECIPE, secrets, options.clone())?))
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
