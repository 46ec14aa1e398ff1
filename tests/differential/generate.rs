//! Deliveries as providers send them, the odd ones among them.

use super::random::Random;
use crate::delivery::{Delivery, FORM, Scheme};

/// A delivery that is not signed yet.
pub(crate) fn delivery(scheme: Scheme, random: &mut Random) -> Delivery {
    let mut delivery = Delivery::new(scheme, "POST", &url(scheme, random));
    delivery.token = text(random, 8, &["a", "B", "7", "_", "="]) + "0123456789";
    delivery.nonce = text(random, 6, &["0", "5", "9", "x"]) + "1";
    delivery.main_account = random.percent(20);
    delivery.piece = random.pick(&[0, 0, 0, 1, 2, 3, 7, 64]);
    if scheme == Scheme::Twilio && random.percent(10) {
        delivery.settings = Some(random.pick(SETTINGS));
    }
    match random.below(100) {
        0..20 => delivery.method = "GET",
        20..35 => non_form(&mut delivery, random),
        _ => {
            delivery.content_type = Some(random.pick(FORM_TYPES));
            delivery.body = form(random);
        }
    }
    if random.percent(3) {
        delivery.method = random.pick(&["PUT", "GET"]);
    }
    delivery
}

const SETTINGS: &[&str] = &[
    "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
    "algorithm=HMAC_SHA256,key=webhooks_sharedkey_1",
    " key = k , algorithm = hmac_sha256 ",
    "key=k,algorithm=HMAC_SHA1",
    "key=k",
    "key=k,algorithm=",
    "key=k,algorithm=HMAC_MD5",
];

const FORM_TYPES: &[&str] =
    &[FORM, FORM, FORM, "application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-UrlEncoded"];

/// A body that is no form: for Twilio with its hash in the URL, for Plivo covered by nothing.
fn non_form(delivery: &mut Delivery, random: &mut Random) {
    delivery.content_type =
        random.pick(&[Some("application/json"), Some("application/json"), Some("text/plain"), None]);
    if random.percent(90) {
        delivery.body = format!("{{\"text\": \"{}\"}}", text(random, 10, TEXT)).into_bytes();
    }
    if delivery.scheme == Scheme::Twilio && random.percent(90) {
        if random.percent(2) {
            delivery.url += if delivery.query().is_some() { "&bodySHA256=0" } else { "?bodySHA256=0" };
        }
        delivery.add_body_hash();
        if random.percent(5) {
            let hash_at = delivery.url.len() - 64;
            delivery.url = delivery.url[..hash_at].to_owned() + &delivery.url[hash_at..].to_uppercase();
        }
    }
}

pub(crate) fn url(scheme: Scheme, random: &mut Random) -> String {
    let protocol = random.pick(&["https", "https", "https", "https", "http"]);
    let protocol = if scheme == Scheme::Twilio && random.percent(3) { "wss" } else { protocol };
    let userinfo = if random.percent(4) { random.pick(&["user@", "user:pw@"]) } else { "" };
    let host = match random.below(100) {
        0..85 => "hooks.example.com",
        _ => random.pick(&["Hooks.Example.COM", "127.0.0.1", "[::1]", "xn--bcher-kva.example", "a.b-c_d.example."]),
    };
    let port = if random.percent(25) { random.pick(&[":443", ":80", ":8443", ":3000"]) } else { "" };
    let mut url = format!("{protocol}://{userinfo}{host}{port}");
    url += match random.below(100) {
        0..70 => random.pick(&["/", "/sms", "/twilio/voice", "/sms/"]),
        _ => random.pick(ODD_PATHS),
    };
    let query = if random.percent(50) { query(random) } else { String::new() };
    if !query.is_empty() || random.percent(2) {
        url += "?";
        url += &query;
    }
    url
}

const ODD_PATHS: &[&str] = &[
    "/it's",
    "/a%20b",
    "/a+b",
    "/a/../b",
    "/./a",
    "/a//b",
    "//a",
    "/a;v=1",
    "/a;",
    "/{id}",
    "/%7Bid%7D",
    "/a%2fb",
    "/ü",
    "/%C3%BC",
    "/a@b",
    "/a:b",
    "/a.b/c.d",
    "/~a_b-c",
    "/a|b",
    "/a,b",
    "/a/b;x=1/c",
    "/(a)",
    "/$a&b=c",
    "/a!*",
];

fn query(random: &mut Random) -> String {
    let style = random.pick(STYLES);
    let mut pairs = pairs(random, style, 4);
    if random.percent(15) {
        pairs.push(random.pick(ODD_PAIRS).to_owned());
        random.shuffle(&mut pairs);
    }
    pairs.join("&")
}

pub(crate) fn form(random: &mut Random) -> Vec<u8> {
    let style = random.pick(STYLES);
    let mut pairs = pairs(random, style, 10);
    if random.percent(10) {
        pairs.push(random.pick(ODD_PAIRS).to_owned());
        random.shuffle(&mut pairs);
    }
    let mut body = pairs.join("&").into_bytes();
    if random.percent(2) {
        body.extend_from_slice(random.pick(&["&x=%FF", "&x=%C3", "&%E9t%E9=1", "&x=\u{fffd}"]).as_bytes());
    }
    body
}

const ODD_PAIRS: &[&str] = &[
    "",
    "a",
    "=",
    "=b",
    "a=b=c",
    "a==",
    "x=%",
    "x=%zz",
    "x=%4",
    "x=%2",
    "%41=%61",
    "x=it's",
    "x=\"q\"",
    "x[]=1&x[]=2",
    "x[a]=1",
    "x;y=2",
    "a=b?c",
    "x=1&X=2",
    "10=a&9=b",
    "x=<b>",
    "x={y}",
    "x=a|b",
    "x=%u00fc",
    "x=a@b",
    "x=a:b",
    "x=/a/b",
    "x=(a)*!~",
    "%=1",
    "+=+",
    "x=%00",
    "x=%0D%0A",
    "toString=1",
    "x=\\",
    "x=`",
    "x=^",
];

/// How a value is escaped.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    /// As browsers and Twilio do.
    Form,
    /// `%20` for a space.
    Percent,
    /// Lower-case digits, and more escapes than are needed.
    Lower,
    /// Only what would change the meaning.
    Raw,
}

const STYLES: &[Style] = &[Style::Form, Style::Form, Style::Form, Style::Percent, Style::Lower, Style::Raw];

fn pairs(random: &mut Random, style: Style, most: usize) -> Vec<String> {
    let count = random.below(most + 1);
    (0..count)
        .map(|_| {
            let name = match random.below(100) {
                0..80 => random.pick(NAMES).to_owned(),
                _ => text(random, 3, TEXT),
            };
            let value = if random.percent(12) { String::new() } else { text(random, 6, TEXT) };
            format!("{}={}", escape(&name, style), escape(&value, style))
        })
        .collect()
}

const NAMES: &[&str] = &[
    "From",
    "FromCity",
    "FromCityZip",
    "To",
    "Body",
    "body",
    "MessageSid",
    "a",
    "A",
    "aa",
    "a b",
    "x[]",
    "ü",
    "Direction",
];

const TEXT: &[&str] = &[
    "a", "b", "Z", "0", "7", " ", "+", "%", "&", "=", "ü", "é", "e\u{301}", "日本", "🎈", "\u{e000}", "\u{ffee}", "'",
    "\"", "\\", "\r\n", "\t", "(", ")", "~", "*", "!", "?", "#", "/", ":", "@", ";", ",", "+1555", "hello", "null",
    "<", "\u{0}", "\u{7f}", "%41", "[", "]",
];

fn text(random: &mut Random, most: usize, alphabet: &[&str]) -> String {
    (0..random.below(most + 1)).map(|_| random.pick(alphabet)).collect()
}

pub(crate) fn escape(text: &str, style: Style) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        let plain = match style {
            Style::Form => character.is_ascii_alphanumeric() || "*-._".contains(character),
            Style::Percent => character.is_ascii_alphanumeric() || "-._~!*'()".contains(character),
            Style::Lower => character.is_ascii_digit(),
            Style::Raw => !character.is_control() && !" &=+%#".contains(character),
        };
        let mut bytes = [0; 4];
        match (plain, character, style) {
            (true, ..) => escaped.push(character),
            (_, ' ', Style::Form) => escaped.push('+'),
            (_, _, Style::Lower) => {
                character.encode_utf8(&mut bytes).bytes().for_each(|byte| escaped += &format!("%{byte:02x}"));
            }
            _ => character.encode_utf8(&mut bytes).bytes().for_each(|byte| escaped += &format!("%{byte:02X}")),
        }
    }
    escaped
}
