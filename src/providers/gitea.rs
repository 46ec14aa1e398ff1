//! Gitea, Forgejo, Gogs: HMAC-SHA256 of the JSON payload, in hex.

#[cfg(feature = "signing")]
use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderName, Method};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, WebhookVerifier,
    request::{RawBody, RequestHead, WebhookRequest},
    scheme::{Format, OptionKind, OptionSpec, Options, Part, Recipe, SchemeVerifier, Signature, form::Params},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::{Algorithm, Key, hex_lower},
    scheme::{SignError, Signed, SigningContext},
};

const GITEA_HEADER: HeaderName = HeaderName::from_static("x-gitea-signature");
const FORGEJO_HEADER: HeaderName = HeaderName::from_static("x-forgejo-signature");
const GOGS_HEADER: HeaderName = HeaderName::from_static("x-gogs-signature");
const HUB_256_HEADER: HeaderName = HeaderName::from_static("x-hub-signature-256");
const HUB_HEADER: HeaderName = HeaderName::from_static("x-hub-signature");

/// Gitea, Forgejo and Gogs: HMAC-SHA256 of the JSON payload, in hex.
///
/// * **Headers**: `X-Gitea-Signature`, `X-Forgejo-Signature`, `X-Gogs-Signature` (bare hex), `X-Hub-Signature-256` (hex
///   behind `sha256=`). The first of them that is there and not empty decides alone.
/// * **Signed**: the raw body for JSON; the decoded field `payload` for forms, which must have no other field; the
///   decoded query parameter `payload` for GETs. The rest of the URL is not signed.
/// * **Replay protection**: none. No time is signed, and `X-Gitea-Delivery` is outside the signature.
/// * **Legacy**: `X-Hub-Signature` (HMAC-SHA1) is refused unless the option `allow_sha1` is on, and never looked at
///   beside another of the headers.
/// * **Secret**: repository, organisation or site settings, Webhooks, the webhook, Secret. Without one the headers come
///   empty and are refused.
///
/// Source: <https://docs.gitea.com/usage/webhooks>, and the sender's own source code.
pub static GITEA: Provider = Provider {
    id: "gitea",
    aliases: &["codeberg", "forgejo", "gogs"],
    name: "Gitea",
    docs: "https://docs.gitea.com/usage/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "GITEA_WEBHOOK_SECRET",
        location: "repository, organisation or site settings > Webhooks > the webhook > Secret",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the JSON payload",
    pitfalls: &[
        "X-Gitea-Signature has no prefix, X-Hub-Signature-256 has `sha256=`",
        "forms are signed over the decoded payload, where GitHub signs the form's text",
        "X-Gitea-Delivery is not signed: it does not stop a deliberate replay",
    ],
    options: &[OptionSpec {
        name: "allow_sha1",
        kind: OptionKind::Bool,
        help: "Accept X-Hub-Signature (HMAC-SHA1) where no header with SHA-256 is there.",
    }],
    scheme: ProviderScheme::Custom(&Scheme),
};

const IDS: &[&str] = &["x-gitea-delivery", "x-forgejo-delivery", "x-gogs-delivery", "x-github-delivery"];
const BARE: Recipe = Recipe::hmac_sha256(
    &[Part::Body],
    Signature::hex(&["x-gitea-signature", "x-forgejo-signature", "x-gogs-signature"], Format::Bare),
)
.delivery_id(IDS)
.check();
const PREFIXED: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-hub-signature-256"], Format::Prefix("sha256=")))
        .delivery_id(IDS)
        .check();
const SHA1: Recipe = Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-hub-signature"], Format::Prefix("sha1=")))
    .delivery_id(IDS)
    .check();

/// Verifies Gitea's, Forgejo's and Gogs's deliveries. See [`GITEA`].
#[derive(Debug)]
pub struct Gitea {
    bare: SchemeVerifier,
    prefixed: SchemeVerifier,
    sha1: SchemeVerifier,
    allow_sha1: bool,
}

impl Gitea {
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
        let verifier = |recipe| SchemeVerifier::with_options(GITEA.id, recipe, &secrets, Options::new());
        Ok(Self { bare: verifier(&BARE)?, prefixed: verifier(&PREFIXED)?, sha1: verifier(&SHA1)?, allow_sha1: false })
    }

    /// Accepts `X-Hub-Signature` (HMAC-SHA1) where no header with SHA-256 is there.
    #[must_use]
    pub fn insecure_allow_sha1(mut self) -> Self {
        self.allow_sha1 = true;
        self
    }

    fn deciding(&self, head: &RequestHead<'_>) -> Result<&SchemeVerifier, Rejection> {
        let has = |name: &HeaderName| head.headers().get_all(name).iter().any(|value| !value.is_empty());
        if [GITEA_HEADER, FORGEJO_HEADER, GOGS_HEADER].iter().any(has) {
            Ok(&self.bare)
        } else if has(&HUB_256_HEADER) || !has(&HUB_HEADER) {
            Ok(&self.prefixed)
        } else if self.allow_sha1 {
            Ok(&self.sha1)
        } else {
            Err(RejectionKind::UnsupportedAlgorithm.into())
        }
    }
}

impl WebhookVerifier for Gitea {
    fn provider(&self) -> &'static str {
        GITEA.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.deciding(head)?.verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let verifier = self.deciding(request.head())?;
        verifier.verify_head(request.head())?;
        match payload(request)? {
            Some(payload) => {
                verifier.verify(&WebhookRequest::from_head(*request.head(), RawBody::from(&payload[..])), context)
            }
            None => verifier.verify(request, context),
        }
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone())?;
        Ok(Arc::new(Self { allow_sha1: self.allow_sha1, ..fresh }))
    }
}

/// The payload of a form or a query, decoded; `None` where the body is the payload.
fn payload(request: &WebhookRequest<'_>) -> Result<Option<Vec<u8>>, Rejection> {
    let is_get = request.method() == Method::GET;
    let text = if is_get {
        if !request.body().is_empty() {
            return Err(RejectionKind::MalformedBody.into());
        }
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        RawBody::from(request.url().query().unwrap_or_default())
    } else if request.head().has_content_type("application/x-www-form-urlencoded") {
        request.body()
    } else {
        return Ok(None);
    };
    let params = Params::parse(text).ok_or(RejectionKind::MalformedBody)?;
    // Nothing covers the other fields of a form. A GET's URL may have parameters of its own.
    if !is_get && params.iter().nth(1).is_some() {
        return Err(RejectionKind::MalformedBody.into());
    }
    let payload = params.only("payload").ok().flatten().ok_or(RejectionKind::MalformedBody)?;
    Ok(Some(payload.collect()))
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-gitea-signature", "x-forgejo-signature", "x-gogs-signature", "x-hub-signature-256", "x-hub-signature"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let gitea = Gitea::new(secrets.clone())?;
        Ok(Arc::new(if options.is_on("allow_sha1") { gitea.insecure_allow_sha1() } else { gitea }))
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
        let payload = match payload(request)? {
            Some(decoded) => Cow::Owned(decoded),
            None => request.body().contiguous(),
        };
        let hex = hex_lower(&key.sign(|sink| sink.put(&payload)));
        let mut signed = Signed::default();
        signed.header(GITEA_HEADER, &hex)?;
        signed.header(GOGS_HEADER, &hex)?;
        signed.header(HUB_256_HEADER, &format!("sha256={hex}"))?;
        signed.removed.extend([FORGEJO_HEADER, HUB_HEADER]);
        Ok(signed)
    }
}
