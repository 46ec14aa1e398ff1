//! The SMS API's signature: a parameter `sig` over all others.

use std::time::Duration;

use http::Method;

use super::VONAGE;
use crate::{
    Rejection, RejectionKind, Secrets, Verdict, Verified,
    crypto::{Algorithm, Encoding, Keys},
    request::WebhookRequest,
    scheme::{
        form::Params,
        json::Object,
        timestamp::{TimestampUnit, check_window},
    },
    verifier::Context,
};

/// How the SMS API signs: a setting of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureMethod {
    /// HMAC with MD5.
    HmacMd5,
    /// HMAC with SHA-1.
    HmacSha1,
    /// HMAC with SHA-256.
    HmacSha256,
    /// HMAC with SHA-512.
    HmacSha512,
    /// MD5 of the parameters and then the secret: the account's default, and the weakest.
    Md5Hash,
}

impl SignatureMethod {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "md5" => Self::HmacMd5,
            "md5hash" => Self::Md5Hash,
            "sha1" => Self::HmacSha1,
            "sha256" => Self::HmacSha256,
            "sha512" => Self::HmacSha512,
            _ => return None,
        })
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::HmacMd5 => Algorithm::HmacMd5,
            Self::HmacSha1 => Algorithm::HmacSha1,
            Self::HmacSha256 => Algorithm::HmacSha256,
            Self::HmacSha512 => Algorithm::HmacSha512,
            Self::Md5Hash => Algorithm::SecretSuffixMd5,
        }
    }
}

/// The method and its keys.
pub(super) struct Sms {
    method: SignatureMethod,
    keys: Keys,
}

type Parameters = Vec<(Vec<u8>, Vec<u8>)>;

impl Sms {
    pub(super) fn new(method: SignatureMethod, secrets: &Secrets) -> Option<Self> {
        let keys = Keys::new(method.algorithm(), secrets, |secret| Some(secret.to_vec().into()))?;
        Some(Self { method, keys })
    }

    pub(super) fn method(&self) -> SignatureMethod {
        self.method
    }

    pub(super) fn verify(
        &self,
        request: &WebhookRequest<'_>,
        tolerance: Option<Duration>,
        context: &Context,
    ) -> Result<Verdict, Rejection> {
        let parameters = parameters(request)?;
        let value = |wanted: &[u8]| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| &value[..]);
        let signature = value(b"sig").filter(|text| !text.is_empty()).ok_or(RejectionKind::MissingSignature)?;
        let tag = Encoding::Hex.decode(signature, self.method.algorithm().tag_length());
        let tag = tag.ok_or(RejectionKind::MalformedSignature)?;
        let found = self.keys.find_fed(&[tag], |sink| {
            for (name, value) in parameters.iter().filter(|(name, _)| name != b"sig") {
                let value: Vec<u8> = value.iter().map(|byte| if b"&=".contains(byte) { b'_' } else { *byte }).collect();
                for piece in [&b"&"[..], name, b"=", &value] {
                    sink.put(piece);
                }
            }
        });
        let index = found.ok_or(RejectionKind::SignatureMismatch)?;
        let time = value(b"timestamp").map(|text| TimestampUnit::Secs.parse(text));
        let signed_at = match time {
            Some(time) => time.ok_or(RejectionKind::TimestampMalformed).map(Some)?,
            None if tolerance.or(context.tolerance).is_some() => return Err(RejectionKind::TimestampMissing.into()),
            None => None,
        };
        if let Some(signed_at) = signed_at {
            check_window(signed_at, tolerance, context)?;
        }
        Ok(Verdict::Accept(Verified::new(VONAGE.id, self.keys.secret(index)).with_signed_at(signed_at)))
    }
}

/// All parameters, sorted by name: of the query for GETs, else of the form or the JSON object.
fn parameters(request: &WebhookRequest<'_>) -> Result<Parameters, Rejection> {
    let malformed = RejectionKind::MalformedBody;
    let from_form = |params: Params<'_>| -> Parameters {
        params.iter().map(|param| (param.name().collect(), param.value().collect())).collect()
    };
    let mut parameters = if request.method() == Method::GET {
        // A body beside the query would be covered by nothing.
        if !request.body().is_empty() {
            return Err(malformed.into());
        }
        from_form(Params::parse(request.url().query().unwrap_or_default()).ok_or(malformed)?)
    } else if request.head().has_content_type("application/x-www-form-urlencoded") {
        from_form(Params::parse(request.body()).ok_or(malformed)?)
    } else {
        let body = request.body().contiguous();
        let object = Object::parse(&body).ok_or(malformed)?;
        let members = object.members().map(|(name, value)| {
            let text = value.text().ok_or(malformed)?;
            Ok::<_, Rejection>((name.as_bytes().to_vec(), text.as_bytes().to_vec()))
        });
        members.collect::<Result<_, _>>()?
    };
    parameters.sort_unstable();
    // With a separator in a name, or a name twice, one signed text would stand for several sets of parameters.
    let is_ambiguous = parameters.iter().any(|(name, _)| name.iter().any(|byte| b"&=".contains(byte)))
        || parameters.windows(2).any(|pair| matches!(pair, [(left, _), (right, _)] if left == right));
    if is_ambiguous { Err(malformed.into()) } else { Ok(parameters) }
}
