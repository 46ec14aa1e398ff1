//! Headers that end at a proxy.
//!
//! Everything else is handed on as it came: names, values, duplicates and order.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use smallvec::SmallVec;

/// What the headers that were taken out of a request had said.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// Whether the body came in chunks: the one transfer coding that is let in.
    pub(super) is_chunked: bool,
    /// Whether the client reads trailers.
    pub(super) accepts_trailers: bool,
}

/// Takes out of a request what ends here: hop-by-hop headers, `Expect` (answered by us), our own `X-Countersign-*`,
/// and what `extra` names.
pub(super) fn clean_request(headers: &mut HeaderMap, extra: impl Fn(&str) -> bool) -> Taken {
    let taken = Taken {
        is_chunked: headers.contains_key(header::TRANSFER_ENCODING),
        accepts_trailers: headers.get_all(header::TE).iter().any(accepts_trailers),
    };
    remove(headers, |name| {
        *name == header::EXPECT || is_named_like(name.as_str(), "x-countersign-") || extra(name.as_str())
    });
    taken
}

/// Takes out of a response what ends here; and a length beside a transfer encoding, which is the one that counts (RFC
/// 9112, section 6.3).
pub(super) fn clean_response(headers: &mut HeaderMap) {
    let is_encoded = headers.contains_key(header::TRANSFER_ENCODING);
    remove(headers, |name| is_encoded && *name == header::CONTENT_LENGTH);
}

/// Whether a name begins with `prefix`, for readers (CGI, WSGI) to whom `_` and `-` are the same.
pub(super) fn is_named_like(name: &str, prefix: &str) -> bool {
    let mut bytes = name.bytes().map(|byte| if byte == b'_' { b'-' } else { byte });
    prefix.bytes().all(|wanted| bytes.next() == Some(wanted))
}

/// Removes hop-by-hop headers and what `unwanted` names, and keeps the order of the rest.
fn remove(headers: &mut HeaderMap, unwanted: impl Fn(&HeaderName) -> bool) {
    let named = named_by_connection(headers);
    let goes = |name: &HeaderName| is_hop_by_hop(name.as_str()) || named.contains(name) || unwanted(name);
    let Some(first) = headers.keys().position(goes) else { return };
    // `HeaderMap::remove` puts the last header into the gap. Where only the last ones go, as with many servers'
    // `Connection` and `Keep-Alive`, there is none.
    if headers.keys().skip(first + 1).all(goes) {
        let last: SmallVec<[HeaderName; 2]> = headers.keys().skip(first).cloned().collect();
        last.into_iter().rev().for_each(|name| drop(headers.remove(name)));
        return;
    }
    // Otherwise all are taken out, and what stays goes back, into the memory it had.
    let all: SmallVec<[_; USUAL]> = headers.drain().collect();
    let mut current = None;
    for (name, value) in all {
        // Values of one name follow it, without a name.
        if let Some(name) = name {
            current = Some(name).filter(|name| !goes(name));
        }
        if let Some(name) = &current {
            headers.append(name.clone(), value);
        }
    }
}

fn is_hop_by_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// The headers that `Connection` declares to be hop-by-hop, but for those without which a message is another one.
fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    let values = headers.get_all(header::CONNECTION);
    if values.iter().all(|value| value == "keep-alive") {
        return Vec::new();
    }
    let names = values.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    names
        .filter(|name| !name.eq_ignore_ascii_case(b"close") && !name.eq_ignore_ascii_case(b"keep-alive"))
        .filter_map(|name| HeaderName::from_bytes(name).ok())
        .filter(|name| !matches!(*name, header::HOST | header::CONTENT_LENGTH | header::CONTENT_TYPE))
        .collect()
}

fn accepts_trailers(te: &HeaderValue) -> bool {
    te.as_bytes().split(|byte| *byte == b',').any(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"trailers"))
}

/// Messages with no more headers than this are cleaned without an allocation.
const USUAL: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    fn lines(headers: &HeaderMap) -> Vec<String> {
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
    }

    #[test]
    fn hop_by_hop_headers_go_and_the_order_stays() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "a"),
            ("connection", "close, X-Private, host"),
            ("x-b", "1"),
            ("x-private", "p"),
            ("keep-alive", "timeout=5"),
            ("x-a", "2"),
            ("x-b", "3"),
            ("te", "gzip, Trailers"),
            ("transfer-encoding", "chunked"),
            ("expect", "100-continue"),
            ("x-countersign-verified", "yes"),
            ("x_countersign_verified", "yes"),
            ("x-z", "4"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let taken = clean_request(&mut headers, |_| false);
        assert_eq!(lines(&headers), ["host: a", "x-b: 1", "x-b: 3", "x-a: 2", "x-z: 4"]);
        assert_eq!(taken, Taken { is_chunked: true, accepts_trailers: true });
    }

    #[test]
    fn nothing_is_rebuilt_for_nothing() {
        let mut headers = map(&[("host", "a"), ("content-length", "3")]);
        assert_eq!(clean_request(&mut headers, |_| false), Taken::default());
        assert_eq!(lines(&headers), ["host: a", "content-length: 3"]);
    }
}
