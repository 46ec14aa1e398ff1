//! Paddle: HMAC-SHA256 of the time and the raw body; Classic: RSA with SHA-1 over the serialised form.

#[cfg(feature = "rsa")]
mod classic;

use std::sync::Arc;

#[cfg(feature = "rsa")]
pub use self::classic::PaddleClassic;
use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
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

/// Paddle (Billing, and Classic): HMAC-SHA256 of `{ts}:{body}`, in hex as `h1` beside `ts` in one header.
///
/// * **Header**: `Paddle-Signature: ts=…;h1=…`; while a secret is being rotated there are two `h1`. Other elements are
///   skipped.
/// * **Signed**: the text of `ts`, a colon, the raw body.
/// * **Time window**: 5 s on either side, as Paddle wants it. That is tight: the option `tolerance_s` widens it.
/// * **Secret**: Developer tools, Notifications, the destination, Secret key. The whole text is the key, `pdl_ntfset_`
///   included.
/// * **Classic** (closed to new accounts; needs the feature `rsa`): with the option `scheme=classic` deliveries are forms
///   whose `p_signature` is RSA with SHA-1, in base64, over the other fields as PHP serialises them. The "secret" is the
///   public key in PEM. No time is signed, so there is **no replay protection**. Fields that stand twice, and names that
///   PHP reads as arrays or numbers, are refused.
///
/// Source: <https://developer.paddle.com/webhooks/about/signature-verification>
pub static PADDLE: Provider = Provider {
    id: "paddle",
    aliases: &["paddle_billing"],
    name: "Paddle",
    docs: "https://developer.paddle.com/webhooks/about/signature-verification",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(5),
    challenge: false,
    secret: SecretInfo {
        env: "PADDLE_WEBHOOK_SECRET",
        location: "Paddle > Developer tools > Notifications > the destination > Secret key; Classic: Public Key",
        format: "pdl_ntfset_ and more, all of it the key; Classic: a public key in PEM",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "the window of five seconds is tight behind a proxy or a queue",
        "a colon joins time and body, not a full stop",
        "the API key is not the secret",
        "Classic signs no time",
    ],
    options: &[
        OptionSpec {
            name: "scheme",
            kind: OptionKind::Choice(SCHEMES),
            help: "`billing` (the default), or `classic` for accounts of Paddle Classic.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

#[cfg(feature = "rsa")]
const SCHEMES: &[&str] = &["billing", "classic"];
#[cfg(not(feature = "rsa"))]
const SCHEMES: &[&str] = &["billing"];

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal(":"), Part::Body],
    Signature::hex(&["paddle-signature"], Format::Pairs { separator: ';', assign: '=', key: "h1" }),
)
.timestamp(Timestamp::pair("ts").tolerance_secs(5))
.check();

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["paddle-signature"]
    }

    #[cfg(feature = "explain")]
    fn signed_view(
        &self,
        request: &crate::request::WebhookRequest<'_>,
        options: &Options,
    ) -> Option<crate::explain::SignedView> {
        (options.text("scheme") != Some("classic")).then(|| RECIPE.signed_view(request))
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        #[cfg(feature = "rsa")]
        if options.text("scheme") == Some("classic") {
            return Ok(Arc::new(PaddleClassic::new(secrets.clone())?));
        }
        Ok(Arc::new(SchemeVerifier::with_options(PADDLE.id, &RECIPE, secrets, options.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if options.text("scheme") == Some("classic") {
            return Err(SignError::ProviderOnly);
        }
        RECIPE.sign(secret, request, context)
    }
}
