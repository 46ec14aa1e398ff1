//! What two URLs differ in, by its name.

use super::UrlParts;
use crate::{explain::code::Code, scheme::form::Params};

/// The codes of all differences between the URL as it arrived and the one that was signed.
pub(in crate::explain) fn differences(arrived: &UrlParts, signed: &UrlParts) -> Vec<Code> {
    let mut codes = Vec::new();
    let mut note = |differs: bool, code| {
        if differs {
            codes.push(code);
        }
    };
    note(arrived.scheme != signed.scheme, Code::UrlScheme);
    note(arrived.host != signed.host, Code::UrlHost);
    // The port goes with the host: it has a code of its own only beside the same host.
    note(arrived.port != signed.port && arrived.host == signed.host, Code::UrlPort);
    note(arrived.userinfo != signed.userinfo, Code::UrlUserinfo);
    codes.extend(path(&arrived.path, &signed.path));
    codes.extend(query(arrived.query.as_deref(), signed.query.as_deref()));
    if arrived.fragment != signed.fragment && !codes.contains(&Code::UrlQueryMissing) {
        codes.push(Code::UrlQueryMissing);
    }
    codes
}

fn path(arrived: &str, signed: &str) -> Option<Code> {
    if arrived == signed {
        return None;
    }
    let segments = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(decoded).collect::<Vec<_>>();
    let raw = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    Some(if raw(arrived) == raw(signed) {
        Code::UrlPathSlash
    } else if segments(arrived) == segments(signed) {
        Code::UrlQueryEncoding
    } else {
        Code::UrlPathPrefix
    })
}

fn query(arrived: Option<&str>, signed: Option<&str>) -> Vec<Code> {
    if arrived == signed {
        return Vec::new();
    }
    let (left, right) = (pairs(arrived.unwrap_or_default()), pairs(signed.unwrap_or_default()));
    if left == right {
        // A bare `?` is a part of the query that is there or not; an `&` or a `=` too many is a matter of writing.
        return vec![if left.is_empty() { Code::UrlQueryMissing } else { Code::UrlQueryEncoding }];
    }
    if sorted(&left) == sorted(&right) {
        return vec![Code::UrlQueryOrder];
    }
    // What was escaped once too often or too rarely has other parameters to look at, and the same text after all.
    let flat = |text: Option<&str>| {
        let text = text.unwrap_or_default().replace("&amp;", "&");
        text.split('&').filter(|pair| !pair.is_empty()).map(flattened).collect::<Vec<_>>()
    };
    let (left, right) = (flat(arrived), flat(signed));
    if left == right {
        vec![Code::UrlQueryEncoding]
    } else if sorted(&left) == sorted(&right) {
        vec![Code::UrlQueryOrder, Code::UrlQueryEncoding]
    } else {
        vec![Code::UrlQueryMissing]
    }
}

fn sorted<T: Ord + Clone>(items: &[T]) -> Vec<T> {
    let mut items = items.to_vec();
    items.sort_unstable();
    items
}

/// A pair without any escapes, however often it was escaped, in one charset.
fn flattened(pair: &str) -> Vec<u8> {
    let mut bytes = pair.trim_end_matches('=').as_bytes().to_vec();
    for _ in 0..3 {
        let text: String = match String::from_utf8(bytes) {
            Ok(text) => text,
            // ISO 8859-1, as far as anybody can tell.
            Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
        };
        bytes = crate::explain::body::escape::decoded(&text);
    }
    bytes
}

fn pairs(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let params = Params::parse(query);
    params.map_or_else(Vec::new, |params| {
        params.iter().map(|param| (param.name().collect(), param.value().collect())).collect()
    })
}

fn decoded(text: &str) -> Vec<u8> {
    super::query::percent_decoded(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(arrived: &str, signed: &str) -> Vec<&'static str> {
        let parse = |text| UrlParts::parse(text).expect("a URL");
        differences(&parse(arrived), &parse(signed)).into_iter().map(Code::as_str).collect()
    }

    #[test]
    fn names() {
        let base = "https://a.example/in/sms?x=1&y=a+b";
        assert!(codes(base, base).is_empty());
        assert_eq!(codes("http://a.example/in/sms?x=1&y=a+b", base), ["url-scheme"]);
        assert_eq!(codes("https://b.example:80/in/sms?x=1&y=a+b", base), ["url-host"]);
        assert_eq!(codes("https://a.example:80/in/sms?x=1&y=a+b", base), ["url-port"]);
        assert_eq!(codes("https://u@a.example/in/sms?x=1&y=a+b", base), ["url-userinfo"]);
        assert_eq!(codes("https://a.example/in//sms/?x=1&y=a+b", base), ["url-path-slash"]);
        assert_eq!(codes("https://a.example/sms?x=1&y=a+b", base), ["url-path-prefix"]);
        assert_eq!(codes("https://a.example/in/%73ms?x=1&y=a+b", base), ["url-query-encoding"]);
        assert_eq!(codes("https://a.example/in/sms?y=a+b&x=1", base), ["url-query-order"]);
        assert_eq!(codes("https://a.example/in/sms?x=1&y=a%20b", base), ["url-query-encoding"]);
        assert_eq!(codes("https://a.example/in/sms?x=1&y=a%2520b", base), ["url-query-encoding"]);
        assert_eq!(codes("https://a.example/in/sms?x=1&y=a%252Bb", base), ["url-query-encoding"]);
        assert_eq!(codes("https://a.example/in/sms?y=a%2520b&x=1", base), ["url-query-order", "url-query-encoding"]);
        assert_eq!(codes("https://a.example/in/sms?x=1", base), ["url-query-missing"]);
        assert_eq!(codes("https://a.example/in/sms", base), ["url-query-missing"]);
        assert_eq!(codes("https://a.example/#f", "https://a.example/"), ["url-query-missing"]);
        assert_eq!(codes("http://b.example/in/sms?y=a+b&x=1", base), ["url-scheme", "url-host", "url-query-order"]);
    }
}
