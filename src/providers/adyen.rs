//! Adyen: HMAC-SHA256 of eight fields of each notification, or of the raw body, in base64.

use std::{borrow::Cow, sync::Arc};

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, Sink},
    request::{RequestHead, WebhookRequest},
    scheme::{
        Format, KeyFormat, Options, Part, Recipe, SchemeVerifier, Signature,
        json::{Object, Value},
    },
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::Key,
    scheme::{SignError, Signed, SigningContext, json::quote},
};

const SIGNATURE: HeaderName = HeaderName::from_static("hmacsignature");
const PROTOCOL: HeaderName = HeaderName::from_static("protocol");
const KEY: KeyFormat = KeyFormat::HEX;

/// Adyen: HMAC-SHA256 of eight fields of each notification, in base64 inside the body; or of the raw body, in a header.
///
/// * **Standard webhooks**: each item of `notificationItems` has its own `additionalData.hmacSignature`. Signed are
///   `pspReference:originalReference:merchantAccountCode:merchantReference:amount.value:amount.currency:eventCode:success`,
///   decoded, absent ones empty. Every item must be right, and there must be one.
/// * **Coverage is weak there**: reason, eventDate, paymentMethod, operations and the rest of `additionalData` can be
///   altered unnoticed. Only `merchantReference` may hold a colon; one in any other field is refused, since two sets of
///   fields would be signed alike. A member that stands twice is refused, and so is one with a signed one's name but
///   for the case of letters.
/// * **Other webhooks** (platforms, banking, management): header `HmacSignature`, over the raw body. Where the header is
///   there it alone decides.
/// * **Replay protection**: none. No time is signed; `pspReference` with `eventCode` and `success` names an event.
/// * **Before the body is read** nothing can be told of standard webhooks: strangers' bodies are held until then.
/// * **Secret**: Customer Area, Developers, Webhooks, the webhook, Security, HMAC key.
/// * **Not covered**: forms, SOAP, and the platforms notifications from before 2022.
///
/// Source: <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>
pub static ADYEN: Provider = Provider {
    id: "adyen",
    aliases: &[],
    name: "Adyen",
    docs: "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "ADYEN_HMAC_KEY",
        location: "Customer Area > Developers > Webhooks > the webhook > Security > HMAC key",
        format: "64 hexadecimal digits",
    },
    summary: "HMAC-SHA256 of eight fields of each notification, or of the raw body",
    pitfalls: &[
        "only eight fields of a notification are signed: the others can be altered unnoticed",
        "a delivery may hold several notifications: each is signed by itself",
        "the key is hex, not text",
        "after a key change, waiting notifications still come with the old key",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["hmacsignature"], Format::Bare)).key(KEY).check();

/// Verifies Adyen's deliveries. See [`ADYEN`].
pub struct Adyen {
    keys: Keys,
    body: SchemeVerifier,
}

impl Adyen {
    /// A verifier with one HMAC key or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a key is not written in hexadecimal digits.
    pub fn new<S>(keys: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = keys.try_into().map_err(Into::into)?;
        let keys = Keys::new(Algorithm::HmacSha256, &secrets, |secret| KEY.decode(secret));
        Ok(Self {
            keys: keys.ok_or(ConfigError::MalformedSecret { provider: ADYEN.id, expected: KEY.expected() })?,
            body: SchemeVerifier::new(ADYEN.id, &RECIPE, secrets)?,
        })
    }

    fn items(&self, body: &[u8]) -> Result<Verified, Rejection> {
        let mut first = None;
        for item in items(body)? {
            let tag = item.tag()?;
            let index = self.keys.find_fed(&[tag], |sink| item.feed(sink)).ok_or(RejectionKind::SignatureMismatch)?;
            first.get_or_insert(index);
        }
        let index = first.ok_or(RejectionKind::MissingSignature)?;
        Ok(Verified::new(ADYEN.id, self.keys.secret(index)))
    }
}

impl WebhookVerifier for Adyen {
    fn provider(&self) -> &'static str {
        ADYEN.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if !has_header(head) {
            return Ok(());
        }
        self.body.verify_head(head)?;
        match head.header(&PROTOCOL)? {
            Some(protocol) if !protocol.eq_ignore_ascii_case(b"HmacSHA256") => {
                Err(RejectionKind::UnsupportedAlgorithm.into())
            }
            _ => Ok(()),
        }
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        if has_header(request.head()) {
            self.verify_head(request.head())?;
            return self.body.verify(request, context);
        }
        self.items(&request.body().contiguous()).map(Verdict::Accept)
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

impl std::fmt::Debug for Adyen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adyen").finish_non_exhaustive()
    }
}

/// The header covers the whole body: where it is there, even empty, the weaker signatures do not count.
fn has_header(head: &RequestHead<'_>) -> bool {
    head.headers().contains_key(&SIGNATURE)
}

/// The eight signed fields of a notification, and its signature.
struct Item<'a> {
    fields: [Cow<'a, str>; 8],
    signature: Option<Value<'a>>,
}

impl<'a> Item<'a> {
    fn of(item: &Object<'a>) -> Option<Self> {
        let optional = |name: &str| match item.get(name) {
            Some(value) if !value.is_null() => value.text(),
            _ => Some(Cow::Borrowed("")),
        };
        let amount = item.get("amount")?.object()?;
        if item.has_lookalike(SIGNED) || amount.has_lookalike(&["currency", "value"]) {
            return None;
        }
        let value = amount.get("value")?.number().filter(|digits| is_whole(digits))?;
        let fields = [
            optional("pspReference")?,
            optional("originalReference")?,
            optional("merchantAccountCode")?,
            optional("merchantReference")?,
            Cow::Borrowed(value),
            amount.text("currency")?,
            optional("eventCode")?,
            optional("success")?,
        ];
        if fields.iter().enumerate().any(|(index, field)| index != MERCHANT_REFERENCE && field.contains(':')) {
            return None;
        }
        let signature = match item.get("additionalData") {
            Some(data) if !data.is_null() => data.object()?.get("hmacSignature"),
            _ => None,
        };
        Some(Self { fields, signature })
    }

    fn tag(&self) -> Result<SignatureTag, Rejection> {
        let value = self.signature.filter(|value| !value.is_null()).ok_or(RejectionKind::MissingSignature)?;
        let text = value.text().ok_or(RejectionKind::MalformedSignature)?;
        if text.is_empty() {
            return Err(RejectionKind::MissingSignature.into());
        }
        let tag = Encoding::Base64.decode(text.as_bytes(), Algorithm::HmacSha256.tag_length());
        Ok(tag.ok_or(RejectionKind::MalformedSignature)?)
    }

    fn feed(&self, sink: &mut (impl Sink + ?Sized)) {
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                sink.put(b":");
            }
            sink.put(field.as_bytes());
        }
    }
}

/// The members that are signed, or hold what is.
const SIGNED: &[&str] = &[
    "amount",
    "eventCode",
    "merchantAccountCode",
    "merchantReference",
    "originalReference",
    "pspReference",
    "success",
];

/// The position of the one field that may hold what separates the fields.
const MERCHANT_REFERENCE: usize = 3;

fn is_whole(number: &str) -> bool {
    number.strip_prefix('-').unwrap_or(number).bytes().all(|byte| byte.is_ascii_digit())
}

fn items(body: &[u8]) -> Result<Vec<Item<'_>>, Rejection> {
    let body = Object::parse(body).ok_or(RejectionKind::MalformedBody)?;
    let Some(list) = body.get("notificationItems") else { return Err(RejectionKind::MissingSignature.into()) };
    if body.has_lookalike(&["notificationItems"]) {
        return Err(RejectionKind::MalformedBody.into());
    }
    let items = list.array().and_then(|items| items.into_iter().map(|item| Item::of(&inner(item)?)).collect());
    Ok(items.ok_or(RejectionKind::MalformedBody)?)
}

fn inner(item: Value<'_>) -> Option<Object<'_>> {
    let item = item.object()?;
    if item.has_lookalike(&["NotificationRequestItem"]) {
        return None;
    }
    item.get("NotificationRequestItem")?.object()
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["hmacsignature"]
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Adyen::new(secrets.clone())?))
    }

    /// Standard notifications get their signatures in the body, any other body gets the header.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let body = request.body().contiguous();
        let notification = Object::parse(&body).filter(|body| body.get("notificationItems").is_some());
        let Some(notification) = notification.filter(|_| !has_header(request.head())) else {
            let mut signed = RECIPE.sign(secret, request, context)?;
            signed.header(PROTOCOL, "HmacSHA256")?;
            return Ok(signed);
        };
        let key = KEY.decode(secret.expose()).ok_or(SignError::MalformedSecret)?;
        let key = Key::new(Algorithm::HmacSha256, &key).ok_or(SignError::MalformedSecret)?;
        let items = notification.get("notificationItems").and_then(Value::array).ok_or(RejectionKind::MalformedBody)?;
        let items: Option<Vec<_>> = items.into_iter().map(|item| signed_item(item, &key)).collect();
        let items = items.filter(|items| !items.is_empty()).ok_or(RejectionKind::MalformedBody)?;
        let body = notification.with(&[("notificationItems", &format!("[{}]", items.join(",")))]);
        Ok(Signed { body: Some(body.into()), ..Signed::default() })
    }
}

#[cfg(feature = "signing")]
fn signed_item(item: Value<'_>, key: &Key) -> Option<String> {
    let (outer, inner) = (item.object()?, inner(item)?);
    let fields = Item::of(&inner)?;
    let signature = quote(&Encoding::Base64.encode(&key.sign(|sink| fields.feed(sink))));
    let data = match inner.get("additionalData").filter(|data| !data.is_null()) {
        Some(data) => data.object()?.with(&[("hmacSignature", &signature)]),
        None => format!("{{\"hmacSignature\":{signature}}}"),
    };
    Some(outer.with(&[("NotificationRequestItem", &inner.with(&[("additionalData", &data)]))]))
}
