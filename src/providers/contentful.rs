//! Contentful: HMAC-SHA256 of the method, the escaped path and query, named headers and the raw body, in hex.

use std::{sync::Arc, time::Duration};

use http::HeaderName;
use smallvec::SmallVec;

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
    crypto::{Key, hex_lower},
    scheme::{SignError, Signed, SigningContext},
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-contentful-signature");
const SIGNED_HEADERS: HeaderName = HeaderName::from_static("x-contentful-signed-headers");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-contentful-timestamp");
const WINDOW: Duration = Duration::from_secs(30);

/// Contentful: HMAC-SHA256 of the method, the path and query, some headers and the raw body, in hex.
///
/// * **Headers**: `x-contentful-signature`; `x-contentful-signed-headers`, the names of the headers that are signed;
///   `x-contentful-timestamp`, milliseconds. All three must be there.
/// * **Signed**, with line feeds between: the method; the path and, behind a `?`, the query, escaped anew over the
///   escapes that they have; the named headers that are there and Contentful's own two, sorted; the raw body. Scheme
///   and host are not signed. Contentful signs nothing behind a second `?`: such a URL is refused.
/// * **Time window**: 30 s on either side, as in Contentful's toolkit (which looks at the past alone); the option
///   `tolerance_s` changes it. That is short: keep the clock right.
/// * **Replay protection**: the window. `X-Contentful-Idempotency-Key` is the same for repetitions; it counts only if it
///   is among the signed headers.
/// * **Secret**: Settings, Webhooks, Settings, Enable request verification: one for each space.
///
/// Source: <https://www.contentful.com/developers/docs/webhooks/request-verification/>
pub static CONTENTFUL: Provider = Provider {
    id: "contentful",
    aliases: &[],
    name: "Contentful",
    docs: "https://www.contentful.com/developers/docs/webhooks/request-verification/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(30),
    challenge: false,
    secret: SecretInfo {
        env: "CONTENTFUL_WEBHOOK_SECRET",
        location: "Settings > Webhooks > Settings tab > Enable request verification (one for each space)",
        format: "64 characters, used as text",
    },
    summary: "HMAC-SHA256 of method, path, query, named headers and raw body",
    pitfalls: &[
        "the path is the public one: a proxy that strips a prefix or rewrites escapes breaks the signature",
        "the query is escaped twice over before it is signed",
        "30 seconds are short: a clock that drifts refuses everything",
        "a proxy that changes a signed header, such as Content-Type, breaks the signature",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Contentful's deliveries. See [`CONTENTFUL`].
pub struct Contentful {
    keys: Keys,
    tolerance: Duration,
}

struct Presented<'a> {
    tag: SignatureTag,
    names: Names,
    time: UnixTime,
    text: &'a [u8],
}

/// The names of signed headers, in their order.
type Names = SmallVec<[HeaderName; 16]>;

impl Contentful {
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
        Ok(Self { keys: Keys::of_texts(Algorithm::HmacSha256, &secrets)?, tolerance: WINDOW })
    }

    /// How far the signed time may lie from now, on either side; 30 s unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }
}

impl<'a> Presented<'a> {
    fn read(head: &RequestHead<'a>) -> Result<Self, Rejection> {
        let present = |name: HeaderName| Ok::<_, Rejection>(head.header(&name)?.filter(|value| !value.is_empty()));
        let signature = present(SIGNATURE)?.ok_or(RejectionKind::MissingSignature)?;
        let list = present(SIGNED_HEADERS)?.ok_or(RejectionKind::MissingSignature)?;
        let tag = Encoding::Hex.decode(signature, Algorithm::HmacSha256.tag_length());
        let tag = tag.ok_or(RejectionKind::MalformedSignature)?;
        let text = present(TIMESTAMP)?.ok_or(RejectionKind::TimestampMissing)?;
        let time = TimestampUnit::Millis.parse(text).ok_or(RejectionKind::TimestampMalformed)?;
        let names = signed_names(list, head).ok_or(RejectionKind::MalformedSignature)?;
        Ok(Self { tag, names, time, text })
    }
}

/// The named headers that are there, sorted, and Contentful's own two.
fn signed_names(list: &[u8], head: &RequestHead<'_>) -> Option<Names> {
    let mut names = Names::new();
    for text in list.split(|byte| *byte == b',') {
        // In lower case and without blanks, as Contentful writes them.
        if names.len() >= MAX_NAMES || text.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        names.push(HeaderName::from_bytes(text).ok()?);
    }
    names.retain(|name| head.headers().contains_key(&*name));
    names.extend([SIGNED_HEADERS, TIMESTAMP]);
    names.sort_unstable_by(|left, right| left.as_str().cmp(right.as_str()));
    names.dedup();
    Some(names)
}

impl WebhookVerifier for Contentful {
    fn provider(&self) -> &'static str {
        CONTENTFUL.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        Presented::read(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = Presented::read(request.head())?;
        let index = self
            .keys
            .find(&[presented.tag], |sink| feed(request, &presented.names, presented.text, sink))?
            .ok_or(RejectionKind::SignatureMismatch)?;
        check_window(presented.time, Some(self.tolerance), context)?;
        Ok(Verdict::Accept(Verified::new(CONTENTFUL.id, self.keys.secret(index)).with_signed_at(Some(presented.time))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?.tolerance(self.tolerance)))
    }
}

impl std::fmt::Debug for Contentful {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contentful").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

fn feed(
    request: &WebhookRequest<'_>,
    names: &[HeaderName],
    timestamp: &[u8],
    sink: &mut (impl Sink + ?Sized),
) -> Result<(), Rejection> {
    // Scheme and host are not signed: all candidates have the same path and query.
    let url = request.url().candidates().next().ok_or(RejectionKind::UrlUnknown)?;
    let mut blocks = Blocks::new(sink);
    blocks.put(request.method().as_str().as_bytes());
    blocks.put(b"\n");
    for piece in url.path() {
        put_escaped(piece, in_uri, b"%", &mut blocks);
    }
    match url.query() {
        Some(query) if query.contains('?') => return Err(RejectionKind::SignatureMismatch.into()),
        Some(query) if !query.is_empty() => {
            blocks.put(b"?");
            // Escaped as a component, and then as a part of the whole: its escapes' `%` once more.
            put_escaped(query, in_component, b"%25", &mut blocks);
        }
        _ => {}
    }
    blocks.put(b"\n");
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            blocks.put(b";");
        }
        blocks.put(name.as_str().as_bytes());
        blocks.put(b":");
        if *name == SIGNED_HEADERS {
            for (index, name) in names.iter().enumerate() {
                if index > 0 {
                    blocks.put(b",");
                }
                blocks.put(name.as_str().as_bytes());
            }
        } else if *name == TIMESTAMP {
            blocks.put(timestamp);
        } else {
            let value = request.header(name)?.ok_or(RejectionKind::MalformedSignature)?;
            put_latin1(value.trim_ascii(), &mut blocks);
        }
    }
    blocks.put(b"\n");
    request.body().pieces().for_each(|piece| blocks.put(piece));
    Ok(())
}

/// What JavaScript's `encodeURIComponent` leaves alone.
fn in_component(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte)
}

/// What JavaScript's `encodeURI` leaves alone.
fn in_uri(byte: u8) -> bool {
    in_component(byte) || b";,/?:@&=+$#".contains(&byte)
}

fn put_escaped<S: Sink + ?Sized>(text: &str, keeps: fn(u8) -> bool, percent: &[u8], blocks: &mut Blocks<'_, S>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = text.as_bytes();
    loop {
        let plain = text.iter().position(|byte| !keeps(*byte)).unwrap_or(text.len());
        let (kept, rest) = text.split_at(plain);
        blocks.put(kept);
        let Some((byte, rest)) = rest.split_first() else { return };
        blocks.put(percent);
        blocks.put(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        text = rest;
    }
}

/// Header bytes are characters of Latin-1, signed as UTF-8.
fn put_latin1<S: Sink + ?Sized>(value: &[u8], blocks: &mut Blocks<'_, S>) {
    for byte in value {
        blocks.put(char::from(*byte).encode_utf8(&mut [0; 2]).as_bytes());
    }
}

/// Contentful's own headers are fewer than ten; users may add some.
const MAX_NAMES: usize = 256;

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-contentful-signature"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Contentful::new(secrets.clone())?.tolerance(options.tolerance().unwrap_or(WINDOW))))
    }

    /// Signs the headers that the request names, else its media type and those that start with `x-contentful-`.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let list = match request.header(&SIGNED_HEADERS)? {
            Some(list) => list.to_vec(),
            None => {
                let own = |name: &&HeaderName| {
                    **name == http::header::CONTENT_TYPE
                        || (name.as_str().starts_with("x-contentful-") && **name != SIGNATURE)
                };
                let names: Vec<_> = request.headers().keys().filter(own).map(HeaderName::as_str).collect();
                [&names[..], &[TIMESTAMP.as_str()]].concat().join(",").into_bytes()
            }
        };
        let names = signed_names(&list, request.head()).ok_or(RejectionKind::MalformedSignature)?;
        let timestamp = TimestampUnit::Millis.write(context.now);
        let mut outcome = Ok(());
        let tag = key.sign(|sink| outcome = feed(request, &names, timestamp.as_bytes(), sink));
        outcome?;
        let mut signed = Signed::default();
        signed.header(SIGNATURE, &hex_lower(&tag))?;
        signed.header(SIGNED_HEADERS, &names.iter().map(HeaderName::as_str).collect::<Vec<_>>().join(","))?;
        signed.header(TIMESTAMP, &timestamp)?;
        Ok(signed)
    }
}
