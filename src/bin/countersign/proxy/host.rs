//! Which host a request asks.

use http::{HeaderMap, Version, header};

/// Why a request's `Host` is refused with 400 (RFC 9112, section 3.2). Two servers that see one request must not see two
/// hosts in it: the URL that was signed begins with it, and apps choose by it whose data they show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    Missing,
    Repeated,
    Invalid,
}

/// Looks for what is wrong with `Host`. HTTP/1.0 has requests without one.
pub(super) fn misfit(version: Version, headers: &HeaderMap) -> Option<Misfit> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => (version != Version::HTTP_10).then_some(Misfit::Missing),
        (Some(_), Some(_)) => Some(Misfit::Repeated),
        (Some(host), None) => (!is_valid(host.as_bytes())).then_some(Misfit::Invalid),
    }
}

/// Whether this is a host, with a port or without (RFC 3986, section 3.2). An empty one is asked for where the target has
/// none.
fn is_valid(value: &[u8]) -> bool {
    let (is_host, port) = match value.strip_prefix(b"[") {
        Some(address) => {
            let Some(end) = memchr::memchr(b']', address) else { return false };
            let (address, rest) = address.split_at(end);
            (!address.is_empty() && address.iter().all(|byte| is_of_a_name(*byte) || *byte == b':'), &rest[1..])
        }
        None => {
            let (name, port) = value.split_at(memchr::memchr(b':', value).unwrap_or(value.len()));
            (name.iter().all(|byte| is_of_a_name(*byte)), port)
        }
    };
    is_host && port.strip_prefix(b":").map_or(port.is_empty(), |digits| digits.iter().all(u8::is_ascii_digit))
}

/// Unreserved, in percent-encoding, or a delimiter that may stand in names.
const fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'%'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
        )
}
