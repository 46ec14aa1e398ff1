//! Paddle Classic.

use std::sync::Arc;

use super::PADDLE;
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::{PublicKeys, RsaHash, RsaKey, decode_strict_base64, sha1},
    request::{RequestHead, WebhookRequest},
    scheme::form::Params,
    verifier::Context,
};

/// Verifies Paddle Classic's deliveries. See [`PADDLE`].
#[derive(Debug)]
pub struct PaddleClassic {
    keys: PublicKeys<RsaKey>,
}

impl PaddleClassic {
    /// A verifier with one public key in PEM or several.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when one is none.
    pub fn new<S>(public_keys: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = public_keys.try_into().map_err(Into::into)?;
        let expected = "an RSA public key of at least 2048 bits in PEM";
        let keys = PublicKeys::new(&secrets, RsaKey::from_pem);
        Ok(Self { keys: keys.ok_or(ConfigError::MalformedSecret { provider: PADDLE.id, expected })? })
    }
}

impl WebhookVerifier for PaddleClassic {
    fn provider(&self) -> &'static str {
        PADDLE.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if head.has_content_type("application/x-www-form-urlencoded") {
            Ok(())
        } else {
            Err(RejectionKind::MissingSignature.into())
        }
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        self.verify_head(request.head())?;
        let mut params = Params::parse(request.body()).ok_or(RejectionKind::MalformedBody)?;
        params.sort();
        let mut fields = Vec::new();
        let mut signature = None;
        for param in params.iter() {
            let (name, value): (Vec<u8>, Vec<u8>) = (param.name().collect(), param.value().collect());
            // What PHP would make an array or a number of, or would keep only the last of, has no certain form.
            if !is_plain(&name) || fields.last().is_some_and(|(previous, _)| *previous == name) {
                return Err(RejectionKind::MalformedBody.into());
            }
            if name != b"p_signature" {
                fields.push((name, value));
            } else if signature.replace(value).is_some() {
                return Err(RejectionKind::MalformedSignature.into());
            }
        }
        let signature = signature.filter(|text| !text.is_empty()).ok_or(RejectionKind::MissingSignature)?;
        let signature = decode_strict_base64(&signature).ok_or(RejectionKind::MalformedSignature)?;
        if !self.keys.any(|key| key.signature_length() == signature.len()) {
            return Err(RejectionKind::MalformedSignature.into());
        }
        let digest = sha1(std::iter::once(&serialise(&fields)[..]));
        let index = self.keys.find(|key| key.verify(RsaHash::Sha1, &digest, &signature));
        let index = index.ok_or(RejectionKind::SignatureMismatch)?;
        Ok(Verdict::Accept(Verified::new(PADDLE.id, self.keys.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }
}

/// Letters, digits and `_`, not beginning with a digit: Paddle sends no other names.
fn is_plain(name: &[u8]) -> bool {
    name.first().is_some_and(|first| !first.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// What PHP's `serialize` makes of an array of texts: lengths are in bytes.
fn serialise(fields: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut text = format!("a:{}:{{", fields.len()).into_bytes();
    let mut put = |piece: &[u8]| {
        text.extend_from_slice(format!("s:{}:\"", piece.len()).as_bytes());
        text.extend_from_slice(piece);
        text.extend_from_slice(b"\";");
    };
    for (name, value) in fields {
        put(name);
        put(value);
    }
    text.push(b'}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form that the PHP manual describes; the conformance vectors hold a published delivery.
    #[test]
    fn as_php_writes_it() {
        let fields = [(b"a".to_vec(), Vec::new()), (b"b".to_vec(), "ü".as_bytes().to_vec())];
        assert_eq!(serialise(&fields), "a:2:{s:1:\"a\";s:0:\"\";s:1:\"b\";s:2:\"ü\";}".as_bytes());
    }

    #[test]
    fn names() {
        assert!(is_plain(b"alert_id"));
        for name in [&b""[..], b"1", b"1a", b"a[]", b"a.b", b"a b"] {
            assert!(!is_plain(name), "{name:?}");
        }
    }
}
