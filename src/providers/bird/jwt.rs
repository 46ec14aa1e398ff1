//! MessageBird's JWT.

use http::{HeaderName, HeaderValue};

use super::BIRD;
use crate::{
    Rejection, RejectionKind, Secrets, Verdict, Verified,
    crypto::{Algorithm, Keys, hex_sha256_matches},
    request::{RequestHead, WebhookRequest},
    scheme::jwt::Token,
    verdict::{UrlForm, UrlMatch},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    crypto::{Key, hex_lower, sha256},
    scheme::{SignError, Signed, SigningContext, json, jwt},
};

pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("messagebird-signature-jwt");

const ALGORITHMS: [(&str, Algorithm); 3] =
    [("HS256", Algorithm::HmacSha256), ("HS384", Algorithm::HmacSha384), ("HS512", Algorithm::HmacSha512)];
const LEEWAY_SECS: i64 = 1;

pub(super) struct JwtScheme {
    /// In the order of [`ALGORITHMS`].
    keys: [Keys; 3],
}

impl JwtScheme {
    pub(super) fn new(secrets: &Secrets) -> Option<Self> {
        let keys = |(_, algorithm)| Keys::new(algorithm, secrets, |secret| Some(secret.to_vec().into()));
        let [first, second, third] = ALGORITHMS.map(keys);
        Some(Self { keys: [first?, second?, third?] })
    }

    /// The token and the position of its secret; it does not depend on the body.
    fn verified<'a>(&self, head: &RequestHead<'a>) -> Result<(Token<'a>, crate::verdict::SecretMatch), Rejection> {
        let text = head.header(&SIGNATURE)?.filter(|text| !text.is_empty());
        let token = Token::parse(text.ok_or(RejectionKind::MissingSignature)?)?;
        let (_, position) = token.header(&ALGORITHMS.map(|(name, _)| name))?;
        let (Some((_, algorithm)), Some(keys)) = (ALGORITHMS.get(position), self.keys.get(position)) else {
            return Err(RejectionKind::UnsupportedAlgorithm.into());
        };
        let index = token.verify_hmac(*algorithm, keys)?;
        Ok((token, keys.secret(index)))
    }

    pub(super) fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.verified(head)?.0.claims().map(drop)
    }

    pub(super) fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let (token, secret) = self.verified(request.head())?;
        let claims = token.claims()?;
        let mismatch = RejectionKind::SignatureMismatch;
        if claims.time("exp")?.is_none() {
            return Err(RejectionKind::TimestampMissing.into());
        }
        claims.check_lifetime(LEEWAY_SECS, context)?;
        let id = claims.text("jti").filter(|id| !id.is_empty()).ok_or(mismatch)?;
        if claims.text("iss").as_deref() != Some("MessageBird") {
            return Err(mismatch.into());
        }
        let body = request.body();
        let body_fits = match claims.get("payload_hash") {
            Some(hash) => {
                !body.is_empty() && hash.text().is_some_and(|hash| hex_sha256_matches(body.pieces(), hash.as_bytes()))
            }
            None => body.is_empty(),
        };
        if !body_fits {
            return Err(mismatch.into());
        }
        let hash = claims.text("url_hash").ok_or(mismatch)?;
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        let fits = |url: &crate::SignedUrl<'_>| {
            hex_sha256_matches(url.pieces().into_iter().map(str::as_bytes), hash.as_bytes())
        };
        let url = request.url().candidates().find(fits).ok_or(mismatch)?;
        let verified = Verified::new(BIRD.id, secret)
            .with_signed_at(claims.time("nbf")?)
            .with_delivery_id(HeaderValue::from_str(&id).ok())
            .with_url(UrlMatch { scheme: url.scheme.as_str(), form: UrlForm::AsRequested });
        Ok(Verdict::Accept(verified))
    }
}

#[cfg(feature = "signing")]
pub(super) fn sign(
    secret: &Secret,
    request: &WebhookRequest<'_>,
    context: &SigningContext<'_>,
) -> Result<Signed, SignError> {
    let key = Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
    let url = request.url().candidates().next().ok_or(RejectionKind::UrlUnknown)?;
    let url_hash = hex_lower(&sha256(url.pieces().into_iter().map(str::as_bytes)));
    let (now, id) = (context.now.as_secs(), json::quote(context.delivery_id));
    let mut claims = format!(
        r#"{{"iss":"MessageBird","nbf":{now},"exp":{},"jti":{id},"url_hash":"{url_hash}""#,
        now.saturating_add(60)
    );
    if !request.body().is_empty() {
        claims.push_str(&format!(r#","payload_hash":"{}""#, hex_lower(&sha256(request.body().pieces()))));
    }
    claims.push('}');
    let mut signed = Signed::default();
    signed.header(SIGNATURE, &jwt::sign_hmac(&key, "HS256", &claims))?;
    Ok(signed)
}
