//! SignalWire: HMAC-SHA1 of the public URL and the raw body (hex), or the sorted form parameters (base64).

use std::sync::Arc;

use http::HeaderName;

use super::{
    Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow,
    twilio::{body_hash, url_forms::AsRequested},
};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, Sink},
    request::{RequestHead, WebhookRequest},
    scheme::{
        Options,
        form::{Blocks, Params},
    },
    verdict::{UrlForm, UrlMatch},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::Key,
    scheme::{SignError, Signed, SigningContext},
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-signalwire-signature");
const ALIAS: HeaderName = HeaderName::from_static("x-twilio-signature");
const FORM: &str = "application/x-www-form-urlencoded";

/// SignalWire: HMAC-SHA1 of the public URL and the body, in hex or in base64.
///
/// * **Header**: `X-SignalWire-Signature`; `X-Twilio-Signature` is looked at only where the former is absent. How the
///   signature is written tells which scheme it is.
/// * **Hex** (SWML, RELAY, SWAIG): the URL as requested, then the raw body.
/// * **Base64** (cXML, as with Twilio): the URL, with and without its scheme's standard port; then, for forms, name and
///   value of each parameter, decoded, in the order of the names, repeated names in the order sent, without separators.
///   For other bodies the query's `bodySHA256` holds their SHA-256, and it is compared. A body that neither covers is
///   refused, although SignalWire's own validator lets it in.
/// * **Replay protection**: none. No time is signed and no delivery has an id.
/// * **Secret**: dashboard, API Credentials, Signing Key.
///
/// Source: <https://github.com/signalwire/signalwire-python/blob/main/docs/security.md>
pub static SIGNALWIRE: Provider = Provider {
    id: "signalwire",
    aliases: &[],
    name: "SignalWire",
    docs: "https://github.com/signalwire/signalwire-python/blob/main/docs/security.md",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "SIGNALWIRE_SIGNING_KEY",
        location: "SignalWire dashboard > API Credentials > Signing Key",
        format: "PSK and letters and digits",
    },
    summary: "HMAC-SHA1 of the public URL and the raw body or the sorted form parameters",
    pitfalls: &[
        "the signing key is neither the project id nor the API token",
        "behind a proxy that ends TLS the app sees http and its own host: SignalWire signed the public https URL",
        "the query must not be re-encoded or re-ordered on the way",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies SignalWire's deliveries. See [`SIGNALWIRE`].
pub struct Signalwire {
    keys: Keys,
}

#[derive(Clone, Copy)]
enum Written {
    Base64,
    Hex,
}

impl Signalwire {
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
        Ok(Self { keys: Keys::of_texts(Algorithm::HmacSha1, &secrets)? })
    }
}

fn presented(head: &RequestHead<'_>) -> Result<(Written, SignatureTag), Rejection> {
    let own = head.header(&SIGNATURE)?;
    let text = match own {
        Some(text) => text,
        None => head.header(&ALIAS)?.unwrap_or_default(),
    };
    if text.is_empty() {
        return Err(RejectionKind::MissingSignature.into());
    }
    let length = Algorithm::HmacSha1.tag_length();
    // 40 digits are base64 of 30 bytes, and so never both.
    let hex = Encoding::Hex.decode(text, length).map(|tag| (Written::Hex, tag));
    let found = hex.or_else(|| Encoding::Base64.decode(text, length).map(|tag| (Written::Base64, tag)));
    Ok(found.ok_or(RejectionKind::MalformedSignature)?)
}

impl WebhookVerifier for Signalwire {
    fn provider(&self) -> &'static str {
        SIGNALWIRE.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        presented(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let (written, tag) = presented(request.head())?;
        let params = match written {
            Written::Base64 => Some(signed_params(request)?),
            Written::Hex => None,
        };
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        for url in request.url().candidates() {
            for form in AsRequested::forms(&url) {
                if params.is_none() && form.form != UrlForm::AsRequested {
                    continue;
                }
                if let Some(index) =
                    self.keys.find_fed(&[tag], |sink| feed(&form.pieces, params.as_ref(), request, sink))
                {
                    let url = UrlMatch { scheme: url.scheme.as_str(), form: form.form };
                    return Ok(Verdict::Accept(Verified::new(SIGNALWIRE.id, self.keys.secret(index)).with_url(url)));
                }
            }
        }
        Err(RejectionKind::SignatureMismatch.into())
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

impl std::fmt::Debug for Signalwire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signalwire").finish_non_exhaustive()
    }
}

/// The parameters that a signature in base64 covers; a body that it does not cover is refused.
fn signed_params<'a>(request: &WebhookRequest<'a>) -> Result<Params<'a>, Rejection> {
    let body = request.body();
    let form = if request.head().has_content_type(FORM) { body } else { (&[]).into() };
    let mut params = Params::parse(form).ok_or(RejectionKind::MalformedBody)?;
    if params.say_nothing() {
        body_hash::check(request, body.is_empty())?;
    }
    params.sort_by_name();
    Ok(params)
}

fn feed(url: &[&str], params: Option<&Params<'_>>, request: &WebhookRequest<'_>, sink: &mut (impl Sink + ?Sized)) {
    let mut blocks = Blocks::new(sink);
    for piece in url {
        blocks.put(piece.as_bytes());
    }
    match params {
        Some(params) => params.iter().for_each(|param| {
            blocks.put_decoded(&param.name());
            blocks.put_decoded(&param.value());
        }),
        None => request.body().pieces().for_each(|piece| blocks.put(piece)),
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-signalwire-signature", "x-twilio-signature"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Signalwire::new(secrets.clone())?))
    }

    /// Forms in base64, everything else in hex.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = Key::new(Algorithm::HmacSha1, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let url = request.url().candidates().next().ok_or(RejectionKind::UrlUnknown)?;
        let params = request.head().has_content_type(FORM).then(|| signed_params(request)).transpose()?;
        let tag = key.sign(|sink| feed(&url.pieces(), params.as_ref(), request, sink));
        let encoding = if params.is_some() { Encoding::Base64 } else { Encoding::Hex };
        let mut signed = Signed::default();
        signed.header(SIGNATURE, &encoding.encode(&tag))?;
        signed.removed.push(ALIAS);
        Ok(signed)
    }
}
