//! Vonage: a JWT (HS256) that holds the SHA-256 of the payload; for the SMS API, a signature among the parameters.

mod sms;

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, Method, header};

pub use self::sms::SignatureMethod;
use self::sms::Sms;
use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Keys, hex_sha256_matches},
    request::{RequestHead, WebhookRequest},
    scheme::{
        OptionKind, OptionSpec, Options, TOLERANCE,
        form::Params,
        jwt::{Claims, Token},
        timestamp::check_window,
    },
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::{Key, hex_lower, sha256},
    scheme::{SignError, Signed, SigningContext, json, jwt},
};

/// Vonage (formerly Nexmo): a JWT made with HMAC-SHA256 in `Authorization: Bearer`, whose claim `payload_hash` is the
/// payload's SHA-256.
///
/// * **Header**: `Authorization: Bearer <token>`. Always HS256; another algorithm is refused.
/// * **Signed**: the claims; `iss` must be `Vonage`, and `payload_hash` the SHA-256 of the raw body. **A POST's query is
///   not covered.** For GETs without a body it is the hash of the query's parameters as one compact JSON object of texts,
///   in the order sent: that rests on one support article, and how it writes what is not ASCII is not known.
/// * **Time window**: `exp` and `nbf` are kept where a token has them. Vonage names no window for `iat`, and none is
///   checked, unless the option `tolerance_s` sets one.
/// * **SMS API**: signs only where that was switched on for the account, in a parameter `sig` of the query (GET), the
///   form or the JSON body. It is accepted only with the option `signature_method`, which must be the account's setting,
///   and only without a Bearer token. `md5hash`, `md5` and `sha1` are weak. `&` and `=` in values are signed as `_`, so
///   that **`a_b`, `a&b` and `a=b` share one signature**; names that hold them, and names that stand twice, are refused.
/// * **Secret**: API dashboard, Settings, Signature secret. It is not the API secret.
///
/// Source: <https://developer.vonage.com/en/getting-started/concepts/webhooks>
pub static VONAGE: Provider = Provider {
    id: "vonage",
    aliases: &["nexmo"],
    name: "Vonage",
    docs: "https://developer.vonage.com/en/getting-started/concepts/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "VONAGE_API_SIGNATURE_SECRET",
        location: "API dashboard > Settings > Signature secret",
        format: "the text that is shown",
    },
    summary: "JWT (HS256) with the SHA-256 of the raw body",
    pitfalls: &[
        "the API secret is not the signature secret",
        "the token alone says nothing about the body: its claim payload_hash must be compared",
        "after an internal error Vonage may send an unsigned callback; a 5xx answer makes it try again",
    ],
    options: &[
        OptionSpec {
            name: "signature_method",
            kind: OptionKind::Choice(&["md5", "md5hash", "sha1", "sha256", "sha512"]),
            help: "Accept the SMS API's `sig` parameter made by this method, where there is no Bearer token.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Vonage's deliveries. See [`VONAGE`].
pub struct Vonage {
    secrets: Secrets,
    keys: Keys,
    sms: Option<Sms>,
    tolerance: Option<Duration>,
}

/// What a request presents.
enum Presented<'a> {
    Token(Token<'a>, usize),
    Parameter(&'a Sms),
}

impl Vonage {
    /// A verifier with one signature secret or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets: Secrets = secrets.try_into().map_err(Into::into)?;
        let keys = Keys::new(Algorithm::HmacSha256, &secrets, |secret| Some(secret.to_vec().into()));
        Ok(Self { keys: keys.ok_or(ConfigError::EmptySecret)?, secrets, sms: None, tolerance: None })
    }

    /// Accepts the SMS API's `sig` parameter where there is no Bearer token. It must be the method that the account is
    /// set to.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret makes no key.
    pub fn dangerous_signature_method(mut self, method: SignatureMethod) -> Result<Self, ConfigError> {
        self.sms = Some(Sms::new(method, &self.secrets).ok_or(ConfigError::EmptySecret)?);
        Ok(self)
    }

    /// How far `iat`, or the SMS API's `timestamp`, may lie from now, on either side. Not checked unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    fn present<'a>(&'a self, head: &RequestHead<'a>) -> Result<Presented<'a>, Rejection> {
        let authorization = head.header(&header::AUTHORIZATION)?.filter(|value| !value.is_empty());
        match (authorization.map(bearer), &self.sms) {
            (Some(Some(token)), _) => {
                let token = Token::parse(token)?;
                token.header(&["HS256"])?;
                let index = token.verify_hmac(Algorithm::HmacSha256, &self.keys)?;
                Ok(Presented::Token(token, index))
            }
            (_, Some(sms)) => Ok(Presented::Parameter(sms)),
            (Some(None), None) => Err(RejectionKind::MalformedSignature.into()),
            (None, None) => Err(RejectionKind::MissingSignature.into()),
        }
    }

    fn check(&self, claims: &Claims<'_>, request: &WebhookRequest<'_>, context: &Context) -> Result<(), Rejection> {
        let hash = claims.text("payload_hash").ok_or(RejectionKind::SignatureMismatch)?;
        let fits = if request.method() == Method::GET && request.body().is_empty() {
            let query = query_as_json(request.url().query().unwrap_or_default())?;
            hex_sha256_matches(std::iter::once(query.as_bytes()), hash.as_bytes())
        } else {
            hex_sha256_matches(request.body().pieces(), hash.as_bytes())
        };
        if !fits || claims.text("iss").as_deref() != Some("Vonage") {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        claims.check_lifetime(0, context)?;
        match claims.time("iat")? {
            Some(signed_at) => check_window(signed_at, self.tolerance, context),
            None if self.tolerance.or(context.tolerance).is_some() => Err(RejectionKind::TimestampMissing.into()),
            None => Ok(()),
        }
    }
}

/// The token behind `Bearer`, in any case, and one blank.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(token)
}

/// `{"name":"value",…}`, in the order sent.
fn query_as_json(query: &str) -> Result<String, Rejection> {
    let params = Params::parse(query).ok_or(RejectionKind::MalformedBody)?;
    let mut text = String::from("{");
    for (index, param) in params.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let quote = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).map_err(|_| RejectionKind::MalformedBody)?;
            Ok::<_, Rejection>(serde_json::Value::from(text).to_string())
        };
        text.push_str(&quote(param.name().collect())?);
        text.push(':');
        text.push_str(&quote(param.value().collect())?);
    }
    text.push('}');
    Ok(text)
}

impl WebhookVerifier for Vonage {
    fn provider(&self) -> &'static str {
        VONAGE.id
    }

    /// A token does not depend on the body, so that it can be verified before one is read.
    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        match self.present(head)? {
            Presented::Token(token, _) => token.claims().map(drop),
            Presented::Parameter(_) => Ok(()),
        }
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        match self.present(request.head())? {
            Presented::Token(token, index) => {
                let claims = token.claims()?;
                self.check(&claims, request, context)?;
                let id = claims.text("jti").and_then(|id| HeaderValue::from_str(&id).ok());
                let verified = Verified::new(VONAGE.id, self.keys.secret(index));
                Ok(Verdict::Accept(verified.with_signed_at(claims.time("iat")?).with_delivery_id(id)))
            }
            Presented::Parameter(sms) => sms.verify(request, self.tolerance, context),
        }
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut fresh = Self::new(secrets.clone())?;
        if let Some(sms) = &self.sms {
            fresh = fresh.dangerous_signature_method(sms.method())?;
        }
        Ok(Arc::new(Self { tolerance: self.tolerance, ..fresh }))
    }
}

impl std::fmt::Debug for Vonage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vonage")
            .field("signature_method", &self.sms.as_ref().map(Sms::method))
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["authorization"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut vonage = Vonage::new(secrets.clone())?;
        if let Some(method) = options.text("signature_method").and_then(SignatureMethod::parse) {
            vonage = vonage.dangerous_signature_method(method)?;
        }
        vonage.tolerance = options.tolerance();
        Ok(Arc::new(vonage))
    }

    /// A token, which is accepted whatever the options are.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        let hash = if request.method() == Method::GET && request.body().is_empty() {
            sha256(std::iter::once(query_as_json(request.url().query().unwrap_or_default())?.as_bytes()))
        } else {
            sha256(request.body().pieces())
        };
        let (now, id) = (context.now.as_secs(), json::quote(context.delivery_id));
        let claims = format!(r#"{{"iat":{now},"jti":{id},"iss":"Vonage","payload_hash":"{}"}}"#, hex_lower(&hash));
        let mut signed = Signed::default();
        signed.header(header::AUTHORIZATION, &format!("Bearer {}", jwt::sign_hmac(&key, "HS256", &claims)))?;
        Ok(signed)
    }
}
