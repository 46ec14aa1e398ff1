//! Dropbox Sign: HMAC-SHA256 of an event's time and type, in hex, in the JSON of a multipart field.

use std::{borrow::Cow, sync::Arc, time::Duration};

use http::header;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys, SignatureTag},
    request::{RequestHead, WebhookRequest},
    scheme::{
        Options, TOLERANCE, TimestampUnit, check_window,
        json::{Object, Value},
        multipart::{Field, Form},
    },
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::{Key, hex_lower},
    scheme::{SignError, Signed, SigningContext, json::quote},
};

/// Dropbox Sign (HelloSign): HMAC-SHA256 of an event's time and type, in hex. **The event's data is not signed.**
///
/// * **Where**: the body is `multipart/form-data`; its field `json` holds `event.event_hash`, `event.event_time` and
///   `event.event_type`.
/// * **Signed**: the digits of the time, then the type, as texts and without a separator. A type that starts with
///   anything but a letter is refused, since digits could wander. Whoever sees one delivery can send any data under the
///   same time and type: fetch the object from the API before acting.
/// * **Strictness**: one field `json`, no member twice (whatever the case of letters), a complete form; anything else is
///   refused.
/// * **Time window**: none unless the option `tolerance_s` sets one. Repetitions go on for three days with the same time.
/// * **Answers**: Dropbox Sign wants 200 with the text `Hello API Event Received` on every delivery, from your app too.
///   The test event `callback_test` is answered so once it was verified, and the app is not asked.
/// * **Before the body is read** only the media type can be told: strangers' forms are held until then.
/// * **Secret**: Settings, API, API keys: the primary one. It opens the whole account.
///
/// Source: <https://developers.hellosign.com/docs/events/walkthrough/>
pub static DROPBOX_SIGN: Provider = Provider {
    id: "dropbox_sign",
    aliases: &["hellosign"],
    name: "Dropbox Sign",
    docs: "https://developers.hellosign.com/docs/events/walkthrough/",
    status: Status::Renamed,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: true,
    secret: SecretInfo {
        env: "DROPBOX_SIGN_API_KEY",
        location: "Settings > API > API keys (the primary one)",
        format: "64 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of an event's time and type; its data is not signed",
    pitfalls: &[
        "the event's data is not signed: fetch the object from the API before acting",
        "every delivery must be answered with 200 and the text Hello API Event Received",
        "the secret is an API key: with another primary key verification stops",
        "the body is a multipart form with a JSON field, not JSON",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme),
};

const ANSWER: &str = "Hello API Event Received";

/// Verifies Dropbox Sign's deliveries. See [`DROPBOX_SIGN`].
pub struct DropboxSign {
    keys: Keys,
    tolerance: Option<Duration>,
}

impl DropboxSign {
    /// A verifier with one API key or several.
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

impl WebhookVerifier for DropboxSign {
    fn provider(&self) -> &'static str {
        DROPBOX_SIGN.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if head.has_content_type("multipart/form-data") { Ok(()) } else { Err(RejectionKind::MalformedBody.into()) }
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let body = request.body().contiguous();
        let json = Object::parse(json_field(request.head(), &body)?.value).ok_or(RejectionKind::MalformedBody)?;
        let event = Event::read(&json)?;
        let index = self
            .keys
            .find_fed(&[event.tag], |sink| {
                sink.put(event.time_text.as_bytes());
                sink.put(event.kind.as_bytes());
            })
            .ok_or(RejectionKind::SignatureMismatch)?;
        check_window(event.time, self.tolerance, context)?;
        if event.kind == "callback_test" {
            return Ok(Verdict::Answer(Box::new(answers::plain_text(ANSWER))));
        }
        Ok(Verdict::Accept(Verified::new(DROPBOX_SIGN.id, self.keys.secret(index)).with_signed_at(Some(event.time))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone())?;
        Ok(Arc::new(Self { tolerance: self.tolerance, ..fresh }))
    }
}

impl std::fmt::Debug for DropboxSign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DropboxSign").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

fn json_field<'a>(head: &RequestHead<'a>, body: &'a [u8]) -> Result<Field<'a>, Rejection> {
    let content_type = head.header(&header::CONTENT_TYPE)?.unwrap_or_default();
    let form = Form::parse(content_type, body).ok_or(RejectionKind::MalformedBody)?;
    let mut fields = form.named("json");
    match (fields.next(), fields.next()) {
        (Some(field), None) => Ok(field),
        _ => Err(RejectionKind::MalformedBody.into()),
    }
}

/// What belongs to the signature.
struct Event<'a> {
    tag: SignatureTag,
    time: UnixTime,
    time_text: Cow<'a, str>,
    kind: Cow<'a, str>,
}

impl<'a> Event<'a> {
    fn read(json: &Object<'a>) -> Result<Self, Rejection> {
        let event = json.get("event").and_then(Value::object).ok_or(RejectionKind::MalformedBody)?;
        if json.has_lookalike(&["event"]) || event.has_lookalike(&["event_hash", "event_time", "event_type"]) {
            return Err(RejectionKind::MalformedBody.into());
        }
        let tag = tag(event.get("event_hash"))?;
        let time = event.get("event_time").ok_or(RejectionKind::TimestampMissing)?;
        let time_text = time.text().ok_or(RejectionKind::TimestampMalformed)?;
        let time = TimestampUnit::Secs.parse(time_text.as_bytes()).ok_or(RejectionKind::TimestampMalformed)?;
        Ok(Self { tag, time, time_text, kind: kind(&event).ok_or(RejectionKind::MalformedBody)? })
    }
}

fn kind<'a>(event: &Object<'a>) -> Option<Cow<'a, str>> {
    event.text("event_type").filter(|kind| kind.starts_with(|first: char| first.is_ascii_alphabetic()))
}

fn tag(value: Option<Value<'_>>) -> Result<SignatureTag, Rejection> {
    let text = value.ok_or(RejectionKind::MissingSignature)?.text().ok_or(RejectionKind::MalformedSignature)?;
    if text.is_empty() {
        return Err(RejectionKind::MissingSignature.into());
    }
    let tag = Encoding::Hex.decode(text.as_bytes(), Algorithm::HmacSha256.tag_length());
    Ok(tag.ok_or(RejectionKind::MalformedSignature)?)
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut verifier = DropboxSign::new(secrets.clone())?;
        verifier.tolerance = options.tolerance();
        Ok(Arc::new(verifier))
    }

    /// Writes time and hash into the event of the field `json`.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let body = request.body().contiguous();
        let field = json_field(request.head(), &body)?;
        let json = Object::parse(field.value).ok_or(RejectionKind::MalformedBody)?;
        let event = json.get("event").and_then(Value::object).ok_or(RejectionKind::MalformedBody)?;
        let kind = kind(&event).ok_or(RejectionKind::MalformedBody)?;
        let time = TimestampUnit::Secs.write(context.now);
        let hash = hex_lower(&key.sign(|sink| {
            sink.put(time.as_bytes());
            sink.put(kind.as_bytes());
        }));
        let event = event.with(&[("event_time", &quote(&time)), ("event_hash", &quote(&hash))]);
        let json = json.with(&[("event", &event)]);
        let (before, rest) = body.split_at_checked(field.start).ok_or(RejectionKind::MalformedBody)?;
        let after = rest.get(field.value.len()..).unwrap_or_default();
        Ok(Signed { body: Some([before, json.as_bytes(), after].concat().into()), ..Signed::default() })
    }
}
