//! GitLab: Standard Webhooks with a signing token, or the older secret token in a header.

use std::sync::Arc;

use http::{HeaderName, HeaderValue};

#[cfg(feature = "signing")]
use super::header_token;
use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
#[cfg(feature = "signing")]
use crate::scheme::{SignError, Signed, SigningContext};
use crate::{
    ConfigError, Rejection, RejectionKind, Secret, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::Tokens,
    request::{RequestHead, WebhookRequest},
    scheme::{Format, KeyFormat, Options, Part, Recipe, SchemeVerifier, Signature, TOLERANCE, Timestamp},
    verifier::Context,
};

const DELIVERY_ID: HeaderName = HeaderName::from_static("webhook-id");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const TOKEN: HeaderName = HeaderName::from_static("x-gitlab-token");

/// What signing tokens start with, and secret tokens by agreement do not.
const PREFIX: &[u8] = b"whsec_";

/// GitLab: HMAC-SHA256 of `{id}.{time}.{body}` with a signing token, or the older secret token in a header.
///
/// Which of the two is asked for is told by the secret: a text that starts with `whsec_` is a signing token (GitLab
/// 19.0 and later), any other a secret token.
///
/// * **Signing token**: `webhook-signature: v1,<base64>`, several between blanks, any may match. Signed are
///   `webhook-id`, a full stop, `webhook-timestamp`, a full stop, the raw body. The window is 300 s on either side;
///   the option `tolerance_s` changes it.
/// * **Secret token**: `X-Gitlab-Token` holds the secret itself, compared as a whole and in constant time. **Nothing is
///   signed**: neither the body nor the time is covered, and the header must stay out of logs.
/// * **Both configured**, while a fleet is being moved: a request with `webhook-signature` is judged by it alone,
///   others by their token. A signing token never passes in `X-Gitlab-Token`.
/// * **Replay protection**: signing tokens have the window; `webhook-id` stays the same over retries. Secret tokens
///   have none.
/// * **Secret**: project or group, Settings, Webhooks: Signing token, or Secret token.
///
/// Source: <https://docs.gitlab.com/user/project/integrations/webhooks/#signing-tokens>
pub static GITLAB: Provider = Provider {
    id: "gitlab",
    aliases: &[],
    name: "GitLab",
    docs: "https://docs.gitlab.com/user/project/integrations/webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "GITLAB_WEBHOOK_TOKEN",
        location: "project or group > Settings > Webhooks > Signing token, or Secret token",
        format: "whsec_ and 44 base64 characters (signing token), or free text (secret token)",
    },
    summary: "HMAC-SHA256 of id, time and raw body (signing token), or the secret itself in a header (secret token)",
    pitfalls: &[
        "a secret token covers neither the body nor the time: prefer a signing token",
        "GitLab 19 sends webhook-id on every delivery: it does not mean that it is signed",
        "GitLab before 19.0 ignores the signing_token field of the API without a word",
        "answers with 4xx make GitLab disable the webhook",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::DeliveryId, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::base64(&["webhook-signature"], Format::Pairs { separator: ' ', assign: ',', key: "v1" }),
)
.key(KeyFormat::BASE64.strip("whsec_"))
.timestamp(Timestamp::header(&["webhook-timestamp"]).tolerance_secs(300))
.delivery_id(&["webhook-id"])
.check();

/// Verifies GitLab's deliveries. See [`GITLAB`].
#[derive(Debug)]
pub struct Gitlab {
    signing: Option<SharedOut<SchemeVerifier>>,
    tokens: Option<SharedOut<Tokens>>,
    options: Options,
}

/// What was made of some of the secrets, and where they stand among all.
#[derive(Debug)]
struct SharedOut<T> {
    made: T,
    positions: Vec<usize>,
}

impl Gitlab {
    /// A verifier with signing tokens (`whsec_…`), secret tokens (anything else), or both.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty, or starts with `whsec_` and is no signing token.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Self::with_options(&secrets.try_into().map_err(Into::into)?, &Options::new())
    }

    fn with_options(secrets: &Secrets, options: &Options) -> Result<Self, ConfigError> {
        let make_signing =
            |secrets: &Secrets| SchemeVerifier::with_options(GITLAB.id, &RECIPE, secrets, options.clone());
        Ok(Self {
            signing: share_out(secrets, true, make_signing)?,
            tokens: share_out(secrets, false, |secrets| Ok(Tokens::new(secrets)))?,
            options: options.clone(),
        })
    }

    /// What is to judge the request. The signature decides alone where it is there and can be verified; without a
    /// secret token it is missed where it is not there.
    fn judge(&self, head: &RequestHead<'_>) -> Judge<'_> {
        match (&self.signing, &self.tokens) {
            (Some(signing), Some(_)) if head.headers().contains_key(SIGNATURE) => Judge::Signing(signing),
            (_, Some(tokens)) => Judge::Tokens(tokens),
            (Some(signing), None) => Judge::Signing(signing),
            (None, None) => Judge::None,
        }
    }
}

enum Judge<'a> {
    None,
    Signing(&'a SharedOut<SchemeVerifier>),
    Tokens(&'a SharedOut<Tokens>),
}

impl SharedOut<Tokens> {
    fn find(&self, head: &RequestHead<'_>) -> Result<usize, Rejection> {
        let token = head.header(&TOKEN)?.filter(|token| !token.is_empty()).ok_or(RejectionKind::MissingSignature)?;
        self.made.find(token).ok_or_else(|| RejectionKind::SignatureMismatch.into())
    }
}

impl<T> SharedOut<T> {
    fn settle(&self, verified: Verified) -> Verified {
        let position = self.positions.get(verified.secret_index()).copied();
        verified.with_secret_index(position.unwrap_or_default())
    }
}

impl WebhookVerifier for Gitlab {
    fn provider(&self) -> &'static str {
        GITLAB.id
    }

    /// Which of the two headers counts depends on the secrets, and is not asked here.
    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        let has = |name| head.headers().get_all(name).iter().any(|value| !value.is_empty());
        if has(SIGNATURE) || has(TOKEN) { Ok(()) } else { Err(RejectionKind::MissingSignature.into()) }
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        match self.judge(request.head()) {
            Judge::None => Err(RejectionKind::NoSecret.into()),
            Judge::Signing(signing) => Ok(match signing.made.verify(request, context)? {
                Verdict::Accept(verified) => Verdict::Accept(signing.settle(verified)),
                answer => answer,
            }),
            Judge::Tokens(tokens) => {
                let index = tokens.find(request.head())?;
                let id: Option<HeaderValue> = request.headers().get(DELIVERY_ID).cloned();
                let verified = Verified::new(GITLAB.id, tokens.made.secret(index)).with_delivery_id(id);
                Ok(Verdict::Accept(tokens.settle(verified)))
            }
        }
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::with_options(secrets, &self.options)?))
    }
}

/// Makes something of those secrets that are signing tokens, or of those that are not; `None` if there are none.
fn share_out<T>(
    secrets: &Secrets,
    signing: bool,
    make: impl FnOnce(&Secrets) -> Result<T, ConfigError>,
) -> Result<Option<SharedOut<T>>, ConfigError> {
    let mine: Vec<(usize, Secret)> = secrets
        .iter()
        .cloned()
        .enumerate()
        .filter(|(_, secret)| secret.expose().starts_with(PREFIX) == signing)
        .collect();
    if mine.is_empty() {
        return Ok(None);
    }
    let positions = mine.iter().map(|(position, _)| *position).collect();
    let made = make(&Secrets::new(mine.into_iter().map(|(_, secret)| secret))?)?;
    Ok(Some(SharedOut { made, positions }))
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["webhook-signature", "x-gitlab-token"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Gitlab::with_options(secrets, options)?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if secret.expose().starts_with(PREFIX) {
            let mut signed = RECIPE.sign(secret, request, context)?;
            signed.removed.push(TOKEN);
            return Ok(signed);
        }
        let mut signed = header_token::present(TOKEN, secret)?;
        signed.removed.push(SIGNATURE);
        Ok(signed)
    }

    #[cfg(feature = "signing")]
    fn signed_ids(&self) -> &'static [&'static str] {
        RECIPE.signed_ids()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    #[test]
    fn the_position_is_that_among_all_secrets() {
        let verifier =
            Gitlab::new(["whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=", "one", "two"]).expect("secrets");
        let headers = HeaderMap::from_iter([(TOKEN, HeaderValue::from_static("two"))]);
        let request = WebhookRequest::new(&Method::POST, "https://example.com/", &headers, b"{}");
        let Ok(Verdict::Accept(verified)) = verifier.verify(&request, &Context::at(None)) else { panic!("refused") };
        assert_eq!(verified.secret_index(), 2);
    }
}
