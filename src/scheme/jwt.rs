//! Compact JWTs (RFC 7515, RFC 7519), read strictly.
//!
//! 1. The algorithm is the provider's, never the token's: a token that names another one is refused, `none` included.
//! 2. The three parts are canonical base64url without padding; header and claims are JSON objects without duplicates.
//! 3. A token with critical extensions (`crit`) is refused: none is understood here.
//! 4. Keys, key ids and URLs of keys inside a token (`jwk`, `jku`, `x5c`) are never used. Where there are several keys,
//!    the provider looks `kid` up among those that it trusts.

use std::borrow::Cow;

use super::{
    json::{Object, Value},
    timestamp::TimestampUnit,
};
use crate::{
    Rejection, RejectionKind,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, decode_strict_base64url},
    verifier::Context,
};

/// A token whose parts were decoded; nothing about its signature is known yet.
pub(crate) struct Token<'a> {
    signing_input: &'a [u8],
    signature: &'a [u8],
    header: Vec<u8>,
    claims: Vec<u8>,
}

/// The claims of a token.
pub(crate) struct Claims<'a>(Object<'a>);

impl<'a> Token<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`RejectionKind::MalformedSignature`] when it has not three parts of base64url.
    pub(crate) fn parse(text: &'a [u8]) -> Result<Self, Rejection> {
        Self::split(text).ok_or_else(|| RejectionKind::MalformedSignature.into())
    }

    fn split(text: &'a [u8]) -> Option<Self> {
        let last = memchr::memrchr(b'.', text)?;
        let (signing_input, signature) = (text.get(..last)?, text.get(last + 1..)?);
        let middle = memchr::memchr(b'.', signing_input)?;
        let header = decode_strict_base64url(signing_input.get(..middle)?)?;
        // A further full stop is no base64url, so that four parts fail here.
        let claims = decode_strict_base64url(signing_input.get(middle + 1..)?)?;
        Some(Self { signing_input, signature, header, claims })
    }

    /// The header, if the token is made with one of `algorithms` (`HS256`); the algorithm's position with it.
    ///
    /// # Errors
    /// [`RejectionKind::MalformedSignature`] when it is no JSON object, [`RejectionKind::UnsupportedAlgorithm`] when it
    /// names another algorithm or demands an extension.
    pub(crate) fn header(&self, algorithms: &[&str]) -> Result<(Object<'_>, usize), Rejection> {
        let header = Object::parse(&self.header).ok_or(RejectionKind::MalformedSignature)?;
        let named = header.text("alg");
        let position = algorithms.iter().position(|known| named.as_deref() == Some(*known));
        let position = position.ok_or(RejectionKind::UnsupportedAlgorithm)?;
        if header.get("crit").is_some() {
            return Err(RejectionKind::UnsupportedAlgorithm.into());
        }
        Ok((header, position))
    }

    /// The claims. They mean nothing before the signature was found right.
    ///
    /// # Errors
    /// [`RejectionKind::MalformedSignature`] when they are no JSON object.
    pub(crate) fn claims(&self) -> Result<Claims<'_>, Rejection> {
        Object::parse(&self.claims).map(Claims).ok_or_else(|| RejectionKind::MalformedSignature.into())
    }

    /// The position of the key that made the signature.
    ///
    /// # Errors
    /// [`RejectionKind::MalformedSignature`] for a signature that is none of the algorithm,
    /// [`RejectionKind::SignatureMismatch`] for one that no key made.
    pub(crate) fn verify_hmac(&self, algorithm: Algorithm, keys: &Keys) -> Result<usize, Rejection> {
        let tag = self.tag(algorithm.tag_length())?;
        let found = keys.find_fed(&[tag], |sink| sink.put(self.signing_input));
        found.ok_or_else(|| RejectionKind::SignatureMismatch.into())
    }

    fn tag(&self, length: usize) -> Result<SignatureTag, Rejection> {
        Encoding::Base64UrlUnpadded
            .decode(self.signature, length)
            .ok_or_else(|| RejectionKind::MalformedSignature.into())
    }

    /// The position of the ES256 key that made the signature; see [`verify_hmac`](Self::verify_hmac).
    #[cfg(feature = "ecdsa")]
    pub(crate) fn verify_es256(&self, key: &crate::crypto::EcdsaKey) -> Result<(), Rejection> {
        let signature = crate::crypto::EcdsaSignature::from_fixed(self.tag(64)?.bytes());
        let signature = signature.ok_or(RejectionKind::MalformedSignature)?;
        let digest = crate::crypto::sha256(std::iter::once(self.signing_input));
        if key.verify(&digest, &signature) { Ok(()) } else { Err(RejectionKind::SignatureMismatch.into()) }
    }
}

impl<'a> Claims<'a> {
    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.0.text(name)
    }

    /// A claim of any type.
    pub(crate) fn get(&self, name: &str) -> Option<Value<'a>> {
        self.0.get(name)
    }

    /// A time in whole seconds, if it is there.
    ///
    /// # Errors
    /// [`RejectionKind::TimestampMalformed`] when it is anything else than digits.
    pub(crate) fn time(&self, name: &str) -> Result<Option<UnixTime>, Rejection> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let time = value.number().and_then(|digits| TimestampUnit::Secs.parse(digits.as_bytes()));
        Ok(Some(time.ok_or(RejectionKind::TimestampMalformed)?))
    }

    /// Refuses a token that has expired (`exp`) or does not count yet (`nbf`), as far as it says. `leeway_secs` makes
    /// up for clocks that differ.
    pub(crate) fn check_lifetime(&self, leeway_secs: i64, context: &Context) -> Result<(), Rejection> {
        let (expiry, start) = (self.time("exp")?, self.time("nbf")?);
        if expiry.is_none() && start.is_none() {
            return Ok(());
        }
        let now = context.now().ok_or(RejectionKind::ClockUnavailable)?.as_secs();
        if expiry.is_some_and(|expiry| now >= expiry.as_secs().saturating_add(leeway_secs)) {
            return Err(RejectionKind::TimestampTooOld.into());
        }
        if start.is_some_and(|start| now < start.as_secs().saturating_sub(leeway_secs)) {
            return Err(RejectionKind::TimestampTooNew.into());
        }
        Ok(())
    }
}

/// Makes a token.
#[cfg(feature = "signing")]
pub(crate) fn sign_hmac(key: &crate::crypto::Key, algorithm: &str, claims: &str) -> String {
    let encode = |bytes: &[u8]| Encoding::Base64UrlUnpadded.encode(bytes);
    let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
    let input = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
    let tag = key.sign(|sink| sink.put(input.as_bytes()));
    format!("{input}.{}", encode(&tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secrets;

    /// RFC 7515 appendix A.1, whose header has white space in it.
    const PUBLISHED: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    fn keys() -> Keys {
        Keys::new(Algorithm::HmacSha256, &Secrets::try_from(KEY).unwrap(), |text| {
            decode_strict_base64url(text).map(Into::into)
        })
        .unwrap()
    }

    #[test]
    fn published_token() {
        let token = Token::parse(PUBLISHED.as_bytes()).unwrap();
        assert_eq!(token.header(&["HS512", "HS256"]).unwrap().1, 1);
        assert_eq!(token.verify_hmac(Algorithm::HmacSha256, &keys()), Ok(0));
        let claims = token.claims().unwrap();
        assert_eq!(claims.text("iss").as_deref(), Some("joe"));
        let at = |secs| claims.check_lifetime(0, &Context::at(UnixTime::from_secs(secs))).map_err(|r| r.kind());
        assert_eq!(at(1_300_819_379), Ok(()));
        assert_eq!(at(1_300_819_380), Err(RejectionKind::TimestampTooOld));
        assert_eq!(claims.check_lifetime(0, &Context::at(None)), Err(RejectionKind::ClockUnavailable.into()));
    }

    #[test]
    fn headers_are_held_to_what_was_configured() {
        let kind = |header: &str| {
            let text = format!("{}.e30.", Encoding::Base64UrlUnpadded.encode(header.as_bytes()));
            Token::parse(text.as_bytes()).unwrap().header(&["HS256"]).map(drop).map_err(|r| r.kind())
        };
        assert_eq!(kind(r#"{"alg":"HS256","kid":"x"}"#), Ok(()));
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"hs256"}"#,
            r#"{"alg":"HS256","crit":["b64"]}"#,
            r#"{"alg":["HS256"]}"#,
            "{}",
        ] {
            assert_eq!(kind(header), Err(RejectionKind::UnsupportedAlgorithm), "{header}");
        }
        for header in [r#"{"alg":"HS256","alg":"none"}"#, "[]", ""] {
            assert_eq!(kind(header), Err(RejectionKind::MalformedSignature), "{header}");
        }
    }

    #[test]
    fn parts_are_strict() {
        for text in
            ["", "a", "e30.e30", "e30.e30.AA.AA", "e30=.e30.AA", "e3 0.e30.AA", "e31.e30.AA", "Bearer e30.e30.AA"]
        {
            assert!(Token::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
