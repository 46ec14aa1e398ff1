//! Sinch: HMAC-SHA256 of the raw body, a nonce and the time, in base64; two other schemes by product.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, header};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secret, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, decode_base64_text, md5},
    request::{RequestHead, WebhookRequest},
    scheme::{
        Format, OptionKind, OptionSpec, Options, Part, Recipe, SchemeVerifier, Signature, TOLERANCE, Timestamp,
        TimestampUnit, check_window,
    },
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    crypto::Key,
    scheme::{SignError, Signed, SigningContext},
};

const ALGORITHM: HeaderName = HeaderName::from_static("x-sinch-webhook-signature-algorithm");
const NONCE: HeaderName = HeaderName::from_static("x-sinch-webhook-signature-nonce");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-timestamp");
const EXPECTED: &str = "the application key, a colon and the application secret in base64";

/// Sinch: HMAC-SHA256 of the raw body, a nonce and the time, in base64.
///
/// * **Conversation and SMS** (the default): headers `x-sinch-webhook-signature`, and the same with `-nonce`,
///   `-timestamp` (seconds) and `-algorithm` (`HmacSHA256`, if it is there). Signed: body, `.`, nonce, `.`, time. The
///   body comes first and holds full stops: a nonce with one is refused.
/// * **Voice and Verification** (the option `scheme` set to `application`): `Authorization: Application key:signature`,
///   or `Service` for Voice v2. Signed, with line feeds between: method, base64 of the body's MD5, the content type as
///   sent, `x-timestamp:` and that header (RFC 3339), the path. Host and query are not signed.
/// * **Numbers** (the option `scheme` set to `numbers`): `X-Sinch-Signature`, HMAC-SHA1 of the raw body, in hex.
/// * **Time window**: none unless the option `tolerance_s` sets one: Sinch names none. Numbers sign no time.
/// * **Replay protection**: none without a window. The nonce names a delivery.
/// * **Secret**: the webhook's own (Conversation), the service plan's callback secret (SMS), the callback configuration's
///   (Numbers); for `application` the app's key and secret with a colon between them.
///
/// Source: <https://developers.sinch.com/docs/conversation/callbacks>
pub static SINCH: Provider = Provider {
    id: "sinch",
    aliases: &[],
    name: "Sinch",
    docs: "https://developers.sinch.com/docs/conversation/callbacks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "SINCH_WEBHOOK_SECRET",
        location: "Conversation: the webhook's secret; SMS: the service plan's callback secret; \
                   Numbers: callback configuration; Voice, Verification: dashboard > app > key and secret",
        format: "a text; for the scheme application key:secret, the secret in base64",
    },
    summary: "HMAC-SHA256 of the raw body, a nonce and the time; Voice and Numbers differ",
    pitfalls: &[
        "the products sign differently: choose the scheme",
        "the application secret is base64, the other secrets are text",
        "Content-Type is signed with its parameters in the application scheme",
        "Mailgun belongs to Sinch and signs differently",
    ],
    options: &[
        OptionSpec {
            name: "scheme",
            kind: OptionKind::Choice(&["webhook", "application", "numbers"]),
            help: "webhook (Conversation and SMS, the default), application (Voice, Verification) or numbers.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

const WEBHOOK: Recipe = Recipe::hmac_sha256(
    &[Part::Body, Part::Literal("."), Part::DeliveryId, Part::Literal("."), Part::Timestamp],
    Signature::base64(&["x-sinch-webhook-signature"], Format::Bare),
)
.timestamp(Timestamp::header(&["x-sinch-webhook-signature-timestamp"]))
.delivery_id(&["x-sinch-webhook-signature-nonce"])
.check();

const NUMBERS: Recipe = Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-sinch-signature"], Format::Bare)).check();

/// Verifies the deliveries of Sinch's Conversation and SMS products. See [`SINCH`].
#[derive(Debug)]
pub struct Sinch {
    signature: SchemeVerifier,
    options: Options,
}

impl Sinch {
    /// A verifier with one webhook secret or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Self::with_options(&secrets.try_into().map_err(Into::into)?, Options::new())
    }

    fn with_options(secrets: &Secrets, options: Options) -> Result<Self, ConfigError> {
        let signature = SchemeVerifier::with_options(SINCH.id, &WEBHOOK, secrets, options.clone())?;
        Ok(Self { signature, options })
    }
}

impl WebhookVerifier for Sinch {
    fn provider(&self) -> &'static str {
        SINCH.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.signature.verify_head(head)?;
        match head.header(&ALGORITHM)? {
            Some(name) if !name.eq_ignore_ascii_case(b"HmacSHA256") => {
                return Err(RejectionKind::UnsupportedAlgorithm.into());
            }
            _ => {}
        }
        // The end of the body could wander into it: the signed text would be the same.
        match head.header(&NONCE)? {
            Some(nonce) if nonce.contains(&b'.') => Err(RejectionKind::MalformedSignature.into()),
            _ => Ok(()),
        }
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        self.verify_head(request.head())?;
        self.signature.verify(request, context)
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::with_options(secrets, self.options.clone())?))
    }
}

/// Verifies the callbacks of Sinch's Voice and Verification products. See [`SINCH`].
pub struct SinchApplication {
    applications: Vec<Application>,
    tolerance: Option<Duration>,
}

struct Application {
    id: Box<[u8]>,
    keys: Keys,
}

impl SinchApplication {
    /// A verifier with one application, `key:secret`, or several.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when one is no such pair, or its secret no base64.
    pub fn new<S>(applications: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = applications.try_into().map_err(Into::into)?;
        let application = |secret: &Secret| {
            let (id, key) = split(secret)?;
            let one = Secrets::from(secret.clone());
            Some(Application { id: id.into(), keys: Keys::new(Algorithm::HmacSha256, &one, |_| Some(key.clone()))? })
        };
        let applications: Option<_> = secrets.iter().map(application).collect();
        let applications = applications.ok_or(ConfigError::MalformedSecret { provider: SINCH.id, expected: EXPECTED });
        Ok(Self { applications: applications?, tolerance: None })
    }

    /// How far the signed time may lie from now, on either side; any distance unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }
}

/// What the headers of a callback present.
struct Presented<'a> {
    application: &'a [u8],
    tag: SignatureTag,
    content_type: &'a [u8],
    text: &'a [u8],
    time: UnixTime,
}

impl<'a> Presented<'a> {
    fn read(head: &RequestHead<'a>) -> Result<Self, Rejection> {
        let credentials = head.header(&header::AUTHORIZATION)?.filter(|text| !text.is_empty());
        let credentials = credentials.ok_or(RejectionKind::MissingSignature)?;
        let mut words = credentials.splitn(2, |byte| *byte == b' ');
        let word = words.next().unwrap_or_default();
        if !(word.eq_ignore_ascii_case(b"application") || word.eq_ignore_ascii_case(b"service")) {
            return Err(RejectionKind::UnsupportedAlgorithm.into());
        }
        let mut sides = words.next().unwrap_or_default().splitn(2, |byte| *byte == b':');
        let (Some(application), Some(signature)) = (sides.next(), sides.next()) else {
            return Err(RejectionKind::MalformedSignature.into());
        };
        let tag = Encoding::Base64.decode(signature, Algorithm::HmacSha256.tag_length());
        let tag = tag.ok_or(RejectionKind::MalformedSignature)?;
        let text = head.header(&TIMESTAMP)?.filter(|text| !text.is_empty()).ok_or(RejectionKind::TimestampMissing)?;
        let time = TimestampUnit::Rfc3339.parse(text).ok_or(RejectionKind::TimestampMalformed)?;
        let content_type = head.header(&header::CONTENT_TYPE)?.unwrap_or_default();
        Ok(Self { application, tag, content_type, text, time })
    }
}

impl WebhookVerifier for SinchApplication {
    fn provider(&self) -> &'static str {
        SINCH.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        Presented::read(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = Presented::read(request.head())?;
        let content = callback(request, presented.content_type, presented.text)?;
        let mut found = None;
        for (index, application) in self.applications.iter().enumerate() {
            let matches = application.keys.find_fed(&[presented.tag], |sink| sink.put(&content)).is_some();
            if matches && *application.id == *presented.application {
                found.get_or_insert((index, &application.keys));
            }
        }
        let (index, keys) = found.ok_or(RejectionKind::SignatureMismatch)?;
        check_window(presented.time, self.tolerance, context)?;
        let mut secret = keys.secret(0);
        secret.index = index;
        Ok(Verdict::Accept(Verified::new(SINCH.id, secret).with_signed_at(Some(presented.time))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone())?;
        Ok(Arc::new(Self { tolerance: self.tolerance, ..fresh }))
    }
}

impl std::fmt::Debug for SinchApplication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SinchApplication").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

/// What is signed of a callback.
fn callback(request: &WebhookRequest<'_>, content_type: &[u8], time: &[u8]) -> Result<Vec<u8>, Rejection> {
    // Scheme, host and query are not signed: all candidates have the same path.
    let url = request.url().candidates().next().ok_or(RejectionKind::UrlUnknown)?;
    let [prefix, path] = url.path();
    let digest = Encoding::Base64.encode(&md5(request.body().pieces()));
    Ok([
        request.method().as_str().as_bytes(),
        b"\n",
        digest.as_bytes(),
        b"\n",
        content_type,
        b"\nx-timestamp:",
        time,
        b"\n",
        prefix.as_bytes(),
        path.as_bytes(),
    ]
    .concat())
}

/// The application's key, which is no secret, and the key that its secret makes.
fn split(secret: &Secret) -> Option<(&[u8], zeroize::Zeroizing<Vec<u8>>)> {
    let text = secret.expose();
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (id, encoded) = (text.get(..colon)?, text.get(colon + 1..)?);
    let key = zeroize::Zeroizing::new(decode_base64_text(encoded)?);
    (!id.is_empty() && !key.is_empty()).then_some((id, key))
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-sinch-webhook-signature", "x-sinch-signature", "authorization"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        match options.text("scheme") {
            Some("application") => {
                let mut verifier = SinchApplication::new(secrets.clone())?;
                verifier.tolerance = options.tolerance();
                Ok(Arc::new(verifier))
            }
            Some("numbers") => {
                Ok(Arc::new(SchemeVerifier::with_options(SINCH.id, &NUMBERS, secrets, options.clone())?))
            }
            _ => Ok(Arc::new(Sinch::with_options(secrets, options.clone())?)),
        }
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        match options.text("scheme") {
            Some("application") => sign_callback(secret, request, context),
            Some("numbers") => NUMBERS.sign(secret, request, context),
            _ => {
                let nonce = request.header(&NONCE)?.unwrap_or(context.delivery_id.as_bytes());
                if nonce.contains(&b'.') {
                    return Err(SignError::Unwritable);
                }
                let mut signed = WEBHOOK.sign(secret, request, context)?;
                signed.header(ALGORITHM, "HmacSHA256")?;
                Ok(signed)
            }
        }
    }

    #[cfg(feature = "signing")]
    fn signed_ids(&self) -> &'static [&'static str] {
        WEBHOOK.signed_ids()
    }
}

#[cfg(feature = "signing")]
fn sign_callback(
    secret: &Secret,
    request: &WebhookRequest<'_>,
    context: &SigningContext<'_>,
) -> Result<Signed, SignError> {
    let (id, key) = split(secret).ok_or(SignError::MalformedSecret)?;
    let id = str::from_utf8(id).map_err(|_| SignError::MalformedSecret)?;
    let key = Key::new(Algorithm::HmacSha256, &key).ok_or(SignError::MalformedSecret)?;
    let content_type = request.header(&header::CONTENT_TYPE)?.unwrap_or_default();
    let time = TimestampUnit::Rfc3339.write(context.now);
    let content = callback(request, content_type, time.as_bytes())?;
    let signature = Encoding::Base64.encode(&key.sign(|sink| sink.put(&content)));
    let mut signed = Signed::default();
    signed.header(TIMESTAMP, &time)?;
    signed.header(header::AUTHORIZATION, &format!("Application {id}:{signature}"))?;
    Ok(signed)
}
