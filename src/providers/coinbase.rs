//! Coinbase: HMAC-SHA256 of a time, named headers and the raw body, in hex; two older schemes.

use std::{sync::Arc, time::Duration};

use http::HeaderName;
use smallvec::SmallVec;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
#[cfg(feature = "rsa")]
use crate::crypto::{PublicKeys, RsaHash, RsaKey, decode_strict_base64, sha256};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, Sink},
    request::{RequestHead, WebhookRequest},
    scheme::{
        Format, OptionKind, OptionSpec, Options, Part, Recipe, SchemeVerifier, Signature, TOLERANCE, TimestampUnit,
        check_window,
    },
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::{Key, hex_lower},
    scheme::{SignError, Signed, SigningContext},
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-hook0-signature");
const COMMERCE_SIGNATURE: HeaderName = HeaderName::from_static("x-cc-webhook-signature");
const CB_SIGNATURE: HeaderName = HeaderName::from_static("cb-signature");
const WINDOW: Duration = Duration::from_secs(300);

#[cfg(feature = "rsa")]
const SCHEMES: &[&str] = &["hook0", "commerce", "cb-signature"];
#[cfg(not(feature = "rsa"))]
const SCHEMES: &[&str] = &["hook0", "commerce"];

/// Coinbase: HMAC-SHA256 of the time, the headers that the signature names, and the raw body, in hex.
///
/// * **Developer Platform and Business** (the default): `X-Hook0-Signature: t=…,v0=…,h=…,v1=…`. Signed under `v1`: `t`,
///   the list `h`, the values of the headers in it, and the body, with full stops between; under `v0`: `t`, `.`, body.
///   Where `v1` is there it alone decides, and a header that `h` names must be there. A delivery with `v0` alone is
///   accepted. The full stops may occur in what they separate: whoever has seen a delivery can move text from one named
///   header into the next, and show it under another `X-Event-Id`, until its time is too old.
/// * **Commerce** (the option `scheme` set to `commerce`): `X-CC-Webhook-Signature`, HMAC-SHA256 of the raw body, in hex.
///   No time is signed. Coinbase is said to have switched Commerce off in March 2026.
/// * **Retail notifications** (`cb-signature`, with the feature `rsa`): `CB-SIGNATURE`, RSA with SHA-256 over the raw
///   body, in base64; the "secret" is Coinbase's public key in PEM. **One key for all customers** and no time; the
///   published key may have been replaced since 2018. Only Coinbase can sign.
/// * **The scheme is chosen by configuration alone**: a captured `v0` is also a right Commerce signature of another text.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the window. `X-Event-Id` counts if `h` names it.
/// * **Secret**: returned once, when the subscription is made (`secret`, or `metadata.secret`).
/// * **Evidence is mixed**: the first scheme is documented; the rest comes from older documentation and SDKs. An early
///   scheme with `x-coinbase-signature` is not covered.
///
/// Source: <https://docs.cdp.coinbase.com/webhooks/verify-signatures>
pub static COINBASE: Provider = Provider {
    id: "coinbase",
    aliases: &[],
    name: "Coinbase",
    docs: "https://docs.cdp.coinbase.com/webhooks/verify-signatures",
    status: Status::Active,
    confidence: Confidence::Medium,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "COINBASE_WEBHOOK_SECRET",
        location: "returned once when the webhook subscription is made; Commerce: Settings > Notifications",
        format: "a text like a UUID; for cb-signature a public key in PEM",
    },
    summary: "HMAC-SHA256 of the time, named headers and the raw body",
    pitfalls: &[
        "the API key's secret is not the webhook's secret",
        "a proxy that rewrites Content-Type breaks the signature where it is among the signed headers",
        "Commerce and the retail notifications sign differently: choose the scheme",
    ],
    options: &[
        OptionSpec {
            name: "scheme",
            kind: OptionKind::Choice(SCHEMES),
            help: "hook0 (Developer Platform and Business, the default), commerce, or cb-signature (feature rsa).",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

const COMMERCE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-cc-webhook-signature"], Format::Bare)).check();

/// Verifies the deliveries of Coinbase's Developer Platform and of Coinbase Business. See [`COINBASE`].
pub struct Coinbase {
    keys: Keys,
    tolerance: Duration,
}

/// What the header presents.
struct Presented<'a> {
    text: &'a [u8],
    time: UnixTime,
    tag: SignatureTag,
    /// The list of signed headers as it stands there, and its names; `None` under `v0`.
    covered: Option<(&'a [u8], Names)>,
}

type Names = SmallVec<[HeaderName; 8]>;

impl Coinbase {
    /// A verifier with one subscription secret or several.
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

    /// How far the signed time may lie from now, on either side; 300 s unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }
}

impl<'a> Presented<'a> {
    fn read(head: &RequestHead<'a>) -> Result<Self, Rejection> {
        let Some(header) = head.header(&SIGNATURE)?.filter(|header| !header.is_empty()) else {
            let other = [COMMERCE_SIGNATURE, CB_SIGNATURE].iter().any(|name| head.headers().contains_key(name));
            return Err(
                if other { RejectionKind::UnsupportedAlgorithm } else { RejectionKind::MissingSignature }.into()
            );
        };
        let [mut t, mut h, mut v0, mut v1] = [None; 4];
        let mut has_parts = false;
        for part in header.split(|byte| *byte == b',') {
            let part = part.trim_ascii();
            let Some(equals) = part.iter().position(|byte| *byte == b'=') else { continue };
            has_parts = true;
            let (name, value) = part.split_at(equals);
            let slot = match name {
                b"t" => &mut t,
                b"h" => &mut h,
                b"v0" => &mut v0,
                b"v1" => &mut v1,
                _ => continue,
            };
            if slot.replace(value.get(1..).unwrap_or_default()).is_some() {
                return Err(RejectionKind::MalformedSignature.into());
            }
        }
        let Some(signature) = v1.or(v0) else {
            return Err(if has_parts && h.is_none() {
                RejectionKind::UnsupportedAlgorithm
            } else {
                RejectionKind::MalformedSignature
            }
            .into());
        };
        // They come together: one alone is what is left of a header that somebody took the other out of.
        if h.is_some() != v1.is_some() {
            return Err(RejectionKind::MalformedSignature.into());
        }
        let tag = Encoding::Hex.decode(signature, Algorithm::HmacSha256.tag_length());
        let tag = tag.ok_or(RejectionKind::MalformedSignature)?;
        let text = t.ok_or(RejectionKind::TimestampMissing)?;
        let time = TimestampUnit::Secs.parse(text).ok_or(RejectionKind::TimestampMalformed)?;
        let covered = match h {
            Some(list) => Some((list, names(list).ok_or(RejectionKind::MalformedSignature)?)),
            None => None,
        };
        Ok(Self { text, time, tag, covered })
    }
}

/// Lower-case names with a blank between.
fn names(list: &[u8]) -> Option<Names> {
    let mut names = Names::new();
    for name in list.split(|byte| *byte == b' ') {
        if names.len() >= MAX_NAMES || name.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        names.push(HeaderName::from_bytes(name).ok()?);
    }
    Some(names)
}

impl WebhookVerifier for Coinbase {
    fn provider(&self) -> &'static str {
        COINBASE.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        Presented::read(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = Presented::read(request.head())?;
        let covered = presented.covered.as_ref().map(|(list, names)| (*list, &names[..]));
        let index = self
            .keys
            .find(&[presented.tag], |sink| feed(request, presented.text, covered, sink))?
            .ok_or(RejectionKind::SignatureMismatch)?;
        check_window(presented.time, Some(self.tolerance), context)?;
        let id = HeaderName::from_static(EVENT_ID);
        let id_is_signed = covered.is_some_and(|(_, names)| names.contains(&id));
        Ok(Verdict::Accept(
            Verified::new(COINBASE.id, self.keys.secret(index))
                .with_signed_at(Some(presented.time))
                .with_delivery_id(request.headers().get(id).filter(|_| id_is_signed).cloned()),
        ))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?.tolerance(self.tolerance)))
    }
}

impl std::fmt::Debug for Coinbase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coinbase").field("tolerance", &self.tolerance).finish_non_exhaustive()
    }
}

fn feed(
    request: &WebhookRequest<'_>,
    time: &[u8],
    covered: Option<(&[u8], &[HeaderName])>,
    sink: &mut (impl Sink + ?Sized),
) -> Result<(), Rejection> {
    sink.put(time);
    if let Some((list, names)) = covered {
        sink.put(b".");
        sink.put(list);
        for name in names {
            sink.put(b".");
            // A header that did not arrive is not an empty one.
            sink.put(request.header(name)?.ok_or(RejectionKind::SignatureMismatch)?);
        }
    }
    sink.put(b".");
    request.body().pieces().for_each(|piece| sink.put(piece));
    Ok(())
}

/// Verifies Coinbase's retail notifications with its public key. See [`COINBASE`].
#[cfg(feature = "rsa")]
#[derive(Debug)]
pub struct CoinbaseRetail {
    keys: PublicKeys<RsaKey>,
}

#[cfg(feature = "rsa")]
impl CoinbaseRetail {
    /// A verifier with one public key in PEM or several.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when one is no RSA key.
    pub fn new<S>(keys: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = keys.try_into().map_err(Into::into)?;
        let keys = PublicKeys::new(&secrets, RsaKey::from_pem);
        let expected = "an RSA public key of 2048 to 4096 bits in PEM";
        Ok(Self { keys: keys.ok_or(ConfigError::MalformedSecret { provider: COINBASE.id, expected })? })
    }

    fn presented(&self, head: &RequestHead<'_>) -> Result<Vec<u8>, Rejection> {
        let text =
            head.header(&CB_SIGNATURE)?.filter(|text| !text.is_empty()).ok_or(RejectionKind::MissingSignature)?;
        let signature = decode_strict_base64(text).ok_or(RejectionKind::MalformedSignature)?;
        if self.keys.any(|key| key.signature_length() == signature.len()) {
            Ok(signature)
        } else {
            Err(RejectionKind::MalformedSignature.into())
        }
    }
}

#[cfg(feature = "rsa")]
impl WebhookVerifier for CoinbaseRetail {
    fn provider(&self) -> &'static str {
        COINBASE.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.presented(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let signature = self.presented(request.head())?;
        let digest = sha256(request.body().pieces());
        let index = self.keys.find(|key| key.verify(RsaHash::Sha256, &digest, &signature));
        let index = index.ok_or(RejectionKind::SignatureMismatch)?;
        Ok(Verdict::Accept(Verified::new(COINBASE.id, self.keys.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

const EVENT_ID: &str = "x-event-id";
/// Coinbase names about five.
const MAX_NAMES: usize = 64;

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-hook0-signature", "x-cc-webhook-signature", "cb-signature"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        match options.text("scheme") {
            Some("commerce") => {
                Ok(Arc::new(SchemeVerifier::with_options(COINBASE.id, &COMMERCE, secrets, options.clone())?))
            }
            #[cfg(feature = "rsa")]
            Some("cb-signature") => Ok(Arc::new(CoinbaseRetail::new(secrets.clone())?)),
            _ => Ok(Arc::new(Coinbase::new(secrets.clone())?.tolerance(options.tolerance().unwrap_or(WINDOW)))),
        }
    }

    /// As `v1` over the headers of Coinbase's documentation that the request has, or as `v0` if it has none of them.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        match options.text("scheme") {
            Some("commerce") => return COMMERCE.sign(secret, request, context),
            Some("cb-signature") => return Err(SignError::ProviderOnly),
            _ => {}
        }
        let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let present = ["content-type", EVENT_ID, "x-event-type"].map(HeaderName::from_static);
        let names: Names = present.into_iter().filter(|name| request.headers().contains_key(name)).collect();
        let list = names.iter().map(HeaderName::as_str).collect::<Vec<_>>().join(" ");
        let covered = (!names.is_empty()).then_some((list.as_bytes(), &names[..]));
        let time = TimestampUnit::Secs.write(context.now);
        let mut outcome = Ok(());
        let tag = key.sign(|sink| outcome = feed(request, time.as_bytes(), covered, sink));
        outcome?;
        let hex = hex_lower(&tag);
        let mut signed = Signed::default();
        let value = match covered {
            Some(_) => format!("t={time},h={list},v1={hex}"),
            None => format!("t={time},v0={hex}"),
        };
        signed.header(SIGNATURE, &value)?;
        signed.removed.extend([COMMERCE_SIGNATURE, CB_SIGNATURE]);
        Ok(signed)
    }
}
