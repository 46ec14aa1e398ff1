//! X (Twitter): HMAC-SHA256 of the raw body, in base64 behind `sha256=`, and a challenge that is answered with the same
//! key.
//!
//! # Why answering is no signing oracle
//! The answer to a CRC request is an HMAC of its token with the key, the hash, the encoding and the prefix of an
//! event's signature: it *is* the signature of a POST whose body is the token. The request may be unsigned (X's own
//! hourly ones are, as far as is known), so that anybody can ask. Three rules keep that harmless:
//! 1. A token is answered only if it has 1 to 256 characters, all of them letters, digits or one of `.` `_` `~` `+` `/`
//!    `=` `-`. No JSON object can be written with these.
//! 2. A POST whose body consists of nothing but these characters is refused, however well it is signed: what can be
//!    had by asking proves nothing.
//! 3. Where a CRC request carries a signature, it is verified first. It is one over the query, `crc_token=…&nonce=…`;
//!    a forged one needs the signature of a text with a `&`, or gains what is given to everybody.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Method, Response};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers, query};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys},
    request::{RawBody, RequestHead, WebhookRequest},
    scheme::{Format, Options, Part, Recipe, SchemeVerifier, Signature, challenge_limit},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-twitter-webhooks-signature");
const FORMAT: Format = Format::Prefix("sha256=");

/// X (Twitter): HMAC-SHA256 of the raw body, in base64 behind `sha256=`.
///
/// * **Header**: `x-twitter-webhooks-signature`.
/// * **Signed**: the raw body of a POST; the raw query of a GET.
/// * **Replay protection**: none. No time is signed, and no id is common to all events.
/// * **Challenge**: a GET with `crc_token` (at registration, about hourly, on demand) is answered with the token's
///   HMAC, also without a signature; with one, it must be right. Of several secrets the one that signed answers, else
///   the first. Tokens have a narrow alphabet, and bodies that could be tokens are refused: see the
///   [module](crate::providers::twitter) for why the answer gives no signature away.
/// * **Secret**: X developer console, the app, Keys and tokens, API key secret (consumer secret). Not the bearer token,
///   not an access token.
///
/// Account Activity, X Activity and Filtered Stream webhooks are signed alike.
///
/// Source: <https://docs.x.com/x-api/webhooks/introduction>
pub static TWITTER: Provider = Provider {
    id: "twitter",
    aliases: &["x", "x_twitter"],
    name: "X (Twitter)",
    docs: "https://docs.x.com/x-api/webhooks/introduction",
    status: Status::Renamed,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "TWITTER_CONSUMER_SECRET",
        location: "X developer console > the app > Keys and tokens > API key secret (consumer secret)",
        format: "about 50 letters and digits",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the key is the consumer secret, not the bearer token and not an access token",
        "a CRC that fails stops deliveries until the webhook is enabled again",
        "a receiver that answers every crc_token signs events for anybody",
        "no time is signed: a deliberate replay is not noticed",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["x-twitter-webhooks-signature"], FORMAT)).check();

/// Verifies X's deliveries and answers its challenges. See [`TWITTER`].
#[derive(Debug)]
pub struct Twitter {
    events: SchemeVerifier,
    keys: Keys,
}

impl Twitter {
    /// A verifier with one consumer secret or several.
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
        let keys = keys.ok_or(ConfigError::EmptySecret)?;
        Ok(Self { events: SchemeVerifier::new(TWITTER.id, &RECIPE, secrets)?, keys })
    }

    /// The position of the secret that answers: the one that signed the query, or the first if nothing is signed.
    fn challenger(&self, head: &RequestHead<'_>) -> Result<usize, Rejection> {
        let Some(signature) = head.header(&SIGNATURE)?.filter(|value| !value.is_empty()) else { return Ok(0) };
        let tags = Encoding::Base64.tags(FORMAT, signature, Algorithm::HmacSha256.tag_length());
        if tags.is_empty() {
            return Err(RejectionKind::MalformedSignature.into());
        }
        let query = head.url().query().unwrap_or_default();
        let found = self.keys.find_fed(&tags, |sink| sink.put(query.as_bytes()));
        found.ok_or_else(|| RejectionKind::SignatureMismatch.into())
    }

    fn answer(&self, head: &RequestHead<'_>) -> Result<Response<Bytes>, Rejection> {
        let secret = self.challenger(head)?;
        let token = query::one(head, TOKEN).filter(|token| is_token(token.as_slice().into()));
        let answer = token.and_then(|token| self.keys.answer_challenge(secret, &token));
        let answer = Encoding::Base64.encode(&answer.ok_or(RejectionKind::MalformedSignature)?);
        Ok(answers::json(&[("response_token", &format!("sha256={answer}"))]))
    }
}

impl WebhookVerifier for Twitter {
    fn provider(&self) -> &'static str {
        TWITTER.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if is_challenge(head) { Ok(()) } else { self.events.verify_head(head) }
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        if is_challenge(request.head()) {
            return self.answer(request.head()).map(|response| Verdict::Answer(Box::new(response)));
        }
        let verdict = self.events.verify(request, context)?;
        // Events are POSTs; the signature of an empty body must not let other requests in.
        if request.method() != Method::POST || is_token(request.body()) {
            return Err(RejectionKind::MalformedBody.into());
        }
        Ok(verdict)
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        is_challenge(head).then(|| challenge_limit(head))
    }
}

fn is_challenge(head: &RequestHead<'_>) -> bool {
    head.method() == Method::GET && query::has(head, TOKEN)
}

/// Whether a text is one whose MAC is given to anybody.
fn is_token(text: RawBody<'_>) -> bool {
    (1..=MAX_TOKEN).contains(&text.len())
        && text
            .pieces()
            .flatten()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'-'))
}

const MAX_TOKEN: usize = 256;
const TOKEN: &str = "crc_token";

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-twitter-webhooks-signature"]
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Twitter::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if is_challenge(request.head()) {
            let key =
                crate::crypto::Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
            let tag = key.sign(|sink| sink.put(request.url().query().unwrap_or_default().as_bytes()));
            let mut signed = Signed::default();
            signed.header(SIGNATURE, &format!("sha256={}", Encoding::Base64.encode(&tag)))?;
            return Ok(signed);
        }
        if request.method() != Method::POST || is_token(request.body()) {
            return Err(RejectionKind::MalformedBody.into());
        }
        RECIPE.sign(secret, request, context)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    /// The attack: ask for the MAC of a text, then deliver that text.
    #[test]
    fn an_answer_is_no_signature() {
        let verifier = Twitter::new("test").expect("a secret");
        let url = "https://bot.example.com/webhook?crc_token=12345";
        let empty = HeaderMap::new();
        let asked = WebhookRequest::new(&Method::GET, url, &empty, b"");
        let Ok(Verdict::Answer(answer)) = verifier.verify(&asked, &Context::default()) else { panic!("no answer") };
        let answer: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
        let value = HeaderValue::from_str(answer["response_token"].as_str().expect("a text")).expect("a header");
        let headers = HeaderMap::from_iter([(SIGNATURE, value)]);
        let forged = WebhookRequest::new(&Method::POST, "https://bot.example.com/webhook", &headers, b"12345");
        let rejection = verifier.verify(&forged, &Context::default()).expect_err("it was forged");
        assert_eq!(rejection.kind(), RejectionKind::MalformedBody);
    }

    #[test]
    fn no_event_is_a_token() {
        assert!(is_token(b"MTIzNDU2Nzg5MA==".into()));
        for text in ["", "{}", "[1]", "\"a\"", "a b", "a&b", "a:b"] {
            assert!(!is_token(text.into()), "{text}");
        }
    }
}
