//! What texts mean to the one who signed them, worked out apart from the library's own code.

use std::{collections::BTreeMap, io::Read, ops::Range};

/// A form as Twilio and its like sign it: names and values, decoded, sorted, one after the other.
pub fn form(body: &[u8], counts_equal_ones_once: bool) -> Vec<u8> {
    let mut params = params(body);
    params.sort();
    if counts_equal_ones_once {
        params.dedup();
    }
    params.into_iter().flat_map(|(name, value)| [name, value]).flatten().collect()
}

/// What is in a gzip file, as lenient readers have it.
pub fn unpacked(body: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(body).read_to_end(&mut plain).ok()?;
    Some(plain)
}

/// Path and query, whatever the scheme and the host.
pub fn url_target(url: &str) -> Vec<u8> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |path| &rest[path..]).as_bytes().to_vec()
}

/// A URL whose every byte counts, but for its scheme's case and its fragment.
pub fn url(url: &str) -> Vec<u8> {
    let url = url.split('#').next().unwrap_or_default();
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    format!("{}://{rest}", scheme.to_lowercase()).into_bytes()
}

/// A URL whose query means nothing.
pub fn url_without_query(text: &str) -> Vec<u8> {
    url(split_query(text).0)
}

/// A URL whose query is decoded and sorted.
pub fn url_with_sorted_query(text: &str) -> Vec<u8> {
    let (start, query) = split_query(text);
    let mut params = params(query.as_bytes());
    params.sort();
    format!("{:?} {params:?}", url(start)).into_bytes()
}

/// A URL without what Twilio's products and SDKs write in more than one way: the port, the host's case, escapes, and
/// the order of differing names in the query.
pub fn url_in_any_twilio_form(text: &str) -> Vec<u8> {
    let text = String::from_utf8(url(text)).expect("a text");
    let (start, query) = split_query(&text);
    let (scheme, rest) = start.split_once("://").unwrap_or(("", start));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (userinfo, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    let host = host.split_once(':').map_or(host, |(host, _)| host).to_lowercase();
    let mut grouped = BTreeMap::<_, Vec<_>>::new();
    for (name, value) in params(query.as_bytes()) {
        grouped.entry(name).or_default().push(value);
    }
    format!("{scheme} {userinfo} {host} {:?} {grouped:?}", decode(path.as_bytes(), false)).into_bytes()
}

/// The items of a header: what stands between commas, semicolons and blanks.
pub fn items(value: &[u8]) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let mut start = 0;
    for (at, byte) in value.iter().chain(b",").enumerate() {
        if b",; ".contains(byte) {
            if start < at {
                items.push(start..at);
            }
            start = at + 1;
        }
    }
    items
}

/// Whether two items are the same, but for the case of hexadecimal digits in what is long enough to be a MAC.
pub fn is_same_item(left: &[u8], right: &[u8]) -> bool {
    const SHORTEST_MAC: usize = 32;
    left == right
        || left.eq_ignore_ascii_case(right)
            && left.iter().zip(right).enumerate().all(|(at, (a, b))| {
                let before = left[..at].iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
                let after = left[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
                a == b || (a.is_ascii_hexdigit() && before + after >= SHORTEST_MAC)
            })
}

/// The longest run of letters, digits and base64's signs, if there is one of some length.
pub fn longest_run(text: &[u8]) -> Option<Range<usize>> {
    let is_in_run = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let mut longest = 0..0;
    let mut start = 0;
    for (at, byte) in text.iter().chain(b" ").enumerate() {
        if !is_in_run(byte) {
            if at - start > longest.len() {
                longest = start..at;
            }
            start = at + 1;
        }
    }
    Some(longest).filter(|run| run.len() >= 8)
}

/// A public key's text without what PEM puts around and between it.
pub fn key(text: &[u8]) -> Vec<u8> {
    let lines = text.split(|byte| b"\r\n".contains(byte)).filter(|line| !line.starts_with(b"-----"));
    lines.flatten().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').collect()
}

fn split_query(url: &str) -> (&str, &str) {
    url.split_once('?').unwrap_or((url, ""))
}

fn params(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pairs = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let split = |pair: &[u8]| {
        let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        (decode(&pair[..end], true), decode(pair.get(end + 1..).unwrap_or_default(), true))
    };
    pairs.map(split).collect()
}

fn decode(text: &[u8], plus_is_space: bool) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|digits| *byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit));
        if let Some(digits) = escape {
            let digits = std::str::from_utf8(digits).expect("ASCII");
            decoded.push(u8::from_str_radix(digits, 16).expect("two digits"));
            rest = &after[2..];
        } else {
            decoded.push(if *byte == b'+' && plus_is_space { b' ' } else { *byte });
            rest = after;
        }
    }
    decoded
}
