//! PayPal: RSA with SHA-256 over id, time, webhook id and a CRC-32 of the body; the key in a certificate.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{Certificate, RsaHash, decode_strict_base64, sha256},
    key_source::{KeySource, ProviderKey, StaticKeys},
    request::{RequestHead, WebhookRequest},
    scheme::{
        OptionKind, OptionSpec, OptionValue, Options, TOLERANCE,
        timestamp::{TimestampUnit, check_window},
    },
    verdict::SecretMatch,
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

const SIGNATURE: HeaderName = HeaderName::from_static("paypal-transmission-sig");
const ID: HeaderName = HeaderName::from_static("paypal-transmission-id");
const TIME: HeaderName = HeaderName::from_static("paypal-transmission-time");
const CERTIFICATE_URL: HeaderName = HeaderName::from_static("paypal-cert-url");
const ALGORITHM: HeaderName = HeaderName::from_static("paypal-auth-algo");

/// PayPal: RSA with SHA-256 over `{id}|{time}|{webhook id}|{CRC-32 of the body}`, in base64. **The body is covered by a
/// checksum only.**
///
/// Needs the feature `x509`.
///
/// * **Headers**: `PAYPAL-TRANSMISSION-SIG`, `PAYPAL-TRANSMISSION-ID`, `PAYPAL-TRANSMISSION-TIME`, `PAYPAL-CERT-URL`, and
///   `PAYPAL-AUTH-ALGO`, which must be `SHA256withRSA`.
/// * **Coverage**: **a CRC-32 is no hash: whoever has seen one delivery can make other bodies that fit its headers.**
///   Remember transmission ids, set a time window, and look an event up by PayPal's API before money moves.
/// * **Replay protection**: the time is signed, but PayPal names no window and none is checked, unless the option
///   `tolerance_s` sets one.
/// * **Certificate**: its URL must be `https`, on `api.paypal.com`, `api-m.paypal.com` or their `sandbox` hosts, under
///   `/v1/notifications/certs/`. The library fetches nothing: give it the certificates ([`KeySource`], or the option
///   `certificates`); the binary fetches them. Checked are its dates and that it was made out to a host of `paypal.com`; its chain is not: that it
///   came over TLS from PayPal's host is what vouches for it, so the fetch must check TLS.
/// * **"Secret"**: the webhook's id, which is part of the signed text: Developer Dashboard, the app, Webhooks. Never
///   configure `WEBHOOK_ID`, for which the simulator signs: anybody can make the simulator send.
///
/// Source: <https://developer.paypal.com/api/rest/webhooks/rest/>
pub static PAYPAL: Provider = Provider {
    id: "paypal",
    aliases: &[],
    name: "PayPal",
    docs: "https://developer.paypal.com/api/rest/webhooks/rest/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "PAYPAL_WEBHOOK_ID",
        location: "Developer Dashboard > the app > Webhooks > Webhook ID",
        format: "about 17 capital letters and digits",
    },
    summary: "RSA with SHA-256 over id, time, webhook id and a CRC-32 of the raw body",
    pitfalls: &[
        "only a CRC-32 of the body is signed: other bodies with the same checksum are easy to make",
        "the webhook id of another environment or app verifies nothing",
        "the simulator signs for the literal id WEBHOOK_ID, and anybody can make it send",
    ],
    options: &[
        OptionSpec {
            name: "certificates",
            kind: OptionKind::Map,
            help: "Certificates in PEM by the URL that PAYPAL-CERT-URL names.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies PayPal's deliveries. See [`PAYPAL`].
pub struct PayPal {
    webhook_ids: Vec<(String, Option<Arc<str>>)>,
    keys: Arc<dyn KeySource>,
    tolerance: Option<Duration>,
}

struct Presented<'a> {
    signature: Vec<u8>,
    id: &'a [u8],
    time: &'a [u8],
    signed_at: UnixTime,
    certificate_url: &'a str,
}

impl PayPal {
    /// A verifier for one webhook id or several, which takes certificates from `keys`, by their URL.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when a webhook id holds anything but letters, digits, `_` and `-`.
    pub fn new<S>(webhook_ids: S, keys: Arc<dyn KeySource>) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets: Secrets = webhook_ids.try_into().map_err(Into::into)?;
        let ids = secrets.iter().map(|secret| {
            let id = str::from_utf8(secret.expose()).ok().filter(|id| is_word(id.as_bytes()));
            Some((id?.to_owned(), secret.label_text().map(Arc::from)))
        });
        let malformed =
            ConfigError::MalformedSecret { provider: PAYPAL.id, expected: "a webhook id: letters and digits" };
        Ok(Self { webhook_ids: ids.collect::<Option<_>>().ok_or(malformed)?, keys, tolerance: None })
    }

    /// How far the transmission time may lie from now, on either side. Not checked unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// The certificate that the request names; the signature has the length that its key makes.
    fn key(&self, presented: &Presented<'_>) -> Result<ProviderKey, Rejection> {
        let key = self.keys.key(presented.certificate_url).ok_or(RejectionKind::NoSecret)?;
        let length = key.as_certificate().ok_or(RejectionKind::NoSecret)?.key().signature_length();
        if presented.signature.len() != length {
            return Err(RejectionKind::MalformedSignature.into());
        }
        Ok(key)
    }
}

impl<'a> Presented<'a> {
    fn read(head: &RequestHead<'a>) -> Result<Self, Rejection> {
        let malformed = RejectionKind::MalformedSignature;
        let text = head.header(&SIGNATURE)?.filter(|text| !text.is_empty()).ok_or(RejectionKind::MissingSignature)?;
        if head.header(&ALGORITHM)? != Some(b"SHA256withRSA") {
            return Err(RejectionKind::UnsupportedAlgorithm.into());
        }
        let signature = decode_strict_base64(text).ok_or(malformed)?;
        // A bar in one of them would make the signed text mean two things.
        let id = head.header(&ID)?.filter(|id| is_word(id)).ok_or(malformed)?;
        let time = head.header(&TIME)?.ok_or(RejectionKind::TimestampMissing)?;
        let signed_at = TimestampUnit::Rfc3339.parse(time).ok_or(RejectionKind::TimestampMalformed)?;
        let url = head.header(&CERTIFICATE_URL)?.and_then(|url| str::from_utf8(url).ok());
        let certificate_url = url.filter(|url| is_certificate_url(url)).ok_or(malformed)?;
        Ok(Self { signature, id, time, signed_at, certificate_url })
    }
}

fn is_word(text: &[u8]) -> bool {
    (1..=128).contains(&text.len())
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_certificate_url(url: &str) -> bool {
    HOSTS.iter().any(|host| {
        let path = url.strip_prefix("https://").and_then(|rest| rest.strip_prefix(host));
        path.and_then(|path| path.strip_prefix("/v1/notifications/certs/")).is_some_and(|name| is_word(name.as_bytes()))
    })
}

const HOSTS: [&str; 4] = ["api.paypal.com", "api.sandbox.paypal.com", "api-m.paypal.com", "api-m.sandbox.paypal.com"];

fn is_trusted(certificate: &Certificate, context: &Context) -> Result<bool, Rejection> {
    let now = context.now().ok_or(RejectionKind::ClockUnavailable)?;
    let is_paypal = |name: &str| name.to_ascii_lowercase().ends_with(".paypal.com");
    Ok(certificate.is_valid_at(now) && certificate.names().any(is_paypal))
}

impl WebhookVerifier for PayPal {
    fn provider(&self) -> &'static str {
        PAYPAL.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.key(&Presented::read(head)?).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = Presented::read(request.head())?;
        let key = self.key(&presented)?;
        let certificate = key.as_certificate().ok_or(RejectionKind::NoSecret)?;
        if !is_trusted(certificate, context)? {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        let mut checksum = crc32fast::Hasher::new();
        request.body().pieces().for_each(|piece| checksum.update(piece));
        let checksum = checksum.finalize().to_string();
        let index = self.webhook_ids.iter().position(|(webhook, _)| {
            let bar = &b"|"[..];
            let content = [presented.id, bar, presented.time, bar, webhook.as_bytes(), bar, checksum.as_bytes()];
            certificate.key().verify(RsaHash::Sha256, &sha256(content.into_iter()), &presented.signature)
        });
        let index = index.ok_or(RejectionKind::SignatureMismatch)?;
        check_window(presented.signed_at, self.tolerance, context)?;
        let label = self.webhook_ids.get(index).and_then(|(_, label)| label.clone());
        let verified = Verified::new(PAYPAL.id, SecretMatch { index, label });
        Ok(Verdict::Accept(
            verified
                .with_signed_at(Some(presented.signed_at))
                .with_delivery_id(HeaderValue::from_bytes(presented.id).ok()),
        ))
    }

    fn missing_key(&self, request: &WebhookRequest<'_>) -> Option<String> {
        let url = Presented::read(request.head()).ok()?.certificate_url;
        self.keys.key(url).is_none().then(|| url.to_owned())
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone(), Arc::clone(&self.keys))?;
        Ok(Arc::new(Self { tolerance: self.tolerance, ..fresh }))
    }
}

impl std::fmt::Debug for PayPal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayPal").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

/// The certificates of an option, by their URL.
pub(super) fn certificates(provider: &'static str, options: &Options) -> Result<Arc<dyn KeySource>, ConfigError> {
    match options.get("certificates") {
        Some(OptionValue::Map(certificates)) if !certificates.is_empty() => {
            Ok(Arc::new(StaticKeys::certificates(certificates)?))
        }
        // Every delivery would be refused.
        _ => Err(ConfigError::WrongOptionValue {
            provider,
            option: "certificates".to_owned(),
            expected: "at least one certificate in PEM by its URL".to_owned(),
        }),
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["paypal-transmission-sig"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        self.verifier_with_keys(secrets, options, certificates(PAYPAL.id, options)?)
    }

    fn verifier_with_keys(
        &self,
        secrets: &Secrets,
        options: &Options,
        keys: Arc<dyn KeySource>,
    ) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut paypal = PayPal::new(secrets.clone(), keys)?;
        paypal.tolerance = options.tolerance();
        Ok(Arc::new(paypal))
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
