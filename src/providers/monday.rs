//! monday.com: a JWT (HS256) that says which URL it is for and how long it counts; the body is not covered.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, Response, header};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Keys},
    request::{RequestHead, WebhookRequest},
    scheme::{
        Options, challenge_limit,
        json::Object,
        jwt::{Claims, Token},
    },
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::Key,
    scheme::{SignError, Signed, SigningContext, json, jwt},
};

/// monday.com: a JWT made with HMAC-SHA256 in `Authorization`. **It does not cover the body.**
///
/// * **Header**: `Authorization`, the token alone, without `Bearer`.
/// * **Signed**: the claims only. `exp` must be there and not have passed; `aud`, where it is there, must be the public
///   URL, with or without its query. Apart from that the scheme's evidence is an example in the documentation.
/// * **Coverage**: **whoever sees one token can send any body with it until it expires**, usually for five minutes. Look
///   events up by monday's API before much depends on them.
/// * **Not signed at all**: webhooks that were made on a board or with a personal API token rather than by an app. They
///   have no token and are refused.
/// * **Challenge**: when a webhook is made, monday sends an unsigned JSON object with the only member `challenge`; it is
///   answered with the same object if it has 1 to 1024 letters, digits, `_` and `-`. No key goes into that answer.
/// * **Secret**: Developer Center, the app, Basic information, Signing Secret; events about the app's life cycle are
///   signed with the Client Secret. Configure both if both arrive.
///
/// Source: <https://developer.monday.com/apps/docs/authorization-header>
pub static MONDAY: Provider = Provider {
    id: "monday",
    aliases: &["monday_com"],
    name: "monday.com",
    docs: "https://developer.monday.com/apps/docs/authorization-header",
    status: Status::Active,
    confidence: Confidence::Medium,
    time_window: TimeWindow::Open,
    challenge: true,
    secret: SecretInfo {
        env: "MONDAY_SIGNING_SECRET",
        location: "Developer Center > the app > Basic information > Signing Secret, and Client Secret",
        format: "32 hexadecimal digits, used as text",
    },
    summary: "JWT (HS256) for the public URL; the body is not signed",
    pitfalls: &[
        "the body is not signed: who sees one token can send any body until it expires",
        "only webhooks that belong to an app are signed",
        "the signing secret and the client secret are two values; the kind of webhook decides",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies monday.com's deliveries. See [`MONDAY`].
pub struct Monday {
    keys: Keys,
}

impl Monday {
    /// A verifier with the signing secret, or with the client secret as well.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty.
    pub fn new<S>(secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = secrets.try_into().map_err(Into::into)?;
        let keys = Keys::new(Algorithm::HmacSha256, &secrets, |secret| Some(secret.to_vec().into()));
        Ok(Self { keys: keys.ok_or(ConfigError::EmptySecret)? })
    }

    fn verified<'a>(&self, head: &RequestHead<'a>) -> Result<(Token<'a>, usize), Rejection> {
        let text = head.header(&header::AUTHORIZATION)?.filter(|text| !text.is_empty());
        let token = Token::parse(text.ok_or(RejectionKind::MissingSignature)?)?;
        token.header(&["HS256"])?;
        let index = token.verify_hmac(Algorithm::HmacSha256, &self.keys)?;
        Ok((token, index))
    }
}

/// Whether a request without a token may be a challenge.
fn may_be_challenge(head: &RequestHead<'_>) -> bool {
    head.method() == Method::POST
        && !head.headers().contains_key(header::AUTHORIZATION)
        && head.has_content_type("application/json")
}

/// The answer to an object whose only member is a harmless challenge.
fn answer(request: &WebhookRequest<'_>) -> Option<Verdict> {
    let body = request.body();
    // The longest challenge, and as much again for white space.
    if request.method() != Method::POST || body.len() > 2 * MAX_CHALLENGE {
        return None;
    }
    let body = body.contiguous();
    let object = Object::parse(&body).filter(|object| object.len() == 1)?;
    let challenge = object.text("challenge")?;
    let is_harmless = challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if challenge.is_empty() || challenge.len() > MAX_CHALLENGE || !is_harmless {
        return None;
    }
    let mut response = Response::new(Bytes::from(format!(r#"{{"challenge":"{challenge}"}}"#)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Some(Verdict::Answer(Box::new(response)))
}

const MAX_CHALLENGE: usize = 1024;

fn check_audience(claims: &Claims<'_>, request: &WebhookRequest<'_>) -> Result<(), Rejection> {
    let Some(audience) = claims.get("aud") else { return Ok(()) };
    let audience = audience.text().ok_or(RejectionKind::SignatureMismatch)?;
    if request.url().is_unknown() {
        return Err(RejectionKind::UrlUnknown.into());
    }
    let fits = request.url().candidates().any(|url| {
        let [prefix, path] = url.path();
        let bare = [url.scheme.as_str(), "://", url.authority, prefix, path].concat();
        *audience == bare || *audience == url.pieces().concat()
    });
    if fits { Ok(()) } else { Err(RejectionKind::SignatureMismatch.into()) }
}

impl WebhookVerifier for Monday {
    fn provider(&self) -> &'static str {
        MONDAY.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if may_be_challenge(head) {
            return Ok(());
        }
        self.verified(head)?.0.claims().map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        if may_be_challenge(request.head()) {
            return answer(request).ok_or_else(|| RejectionKind::MissingSignature.into());
        }
        let (token, index) = self.verified(request.head())?;
        let claims = token.claims()?;
        if claims.time("exp")?.is_none() {
            return Err(RejectionKind::TimestampMissing.into());
        }
        claims.check_lifetime(0, context)?;
        check_audience(&claims, request)?;
        let signed_at = claims.time("iat")?;
        let verified = Verified::new(MONDAY.id, self.keys.secret(index)).with_signed_at(signed_at);
        Ok(answer(request).unwrap_or(Verdict::Accept(verified)))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        may_be_challenge(head).then(|| challenge_limit(head))
    }
}

impl std::fmt::Debug for Monday {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Monday").finish_non_exhaustive()
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

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Monday::new(secrets.clone())?))
    }

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
        let audience = json::quote(&url.pieces().concat());
        let now = context.now.as_secs();
        let claims = format!(r#"{{"aud":{audience},"exp":{},"iat":{now}}}"#, now.saturating_add(300));
        let mut signed = Signed::default();
        signed.header(header::AUTHORIZATION, &jwt::sign_hmac(&key, "HS256", &claims))?;
        Ok(signed)
    }
}
