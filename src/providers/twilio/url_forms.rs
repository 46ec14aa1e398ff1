//! The forms of a URL under which Twilio's signature may have been made.

use std::{borrow::Cow, collections::HashMap};

use crate::{SignedUrl, public_url::Scheme, verdict::UrlForm};

/// A URL in pieces, in a form that needs no text to be built.
pub(in crate::providers) struct AsRequested<'a> {
    pub(in crate::providers) form: UrlForm,
    pub(in crate::providers) pieces: [&'a str; 6],
}

impl<'a> AsRequested<'a> {
    /// As it was requested, and with the port dropped or the standard one added: Twilio's products differ in that.
    ///
    /// For WebSockets a bare host may have been signed with or without the slash that every request has.
    pub(in crate::providers) fn forms(url: &SignedUrl<'a>) -> impl Iterator<Item = Self> + use<'a> {
        let (host, port) = url.split_port();
        let standard_port = match url.scheme {
            Scheme::Http | Scheme::Ws => ":80",
            Scheme::Https | Scheme::Wss => ":443",
        };
        let other =
            if port.is_empty() { (UrlForm::StandardPortAdded, standard_port) } else { (UrlForm::WithoutPort, "") };
        let is_websocket = matches!(url.scheme, Scheme::Ws | Scheme::Wss);
        let other_target = match (url.prefix, url.target) {
            ("", "/") if is_websocket => Some(""),
            ("", "") if is_websocket => Some("/"),
            _ => None,
        };
        let (scheme, prefix, target) = (url.scheme.as_str(), url.prefix, url.target);
        std::iter::once(target).chain(other_target).flat_map(move |target| {
            let ports = [(UrlForm::AsRequested, port), other].into_iter();
            ports.map(move |(form, port)| Self { form, pieces: [scheme, "://", host, port, prefix, target] })
        })
    }
}

/// The forms that Twilio's SDK for Node (6.2.0) accepts after the URL as requested has failed: normalised by the
/// WHATWG URL parser, and with the query as Node's legacy `querystring` writes it, each with and without the port.
pub(in crate::providers) fn legacy_forms(url: &SignedUrl<'_>) -> Vec<(String, UrlForm)> {
    let normal = normalise(url);
    let legacy_query = normal.query.as_deref().and_then(legacy_query);
    let mut forms = Vec::new();
    let ports = if normal.port.is_empty() { ["", normal.standard_port] } else { ["", normal.port] };
    for port in ports {
        let start = format!("{}://{}{port}{}", url.scheme.as_str(), normal.host, normal.path);
        let query = normal.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        forms.push((format!("{start}{query}"), UrlForm::Normalised));
        if let Some(query) = &legacy_query {
            forms.push((format!("{start}?{query}"), UrlForm::LegacyQuery));
        }
    }
    forms
}

struct Normal<'a> {
    host: String,
    port: &'a str,
    standard_port: &'static str,
    path: String,
    query: Option<String>,
}

/// What the WHATWG URL parser makes of a URL that a client could request.
fn normalise<'a>(url: &SignedUrl<'a>) -> Normal<'a> {
    let (host, port) = url.split_port();
    let standard_port = match url.scheme {
        Scheme::Http | Scheme::Ws => ":80",
        Scheme::Https | Scheme::Wss => ":443",
    };
    let (userinfo, host) = match host.rfind('@') {
        Some(at) => host.split_at(at + 1),
        None => ("", host),
    };
    let path: String = url.path().concat();
    Normal {
        host: format!("{userinfo}{}", host.to_ascii_lowercase()),
        port: if port == standard_port || port == ":" { "" } else { port },
        standard_port,
        path: percent_encode(&without_dot_segments(&path), |byte| b" \"#<>?`{}".contains(&byte)).into_owned(),
        query: url.query().map(|query| percent_encode(query, |byte| b" \"#<>'".contains(&byte)).into_owned()),
    }
}

/// Escapes control characters, what is not ASCII, and what `set` names.
fn percent_encode(text: &str, set: impl Fn(u8) -> bool) -> Cow<'_, str> {
    let escapes = |byte: u8| byte <= 0x1f || byte >= 0x7f || set(byte);
    if !text.bytes().any(escapes) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if escapes(byte) {
            push_escape(&mut encoded, byte);
        } else {
            encoded.push(char::from(byte));
        }
    }
    Cow::Owned(encoded)
}

fn push_escape(text: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    text.push('%');
    text.push(char::from(DIGITS[usize::from(byte >> 4)]));
    text.push(char::from(DIGITS[usize::from(byte & 15)]));
}

fn without_dot_segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split(['/', '\\']).skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        let dots = segment.to_ascii_lowercase().replace("%2e", ".");
        match dots.as_str() {
            ".." => {
                kept.pop();
                if is_last {
                    kept.push("");
                }
            }
            "." if is_last => kept.push(""),
            "." => {}
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// What Node's legacy `querystring` module makes of a query: parsed, equal names brought together, written again.
/// `None` where it would hold text that is not UTF-8.
fn legacy_query(query: &str) -> Option<String> {
    if query.is_empty() {
        return None;
    }
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    // The module reads no more than a thousand pairs.
    for pair in query.split('&').filter(|pair| !pair.is_empty()).take(1000) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        // Looked up, since comparing each name with each would be quadratic work for a stranger's sake.
        let place = *places.entry(name.clone()).or_insert(grouped.len());
        match grouped.get_mut(place) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    // An object's keys that look like array indices come first, in numerical order.
    grouped.sort_by_key(|(name, _)| array_index(name).map_or((1, 0), |index| (0, index)));
    let pairs = grouped.iter().flat_map(|(name, values)| {
        values.iter().map(move |value| format!("{}={}", encode_component(name), encode_component(value)))
    });
    Some(pairs.collect::<Vec<_>>().join("&"))
}

fn decode(text: &str) -> Option<String> {
    let params = crate::scheme::form::Params::parse(text)?;
    // `text` is one side of a pair: all of it is the name, except that it may hold further `=`.
    let bytes: Vec<u8> = match params.iter().next() {
        Some(param) if text.contains('=') => param.name().chain([b'=']).chain(param.value()).collect(),
        Some(param) => param.name().collect(),
        None => Vec::new(),
    };
    String::from_utf8(bytes).ok()
}

fn array_index(name: &str) -> Option<u32> {
    let index: u32 = name.parse().ok()?;
    (index != u32::MAX && index.to_string() == name).then_some(index)
}

fn encode_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            push_escape(&mut encoded, byte);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(url: &str) -> Vec<String> {
        legacy_forms(&SignedUrl::parse(url).expect("a URL")).into_iter().map(|(text, _)| text).collect()
    }

    /// Compared with Node 20's `URL` and `querystring`.
    #[test]
    fn as_node_writes_them() {
        assert_eq!(
            forms("https://EXAMPLE.com:443/a/../b/./c d?x=it's+so&2=b&1=a&x=ü"),
            [
                "https://example.com/b/c%20d?x=it%27s+so&2=b&1=a&x=%C3%BC",
                "https://example.com/b/c%20d?1=a&2=b&x=it's%20so&x=%C3%BC",
                "https://example.com:443/b/c%20d?x=it%27s+so&2=b&1=a&x=%C3%BC",
                "https://example.com:443/b/c%20d?1=a&2=b&x=it's%20so&x=%C3%BC",
            ]
        );
        assert_eq!(forms("http://u:p@h:8080")[1], "http://u:p@h:8080/");
        assert_eq!(forms("http://h/a/..")[0], "http://h/");
        assert_eq!(forms("http://h/a/%2E")[0], "http://h/a/");
    }
}
