use std::sync::Arc;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
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

/// Sentry (integration platform): HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `Sentry-Hook-Signature`, else `Sentry-App-Signature` (UI components).
/// * **Signed**: the raw body. **The GETs of select options have none**: their signature is the same constant each
///   time, so that who saw one can ask anything with its URL.
/// * **Replay protection**: none, no time is signed. `Sentry-Hook-Timestamp` and `Request-ID` are not signed.
/// * **Secret**: Settings, Developer Settings, the integration, Credentials, Client Secret.
/// * **Service hooks** sign alike, with a secret of their own, in `X-ServiceHook-Signature`: the option `variant` set
///   to `service-hook` looks there, and only there.
///
/// The legacy WebHooks plug-in signs nothing and is refused.
///
/// Source: <https://docs.sentry.io/integrations/integration-platform/webhooks/>
pub static SENTRY: Provider = Provider {
    id: "sentry",
    aliases: &[],
    name: "Sentry",
    docs: "https://docs.sentry.io/integrations/integration-platform/webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "SENTRY_CLIENT_SECRET",
        location: "Settings > Developer Settings > the integration > Credentials > Client Secret",
        format: "64 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "Sentry writes non-ASCII text as \\u escapes: JSON that was parsed and written again does not verify",
        "requests without a body all have the same signature, and their URL is covered by nothing",
        "client ID, auth token and DSN are not the secret",
        "Sentry waits one second for an answer and does not try again",
    ],
    options: &[OptionSpec {
        name: "variant",
        kind: OptionKind::Choice(&["integration", "service-hook"]),
        help: "Which kind of webhook it is; service hooks have a header and a secret of their own.",
    }],
    scheme: ProviderScheme::Custom(&Scheme),
};

const INTEGRATION: Recipe = Recipe::hmac_sha256(
    &[Part::Body],
    Signature::hex(&["sentry-hook-signature", "sentry-app-signature"], Format::Bare),
)
.delivery_id(&["request-id"])
.check();

const SERVICE_HOOK: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-servicehook-signature"], Format::Bare)).check();

#[derive(Debug)]
struct Scheme;

impl Scheme {
    fn recipe(options: &Options) -> &'static Recipe {
        if options.text("variant") == Some("service-hook") { &SERVICE_HOOK } else { &INTEGRATION }
    }
}

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["sentry-hook-signature", "sentry-app-signature", "x-servicehook-signature"]
    }

    #[cfg(feature = "explain")]
    fn signed_view(
        &self,
        request: &crate::request::WebhookRequest<'_>,
        options: &Options,
    ) -> Option<crate::explain::SignedView> {
        Some(Self::recipe(options).signed_view(request))
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let recipe = Self::recipe(options);
        Ok(Arc::new(SchemeVerifier::with_options(SENTRY.id, recipe, secrets, options.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        Self::recipe(options).sign(secret, request, context)
    }
}
