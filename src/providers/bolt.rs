//! Bolt: HMAC-SHA256 of the raw body, or of a GET's query, in base64.

use std::sync::Arc;

use http::Method;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, WebhookVerifier,
    request::{RequestHead, WebhookRequest},
    scheme::{Format, Options, Part, Recipe, SchemeVerifier, Signature},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Bolt (checkout): HMAC-SHA256 of the raw body, in base64.
///
/// * **Headers**: `X-Bolt-Hmac-Sha256`; while a key is being exchanged also `X-Bolt-Hmac-Sha256-Pending`, made with the
///   new one. Either may match. (The second is known from others' code only.)
/// * **Signed**: the raw body. A GET (a merchant callback) has none: there the query is signed, as it stands behind
///   the `?`. The path is signed in neither.
/// * **Replay protection**: none. No time is signed and no delivery has an id.
/// * **Secret**: Merchant Dashboard, Administration, API, Signing Secret.
///
/// Source: <https://help.bolt.com/developers/guides/webhooks/hook-verification/>
pub static BOLT: Provider = Provider {
    id: "bolt",
    aliases: &[],
    name: "Bolt",
    docs: "https://help.bolt.com/developers/guides/webhooks/hook-verification/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "BOLT_SIGNING_SECRET",
        location: "Merchant Dashboard > Administration > API > Signing Secret",
        format: "64 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body, or of a GET's query",
    pitfalls: &[
        "Bolt writes what is not ASCII as \\u escapes: JSON that was parsed and written again does not verify",
        "the secret looks like hex and is not decoded",
        "this is Bolt the checkout, not the ride service",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Body],
    Signature::base64(&["x-bolt-hmac-sha256", "x-bolt-hmac-sha256-pending"], Format::Bare).in_any_header(),
)
.check();

/// Verifies Bolt's deliveries. See [`BOLT`].
#[derive(Debug)]
pub struct Bolt {
    signature: SchemeVerifier,
}

impl Bolt {
    /// A verifier with one signing secret or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Ok(Self { signature: SchemeVerifier::new(BOLT.id, &RECIPE, secrets)? })
    }
}

impl WebhookVerifier for Bolt {
    fn provider(&self) -> &'static str {
        BOLT.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.signature.verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        self.signature.verify_head(request.head())?;
        self.signature.verify(&signed_part(request)?, context)
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

/// The request with what is signed as its body.
fn signed_part<'a>(request: &WebhookRequest<'a>) -> Result<WebhookRequest<'a>, Rejection> {
    if request.method() != Method::GET {
        return Ok(*request);
    }
    if !request.body().is_empty() {
        return Err(RejectionKind::MalformedBody.into());
    }
    if request.url().is_unknown() {
        return Err(RejectionKind::UrlUnknown.into());
    }
    // The signature of an empty body says nothing of a GET without a query.
    let query = request.url().query().filter(|query| !query.is_empty()).ok_or(RejectionKind::SignatureMismatch)?;
    Ok(WebhookRequest::from_head(*request.head(), query.into()))
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-bolt-hmac-sha256", "x-bolt-hmac-sha256-pending"]
    }

    #[cfg(feature = "explain")]
    fn signed_view(
        &self,
        request: &crate::request::WebhookRequest<'_>,
        _: &Options,
    ) -> Option<crate::explain::SignedView> {
        use crate::explain::{SegmentKind, SignedView};

        if request.method() != Method::GET {
            return Some(RECIPE.signed_view(request));
        }
        let mut view = SignedView::default();
        view.push(SegmentKind::Url, request.url().query()?);
        Some(view)
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Bolt::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        RECIPE.sign(secret, &signed_part(request)?, context)
    }
}
