//! Recurly: HMAC-SHA256 of the time and the raw body, in a header of positions.

use std::{sync::Arc, time::Duration};

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys, Sink},
    request::{RequestHead, WebhookRequest},
    scheme::{Format, Options, TOLERANCE, Tags, TimestampUnit, timestamp::check_window},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Recurly: HMAC-SHA256 of `{time}.{body}`, in hex behind the time in one header.
///
/// * **Header**: `recurly-signature: {time},{signature}`, the time in milliseconds; several signatures between commas
///   while a secret is being replaced, any may match.
/// * **Signed**: the text of the time, a full stop, the raw body.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the window only; the body's `id` is the object's, not the delivery's.
/// * **Secret**: admin, Integrations, Webhooks, the endpoint, secret key; each endpoint has its own.
///
/// Only JSON notifications are signed. XML ones carry no signature and are refused: set the endpoint to JSON.
///
/// Source: <https://docs.recurly.com/recurly-subscriptions/docs/signature-verification>
pub static RECURLY: Provider = Provider {
    id: "recurly",
    aliases: &[],
    name: "Recurly",
    docs: "https://docs.recurly.com/recurly-subscriptions/docs/signature-verification",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "RECURLY_WEBHOOK_SECRET",
        location: "admin > Integrations > Webhooks > the endpoint > secret key",
        format: "64 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "XML notifications are not signed: set the endpoint to JSON",
        "the time is in milliseconds",
        "the body's id is the object's: nothing names one delivery",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme),
};

const SIGNATURE: HeaderName = HeaderName::from_static("recurly-signature");
const WINDOW: Duration = Duration::from_secs(300);

/// Verifies Recurly's deliveries. See [`RECURLY`].
pub struct Recurly {
    keys: Keys,
    tolerance: Duration,
}

/// What a request presents: the time, and signatures between commas.
struct Presented<'a> {
    time: &'a [u8],
    signed_at: UnixTime,
    signatures: &'a [u8],
}

impl Recurly {
    /// A verifier with one secret key or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a key is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = secrets.try_into().map_err(Into::into)?;
        let keys = Keys::new(Algorithm::HmacSha256, &secrets, |text| Some(text.to_vec().into()));
        Ok(Self { keys: keys.ok_or(ConfigError::EmptySecret)?, tolerance: WINDOW })
    }

    /// How far the signed time may lie from now, on either side: five minutes unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }
}

impl<'a> Presented<'a> {
    fn of(head: &RequestHead<'a>) -> Result<Self, Rejection> {
        let value = head.header(&SIGNATURE)?.filter(|value| !value.is_empty());
        let value = value.ok_or(RejectionKind::MissingSignature)?;
        let comma = value.iter().position(|byte| *byte == b',').ok_or(RejectionKind::MalformedSignature)?;
        let (time, signatures) = value.split_at_checked(comma).ok_or(RejectionKind::MalformedSignature)?;
        let signatures = signatures.get(1..).unwrap_or_default();
        if tags(signatures).is_empty() {
            return Err(RejectionKind::MalformedSignature.into());
        }
        let signed_at = TimestampUnit::Millis.parse(time).ok_or(RejectionKind::TimestampMalformed)?;
        Ok(Self { time, signed_at, signatures })
    }
}

fn tags(signatures: &[u8]) -> Tags {
    Encoding::Hex.tags(Format::Items { separator: ',' }, signatures, Algorithm::HmacSha256.tag_length())
}

fn feed(time: &[u8], request: &WebhookRequest<'_>, sink: &mut (impl Sink + ?Sized)) {
    sink.put(time);
    sink.put(b".");
    request.body().pieces().for_each(|piece| sink.put(piece));
}

impl WebhookVerifier for Recurly {
    fn provider(&self) -> &'static str {
        RECURLY.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        Presented::of(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = Presented::of(request.head())?;
        let found = self.keys.find_fed(&tags(presented.signatures), |sink| feed(presented.time, request, sink));
        let index = found.ok_or(RejectionKind::SignatureMismatch)?;
        check_window(presented.signed_at, Some(self.tolerance), context)?;
        let verified = Verified::new(RECURLY.id, self.keys.secret(index));
        Ok(Verdict::Accept(verified.with_signed_at(Some(presented.signed_at))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?.tolerance(self.tolerance)))
    }
}

impl std::fmt::Debug for Recurly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recurly").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["recurly-signature"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Recurly::new(secrets.clone())?.tolerance(options.tolerance().unwrap_or(WINDOW))))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = crate::crypto::Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let time = TimestampUnit::Millis.write(context.now);
        let tag = key.sign(|sink| feed(time.as_bytes(), request, sink));
        let mut signed = Signed::default();
        signed.header(SIGNATURE, &format!("{time},{}", Encoding::Hex.encode(&tag)))?;
        Ok(signed)
    }
}
