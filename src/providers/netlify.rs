//! Netlify: a JWT (HS256) that holds the SHA-256 of the raw body.

use std::sync::Arc;

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Keys, hex_sha256_matches},
    request::{RequestHead, WebhookRequest},
    scheme::{Options, jwt::Token},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::{Key, hex_lower, sha256},
    scheme::{SignError, Signed, SigningContext, jwt},
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-webhook-signature");

/// Netlify (deploy notifications by HTTP POST): a JWT made with HMAC-SHA256, whose claim `sha256` is the raw body's hash.
///
/// * **Header**: `X-Webhook-Signature`, the token alone.
/// * **Signed**: the claims; `iss` must be `netlify`, and `sha256` the SHA-256 of the raw body. `X-Netlify-Event` is not
///   covered.
/// * **Replay protection**: none. Netlify's tokens hold no time; one that does (`exp`, `nbf`) is held to it.
/// * **Secret**: chosen by you: project configuration, Notifications, the deploy notification, JWS secret token. Without
///   one Netlify signs nothing, and that is refused.
///
/// Source: <https://docs.netlify.com/deploy/deploy-notifications/>
pub static NETLIFY: Provider = Provider {
    id: "netlify",
    aliases: &[],
    name: "Netlify",
    docs: "https://docs.netlify.com/deploy/deploy-notifications/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "NETLIFY_WEBHOOK_SECRET",
        location: "project configuration > Notifications > the deploy notification > JWS secret token",
        format: "the text that was chosen",
    },
    summary: "JWT (HS256) with the SHA-256 of the raw body",
    pitfalls: &[
        "the token alone says nothing about the body: its claim sha256 must be compared",
        "there is no time in it: a delivery can be sent again for ever",
        "the secret is optional at Netlify; without it nothing is signed",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Netlify's deliveries. See [`NETLIFY`].
pub struct Netlify {
    keys: Keys,
}

impl Netlify {
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
        let keys = Keys::new(Algorithm::HmacSha256, &secrets, |secret| Some(secret.to_vec().into()));
        Ok(Self { keys: keys.ok_or(ConfigError::EmptySecret)? })
    }

    fn verified<'a>(&self, head: &RequestHead<'a>) -> Result<(Token<'a>, usize), Rejection> {
        let text = head.header(&SIGNATURE)?.filter(|text| !text.is_empty());
        let token = Token::parse(text.ok_or(RejectionKind::MissingSignature)?)?;
        token.header(&["HS256"])?;
        let index = token.verify_hmac(Algorithm::HmacSha256, &self.keys)?;
        Ok((token, index))
    }
}

impl WebhookVerifier for Netlify {
    fn provider(&self) -> &'static str {
        NETLIFY.id
    }

    /// The token does not depend on the body, so that it can be verified before one is read.
    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.verified(head)?.0.claims().map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let (token, index) = self.verified(request.head())?;
        let claims = token.claims()?;
        let body_fits =
            claims.text("sha256").is_some_and(|hash| hex_sha256_matches(request.body().pieces(), hash.as_bytes()));
        if claims.text("iss").as_deref() != Some("netlify") || !body_fits {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        claims.check_lifetime(0, context)?;
        Ok(Verdict::Accept(Verified::new(NETLIFY.id, self.keys.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

impl std::fmt::Debug for Netlify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Netlify").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-webhook-signature"]
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Netlify::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let hash = hex_lower(&sha256(request.body().pieces()));
        let mut signed = Signed::default();
        signed
            .header(SIGNATURE, &jwt::sign_hmac(&key, "HS256", &format!(r#"{{"iss":"netlify","sha256":"{hash}"}}"#)))?;
        Ok(signed)
    }
}
