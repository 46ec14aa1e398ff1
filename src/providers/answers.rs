//! Answers to endpoint challenges. None can be taken for HTML.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use zeroize::Zeroizing;

/// A secret that came in an unsigned handshake (Asana, Notion). It is in the extensions of the answer.
///
/// Show it to the operator, who decides whether it becomes a configured secret. **Never adopt it by yourself**: anybody
/// can send one. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct OfferedSecret(Arc<Zeroizing<String>>);

impl OfferedSecret {
    /// The text, for the operator's eyes only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OfferedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfferedSecret")
    }
}

/// 200 with a text that came from the provider.
pub(crate) fn plain_text(text: &str) -> Response<Bytes> {
    typed(Bytes::copy_from_slice(text.as_bytes()), "text/plain")
}

/// 200 with a JSON object of texts.
pub(crate) fn json(members: &[(&str, &str)]) -> Response<Bytes> {
    let object: serde_json::Map<_, _> =
        members.iter().map(|(name, text)| ((*name).to_owned(), serde_json::Value::from(*text))).collect();
    typed(Bytes::from(serde_json::Value::Object(object).to_string()), "application/json")
}

/// 200 without a body.
pub(crate) fn empty() -> Response<Bytes> {
    Response::new(Bytes::new())
}

/// 200 without a body, and the secret that was offered for those behind the layer who can show it.
pub(crate) fn offered(secret: &str) -> Response<Bytes> {
    let mut response = empty();
    response.extensions_mut().insert(OfferedSecret(Arc::new(Zeroizing::new(secret.to_owned()))));
    response
}

/// Whether a text has 1 to 256 letters, digits, `_` and `-`, and can be repeated anywhere without harm.
pub(crate) fn is_token(text: &[u8]) -> bool {
    (1..=MAX_TEXT).contains(&text.len())
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether a text has 1 to 256 visible ASCII characters.
pub(crate) fn is_visible(text: &[u8]) -> bool {
    (1..=MAX_TEXT).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic)
}

fn typed(body: Bytes, content_type: &'static str) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

const MAX_TEXT: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alphabets() {
        assert!(is_token(b"aZ0_-") && is_token(&[b'a'; 256]));
        for text in [&b""[..], b"a b", b"<", b"a.b", b"\xc3\xa9", &[b'a'; 257]] {
            assert!(!is_token(text), "{text:?}");
        }
        assert!(is_visible(b"<a.b>"));
        assert!(!is_visible(b"a b") && !is_visible(b"a\n") && !is_visible(b"") && !is_visible(b"\xe9"));
    }

    #[test]
    fn offers_are_not_shown() {
        let answer = offered("secret_text");
        let secret = answer.extensions().get::<OfferedSecret>().expect("it was put there");
        assert_eq!(secret.expose(), "secret_text");
        assert_eq!(format!("{secret:?}"), "OfferedSecret");
    }
}
