//! Figma: a passcode in the body, nothing signed.

use std::sync::Arc;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::Tokens,
    request::WebhookRequest,
    scheme::{Options, json},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Figma: the passcode itself, as text in the JSON body. **Nothing is signed.**
///
/// * **Where**: the member `passcode` at the top level of the body, compared after unescaping. A body in which a member
///   stands twice is refused.
/// * **Coverage**: none. Whoever sees one delivery can make up any other, and the `timestamp` proves nothing. Figma
///   shows the passcode nowhere else: keep bodies out of logs.
/// * **Replay protection**: none, and no delivery has an id.
/// * **Before the body is read** nothing can be told: strangers' bodies are held until then.
/// * **Refusals**: Figma switches a webhook off at the first 400; refusals are answered 403.
/// * **Secret**: the `passcode` given when the webhook was made (`POST /v2/webhooks`).
///
/// Source: <https://developers.figma.com/docs/rest-api/webhooks-security/>
pub static FIGMA: Provider = Provider {
    id: "figma",
    aliases: &[],
    name: "Figma",
    docs: "https://developers.figma.com/docs/rest-api/webhooks-security/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "FIGMA_WEBHOOK_PASSCODE",
        location: "chosen when the webhook was made: passcode in POST /v2/webhooks",
        format: "up to 100 characters, the text that was chosen",
    },
    summary: "a passcode in the body; nothing is signed",
    pitfalls: &[
        "whoever sees one delivery can make up any other",
        "the passcode is in the body: it ends up in logs of bodies",
        "Figma switches the webhook off at the first answer 400",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Figma's deliveries. See [`FIGMA`].
pub struct Figma {
    passcodes: Tokens,
}

impl Figma {
    /// A verifier with one passcode or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a passcode is empty.
    pub fn new<S>(passcodes: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Ok(Self { passcodes: Tokens::new(&passcodes.try_into().map_err(Into::into)?) })
    }
}

impl WebhookVerifier for Figma {
    fn provider(&self) -> &'static str {
        FIGMA.id
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let body = request.body().contiguous();
        let event = json::Object::parse(&body).ok_or(RejectionKind::MalformedBody)?;
        let passcode = match event.get("passcode") {
            Some(value) if !value.is_null() => value.text().ok_or(RejectionKind::MalformedSignature)?,
            _ => return Err(RejectionKind::MissingSignature.into()),
        };
        if passcode.is_empty() {
            return Err(RejectionKind::MissingSignature.into());
        }
        let index = self.passcodes.find(passcode.as_bytes()).ok_or(RejectionKind::SignatureMismatch)?;
        Ok(Verdict::Accept(Verified::new(FIGMA.id, self.passcodes.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

impl std::fmt::Debug for Figma {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Figma").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Figma::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let passcode = str::from_utf8(secret.expose()).map_err(|_| SignError::MalformedSecret)?;
        let body = request.body().contiguous();
        let event = json::Object::parse(&body).ok_or(RejectionKind::MalformedBody)?;
        let body = event.with(&[("passcode", &json::quote(passcode))]);
        Ok(Signed { body: Some(body.into()), ..Signed::default() })
    }
}
