//! Telegram: a token in a header; nothing is signed.

use std::sync::Arc;

use http::HeaderName;

#[cfg(feature = "signing")]
use super::header_token;
use super::{
    Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers,
    header_token::HeaderToken,
};
use crate::{
    ConfigError, Rejection, Secrets, Verdict, WebhookVerifier,
    request::{RequestHead, WebhookRequest},
    scheme::Options,
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

const TOKEN: HeaderName = HeaderName::from_static("x-telegram-bot-api-secret-token");

/// Telegram Bot API: the secret itself, in a header. **Nothing is signed.**
///
/// * **Header**: `X-Telegram-Bot-Api-Secret-Token`, compared as a whole and in constant time.
/// * **What it does not cover**: the body, the URL, the time. Whoever sees one request can send others: TLS must reach
///   up to the verifier, and the header must stay out of logs.
/// * **Replay protection**: none. `update_id` in the body rises and names the update.
/// * **Secret**: the `secret_token` that was given to `setWebhook`: 1 to 256 letters, digits, `_` and `-`. It must be
///   given again with every call. The bot token is something else and is refused as a secret.
///
/// Source: <https://core.telegram.org/bots/api#setwebhook>
pub static TELEGRAM: Provider = Provider {
    id: "telegram",
    aliases: &[],
    name: "Telegram Bot API",
    docs: "https://core.telegram.org/bots/api#setwebhook",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "TELEGRAM_WEBHOOK_SECRET",
        location: "chosen by you and given to setWebhook as secret_token",
        format: EXPECTED,
    },
    summary: "the secret itself in a header; nothing is signed",
    pitfalls: &[
        "nothing covers the body: TLS must reach up to the verifier",
        "the bot token is not the webhook's secret",
        "the secret must be given again with every setWebhook call",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

const EXPECTED: &str = "1 to 256 letters, digits, _ and -";

/// Verifies Telegram's updates. See [`TELEGRAM`].
#[derive(Debug)]
pub struct Telegram(HeaderToken);

impl Telegram {
    /// A verifier with one secret token or several.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when a token is none that Telegram takes, for example a bot token.
    pub fn new<S>(tokens: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = tokens.try_into().map_err(Into::into)?;
        if !secrets.iter().all(|secret| answers::is_token(secret.expose())) {
            return Err(ConfigError::MalformedSecret { provider: TELEGRAM.id, expected: EXPECTED });
        }
        Ok(Self(HeaderToken::new(TELEGRAM.id, TOKEN, &secrets)))
    }
}

impl WebhookVerifier for Telegram {
    fn provider(&self) -> &'static str {
        TELEGRAM.id
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
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-telegram-bot-api-secret-token"]
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Telegram::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        _: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if !answers::is_token(secret.expose()) {
            return Err(SignError::MalformedSecret);
        }
        header_token::present(TOKEN, secret)
    }
}
