//! Mailgun: HMAC-SHA256 of a time and a token inside the body, in hex beside them.

use std::{borrow::Cow, sync::Arc, time::Duration};

use http::{HeaderValue, header};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys},
    request::{RequestHead, WebhookRequest},
    scheme::{Options, TOLERANCE, Tags, TimestampUnit, check_window, form::Params, json, multipart},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::{Key, hex_lower},
    scheme::{SignError, Signed, SigningContext},
};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// Mailgun: HMAC-SHA256 of a time and a token, in hex beside them in the body. **The event is not signed.**
///
/// * **Where**: in JSON the object `signature` with `timestamp`, `token`, `signature`, and for a subaccount's events
///   `parent-signature`, made with the main account's key: either may match. In forms (routes, and the older webhooks)
///   fields of the same names, the last of each: users' own variables may come before them.
/// * **Signed**: the digits of the time, then the token. Whoever sees one delivery can send any event with its
///   signature, until the time is too old or the token is known.
/// * **Time window**: none unless the option `tolerance_s` sets one: **set one**, not too small, since deliveries may be
///   late. Without it the digits of time and token can even be shifted into another token.
/// * **Replay protection**: the token names the delivery; Mailgun asks to remember it.
/// * **Before the body is read** only the media type can be told: strangers' bodies are held until then.
/// * **Secret**: Sending, Webhooks, HTTP webhook signing key. Old accounts use their API key.
///
/// Source: <https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks>
pub static MAILGUN: Provider = Provider {
    id: "mailgun",
    aliases: &[],
    name: "Mailgun",
    docs: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "MAILGUN_WEBHOOK_SIGNING_KEY",
        location: "Sending > Webhooks > HTTP webhook signing key",
        format: "32 hexadecimal digits, used as text; old ones start with key-",
    },
    summary: "HMAC-SHA256 of a time and a token in the body; the event is not signed",
    pitfalls: &[
        "the event is not signed: set a tolerance and remember tokens",
        "webhooks send JSON, routes send forms: both have to be read",
        "a subaccount's events are signed twice, with the subaccount's and with the main account's key",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Mailgun's deliveries. See [`MAILGUN`].
pub struct Mailgun {
    keys: Keys,
    tolerance: Option<Duration>,
}

impl Mailgun {
    /// A verifier with one signing key or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a key is empty.
    pub fn new<S>(keys: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = keys.try_into().map_err(Into::into)?;
        Ok(Self { keys: Keys::of_texts(Algorithm::HmacSha256, &secrets)?, tolerance: None })
    }

    /// How far the signed time may lie from now, on either side; any distance unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }
}

impl WebhookVerifier for Mailgun {
    fn provider(&self) -> &'static str {
        MAILGUN.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if [JSON, FORM, MULTIPART].iter().any(|known| head.has_content_type(known)) {
            Ok(())
        } else {
            Err(RejectionKind::MalformedBody.into())
        }
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        self.verify_head(request.head())?;
        let body = request.body().contiguous();
        let fields = Fields::read(request.head(), &body)?;
        let tags = fields.tags()?;
        let timestamp = fields.timestamp.as_deref().ok_or(RejectionKind::TimestampMissing)?;
        let time = TimestampUnit::Secs.parse(timestamp).ok_or(RejectionKind::TimestampMalformed)?;
        let token = fields.token.as_deref().filter(|token| !token.is_empty());
        let token = token.ok_or(RejectionKind::MalformedSignature)?;
        let index = self
            .keys
            .find_fed(&tags, |sink| {
                sink.put(timestamp);
                sink.put(token);
            })
            .ok_or(RejectionKind::SignatureMismatch)?;
        check_window(time, self.tolerance, context)?;
        Ok(Verdict::Accept(
            Verified::new(MAILGUN.id, self.keys.secret(index))
                .with_signed_at(Some(time))
                .with_delivery_id(HeaderValue::from_bytes(token).ok()),
        ))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone())?;
        Ok(Arc::new(Self { tolerance: self.tolerance, ..fresh }))
    }
}

impl std::fmt::Debug for Mailgun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailgun").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

/// What belongs to the signature, decoded.
#[derive(Default)]
struct Fields<'a> {
    timestamp: Option<Cow<'a, [u8]>>,
    token: Option<Cow<'a, [u8]>>,
    signature: Option<Cow<'a, [u8]>>,
    parent_signature: Option<Cow<'a, [u8]>>,
}

impl<'a> Fields<'a> {
    fn read(head: &RequestHead<'_>, body: &'a [u8]) -> Result<Self, Rejection> {
        if head.has_content_type(JSON) {
            Self::of_json(body)
        } else if head.has_content_type(FORM) {
            let params = Params::parse(body).ok_or(RejectionKind::MalformedBody)?;
            let last = |name: &str| {
                let found = params.iter().filter(|param| param.name().eq(name.bytes())).last()?;
                Some(Cow::Owned(found.value().collect()))
            };
            Ok(Self::of_fields(last))
        } else {
            let content_type = head.header(&header::CONTENT_TYPE)?.unwrap_or_default();
            // The boundary is copied, so that what the fields borrow is the body alone.
            let content_type = content_type.to_vec();
            let form = multipart::Form::parse(&content_type, body).ok_or(RejectionKind::MalformedBody)?;
            Ok(Self::of_fields(|name| Some(Cow::Owned(form.named(name).next_back()?.value.to_vec()))))
        }
    }

    fn of_fields(last: impl Fn(&'static str) -> Option<Cow<'a, [u8]>>) -> Self {
        Self {
            timestamp: last("timestamp"),
            token: last("token"),
            signature: last("signature"),
            parent_signature: last("parent-signature"),
        }
    }

    fn of_json(body: &'a [u8]) -> Result<Self, Rejection> {
        let event = json::Object::parse(body).ok_or(RejectionKind::MalformedBody)?;
        let Some(signature) = event.get("signature") else { return Ok(Self::default()) };
        let signature = signature.object().ok_or(RejectionKind::MalformedSignature)?;
        if event.has_lookalike(&["signature"]) || signature.has_lookalike(&["timestamp", "token"]) {
            return Err(RejectionKind::MalformedBody.into());
        }
        let text = |name, wrong| match signature.get(name) {
            None => Ok(None),
            Some(value) => match value.text() {
                Some(Cow::Borrowed(text)) => Ok(Some(Cow::Borrowed(text.as_bytes()))),
                Some(Cow::Owned(text)) => Ok(Some(Cow::Owned(text.into_bytes()))),
                None => Err(Rejection::from(wrong)),
            },
        };
        Ok(Self {
            timestamp: text("timestamp", RejectionKind::TimestampMalformed)?,
            token: text("token", RejectionKind::MalformedSignature)?,
            signature: text("signature", RejectionKind::MalformedSignature)?,
            parent_signature: text("parent-signature", RejectionKind::MalformedSignature)?,
        })
    }

    /// The account's own signature, and the main account's.
    fn tags(&self) -> Result<Tags, Rejection> {
        let tag = |hex: &[u8]| Encoding::Hex.decode(hex, Algorithm::HmacSha256.tag_length());
        let own = self.signature.as_deref().filter(|hex| !hex.is_empty()).ok_or(RejectionKind::MissingSignature)?;
        let own = tag(own).ok_or(RejectionKind::MalformedSignature)?;
        Ok(std::iter::once(own).chain(self.parent_signature.as_deref().and_then(tag)).collect())
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut mailgun = Mailgun::new(secrets.clone())?;
        mailgun.tolerance = options.tolerance();
        Ok(Arc::new(mailgun))
    }

    /// Writes time, token and signature into a JSON object, or at the end of a form.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        // A token of letters and digits needs no escaping in any of the three kinds of body.
        let token = context.delivery_id;
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(SignError::Unwritable);
        }
        let time = TimestampUnit::Secs.write(context.now);
        let hex = hex_lower(&key.sign(|sink| {
            sink.put(time.as_bytes());
            sink.put(token.as_bytes());
        }));
        let body = request.body().contiguous();
        let head = request.head();
        let signed = if head.has_content_type(JSON) {
            let event = json::Object::parse(&body).ok_or(RejectionKind::MalformedBody)?;
            let members = format!(r#"{{"token":"{token}","timestamp":"{time}","signature":"{hex}"}}"#);
            event.with(&[("signature", &members)]).into_bytes()
        } else if head.has_content_type(FORM) {
            let mut form = body.into_owned();
            if !form.is_empty() {
                form.push(b'&');
            }
            form.extend_from_slice(format!("timestamp={time}&token={token}&signature={hex}").as_bytes());
            form
        } else {
            let content_type = head.header(&header::CONTENT_TYPE)?.unwrap_or_default();
            let form = multipart::Form::parse(content_type, &body).ok_or(RejectionKind::MalformedBody)?;
            form.with(&[("timestamp", &time), ("token", token), ("signature", &hex)])
        };
        Ok(Signed { body: Some(signed.into()), ..Signed::default() })
    }
}
