//! Hygraph (GraphCMS): HMAC-SHA256 of a JSON text around the raw body, in base64.

use std::{sync::Arc, time::Duration};

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, Sink},
    request::{RequestHead, WebhookRequest},
    scheme::{Options, TOLERANCE, TimestampUnit, check_window, form::Blocks},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::Key,
    scheme::{SignError, Signed, SigningContext},
};

const SIGNATURE: HeaderName = HeaderName::from_static("gcms-signature");

/// Hygraph (formerly GraphCMS): HMAC-SHA256 of a JSON text with the raw body in it, in base64.
///
/// * **Header**: `gcms-signature: sign=…, env=…, t=…`, the time in milliseconds.
/// * **Signed**: `{"Body":…,"EnvironmentName":…,"TimeStamp":…}`: the raw body as a JSON string (escaped as by
///   `JSON.stringify`), the environment's name likewise, the time as a number.
/// * **Time window**: none unless the option `tolerance_s` sets one: Hygraph names none, and it is not known whether its
///   repetitions are signed anew.
/// * **Replay protection**: none without a window, and no delivery has an id.
/// * **Secret**: Webhooks, the webhook, Secret key. Without one no header is sent.
/// * **Open**: whether Hygraph escapes `<`, `>` and `&` in the signed text; as in its own utility, they are not here.
///
/// Source: <https://hygraph.com/docs/api-reference/basics/webhooks>
pub static GRAPHCMS: Provider = Provider {
    id: "graphcms",
    aliases: &["hygraph"],
    name: "Hygraph",
    docs: "https://hygraph.com/docs/api-reference/basics/webhooks",
    status: Status::Renamed,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "HYGRAPH_WEBHOOK_SECRET",
        location: "Webhooks > the webhook > Secret key",
        format: "the text that was chosen, at least 32 characters",
    },
    summary: "HMAC-SHA256 of a JSON text with the raw body in it",
    pitfalls: &[
        "the signed text is a JSON wrapper around the body, not the body",
        "the time is in milliseconds: compared with seconds it never is too old",
        "JSON that was parsed and written again does not verify",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Hygraph's deliveries. See [`GRAPHCMS`].
pub struct Hygraph {
    keys: Keys,
    tolerance: Option<Duration>,
}

struct Presented<'a> {
    tag: SignatureTag,
    environment: &'a [u8],
    text: &'a [u8],
    time: UnixTime,
}

impl Hygraph {
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
        Ok(Self { keys: Keys::of_texts(Algorithm::HmacSha256, &secrets)?, tolerance: None })
    }

    /// How far the signed time may lie from now, on either side; any distance unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }
}

impl<'a> Presented<'a> {
    fn read(head: &RequestHead<'a>) -> Result<Self, Rejection> {
        let header = head.header(&SIGNATURE)?.filter(|header| !header.is_empty());
        let [mut sign, mut env, mut t] = [None; 3];
        for part in header.ok_or(RejectionKind::MissingSignature)?.split(|byte| *byte == b',') {
            let part = part.trim_ascii();
            let (slot, value) = match part.iter().position(|byte| *byte == b'=').map(|end| part.split_at(end)) {
                Some((b"sign", value)) => (&mut sign, value),
                Some((b"env", value)) => (&mut env, value),
                Some((b"t", value)) => (&mut t, value),
                _ => return Err(RejectionKind::MalformedSignature.into()),
            };
            if slot.replace(value.get(1..).unwrap_or_default()).is_some() {
                return Err(RejectionKind::MalformedSignature.into());
            }
        }
        let tag = sign.and_then(|sign| Encoding::Base64.decode(sign, Algorithm::HmacSha256.tag_length()));
        let tag = tag.ok_or(RejectionKind::MalformedSignature)?;
        let text = t.ok_or(RejectionKind::TimestampMissing)?;
        let time = TimestampUnit::Millis.parse(text).ok_or(RejectionKind::TimestampMalformed)?;
        Ok(Self { tag, environment: env.ok_or(RejectionKind::MalformedSignature)?, text, time })
    }
}

impl WebhookVerifier for Hygraph {
    fn provider(&self) -> &'static str {
        GRAPHCMS.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        Presented::read(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = Presented::read(request.head())?;
        let index = self
            .keys
            .find_fed(&[presented.tag], |sink| feed(request, presented.environment, presented.text, sink))
            .ok_or(RejectionKind::SignatureMismatch)?;
        check_window(presented.time, self.tolerance, context)?;
        Ok(Verdict::Accept(Verified::new(GRAPHCMS.id, self.keys.secret(index)).with_signed_at(Some(presented.time))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone())?;
        Ok(Arc::new(Self { tolerance: self.tolerance, ..fresh }))
    }
}

impl std::fmt::Debug for Hygraph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hygraph").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

fn feed(request: &WebhookRequest<'_>, environment: &[u8], time: &[u8], sink: &mut (impl Sink + ?Sized)) {
    let mut blocks = Blocks::new(sink);
    blocks.put(b"{\"Body\":\"");
    request.body().pieces().for_each(|piece| put_escaped(piece, &mut blocks));
    blocks.put(b"\",\"EnvironmentName\":\"");
    put_escaped(environment, &mut blocks);
    blocks.put(b"\",\"TimeStamp\":");
    blocks.put(time);
    blocks.put(b"}");
}

/// The inside of a JSON string, as `JSON.stringify` writes it. What is not UTF-8 stays, and so matches nothing.
fn put_escaped<S: Sink + ?Sized>(mut text: &[u8], blocks: &mut Blocks<'_, S>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    loop {
        let plain = text.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')).unwrap_or(text.len());
        let (kept, rest) = text.split_at(plain);
        blocks.put(kept);
        let Some((byte, rest)) = rest.split_first() else { return };
        match byte {
            b'"' => blocks.put(b"\\\""),
            b'\\' => blocks.put(b"\\\\"),
            0x08 => blocks.put(b"\\b"),
            0x0c => blocks.put(b"\\f"),
            b'\n' => blocks.put(b"\\n"),
            b'\r' => blocks.put(b"\\r"),
            b'\t' => blocks.put(b"\\t"),
            byte => {
                blocks.put(b"\\u00");
                blocks.put(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
        }
        text = rest;
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["gcms-signature"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut hygraph = Hygraph::new(secrets.clone())?;
        hygraph.tolerance = options.tolerance();
        Ok(Arc::new(hygraph))
    }

    /// For the environment that the request names, else for `master`.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let present = Presented::read(request.head()).ok();
        let environment = present.and_then(|presented| str::from_utf8(presented.environment).ok()).unwrap_or("master");
        let time = TimestampUnit::Millis.write(context.now);
        let tag = key.sign(|sink| feed(request, environment.as_bytes(), time.as_bytes(), sink));
        let mut signed = Signed::default();
        let sign = Encoding::Base64.encode(&tag);
        signed.header(SIGNATURE, &format!("sign={sign}, env={environment}, t={time}"))?;
        Ok(signed)
    }
}
