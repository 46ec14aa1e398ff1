//! Signature headers in every grammar, compared with parsers that split and trim and nothing else.
//!
//! In the input `$` stands for the right signature and `!` for a wrong one of the same form, so that the fuzzer can
//! write what it cannot compute.

#![no_main]

use std::sync::LazyLock;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use countersign::{
    WebhookVerifier,
    clock::UnixTime,
    providers::{plivo::Plivo, twilio::Twilio},
    request::WebhookRequest,
    scheme::{Encoding, Format, Part, Recipe, SchemeVerifier, Signature, Timestamp},
    verifier::Context,
};
use countersign_fuzz::{
    message::Message,
    reference::{self, hex, sha256, twilio_algorithm},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;

const SECRET: &[u8] = b"a secret";
const BODY: &[u8] = b"a body";
const TIME: &str = "1700000000";
const HEADERS: &[&str] = &["x-first", "x-second"];
const URL: &str = "https://a.example/in";

const FORMATS: [Format; 7] = [
    Format::Bare,
    Format::Items { separator: ',' },
    Format::Items { separator: ' ' },
    Format::Pairs { separator: ',', assign: '=', key: "v1" },
    Format::Pairs { separator: ' ', assign: ',', key: "v1" },
    Format::Pairs { separator: ';', assign: '=', key: "s" },
    Format::Prefix("sha256="),
];
const ENCODINGS: [Encoding; 3] = [Encoding::Base64, Encoding::Base64UrlUnpadded, Encoding::Hex];

struct Grammar {
    format: Format,
    encoding: Encoding,
    any: bool,
    timed: bool,
    verifier: SchemeVerifier,
}

static GRAMMARS: LazyLock<Vec<Grammar>> = LazyLock::new(|| {
    let mut grammars = Vec::new();
    for format in FORMATS {
        for encoding in ENCODINGS {
            for (any, timed) in [(false, false), (true, false), (false, true), (true, true)] {
                let signature = Signature::new(HEADERS, format, encoding);
                let signature = if any { signature.in_any_header() } else { signature };
                let recipe = if timed {
                    const PARTS: &[Part] = &[Part::Timestamp, Part::Literal("."), Part::Body];
                    Recipe::hmac_sha256(PARTS, signature).timestamp(Timestamp::pair("t").tolerance_secs(300))
                } else {
                    Recipe::hmac_sha256(&[Part::Body], signature)
                };
                // A time can only stand in a format of pairs.
                let Ok(recipe) = recipe.try_check() else { continue };
                let verifier = SchemeVerifier::new("fuzzed", &recipe, "a secret").expect("a verifier");
                grammars.push(Grammar { format, encoding, any, timed, verifier });
            }
        }
    }
    grammars
});

fuzz_target!(|input: &[u8]| {
    let Some((&choice, text)) = input.split_first() else { return };
    let values: Vec<&[u8]> = text.split(|byte| *byte == b'\n').take(2).collect();
    match usize::from(choice) % (GRAMMARS.len() + 2) {
        0 => twilio_settings(text),
        1 => plivo_lists(&values),
        other => GRAMMARS[other - 2].agree(&values),
    }
});

impl Grammar {
    fn agree(&self, values: &[&[u8]]) {
        let content = if self.timed { [TIME.as_bytes(), b".", BODY].concat() } else { BODY.to_vec() };
        let tag = sha256(SECRET, &content);
        let right = self.encode(&tag);
        let values: Vec<Vec<u8>> = values.iter().map(|value| fill(value, &right, &self.encode(&[7; 32]))).collect();
        let mut message = message();
        for (name, value) in HEADERS.iter().zip(&values) {
            let Ok(value) = HeaderValue::from_bytes(value) else { return };
            message.headers.insert(HeaderName::from_static(name), value);
        }
        let outcome = verify(&self.verifier, &message);
        assert_eq!(outcome, self.accepts(&values, &right), "{:?} {:?} {message:?}", self.format, self.encoding);
    }

    fn accepts(&self, values: &[Vec<u8>], right: &str) -> bool {
        let mut present: Vec<&[u8]> = values.iter().map(|value| &value[..]).filter(|value| !value.is_empty()).collect();
        if !self.any {
            present.truncate(1);
        }
        let Some(first) = present.first() else { return false };
        if self.timed && self.values_of(first, "t") != [TIME.as_bytes()] {
            return false;
        }
        let same = |text: &[u8]| match self.encoding {
            Encoding::Hex => text.eq_ignore_ascii_case(right.as_bytes()),
            _ => text == right.as_bytes(),
        };
        present.iter().any(|value| match self.format {
            Format::Items { separator } => items(value, separator).any(same),
            Format::Pairs { key, .. } => self.values_of(value, key).into_iter().any(same),
            Format::Prefix(prefix) => value.strip_prefix(prefix.as_bytes()).is_some_and(same),
            _ => same(value),
        })
    }

    fn values_of<'v>(&self, value: &'v [u8], wanted: &str) -> Vec<&'v [u8]> {
        let Format::Pairs { separator, assign, .. } = self.format else { return Vec::new() };
        items(value, separator).filter_map(|item| item.strip_prefix(format!("{wanted}{assign}").as_bytes())).collect()
    }

    fn encode(&self, tag: &[u8]) -> String {
        match self.encoding {
            Encoding::Base64 => STANDARD.encode(tag),
            Encoding::Base64UrlUnpadded => URL_SAFE_NO_PAD.encode(tag),
            _ => hex(tag),
        }
    }
}

fn twilio_settings(settings: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(settings) else { return };
    let verifier = Twilio::new("a secret").expect("a verifier");
    for (tag, is_sha256) in [(sha256(SECRET, URL.as_bytes()), true), (reference::sha1(SECRET, URL.as_bytes()), false)] {
        let mut message = Message { body: Vec::new(), ..message() };
        message.headers.insert("x-twilio-webhooks-signature-settings", value.clone());
        message.headers.insert("x-twilio-signature", header(&STANDARD.encode(tag)));
        assert_eq!(verify(&verifier, &message), twilio_algorithm(settings) == Some(is_sha256), "{message:?}");
    }
}

fn plivo_lists(values: &[&[u8]]) {
    let mut message = Message { body: Vec::new(), ..message() };
    let content = [&reference::plivo_content(&message).expect("content")[..], b".1"].concat();
    let (right, wrong) = (STANDARD.encode(sha256(SECRET, &content)), STANDARD.encode([7; 32]));
    for (name, value) in ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"].iter().zip(values) {
        let Ok(value) = HeaderValue::from_bytes(&fill(value, &right, &wrong)) else { return };
        message.headers.insert(HeaderName::from_static(name), value);
    }
    message.headers.insert("x-plivo-signature-v3-nonce", header("1"));
    let due = reference::accepts("plivo", &message, &[SECRET.to_vec()]);
    assert_eq!(Some(verify(&Plivo::new("a secret").expect("a verifier"), &message)), due, "{message:?}");
}

fn message() -> Message {
    Message { method: Method::POST, url: URL.to_owned(), headers: HeaderMap::new(), body: BODY.to_vec() }
}

fn verify(verifier: &dyn WebhookVerifier, message: &Message) -> bool {
    let request = WebhookRequest::new(&message.method, message.url.as_str(), &message.headers, &message.body[..]);
    let now = UnixTime::from_secs(TIME.parse().expect("a number"));
    let outcome = verifier.verify(&request, &Context::at(now));
    if let Err(early) = verifier.verify_head(request.head()) {
        assert_eq!(outcome.as_ref().err(), Some(&early), "the head was refused, the request not");
    }
    outcome.is_ok()
}

/// `$` and `!` written out.
fn fill(value: &[u8], right: &str, wrong: &str) -> Vec<u8> {
    let mut filled = Vec::new();
    for byte in value {
        match byte {
            b'$' => filled.extend_from_slice(right.as_bytes()),
            b'!' => filled.extend_from_slice(wrong.as_bytes()),
            byte => filled.push(*byte),
        }
    }
    filled
}

fn items(value: &[u8], separator: char) -> impl Iterator<Item = &[u8]> {
    value.split(move |byte| *byte == separator as u8).map(<[u8]>::trim_ascii)
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a header value")
}
