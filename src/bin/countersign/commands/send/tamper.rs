//! Deliveries that are broken in exactly one way, and known to be.
//!
//! After each change a verifier is asked, so that nobody takes a provider that does not cover something for a handler
//! that does not look.

use bytes::Bytes;
use countersign::{clock::UnixTime, public_url::SignedUrl, sign::Signed};
use http::{HeaderValue, Request};
use serde_json::value::RawValue;

use crate::signing::Signatory;

/// How a receiver sees the request.
pub(super) struct Seen<'a> {
    pub(super) by: &'a Signatory<'a>,
    pub(super) url: &'a str,
    pub(super) now: UnixTime,
}

impl Seen<'_> {
    fn is_refused(&self, request: &Request<Bytes>) -> bool {
        self.by.verdict(self.url, request, self.now).is_err()
    }

    fn provider(&self) -> &'static str {
        self.by.provider.name
    }
}

/// Changes a letter or digit of the body, somewhere in what was there before signing (`plain`).
pub(super) fn body(request: &mut Request<Bytes>, plain: &[u8], seen: &Seen<'_>) -> Result<(), String> {
    if plain.is_empty() {
        return Err("--tamper body: this event has no body".to_owned());
    }
    let signed = request.body().clone();
    let is_json = serde_json::from_slice::<&RawValue>(&signed).is_ok();
    let changeable = (0..signed.len()).filter(|at| signed.get(*at).is_some_and(u8::is_ascii_alphanumeric));
    let untouched = untouched(&signed, plain);
    let changeable: Vec<_> = changeable.filter(|at| untouched.iter().any(|part| part.contains(at))).collect();
    // The end first: values stand behind names.
    let stride = changeable.len().div_ceil(MOST_TRIES).max(1);
    for at in changeable.into_iter().rev().step_by(stride) {
        let mut changed = signed.to_vec();
        let Some(byte) = changed.get_mut(at) else { continue };
        *byte = other(*byte);
        if is_json && serde_json::from_slice::<&RawValue>(&changed).is_err() {
            continue;
        }
        *request.body_mut() = changed.into();
        if seen.is_refused(request) {
            return Ok(());
        }
    }
    *request.body_mut() = signed;
    Err(format!("--tamper body: the signature of {} covers nothing of this body", seen.provider()))
}

/// Changes a letter or digit of the signature.
pub(super) fn header(request: &mut Request<Bytes>, signed: &Signed, seen: &Seen<'_>) -> Result<(), String> {
    let before = request.headers().clone();
    let mut headers: Vec<_> = signed.headers.iter().collect();
    // Signatures are longer than ids and times.
    headers.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    for (name, value) in &headers {
        let Some(changed) = changed_value(value) else { continue };
        request.headers_mut().insert(name, changed);
        if seen.is_refused(request) {
            return Ok(());
        }
        // Where several headers say the same, each of them counts: the next one is changed as well.
    }
    *request.headers_mut() = before;
    Err(format!("--tamper header: {} has no signature in a header", seen.provider()))
}

/// Whether a signature for another path is refused.
pub(super) fn url(request: &Request<Bytes>, seen: &Seen<'_>) -> Result<(), String> {
    if seen.is_refused(request) {
        return Ok(());
    }
    Err(format!("--tamper url: {} does not sign the URL", seen.provider()))
}

/// The URL of something else on the same host.
pub(super) fn other_path(url: &str) -> String {
    let Some(parsed) = SignedUrl::parse(url) else { return url.to_owned() };
    let [_, path] = parsed.path();
    let (mark, query) = parsed.query().map_or(("", ""), |query| ("?", query));
    [parsed.scheme.as_str(), "://", parsed.authority, path, "-tampered", mark, query].concat()
}

/// The parts of the signed body that stood in it before: up to where signing wrote, and from there on.
fn untouched(signed: &[u8], plain: &[u8]) -> [std::ops::Range<usize>; 2] {
    let alike = |(a, b): &(&u8, &u8)| a == b;
    let front = signed.iter().zip(plain).take_while(alike).count();
    let most = plain.len().min(signed.len()) - front;
    let back = signed.iter().rev().zip(plain.iter().rev()).take(most).take_while(alike).count();
    [0..front, signed.len() - back..signed.len()]
}

/// The value with another letter or digit in the middle of its longest run of them.
fn changed_value(value: &HeaderValue) -> Option<HeaderValue> {
    let mut bytes = value.as_bytes().to_vec();
    let (mut longest, mut start) = (0..0, 0);
    for at in 0..=bytes.len() {
        if !bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
            if at - start > longest.len() {
                longest = start..at;
            }
            start = at + 1;
        }
    }
    let byte = bytes.get_mut(longest.start + longest.len() / 2).filter(|byte| byte.is_ascii_alphanumeric())?;
    *byte = other(*byte);
    HeaderValue::from_bytes(&bytes).ok()
}

/// Another digit or letter of the same kind, hexadecimal if this one is.
const fn other(byte: u8) -> u8 {
    match byte {
        b'9' | b'f' | b'F' | b'z' | b'Z' => byte - 1,
        _ => byte + 1,
    }
}

const MOST_TRIES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_signing_left_alone() {
        for (plain, signed, front, back) in [
            ("a=b", "a=b", "a=b", ""),
            ("a=b", "a=b&sig=1", "a=b", ""),
            ("{\"a\":1}", "{\"a\":1,\"s\":2}", "{\"a\":1", "}"),
            ("p=1", "s=2&p=1", "", "p=1"),
            ("", "s", "", ""),
        ] {
            let parts = untouched(signed.as_bytes(), plain.as_bytes()).map(|part| &signed[part]);
            assert_eq!(parts, [front, back], "{signed}");
        }
    }

    #[test]
    fn changed_signatures() {
        let changed = |text: &'static str| changed_value(&HeaderValue::from_static(text));
        assert_eq!(changed("v1,abcde f").unwrap(), "v1,abdde f");
        assert_eq!(changed("sha256=0123ff01"), Some(HeaderValue::from_static("sha256=0123ef01")));
        assert_eq!((changed("=="), changed("")), (None, None));
        assert_eq!(other_path("https://a.test/b?c"), "https://a.test/b-tampered?c");
    }
}
