//! Plaid: a JWT (ES256) that holds the SHA-256 of the raw body.

use std::{sync::Arc, time::Duration};

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::hex_sha256_matches,
    key_source::{KeySource, ProviderKey, StaticKeys},
    request::{RequestHead, WebhookRequest},
    scheme::{OptionKind, OptionSpec, OptionValue, Options, TOLERANCE, jwt::Token, timestamp::check_window},
    verdict::SecretMatch,
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

const SIGNATURE: HeaderName = HeaderName::from_static("plaid-verification");

/// Plaid: a JWT made with ECDSA on P-256 (ES256), whose claim `request_body_sha256` is the raw body's hash.
///
/// Needs the feature `ecdsa`.
///
/// * **Header**: `Plaid-Verification`, the token alone. Another algorithm than ES256 is refused.
/// * **Signed**: the claims; `request_body_sha256` is the SHA-256 of the raw body.
/// * **Time window**: 300 s on either side of `iat` (Plaid names five minutes for the past; the other side is ours); the
///   option `tolerance_s` changes it.
/// * **Key**: there is no webhook secret. The token names a key (`kid`), which Plaid's API hands out at
///   `/webhook_verification_key/get` for your client id and secret. Neither the library nor the binary asks for it,
///   since that takes those credentials: give them the keys ([`KeySource`], or the option `jwks`). A key that is not
///   known, or whose `expired_at` is set, verifies nothing; keys inside a token are never used.
///
/// Source: <https://plaid.com/docs/api/webhooks/webhook-verification/>
pub static PLAID: Provider = Provider {
    id: "plaid",
    aliases: &[],
    name: "Plaid",
    docs: "https://plaid.com/docs/api/webhooks/webhook-verification/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "PLAID_CLIENT_ID",
        location: "no webhook secret; Dashboard > Developers > Keys has what is needed to fetch the keys",
        format: "not used for verification: any text",
    },
    summary: "JWT (ES256) with the SHA-256 of the raw body",
    pitfalls: &[
        "the keys come from Plaid's API by their id, never from the token",
        "the body is sent with indentation: JSON that was written again does not verify",
        "keys are rotated: keep them by id, and fetch unknown ones in the background",
    ],
    options: &[
        OptionSpec {
            name: "jwks",
            kind: OptionKind::Map,
            help: "JSON Web Keys by their kid, or `keys=[…]`: the array of a key set.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Plaid's deliveries. See [`PLAID`].
pub struct Plaid {
    keys: Arc<dyn KeySource>,
    tolerance: Duration,
}

impl Plaid {
    /// A verifier that takes keys from `keys`, by `kid`.
    #[must_use]
    pub fn new(keys: Arc<dyn KeySource>) -> Self {
        Self { keys, tolerance: Duration::from_secs(300) }
    }

    /// How far `iat` may lie from now, on either side.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    fn present<'a>(&self, head: &RequestHead<'a>) -> Result<(Token<'a>, ProviderKey), Rejection> {
        let (token, id) = read(head)?;
        let key = self.keys.key(&id).ok_or(RejectionKind::NoSecret)?;
        Ok((token, key))
    }
}

/// The token, and the id of the key that it names.
fn read<'a>(head: &RequestHead<'a>) -> Result<(Token<'a>, String), Rejection> {
    let text = head.header(&SIGNATURE)?.filter(|text| !text.is_empty());
    let token = Token::parse(text.ok_or(RejectionKind::MissingSignature)?)?;
    let id = {
        let (header, _) = token.header(&["ES256"])?;
        header.text("kid").filter(|id| is_key_id(id)).ok_or(RejectionKind::MalformedSignature)?.into_owned()
    };
    Ok((token, id))
}

/// Strangers write the id: what could be something else than an id is not looked up.
fn is_key_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl WebhookVerifier for Plaid {
    fn provider(&self) -> &'static str {
        PLAID.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.present(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let (token, key) = self.present(request.head())?;
        token.verify_es256(key.as_p256().ok_or(RejectionKind::NoSecret)?)?;
        let claims = token.claims()?;
        let hash = claims.text("request_body_sha256").ok_or(RejectionKind::SignatureMismatch)?;
        if !hex_sha256_matches(request.body().pieces(), hash.as_bytes()) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        let signed_at = claims.time("iat")?.ok_or(RejectionKind::TimestampMissing)?;
        check_window(signed_at, Some(self.tolerance), context)?;
        claims.check_lifetime(0, context)?;
        let verified = Verified::new(PLAID.id, SecretMatch { index: 0, label: None });
        Ok(Verdict::Accept(verified.with_signed_at(Some(signed_at))))
    }

    fn missing_key(&self, request: &WebhookRequest<'_>) -> Option<String> {
        let (_, id) = read(request.head()).ok()?;
        self.keys.key(&id).is_none().then_some(id)
    }
}

impl std::fmt::Debug for Plaid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plaid").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["plaid-verification"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut keys = StaticKeys::new();
        if let Some(OptionValue::Map(jwks)) = options.get("jwks") {
            if let Some(array) = jwks.get("keys") {
                keys = StaticKeys::jwk_array(array)?;
            }
            for (id, jwk) in jwks.iter().filter(|(id, _)| *id != "keys") {
                keys = keys.with(id, ProviderKey::jwk(jwk)?);
            }
        }
        if keys.is_empty() {
            // Every delivery would be refused.
            return Err(ConfigError::WrongOptionValue {
                provider: PLAID.id,
                option: "jwks".to_owned(),
                expected: "at least one key".to_owned(),
            });
        }
        self.verifier_with_keys(secrets, options, Arc::new(keys))
    }

    fn verifier_with_keys(
        &self,
        _: &Secrets,
        options: &Options,
        keys: Arc<dyn KeySource>,
    ) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let plaid = Plaid::new(keys);
        let tolerance = options.tolerance().unwrap_or(plaid.tolerance);
        Ok(Arc::new(plaid.tolerance(tolerance)))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        _: &Secret,
        _: &Options,
        _: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        Err(SignError::ProviderOnly)
    }
}
