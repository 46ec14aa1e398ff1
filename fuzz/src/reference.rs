//! Slow and obvious verifiers, written from the providers' pages and not from the crate.
//!
//! Expected signatures are written out and compared as text, so that leniency in decoding shows.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::message::Message;

/// The providers that have a reference here.
pub const PROVIDERS: [&str; 6] = ["github", "plivo", "shopify", "slack", "stripe", "twilio"];

/// Whether a request is to be accepted, the age of signed times aside; `None` if there is no reference for it.
pub fn accepts(provider: &str, message: &Message, secrets: &[Vec<u8>]) -> Option<bool> {
    let any = |check: &dyn Fn(&[u8]) -> Option<bool>| secrets.iter().any(|secret| check(secret) == Some(true));
    Some(match provider {
        "github" => any(&|secret| github(message, secret)),
        "plivo" => any(&|secret| plivo(message, secret)),
        "shopify" => any(&|secret| shopify(message, secret)),
        "slack" => any(&|secret| slack(message, secret)),
        "stripe" => any(&|secret| stripe(message, secret)),
        "twilio" => any(&|secret| twilio(message, secret)),
        _ => return None,
    })
}

fn github(message: &Message, secret: &[u8]) -> Option<bool> {
    let value = one(&message.headers, "x-hub-signature-256")?;
    Some(value.strip_prefix("sha256=")?.to_lowercase() == hex(&sha256(secret, &message.body)))
}

fn shopify(message: &Message, secret: &[u8]) -> Option<bool> {
    let expected = STANDARD.encode(sha256(secret, &message.body));
    for name in ["shopify-hmac-sha256", "x-shopify-hmac-sha256"] {
        if message.headers.get(name).is_some() && !is_empty(&message.headers, name)? {
            return Some(one(&message.headers, name)? == expected);
        }
    }
    Some(false)
}

fn slack(message: &Message, secret: &[u8]) -> Option<bool> {
    let time = one(&message.headers, "x-slack-request-timestamp").filter(|time| is_time(time))?;
    let content = [b"v0:", time.as_bytes(), b":", &message.body].concat();
    let value = one(&message.headers, "x-slack-signature")?;
    Some(value.strip_prefix("v0=")?.to_lowercase() == hex(&sha256(secret, &content)))
}

fn stripe(message: &Message, secret: &[u8]) -> Option<bool> {
    let value = raw(&message.headers, "stripe-signature")?;
    let items: Vec<&[u8]> = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect();
    let times: Vec<&[u8]> = items.iter().filter_map(|item| item.strip_prefix(b"t=")).collect();
    let [time] = times[..] else { return None };
    let time = std::str::from_utf8(time).ok().filter(|time| is_time(time))?;
    let expected = hex(&sha256(secret, &[time.as_bytes(), b".", &message.body].concat()));
    let mut tags = items.iter().filter_map(|item| item.strip_prefix(b"v1="));
    Some(tags.any(|tag| tag.to_ascii_lowercase() == expected.as_bytes()))
}

fn twilio(message: &Message, secret: &[u8]) -> Option<bool> {
    let value = one(&message.headers, "x-twilio-signature")?;
    let with_sha256 = match message.headers.get("x-twilio-webhooks-signature-settings") {
        None => false,
        Some(_) => twilio_algorithm(raw(&message.headers, "x-twilio-webhooks-signature-settings")?)?,
    };
    let params = twilio_params(message)?;
    let matches = twilio_urls(&message.url)?.iter().any(|url| {
        let content = [url.as_bytes(), &params].concat();
        let tag = if with_sha256 { sha256(secret, &content) } else { sha1(secret, &content) };
        value == STANDARD.encode(tag)
    });
    Some(matches)
}

/// Whether a settings header asks for SHA-256; `None` if what it asks for is to be refused.
pub fn twilio_algorithm(settings: &[u8]) -> Option<bool> {
    let mut named = Vec::new();
    for item in settings.split(|byte| *byte == b',') {
        if let Some(equals) = item.iter().position(|byte| *byte == b'=')
            && item[..equals].trim_ascii() == b"algorithm"
        {
            named.push(item[equals + 1..].trim_ascii().to_ascii_uppercase());
        }
    }
    // An item without a value names nothing, as long as nothing was named before it.
    let first = named.iter().position(|name| !name.is_empty());
    match first {
        None => Some(false),
        Some(first) if first + 1 < named.len() => None,
        Some(first) => match &named[first][..] {
            b"HMAC_SHA1" => Some(false),
            b"HMAC_SHA256" => Some(true),
            _ => None,
        },
    }
}

/// What follows the URL: nothing where the query's hash covers the body. `None` for a body that nothing covers.
pub fn twilio_params(message: &Message) -> Option<Vec<u8>> {
    let mut params = if is_form(message) { parse_form(&message.body) } else { Vec::new() };
    if params.len() > 16_384 {
        return None;
    }
    if say_nothing(&params) {
        let url = split_url(&message.url)?;
        let query = parse_form(url.target.split_once('?').map_or("", |(_, query)| query).as_bytes());
        let hashes: Vec<_> = query.iter().filter(|(name, _)| name == b"bodySHA256").map(|(_, value)| value).collect();
        let right = hex(&Sha256::digest(&message.body));
        match hashes.first() {
            None if message.body.is_empty() => {}
            None => return None,
            Some(first) if hashes.iter().any(|other| other != first) => return None,
            Some(first) if first.to_ascii_lowercase() != right.as_bytes() => return None,
            Some(_) => {}
        }
    }
    params.sort();
    params.dedup();
    Some(params.into_iter().flat_map(|(name, value)| [name, value]).flatten().collect())
}

fn twilio_urls(url: &str) -> Option<Vec<String>> {
    let Url { scheme, host, port, target } = split_url(url)?;
    let standard = if matches!(scheme, "http" | "ws") { ":80" } else { ":443" };
    let other = if port.is_empty() { standard } else { "" };
    let mut targets = vec![target];
    if scheme.starts_with("ws") && target.len() <= 1 && target != "?" {
        targets = vec!["", "/"];
    }
    let ports = [port, other];
    Some(targets.iter().flat_map(|target| ports.map(|port| format!("{scheme}://{host}{port}{target}"))).collect())
}

fn plivo(message: &Message, secret: &[u8]) -> Option<bool> {
    let [own, main] = ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"]
        .map(|name| if message.headers.get(name).is_none() { Some(&b""[..]) } else { raw(&message.headers, name) });
    let (own, main) = (own?, main?);
    let nonce = raw(&message.headers, "x-plivo-signature-v3-nonce").filter(|nonce| !nonce.is_empty())?;
    let content = [&plivo_content(message)?[..], b".", nonce].concat();
    let expected = STANDARD.encode(sha256(secret, &content));
    let mut tags = [own, main].into_iter().flat_map(|list| list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii));
    Some(tags.any(|tag| tag == expected.as_bytes()))
}

/// What Plivo signs before `.` and the nonce; `None` for a body that is not covered.
pub fn plivo_content(message: &Message) -> Option<Vec<u8>> {
    let url = split_url(&message.url)?;
    let is_form = is_form(message) && message.method != "GET";
    if !(is_form || message.body.is_empty()) {
        return None;
    }
    let (path, query) = url.target.split_once('?').unwrap_or((url.target, ""));
    let (mut query, mut form) = (parse_form(query.as_bytes()), parse_form(&message.body));
    if query.len() > 16_384 || form.len() > 16_384 || (say_nothing(&form) && !message.body.is_empty()) {
        return None;
    }
    query.sort();
    form.sort();
    let mut content = format!("{}://{}{}{path}", url.scheme, url.host, url.port).into_bytes();
    if !(query.is_empty() && form.is_empty()) {
        content.push(b'?');
    }
    let query: Vec<_> = query.into_iter().map(|(name, value)| [name, value].join(&b'=')).collect();
    content.extend(query.join(&b'&'));
    if !(query.is_empty() || form.is_empty()) {
        content.push(b'.');
    }
    content.extend(form.into_iter().flat_map(|(name, value)| [name, value]).flatten());
    Some(content)
}

/// Whether a form leaves nothing behind in a concatenation.
fn say_nothing(params: &[(Vec<u8>, Vec<u8>)]) -> bool {
    params.iter().all(|(name, value)| name.is_empty() && value.is_empty())
}

/// The WHATWG parser of forms, on bytes.
pub fn parse_form(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pairs = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
            Some(equals) => (decode(&pair[..equals]), decode(&pair[equals + 1..])),
            None => (decode(pair), Vec::new()),
        })
        .collect()
}

fn decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let digits = text.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match (text[at], digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 2;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        at += 1;
    }
    decoded
}

struct Url<'a> {
    scheme: &'static str,
    /// With userinfo.
    host: &'a str,
    /// With its colon.
    port: &'a str,
    target: &'a str,
}

fn split_url(url: &str) -> Option<Url<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = ["http", "https", "ws", "wss"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))?;
    let rest = &rest[..rest.find('#').unwrap_or(rest.len())];
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if authority.is_empty() {
        return None;
    }
    // After userinfo, and after the address in brackets if there is one.
    let from = authority.rfind(['@', ']']).unwrap_or(0);
    let (host, port) = authority.split_at(authority[from..].find(':').map_or(authority.len(), |colon| from + colon));
    Some(Url { scheme, host, port, target })
}

fn is_form(message: &Message) -> bool {
    let Some(value) = raw(&message.headers, "content-type") else { return false };
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().to_ascii_lowercase() == b"application/x-www-form-urlencoded"
}

/// 1 to 15 digits.
fn is_time(text: &str) -> bool {
    (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The one value of a header, however often it is repeated.
fn raw<'m>(headers: &'m HeaderMap, name: &str) -> Option<&'m [u8]> {
    let values: Vec<_> = headers.get_all(name).iter().collect();
    values.windows(2).all(|pair| pair[0] == pair[1]).then(|| values.first().map(|value| value.as_bytes()))?
}

fn one<'m>(headers: &'m HeaderMap, name: &str) -> Option<&'m str> {
    raw(headers, name).and_then(|value| std::str::from_utf8(value).ok())
}

fn is_empty(headers: &HeaderMap, name: &str) -> Option<bool> {
    raw(headers, name).map(<[u8]>::is_empty)
}

pub fn sha1(secret: &[u8], content: &[u8]) -> Vec<u8> {
    Hmac::<Sha1>::new_from_slice(secret).expect("a key").chain_update(content).finalize().into_bytes().to_vec()
}

pub fn sha256(secret: &[u8], content: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(secret).expect("a key").chain_update(content).finalize().into_bytes().to_vec()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
