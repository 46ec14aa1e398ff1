//! HubSpot: HMAC-SHA256 of method, URL, raw body and time, in base64; two older digests.

use std::{sync::Arc, time::Duration};

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, SignedUrl, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, Sink},
    request::{RequestHead, WebhookRequest},
    scheme::{OptionKind, OptionSpec, Options, TOLERANCE, TimestampUnit, check_window, form::Blocks},
    verdict::{UrlForm, UrlMatch},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::Key,
    scheme::{SignError, Signed, SigningContext},
};

const V3: HeaderName = HeaderName::from_static("x-hubspot-signature-v3");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-hubspot-request-timestamp");
const OLDER: HeaderName = HeaderName::from_static("x-hubspot-signature");
const VERSION: HeaderName = HeaderName::from_static("x-hubspot-signature-version");
const WINDOW: Duration = Duration::from_secs(300);

/// HubSpot: HMAC-SHA256 of the method, the public URL, the raw body and the time, in base64.
///
/// * **Version 3**: header `X-HubSpot-Signature-v3`, the time in milliseconds in `X-HubSpot-Request-Timestamp`. Signed:
///   method, URL, body and time without separators; in the URL exactly the escapes of `: / ? @ ! $ ' ( ) * , ;` are
///   decoded, no others. Where its header is there it alone decides.
/// * **Versions 1 and 2**: header `X-HubSpot-Signature`, told apart by `X-HubSpot-Signature-Version`. No HMAC: SHA-256
///   of the secret and the body (v1), or of the secret, the method, the URL as requested and the body (v2). Such digests
///   can be lengthened by who knows one, with bytes that are not UTF-8: bodies that are not UTF-8 are refused under them.
/// * **Time window**: 300 s on either side in version 3; the option `tolerance_s` changes it.
/// * **Replay protection**: the window in version 3; **none in versions 1 and 2**, and v1 does not cover the URL either.
///   HubSpot sends some deliveries with both generations, and who captures one can leave version 3's headers out: turn
///   on `require_v3` wherever HubSpot sends it.
/// * **Secret**: developer account, the app, Auth, Client secret.
///
/// Source: <https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation>
pub static HUBSPOT: Provider = Provider {
    id: "hubspot",
    aliases: &[],
    name: "HubSpot",
    docs: "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "HUBSPOT_CLIENT_SECRET",
        location: "developer account > the app > Auth > Client secret",
        format: "a text like a UUID",
    },
    summary: "HMAC-SHA256 of method, public URL, raw body and time; older versions are plain SHA-256",
    pitfalls: &[
        "behind a proxy that ends TLS the app sees http and its own host: HubSpot signed the public https URL",
        "version 3 decodes twelve escapes of the URL and no others; version 2 decodes none",
        "versions 1 and 2 have no time: a captured delivery can be sent again for ever",
        "the time is in milliseconds",
    ],
    options: &[
        OptionSpec { name: "require_v3", kind: OptionKind::Bool, help: "Refuse versions 1 and 2, which sign no time." },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies HubSpot's deliveries. See [`HUBSPOT`].
pub struct Hubspot {
    hmac: Keys,
    digest: Keys,
    require_v3: bool,
    tolerance: Duration,
}

#[derive(Clone, Copy)]
enum Version<'a> {
    V1,
    V2,
    V3 { text: &'a [u8], time: UnixTime },
}

impl Hubspot {
    /// A verifier with one client secret or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = secrets.try_into().map_err(Into::into)?;
        Ok(Self {
            hmac: Keys::of_texts(Algorithm::HmacSha256, &secrets)?,
            digest: Keys::of_texts(Algorithm::SecretPrefixSha256, &secrets)?,
            require_v3: false,
            tolerance: WINDOW,
        })
    }

    /// Refuses versions 1 and 2, which sign no time.
    #[must_use]
    pub fn require_v3(mut self) -> Self {
        self.require_v3 = true;
        self
    }

    /// How far the signed time may lie from now, on either side; 300 s unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    fn present<'a>(&self, head: &RequestHead<'a>) -> Result<(Version<'a>, SignatureTag), Rejection> {
        if let Some(signature) = head.header(&V3)? {
            let tag = readable(signature, Encoding::Base64)?;
            let text = head.header(&TIMESTAMP)?.ok_or(RejectionKind::TimestampMissing)?;
            let time = TimestampUnit::Millis.parse(text).ok_or(RejectionKind::TimestampMalformed)?;
            return Ok((Version::V3 { text, time }, tag));
        }
        let signature = head.header(&OLDER)?.filter(|text| !text.is_empty()).ok_or(RejectionKind::MissingSignature)?;
        let version = match head.header(&VERSION)? {
            _ if self.require_v3 => return Err(RejectionKind::UnsupportedAlgorithm.into()),
            Some(b"v1") => Version::V1,
            Some(b"v2") => Version::V2,
            Some(_) => return Err(RejectionKind::UnsupportedAlgorithm.into()),
            None => return Err(RejectionKind::MalformedSignature.into()),
        };
        Ok((version, readable(signature, Encoding::Hex)?))
    }
}

fn readable(signature: &[u8], encoding: Encoding) -> Result<SignatureTag, Rejection> {
    if signature.is_empty() {
        return Err(RejectionKind::MissingSignature.into());
    }
    Ok(encoding.decode(signature, Algorithm::HmacSha256.tag_length()).ok_or(RejectionKind::MalformedSignature)?)
}

impl WebhookVerifier for Hubspot {
    fn provider(&self) -> &'static str {
        HUBSPOT.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.present(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let (version, tag) = self.present(request.head())?;
        let keys = match version {
            Version::V3 { .. } => &self.hmac,
            Version::V1 | Version::V2 => {
                // What lengthens a digest starts with the byte 0x80, which continues no text that is complete.
                if str::from_utf8(&request.body().contiguous()).is_err() {
                    return Err(RejectionKind::MalformedBody.into());
                }
                &self.digest
            }
        };
        let matching = |url: Option<&SignedUrl<'_>>| keys.find_fed(&[tag], |sink| feed(version, request, url, sink));
        if let Version::V1 = version {
            let index = matching(None).ok_or(RejectionKind::SignatureMismatch)?;
            return Ok(Verdict::Accept(Verified::new(HUBSPOT.id, keys.secret(index))));
        }
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        for url in request.url().candidates() {
            let Some(index) = matching(Some(&url)) else { continue };
            let mut verified = Verified::new(HUBSPOT.id, keys.secret(index))
                .with_url(UrlMatch { scheme: url.scheme.as_str(), form: UrlForm::AsRequested });
            if let Version::V3 { time, .. } = version {
                check_window(time, Some(self.tolerance), context)?;
                verified = verified.with_signed_at(Some(time));
            }
            return Ok(Verdict::Accept(verified));
        }
        Err(RejectionKind::SignatureMismatch.into())
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone())?;
        Ok(Arc::new(Self { require_v3: self.require_v3, tolerance: self.tolerance, ..fresh }))
    }
}

impl std::fmt::Debug for Hubspot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hubspot")
            .field("require_v3", &self.require_v3)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

fn feed(
    version: Version<'_>,
    request: &WebhookRequest<'_>,
    url: Option<&SignedUrl<'_>>,
    sink: &mut (impl Sink + ?Sized),
) {
    let mut blocks = Blocks::new(sink);
    if let Some(url) = url {
        blocks.put(request.method().as_str().as_bytes());
        for piece in url.pieces() {
            match version {
                Version::V3 { .. } => put_decoded(piece.as_bytes(), &mut blocks),
                Version::V1 | Version::V2 => blocks.put(piece.as_bytes()),
            }
        }
    }
    request.body().pieces().for_each(|piece| blocks.put(piece));
    if let Version::V3 { text, .. } = version {
        blocks.put(text);
    }
}

/// Decodes the escapes that HubSpot's page lists, in the spelling that it lists.
fn put_decoded<S: Sink + ?Sized>(mut text: &[u8], blocks: &mut Blocks<'_, S>) {
    while let Some(percent) = memchr::memchr(b'%', text) {
        let (plain, rest) = text.split_at(percent);
        blocks.put(plain);
        let (decoded, length): (&[u8], usize) = match rest.get(1..3) {
            Some(b"21") => (b"!", 3),
            Some(b"24") => (b"$", 3),
            Some(b"27") => (b"'", 3),
            Some(b"28") => (b"(", 3),
            Some(b"29") => (b")", 3),
            Some(b"2A") => (b"*", 3),
            Some(b"2C") => (b",", 3),
            Some(b"2F") => (b"/", 3),
            Some(b"3A") => (b":", 3),
            Some(b"3B") => (b";", 3),
            Some(b"3F") => (b"?", 3),
            Some(b"40") => (b"@", 3),
            _ => (b"%", 1),
        };
        blocks.put(decoded);
        text = rest.get(length..).unwrap_or_default();
    }
    blocks.put(text);
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-hubspot-signature-v3", "x-hubspot-signature"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut hubspot = Hubspot::new(secrets.clone())?.tolerance(options.tolerance().unwrap_or(WINDOW));
        if options.is_on("require_v3") {
            hubspot = hubspot.require_v3();
        }
        Ok(Arc::new(hubspot))
    }

    /// Always as version 3.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let url = request.url().candidates().next().ok_or(RejectionKind::UrlUnknown)?;
        let text = TimestampUnit::Millis.write(context.now);
        let version = Version::V3 { text: text.as_bytes(), time: context.now };
        let tag = key.sign(|sink| feed(version, request, Some(&url), sink));
        let mut signed = Signed::default();
        signed.header(V3, &Encoding::Base64.encode(&tag))?;
        signed.header(TIMESTAMP, &text)?;
        signed.removed.extend([OLDER, VERSION]);
        Ok(signed)
    }
}
