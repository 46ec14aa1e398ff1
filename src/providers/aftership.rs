//! AfterShip: HMAC-SHA256 of the raw body, in base64, in one of three headers.

use std::sync::Arc;

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys, SignatureTag},
    request::{RequestHead, WebhookRequest},
    scheme::{Format, Options},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// AfterShip: HMAC-SHA256 of the raw body, in base64, in a header that depends on the product.
///
/// * **Headers**: `aftership-hmac-sha256` (Tracking), else `as-signature-hmac-sha256` (Returns, Warranty), else
///   `am-webhook-signature` with `hmac-sha256=` before the signature (Shipping, and older Returns organisations). The
///   first that is there decides.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `event_id` (Tracking) or `id` (Returns) names the
///   event; its `ts` can be days old on a retry.
/// * **Secret**: AfterShip admin, Settings, Webhooks, Webhook secret; each product has its own.
///
/// Source: <https://www.aftership.com/docs/tracking/webhook/webhook-signature>
pub static AFTERSHIP: Provider = Provider {
    id: "aftership",
    aliases: &["after_ship"],
    name: "AfterShip",
    docs: "https://www.aftership.com/docs/tracking/webhook/webhook-signature",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "AFTERSHIP_WEBHOOK_SECRET",
        location: "admin > Settings (or Notifications) > Webhooks > Webhook secret; each product has its own",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "each product has its own secret and its own header",
        "the secret is not decoded",
        "retries run for days: do not refuse by the age of ts",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

static HEADERS: [(HeaderName, Format); 3] = [
    (HeaderName::from_static("aftership-hmac-sha256"), Format::Bare),
    (HeaderName::from_static("as-signature-hmac-sha256"), Format::Bare),
    (HeaderName::from_static("am-webhook-signature"), Format::Prefix("hmac-sha256=")),
];

/// Verifies AfterShip's deliveries. See [`AFTERSHIP`].
pub struct AfterShip {
    keys: Keys,
}

impl AfterShip {
    /// A verifier with one webhook secret or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = secrets.try_into().map_err(Into::into)?;
        let keys = Keys::new(Algorithm::HmacSha256, &secrets, |text| Some(text.to_vec().into()));
        Ok(Self { keys: keys.ok_or(ConfigError::EmptySecret)? })
    }
}

fn present(head: &RequestHead<'_>) -> Result<SignatureTag, Rejection> {
    for (name, format) in &HEADERS {
        let Some(value) = head.header(name)?.filter(|value| !value.is_empty()) else { continue };
        let tags = Encoding::Base64.tags(*format, value, Algorithm::HmacSha256.tag_length());
        return tags.first().copied().ok_or_else(|| format.complaint(value, None).into());
    }
    Err(RejectionKind::MissingSignature.into())
}

impl WebhookVerifier for AfterShip {
    fn provider(&self) -> &'static str {
        AFTERSHIP.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        present(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let tag = present(request.head())?;
        let found = self.keys.find_fed(&[tag], |sink| request.body().pieces().for_each(|piece| sink.put(piece)));
        let index = found.ok_or(RejectionKind::SignatureMismatch)?;
        Ok(Verdict::Accept(Verified::new(AFTERSHIP.id, self.keys.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

impl std::fmt::Debug for AfterShip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AfterShip").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["aftership-hmac-sha256", "as-signature-hmac-sha256", "am-webhook-signature"]
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(AfterShip::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = crate::crypto::Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let tag = key.sign(|sink| request.body().pieces().for_each(|piece| sink.put(piece)));
        let signature = Encoding::Base64.encode(&tag);
        // A delivery of another product stays one of that product.
        let there = |(name, _): &&(HeaderName, Format)| request.headers().contains_key(name);
        let Some((name, format)) = HEADERS.iter().find(there).or(HEADERS.first()) else {
            return Err(SignError::Unwritable);
        };
        let mut signed = Signed::default();
        signed.header(name.clone(), &format.write(&signature, None))?;
        signed.removed.extend(HEADERS.iter().map(|(other, _)| other).filter(|other| *other != name).cloned());
        Ok(signed)
    }
}
