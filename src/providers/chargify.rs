//! Chargify: HMAC-SHA256 of the raw body, in hex, in a header or a parameter of the URL.

use std::sync::Arc;

use http::HeaderName;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys, SignatureTag},
    request::{RequestHead, WebhookRequest},
    scheme::{OptionKind, OptionSpec, Options, form::Params},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Chargify, now Maxio Advanced Billing: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-Chargify-Webhook-Signature-Hmac-Sha-256`.
/// * **Signed**: the raw body, a form as it was sent.
/// * **Replay protection**: none, no time is signed. `X-Chargify-Webhook-Id` stays the same on retries, but is not
///   signed; the form's `id` is.
/// * **Query**: Chargify can write the signature into the webhook URL, too. The option `signature_query_param` names
///   the parameter to read where the header is absent.
/// * **Legacy**: `X-Chargify-Webhook-Signature`, the MD5 of key and body, is no MAC: who saw one delivery can append
///   to its body. It is refused unless the option `allow_legacy_md5` is on, and never looked at beside the HMAC.
/// * **Secret**: Edit current Site, Site Shared Key.
///
/// Source: <https://developers.maxio.com/>
pub static CHARGIFY: Provider = Provider {
    id: "chargify",
    aliases: &["maxio"],
    name: "Chargify",
    docs: "https://developers.maxio.com/",
    status: Status::Renamed,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "CHARGIFY_SHARED_KEY",
        location: "Edit current Site > Site Shared Key",
        format: "about 40 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the body is a form: parsing it first breaks the signature",
        "the older header, whose name is the beginning of the newer one, holds an MD5 that proves little",
        "the API key is not the shared key",
    ],
    options: &[
        OptionSpec {
            name: "allow_legacy_md5",
            kind: OptionKind::Bool,
            help: "Accept X-Chargify-Webhook-Signature (MD5 of key and body) where no HMAC is there. It can be extended.",
        },
        OptionSpec {
            name: "signature_query_param",
            kind: OptionKind::Text,
            help: "The parameter of the URL that holds the HMAC where its header is absent.",
        },
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

const HMAC: HeaderName = HeaderName::from_static("x-chargify-webhook-signature-hmac-sha-256");
const MD5: HeaderName = HeaderName::from_static("x-chargify-webhook-signature");

/// Verifies Chargify's deliveries. See [`CHARGIFY`].
pub struct Chargify {
    keys: Keys,
    md5: Keys,
    allow_md5: bool,
    query_param: Option<Box<str>>,
}

enum Presented {
    Hmac(SignatureTag),
    Md5(SignatureTag),
}

impl Chargify {
    /// A verifier with one shared key or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a key is empty.
    pub fn new<S>(keys: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = keys.try_into().map_err(Into::into)?;
        let keys = Keys::new(Algorithm::HmacSha256, &secrets, |text| Some(text.to_vec().into()));
        Ok(Self {
            keys: keys.ok_or(ConfigError::EmptySecret)?,
            md5: Keys::of_texts(Algorithm::SecretPrefixMd5, &secrets)?,
            allow_md5: false,
            query_param: None,
        })
    }

    /// Accepts the MD5 of key and body where no HMAC is there.
    ///
    /// **It can be extended**: whoever sees one delivery can send its body with more appended.
    #[must_use]
    pub fn insecure_allow_legacy_md5(mut self) -> Self {
        self.allow_md5 = true;
        self
    }

    /// The parameter of the URL that holds the HMAC where its header is absent.
    #[must_use]
    pub fn signature_query_param(mut self, name: impl Into<Box<str>>) -> Self {
        self.query_param = Some(name.into());
        self
    }

    fn present(&self, head: &RequestHead<'_>) -> Result<Presented, Rejection> {
        let hmac = |text: &[u8]| Encoding::Hex.decode(text, Algorithm::HmacSha256.tag_length()).map(Presented::Hmac);
        let found = if let Some(text) = head.header(&HMAC)?.filter(|text| !text.is_empty()) {
            hmac(text)
        } else if let Some(text) = self.query_signature(head)? {
            hmac(&text)
        } else if let Some(text) = head.header(&MD5)?.filter(|text| self.allow_md5 && !text.is_empty()) {
            Encoding::Hex.decode(text, Algorithm::SecretPrefixMd5.tag_length()).map(Presented::Md5)
        } else {
            return Err(RejectionKind::MissingSignature.into());
        };
        found.ok_or_else(|| RejectionKind::MalformedSignature.into())
    }

    /// The value of the configured parameter; it must stand there once.
    fn query_signature(&self, head: &RequestHead<'_>) -> Result<Option<Vec<u8>>, Rejection> {
        let (Some(wanted), Some(query)) = (&self.query_param, head.url().query()) else { return Ok(None) };
        let params = Params::parse(query).ok_or(RejectionKind::MalformedSignature)?;
        let mut values = params.iter().filter(|param| param.name().eq(wanted.bytes())).map(|param| param.value());
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(RejectionKind::MalformedSignature.into()),
            (value, None) => Ok(value.map(Iterator::collect).filter(|value: &Vec<u8>| !value.is_empty())),
        }
    }
}

impl WebhookVerifier for Chargify {
    fn provider(&self) -> &'static str {
        CHARGIFY.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.present(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let secret = match self.present(request.head())? {
            Presented::Hmac(tag) => {
                let found =
                    self.keys.find_fed(&[tag], |sink| request.body().pieces().for_each(|piece| sink.put(piece)));
                found.map(|index| self.keys.secret(index))
            }
            Presented::Md5(tag) => {
                let found = self.md5.find_fed(&[tag], |sink| request.body().pieces().for_each(|piece| sink.put(piece)));
                found.map(|index| self.md5.secret(index))
            }
        };
        let id = request.headers().get("x-chargify-webhook-id").cloned();
        let verified = Verified::new(CHARGIFY.id, secret.ok_or(RejectionKind::SignatureMismatch)?);
        Ok(Verdict::Accept(verified.with_delivery_id(id)))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone())?;
        Ok(Arc::new(Self { allow_md5: self.allow_md5, query_param: self.query_param.clone(), ..fresh }))
    }
}

impl std::fmt::Debug for Chargify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chargify")
            .field("allow_md5", &self.allow_md5)
            .field("query_param", &self.query_param)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-chargify-webhook-signature-hmac-sha-256", "x-chargify-webhook-signature"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut chargify = Chargify::new(secrets.clone())?;
        if options.is_on("allow_legacy_md5") {
            chargify = chargify.insecure_allow_legacy_md5();
        }
        if let Some(name) = options.text("signature_query_param") {
            chargify = chargify.signature_query_param(name);
        }
        Ok(Arc::new(chargify))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = crate::crypto::Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let tag = key.sign(|sink| request.body().pieces().for_each(|piece| sink.put(piece)));
        let mut signed = Signed { removed: vec![MD5], ..Signed::default() };
        signed.header(HMAC, &Encoding::Hex.encode(&tag))?;
        Ok(signed)
    }
}
