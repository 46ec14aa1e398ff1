//! Mailchimp: Transactional (Mandrill) signs URL and form, Marketing signs nothing.

use std::sync::Arc;

use http::{HeaderName, Method};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, Sink, Tokens},
    request::{RequestHead, WebhookRequest},
    scheme::{
        OptionKind, OptionSpec, Options, challenge_limit,
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

const SIGNATURE: HeaderName = HeaderName::from_static("x-mandrill-signature");
const QUERY_PARAM: &str = "secret";

/// Mailchimp Transactional (Mandrill): HMAC-SHA1 of the public URL and the sorted form parameters, in base64.
/// Mailchimp Marketing: a value in the URL, **nothing signed**.
///
/// * **Transactional** (the default): header `X-Mandrill-Signature`. Signed: the URL exactly as it was configured, its
///   query included, then each form parameter in the order of the names, decoded, name and value, without separators.
///   A name that stands twice is refused, and so is a body that is no form. A user and a password in the configured
///   URL belong to the signed one: name them in `PublicUrl::fixed`.
/// * **Marketing** (the option `scheme` set to `marketing`): audience webhooks are not signed. What can be compared is a
///   hard to guess value in the query of the webhook's URL, by default the parameter `secret`; the option `query_param`
///   names another. **Whoever learns the URL can send anything.**
/// * **Challenge**: Transactional checks a new URL with a HEAD, Marketing with a GET; both are answered with an empty
///   200, unsigned as they are, and the app is not asked.
/// * **Replay protection**: none. No time is signed and no delivery has an id; events have one in the body.
/// * **Secret**: Mandrill, Settings, Webhooks, column Key: each webhook has its own, and it exists only after the URL was
///   checked. Marketing: the value that you put into the URL.
///
/// Source: <https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/>
pub static MAILCHIMP: Provider = Provider {
    id: "mailchimp",
    aliases: &["mailchimp_transactional", "mandrill"],
    name: "Mailchimp",
    docs: "https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "MANDRILL_WEBHOOK_KEY",
        location: "Mandrill > Settings > Webhooks > column Key; Marketing: the value in the webhook's URL",
        format: "22 characters of base64url, used as text",
    },
    summary: "HMAC-SHA1 of the public URL and the sorted form parameters; Marketing webhooks are not signed",
    pitfalls: &[
        "behind a proxy that ends TLS the app sees http and its own host: the configured URL was signed",
        "the webhook key is not the API key",
        "audience (Marketing) webhooks carry no signature: choose the scheme and put a secret into their URL",
    ],
    options: &[
        OptionSpec {
            name: "query_param",
            kind: OptionKind::Text,
            help: "The query parameter that holds the secret of a Marketing webhook; secret unless set.",
        },
        OptionSpec {
            name: "scheme",
            kind: OptionKind::Choice(&["transactional", "marketing"]),
            help: "Which product sends: transactional (signed, the default) or marketing (a secret in the URL).",
        },
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Mailchimp Transactional's (Mandrill's) deliveries. See [`MAILCHIMP`].
pub struct Transactional {
    keys: Keys,
}

/// Lets Mailchimp Marketing's unsigned deliveries in by a secret in their URL. See [`MAILCHIMP`].
pub struct Marketing {
    tokens: Tokens,
    query_param: Box<str>,
}

impl Transactional {
    /// A verifier with one webhook key or several.
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

impl Marketing {
    /// A verifier with one secret or several, looked for in the query parameter `secret`.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Ok(Self { tokens: Tokens::new(&secrets.try_into().map_err(Into::into)?), query_param: QUERY_PARAM.into() })
    }

    /// The query parameter that holds the secret.
    #[must_use]
    pub fn query_param(mut self, name: impl Into<Box<str>>) -> Self {
        self.query_param = name.into();
        self
    }

    fn find(&self, head: &RequestHead<'_>) -> Result<usize, Rejection> {
        if head.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        let params = Params::parse(head.url().query().unwrap_or_default()).ok_or(RejectionKind::MalformedSignature)?;
        let value = params.only(&self.query_param).map_err(|_| RejectionKind::MalformedSignature)?;
        let value: Vec<u8> = value.into_iter().flatten().collect();
        if value.is_empty() {
            return Err(RejectionKind::MissingSignature.into());
        }
        Ok(self.tokens.find(&value).ok_or(RejectionKind::SignatureMismatch)?)
    }
}

impl WebhookVerifier for Transactional {
    fn provider(&self) -> &'static str {
        MAILCHIMP.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if head.method() == Method::HEAD { Ok(()) } else { presented(head).map(drop) }
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        if request.method() == Method::HEAD {
            return Ok(Verdict::Answer(Box::new(answers::empty())));
        }
        let tag = presented(request.head())?;
        let params = signed_params(request)?;
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        for url in request.url().candidates() {
            if let Some(index) = self.keys.find_fed(&[tag], |sink| feed(&url.pieces(), &params, sink)) {
                let url = UrlMatch { scheme: url.scheme.as_str(), form: UrlForm::AsRequested };
                return Ok(Verdict::Accept(Verified::new(MAILCHIMP.id, self.keys.secret(index)).with_url(url)));
            }
        }
        Err(RejectionKind::SignatureMismatch.into())
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        (head.method() == Method::HEAD).then(|| challenge_limit(head))
    }
}

impl WebhookVerifier for Marketing {
    fn provider(&self) -> &'static str {
        MAILCHIMP.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if head.method() == Method::GET { Ok(()) } else { self.find(head).map(drop) }
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        if request.method() == Method::GET {
            return Ok(Verdict::Answer(Box::new(answers::empty())));
        }
        let index = self.find(request.head())?;
        Ok(Verdict::Accept(Verified::new(MAILCHIMP.id, self.tokens.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?.query_param(self.query_param.clone())))
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        (head.method() == Method::GET).then(|| challenge_limit(head))
    }
}

impl std::fmt::Debug for Transactional {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transactional").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Marketing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Marketing").field("query_param", &self.query_param).finish_non_exhaustive()
    }
}

fn presented(head: &RequestHead<'_>) -> Result<SignatureTag, Rejection> {
    let text = head.header(&SIGNATURE)?.filter(|text| !text.is_empty()).ok_or(RejectionKind::MissingSignature)?;
    let tag = Encoding::Base64.decode(text, Algorithm::HmacSha1.tag_length());
    Ok(tag.ok_or(RejectionKind::MalformedSignature)?)
}

/// The parameters, sorted; a body that the signature does not cover is refused.
fn signed_params<'a>(request: &WebhookRequest<'a>) -> Result<Params<'a>, Rejection> {
    let body = request.body();
    let mut params = Params::parse(body).ok_or(RejectionKind::MalformedBody)?;
    params.sort_by_name();
    let is_form = request.head().has_content_type("application/x-www-form-urlencoded");
    // Receivers disagree about which of two values is signed, and Mailchimp sends one.
    if (!body.is_empty() && (!is_form || params.say_nothing())) || params.repeats_a_name() {
        return Err(RejectionKind::MalformedBody.into());
    }
    Ok(params)
}

fn feed(url: &[&str], params: &Params<'_>, sink: &mut (impl Sink + ?Sized)) {
    let mut blocks = Blocks::new(sink);
    for piece in url {
        blocks.put(piece.as_bytes());
    }
    for param in params.iter() {
        blocks.put_decoded(&param.name());
        blocks.put_decoded(&param.value());
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-mandrill-signature"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        if options.text("scheme") == Some("marketing") {
            let marketing = Marketing::new(secrets.clone())?;
            return Ok(Arc::new(marketing.query_param(options.text("query_param").unwrap_or(QUERY_PARAM))));
        }
        Ok(Arc::new(Transactional::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let url = request.url().candidates().next().ok_or(RejectionKind::UrlUnknown)?;
        let mut signed = Signed::default();
        if options.text("scheme") == Some("marketing") {
            let name = options.text("query_param").unwrap_or(QUERY_PARAM);
            signed.url = Some(with_secret(&url, name, secret.expose()));
            return Ok(signed);
        }
        let key = Key::new(Algorithm::HmacSha1, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let params = signed_params(request)?;
        let tag = key.sign(|sink| feed(&url.pieces(), &params, sink));
        signed.header(SIGNATURE, &Encoding::Base64.encode(&tag))?;
        Ok(signed)
    }
}

/// The URL with the secret in its query, in place of another one.
#[cfg(feature = "signing")]
fn with_secret(url: &crate::SignedUrl<'_>, name: &str, secret: &[u8]) -> String {
    let escape = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("%{byte:02X}")).collect() };
    let is_other = |pair: &&str| {
        let others = Params::parse(*pair);
        !pair.is_empty() && others.is_some_and(|pair| pair.iter().all(|param| !param.name().eq(name.bytes())))
    };
    let mut query: Vec<_> = url.query().unwrap_or_default().split('&').filter(is_other).map(str::to_owned).collect();
    query.push(format!("{}={}", escape(name.as_bytes()), escape(secret)));
    let [prefix, path] = url.path();
    format!("{}://{}{prefix}{path}?{}", url.scheme.as_str(), url.authority, query.join("&"))
}
