//! Braintree: HMAC-SHA1 of a form field, in hex in another field.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, RejectionKind, Secret, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, hex_lower, sha1_key},
    request::{RequestHead, WebhookRequest},
    scheme::{Options, Tags, challenge_limit, form::Params},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    crypto::Key,
    scheme::{SignError, Signed, SigningContext},
};

const FORM: &str = "application/x-www-form-urlencoded";
const EXPECTED: &str = "the public and the private key with a colon between them";

/// Braintree: HMAC-SHA1 of the form field `bt_payload`, keyed with the SHA-1 of the private key, in hex.
///
/// * **Where**: form field `bt_signature`, pairs `public_key|hex` between `&`; only pairs with the configured public key
///   count.
/// * **Signed**: `bt_payload` after form decoding (base64 of XML, with its line feeds), as it is and with one more line
///   feed, as Braintree's SDKs do. Other fields of the form are not signed.
/// * **Challenge**: `GET ?bt_challenge=…` is answered with the challenge's own signature. Braintree asks for it unsigned
///   and with the same key as payloads, so that anybody can have such values signed: only 20 to 32 lower-case
///   hexadecimal digits are answered, and a payload that looks like them is refused.
/// * **Replay protection**: none. The time stands inside the payload; deliveries have no id.
/// * **Before the body is read** only the form type can be told: strangers' forms are held until then.
/// * **Secret**: Control Panel, Settings, API, API Keys: `public_key:private_key`.
///
/// Source: <https://developer.paypal.com/braintree/docs/guides/webhooks/parse>
pub static BRAINTREE: Provider = Provider {
    id: "braintree",
    aliases: &[],
    name: "Braintree",
    docs: "https://developer.paypal.com/braintree/docs/guides/webhooks/parse",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "BRAINTREE_KEYS",
        location: "Control Panel > Settings > API > API Keys: public and private key of the same pair",
        format: "public_key:private_key, 16 and 32 characters",
    },
    summary: "HMAC-SHA1 of the form field bt_payload",
    pitfalls: &[
        "the key is the SHA-1 of the private key, not the private key",
        "the plus signs of base64 must survive form decoding: they come as %2B",
        "nothing in the signature says when it was made: old deliveries verify",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Braintree's deliveries. See [`BRAINTREE`].
pub struct Braintree {
    pairs: Vec<Pair>,
}

/// An API key pair.
struct Pair {
    public: Box<str>,
    keys: Keys,
}

impl Pair {
    fn of(secret: &Secret) -> Option<Self> {
        let (public, private) = split(secret)?;
        let derived = sha1_key(private);
        let keys = Keys::new(Algorithm::HmacSha1, &Secrets::from(secret.clone()), |_| Some(derived.clone()))?;
        Some(Self { public: public.into(), keys })
    }
}

impl Braintree {
    /// A verifier with one key pair, `public_key:private_key`, or several.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when one is no such pair.
    pub fn new<S>(pairs: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = pairs.try_into().map_err(Into::into)?;
        let pairs: Option<_> = secrets.iter().map(Pair::of).collect();
        Ok(Self { pairs: pairs.ok_or(ConfigError::MalformedSecret { provider: BRAINTREE.id, expected: EXPECTED })? })
    }

    fn answer(&self, challenge: &[u8]) -> Option<Response<Bytes>> {
        let pair = self.pairs.first()?;
        let tag = hex_lower(&pair.keys.answer_challenge(0, challenge)?);
        Some(answers::plain_text(&format!("{}|{tag}", pair.public)))
    }

    /// Every pair and both forms of the payload are tried, whatever has matched.
    fn find(&self, form: &Form) -> Result<usize, Rejection> {
        let mut found = None;
        let mut readable = false;
        let mut ours = false;
        for (index, pair) in self.pairs.iter().enumerate() {
            let named = || form.signatures().filter(|(public, _)| *public == pair.public.as_bytes());
            let tags: Tags = named().filter_map(|(_, hex)| tag(hex)).collect();
            ours |= named().next().is_some();
            readable |= !tags.is_empty();
            for end in [&b""[..], b"\n"] {
                if pair
                    .keys
                    .find_fed(&tags, |sink| {
                        sink.put(&form.payload);
                        sink.put(end);
                    })
                    .is_some()
                {
                    found.get_or_insert(index);
                }
            }
        }
        match found {
            Some(index) => Ok(index),
            None if form.signatures().next().is_none() || (ours && !readable) => {
                Err(RejectionKind::MalformedSignature.into())
            }
            None => Err(RejectionKind::SignatureMismatch.into()),
        }
    }
}

impl WebhookVerifier for Braintree {
    fn provider(&self) -> &'static str {
        BRAINTREE.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if challenge(head).is_some() || (head.method() != Method::GET && head.has_content_type(FORM)) {
            Ok(())
        } else {
            Err(RejectionKind::MissingSignature.into())
        }
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        if let Some(response) = challenge(request.head()).and_then(|challenge| self.answer(&challenge)) {
            return Ok(Verdict::Answer(Box::new(response)));
        }
        self.verify_head(request.head())?;
        let form = Form::read(request)?;
        let index = self.find(&form)?;
        let mut secret = self.pairs.get(index).map(|pair| pair.keys.secret(0)).ok_or(RejectionKind::NoSecret)?;
        secret.index = index;
        Ok(Verdict::Accept(Verified::new(BRAINTREE.id, secret)))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        challenge(head).is_some().then(|| challenge_limit(head))
    }
}

impl std::fmt::Debug for Braintree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Braintree").finish_non_exhaustive()
    }
}

/// The two fields, decoded.
struct Form {
    signature: Vec<u8>,
    payload: Vec<u8>,
}

impl Form {
    fn read(request: &WebhookRequest<'_>) -> Result<Self, Rejection> {
        let params = Params::parse(request.body()).ok_or(RejectionKind::MalformedBody)?;
        let field = |name| params.only(name).map_err(|_| Rejection::from(RejectionKind::MalformedBody));
        let signature: Vec<u8> = field("bt_signature")?.into_iter().flatten().collect();
        if signature.is_empty() {
            return Err(RejectionKind::MissingSignature.into());
        }
        let payload: Vec<u8> = field("bt_payload")?.into_iter().flatten().collect();
        if !is_payload(&payload) {
            return Err(RejectionKind::MalformedBody.into());
        }
        Ok(Self { signature, payload })
    }

    /// Public keys and what they are said to have signed with.
    fn signatures(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.signature.split(|byte| *byte == b'&').filter_map(|pair| {
            let bar = pair.iter().position(|byte| *byte == b'|')?;
            Some((pair.get(..bar)?, pair.get(bar + 1..)?))
        })
    }
}

fn tag(hex: &[u8]) -> Option<SignatureTag> {
    Encoding::Hex.decode(hex, Algorithm::HmacSha1.tag_length())
}

/// Base64 with line feeds, and nothing that a destination check would have had signed.
fn is_payload(text: &[u8]) -> bool {
    let in_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\n".contains(byte);
    !text.is_empty() && text.iter().all(in_alphabet) && !is_challenge(text)
}

fn is_challenge(text: &[u8]) -> bool {
    (20..=32).contains(&text.len()) && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn challenge(head: &RequestHead<'_>) -> Option<Vec<u8>> {
    if head.method() != Method::GET {
        return None;
    }
    let params = Params::parse(head.url().query()?)?;
    // One more than a challenge has, so that a longer text cannot be cut to one.
    let text: Vec<u8> = params.only("bt_challenge").ok()??.take(33).collect();
    is_challenge(&text).then_some(text)
}

fn split(secret: &Secret) -> Option<(&str, &[u8])> {
    let text = secret.expose();
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (public, private) = (str::from_utf8(text.get(..colon)?).ok()?, text.get(colon + 1..)?);
    (!public.is_empty() && !private.is_empty()).then_some((public, private))
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Braintree::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let (public, private) = split(secret).ok_or(SignError::MalformedSecret)?;
        let key = Key::new(Algorithm::HmacSha1, &sha1_key(private)).ok_or(SignError::MalformedSecret)?;
        let body = request.body().contiguous();
        let params = Params::parse(&body[..]).ok_or(RejectionKind::MalformedBody)?;
        let payload: Option<Vec<u8>> = params.only("bt_payload").ok().flatten().map(Iterator::collect);
        let payload = payload.filter(|payload| is_payload(payload)).ok_or(RejectionKind::MalformedBody)?;
        let hex = hex_lower(&key.sign(|sink| sink.put(&payload)));
        let mut signed = format!("bt_signature={}%7C{hex}", escape(public)).into_bytes();
        for pair in body.split(|byte| *byte == b'&') {
            let is_signature = Params::parse(pair)
                .is_some_and(|pair| pair.iter().all(|param| param.name().eq(b"bt_signature".iter().copied())));
            if !is_signature {
                signed.push(b'&');
                signed.extend_from_slice(pair);
            }
        }
        Ok(Signed { body: Some(signed.into()), ..Signed::default() })
    }
}

#[cfg(feature = "signing")]
fn escape(text: &str) -> String {
    let escaped = text.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    escaped.collect()
}
