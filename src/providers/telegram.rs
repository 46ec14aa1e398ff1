//! Telegram: a token in a header; nothing is signed.

use std::sync::Arc;

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::Tokens,
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
pub struct Telegram(Tokens);

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
        let tokens = Tokens::decoded(&secrets, |secret| answers::is_token(secret).then(|| secret.to_vec().into()));
        tokens.map(Self).ok_or(ConfigError::MalformedSecret { provider: TELEGRAM.id, expected: EXPECTED })
    }
}

impl WebhookVerifier for Telegram {
    fn provider(&self) -> &'static str {
        TELEGRAM.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        presented(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let index = self.0.find(presented(request.head())?).ok_or(RejectionKind::SignatureMismatch)?;
        Ok(Verdict::Accept(Verified::new(TELEGRAM.id, self.0.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

fn presented<'a>(head: &RequestHead<'a>) -> Result<&'a [u8], Rejection> {
    let token = head.header(&TOKEN)?.filter(|token| !token.is_empty());
    token.ok_or_else(|| RejectionKind::MissingSignature.into())
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
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
        let token = str::from_utf8(secret.expose()).ok().filter(|token| answers::is_token(token.as_bytes()));
        let mut signed = Signed::default();
        signed.header(TOKEN, token.ok_or(SignError::MalformedSecret)?)?;
        Ok(signed)
    }
}
