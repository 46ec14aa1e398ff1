//! Twilio: HMAC-SHA1 (or SHA-256) of the public URL and the sorted form parameters, in base64.

pub(super) mod body_hash;
pub(super) mod url_forms;

use std::sync::Arc;

use http::{HeaderName, HeaderValue};

use self::url_forms::{AsRequested, legacy_forms};
use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, Sink},
    request::{RawBody, RequestHead, WebhookRequest},
    scheme::{
        Options,
        form::{Blocks, Params},
    },
    verdict::UrlMatch,
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");
const SETTINGS: HeaderName = HeaderName::from_static("x-twilio-webhooks-signature-settings");
/// The same for all attempts at a delivery. It is not signed.
const IDEMPOTENCY_TOKEN: HeaderName = HeaderName::from_static("i-twilio-idempotency-token");

/// Twilio: HMAC-SHA1 of the public URL and the sorted form parameters, in base64.
///
/// * **Header**: `X-Twilio-Signature`. With a SharedKey, `X-Twilio-Webhooks-Signature-Settings` names the algorithm,
///   `HMAC_SHA1` or `HMAC_SHA256`; any other is refused.
/// * **Signed**: the URL byte for byte as Twilio requested it; then, for forms, each distinct name in byte order with
///   each of its distinct values in byte order, decoded, without separators. For other bodies the query's `bodySHA256`
///   holds their SHA-256, and it is compared. A body that neither covers is refused.
/// * **URL forms**: with and without its port, since Twilio's products differ; after those, the forms that Twilio's
///   own SDKs accept (normalised, query re-encoded). WebSocket upgrades are signed with the `wss` URL.
/// * **Replay protection**: none. No time is signed. `I-Twilio-Idempotency-Token`, the delivery id, is the same for all
///   attempts, and outside the signature.
/// * **Secret**: Console, Account Info, Auth Token (the primary one); a subaccount signs with its own.
///
/// Source: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>
pub static TWILIO: Provider = Provider {
    id: "twilio",
    aliases: &[],
    name: "Twilio",
    docs: "https://www.twilio.com/docs/usage/webhooks/webhooks-security",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "TWILIO_AUTH_TOKEN",
        location: "Console > Account Info > Auth Token (primary); a subaccount has its own",
        format: "32 hexadecimal digits in lower case",
    },
    summary: "HMAC-SHA1 of the public URL and the sorted form parameters",
    pitfalls: &[
        "behind a proxy that ends TLS the app sees http and its own host: Twilio signed the public https URL",
        "only the primary token signs; a secondary one verifies nothing until it is promoted",
        "a subaccount's requests are signed with the subaccount's token",
        "the query must not be re-encoded or re-ordered on the way",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Twilio's deliveries. See [`TWILIO`].
pub struct Twilio {
    sha1: Keys,
    sha256: Keys,
}

impl Twilio {
    /// A verifier with one auth token (or SharedKey secret), or with several.
    ///
    /// # Errors
    /// [`ConfigError`] when a token is empty.
    pub fn new<S>(tokens: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = tokens.try_into().map_err(Into::into)?;
        let keys = |algorithm| {
            Keys::new(algorithm, &secrets, |token| Some(token.to_vec().into())).ok_or(ConfigError::EmptySecret)
        };
        Ok(Self { sha1: keys(Algorithm::HmacSha1)?, sha256: keys(Algorithm::HmacSha256)? })
    }

    fn present<'a>(&self, head: &RequestHead<'a>) -> Result<Presented<'a, '_>, Rejection> {
        let [signature, settings, token] = head.find([&SIGNATURE, &SETTINGS, &IDEMPOTENCY_TOKEN]);
        let text = signature.one()?.filter(|text| !text.is_empty());
        let text = text.ok_or(RejectionKind::MissingSignature)?;
        let algorithm = algorithm(settings.one()?)?;
        let keys = match algorithm {
            Algorithm::HmacSha256 => &self.sha256,
            _ => &self.sha1,
        };
        let tag = Encoding::Base64.decode(text, algorithm.tag_length()).ok_or(RejectionKind::MalformedSignature)?;
        Ok(Presented { tag, keys, delivery_id: token.first })
    }
}

/// What a request presents, and the keys that it is to be checked with.
struct Presented<'a, 'k> {
    tag: SignatureTag,
    keys: &'k Keys,
    delivery_id: Option<&'a HeaderValue>,
}

impl WebhookVerifier for Twilio {
    fn provider(&self) -> &'static str {
        TWILIO.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.present(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let Presented { tag, keys, delivery_id } = self.present(request.head())?;
        let mut params = Params::new(covered(request));
        read_sorted(&mut params, request)?;
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        let matching = |url: &[&str]| {
            keys.find(std::slice::from_ref(&tag), |sink| {
                feed(url, &params, sink);
                Ok(())
            })
        };
        let accept = |index, url: UrlMatch| {
            let verified = Verified::new(TWILIO.id, keys.secret(index)).with_url(url);
            Ok(Verdict::Accept(verified.with_delivery_id(delivery_id.cloned())))
        };
        for url in request.url().candidates() {
            for form in AsRequested::forms(&url) {
                if let Some(index) = matching(&form.pieces)? {
                    return accept(index, UrlMatch { scheme: url.scheme.as_str(), form: form.form });
                }
            }
        }
        for url in request.url().candidates() {
            for (text, form) in legacy_forms(&url) {
                if let Some(index) = matching(&[&text])? {
                    return accept(index, UrlMatch { scheme: url.scheme.as_str(), form });
                }
            }
        }
        Err(RejectionKind::SignatureMismatch.into())
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

impl std::fmt::Debug for Twilio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Twilio").finish_non_exhaustive()
    }
}

/// The part of the body that the signature covers: all of a form, nothing of anything else.
fn covered<'a>(request: &WebhookRequest<'a>) -> RawBody<'a> {
    if request.head().has_content_type("application/x-www-form-urlencoded") { request.body() } else { (&[]).into() }
}

/// Reads the parameters; a body that neither they nor a hash covers is refused.
fn read_sorted(params: &mut Params<'_>, request: &WebhookRequest<'_>) -> Result<(), Rejection> {
    params.read().ok_or(RejectionKind::MalformedBody)?;
    // A form that says nothing is covered by nothing: it could stand in for any body under a URL's signature.
    if params.say_nothing() {
        body_hash::check(request, request.body().is_empty())?;
    }
    params.sort();
    params.dedup();
    Ok(())
}

fn feed(url: &[&str], params: &Params<'_>, sink: &mut (impl Sink + ?Sized)) {
    let mut blocks = Blocks::new(sink);
    for piece in url {
        blocks.put(piece.as_bytes());
    }
    for param in params.iter() {
        blocks.put_param(param);
    }
}

/// `key=<id>,algorithm=HMAC_SHA256`: any order, names and blanks as they may be; without an algorithm, HMAC-SHA1.
fn algorithm(settings: Option<&[u8]>) -> Result<Algorithm, Rejection> {
    let mut found = Algorithm::HmacSha1;
    let Some(settings) = settings else { return Ok(found) };
    let mut seen = false;
    for item in settings.split(|byte| *byte == b',') {
        let mut sides = item.splitn(2, |byte| *byte == b'=').map(<[u8]>::trim_ascii);
        let (Some(b"algorithm"), Some(name)) = (sides.next(), sides.next()) else { continue };
        found = match name {
            _ if seen => return Err(RejectionKind::UnsupportedAlgorithm.into()),
            b"" => continue,
            name if name.eq_ignore_ascii_case(b"HMAC_SHA1") => Algorithm::HmacSha1,
            name if name.eq_ignore_ascii_case(b"HMAC_SHA256") => Algorithm::HmacSha256,
            _ => return Err(RejectionKind::UnsupportedAlgorithm.into()),
        };
        seen = true;
    }
    Ok(found)
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-twilio-signature"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    #[cfg(feature = "explain")]
    fn signed_view(&self, request: &WebhookRequest<'_>, _: &Options) -> Option<crate::explain::SignedView> {
        use crate::explain::{SegmentKind, SignedView};

        let mut view = SignedView::default();
        view.push(SegmentKind::Url, request.url().candidates().next()?.pieces().concat());
        let mut params = Params::parse(covered(request))?;
        params.sort();
        params.dedup();
        params.iter().for_each(|param| view.push_param(param));
        Some(view)
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Twilio::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let algorithm = algorithm(request.header(&SETTINGS)?)?;
        let key = crate::crypto::Key::new(algorithm, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let url = request.url().candidates().next().ok_or(RejectionKind::UrlUnknown)?;
        let mut signed = Signed::default();
        let mut params = Params::parse(covered(request)).ok_or(RejectionKind::MalformedBody)?;
        if params.say_nothing() && body_hash::check(request, request.body().is_empty()).is_err() {
            signed.url = Some(body_hash::with_hash(&url, request.body()));
        }
        params.sort();
        params.dedup();
        let tag = match &signed.url {
            Some(url) => key.sign(|sink| feed(&[url], &params, sink)),
            None => key.sign(|sink| feed(&url.pieces(), &params, sink)),
        };
        signed.header(SIGNATURE, &Encoding::Base64.encode(&tag))?;
        Ok(signed)
    }
}
