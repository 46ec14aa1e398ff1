//! What happens to a signed delivery on its way: some of it harmless, most of it not.

use super::{generate, random::Random};
use crate::delivery::{Delivery, Scheme};

/// Changes a signed delivery, and says what was changed.
pub(crate) fn tamper(delivery: &mut Delivery, random: &mut Random) -> &'static str {
    let (name, change) = random.pick(CHANGES);
    change(delivery, random);
    name
}

type Change = fn(&mut Delivery, &mut Random);

const CHANGES: &[(&str, Change)] = &[
    ("body: a byte changed", |delivery, random| {
        if !delivery.body.is_empty() {
            let at = random.below(delivery.body.len());
            delivery.body[at] = random.pick(b"abAB01+%&=");
        }
    }),
    ("body: a parameter added", |delivery, random| {
        let separator: &[u8] = if delivery.body.is_empty() { b"" } else { b"&" };
        delivery.body.extend_from_slice(separator);
        delivery.body.extend_from_slice(random.pick(&["x=1", "a=", "Body=more", "=", "", "zz"]).as_bytes());
    }),
    ("body: a parameter repeated", |delivery, random| {
        body_pairs(delivery, |pairs| {
            let again = pairs[random.below(pairs.len())].clone();
            pairs.push(again);
        });
    }),
    ("body: a parameter removed", |delivery, random| {
        body_pairs(delivery, |pairs| drop(pairs.remove(random.below(pairs.len()))));
    }),
    ("body: parameters in another order", |delivery, random| body_pairs(delivery, |pairs| random.shuffle(pairs))),
    ("body: a value moved into its name", |delivery, random| {
        body_pairs(delivery, |pairs| {
            let at = random.below(pairs.len());
            pairs[at] = pairs[at].replacen('=', "", 1) + "=";
        });
    }),
    ("body: escaped otherwise", |delivery, random| {
        let text = String::from_utf8_lossy(&delivery.body);
        delivery.body = escape_otherwise(&text, random).into_bytes();
    }),
    ("body: replaced", |delivery, random| delivery.body = generate::form(random)),
    ("body: gone", |delivery, _| delivery.body.clear()),
    ("content type changed", |delivery, random| {
        delivery.content_type = random.pick(&[
            None,
            Some("application/json"),
            Some("multipart/form-data; boundary=x"),
            Some(crate::delivery::FORM),
        ]);
    }),
    ("url: port added or dropped", |delivery, random| {
        let authority = delivery.authority().to_owned();
        let port_at = authority.rfind(':').filter(|at| authority[at + 1..].bytes().all(|byte| byte.is_ascii_digit()));
        let changed = match port_at {
            Some(at) => authority[..at].to_owned(),
            None => authority.clone() + random.pick(&[":443", ":80", ":8443"]),
        };
        delivery.url = delivery.url.replacen(&authority, &changed, 1);
    }),
    ("url: parameters in another order", |delivery, random| query_pairs(delivery, |pairs| random.shuffle(pairs))),
    ("url: escaped otherwise", |delivery, random| {
        if let Some((start, query)) = delivery.url.split_once('?') {
            delivery.url = format!("{start}?{}", escape_otherwise(query, random));
        }
    }),
    ("url: a parameter added", |delivery, random| {
        delivery.url += if delivery.query().is_some() { "&" } else { "?" };
        delivery.url += random.pick(&["x=1", "a=", "", "bodySHA256=00"]);
    }),
    ("url: a parameter removed", |delivery, random| {
        query_pairs(delivery, |pairs| drop(pairs.remove(random.below(pairs.len()))));
    }),
    ("url: a slash more or less", |delivery, _| {
        let (path, target) = (delivery.path().to_owned(), delivery.target().to_owned());
        let changed =
            if path.len() > 1 && path.ends_with('/') { path[..path.len() - 1].to_owned() } else { format!("{path}/") };
        let start = delivery.url.len() - target.len();
        delivery.url = format!("{}{changed}{}", &delivery.url[..start], &target[path.len()..]);
    }),
    ("url: other scheme", |delivery, _| {
        delivery.url = match delivery.url.strip_prefix("https://") {
            Some(rest) => format!("http://{rest}"),
            None => delivery.url.replacen("http://", "https://", 1),
        };
    }),
    ("url: other host", |delivery, _| delivery.url = delivery.url.replacen("example", "example2", 1)),
    ("url: host in another case", |delivery, _| delivery.url = delivery.url.replacen("example", "EXAMPLE", 1)),
    ("url: replaced", |delivery, random| delivery.url = generate::url(delivery.scheme, random)),
    ("token: another", |delivery, random| {
        delivery.token = match random.below(3) {
            0 => delivery.token.to_ascii_uppercase() + "x",
            1 => format!(" {}", delivery.token),
            _ => delivery.token[1..].to_owned(),
        };
    }),
    ("signature: a character changed", |delivery, random| {
        let mut bytes = delivery.signature.clone().into_bytes();
        if !bytes.is_empty() {
            let at = random.below(bytes.len());
            bytes[at] = random.pick(b"abAB01+/=");
        }
        delivery.signature = String::from_utf8(bytes).expect("ASCII");
    }),
    ("signature: written otherwise", |delivery, random| {
        let text = &delivery.signature;
        delivery.signature = match random.below(6) {
            0 => text.trim_end_matches('=').to_owned(),
            1 => text.replace('+', "-").replace('/', "_"),
            2 => text.to_ascii_lowercase(),
            3 => format!("{text}="),
            4 => text.chars().rev().collect(),
            _ => String::new(),
        };
    }),
    ("signature: in a list", |delivery, random| {
        let text = &delivery.signature;
        let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        delivery.signature = match random.below(4) {
            0 => format!("{text},{other}"),
            1 => format!("{other},{text}"),
            2 => format!("{other},,{text},"),
            _ => format!("{other}, {text}"),
        };
    }),
    ("nonce: another", |delivery, random| delivery.nonce += random.pick(&["0", ".", "a"])),
    ("method: another", |delivery, random| delivery.method = random.pick(&["GET", "POST", "PUT"])),
    ("settings: others", |delivery, random| {
        if delivery.scheme == Scheme::Twilio {
            delivery.settings = random.pick(&[
                None,
                Some("algorithm=HMAC_SHA256"),
                Some("algorithm=HMAC_SHA512"),
                Some("algorithm=HMAC_SHA1,algorithm=HMAC_SHA256"),
            ]);
        }
    }),
];

fn body_pairs(delivery: &mut Delivery, change: impl FnOnce(&mut Vec<String>)) {
    // Only where no byte would be lost.
    let Ok(text) = std::str::from_utf8(&delivery.body) else { return };
    if !text.is_empty() {
        let mut pairs = text.split('&').map(str::to_owned).collect();
        change(&mut pairs);
        delivery.body = pairs.join("&").into_bytes();
    }
}

fn query_pairs(delivery: &mut Delivery, change: impl FnOnce(&mut Vec<String>)) {
    if let Some((start, query)) = delivery.url.split_once('?').filter(|(_, query)| !query.is_empty()) {
        let mut pairs = query.split('&').map(str::to_owned).collect();
        change(&mut pairs);
        delivery.url = format!("{start}?{}", pairs.join("&"));
    }
}

fn escape_otherwise(text: &str, random: &mut Random) -> String {
    match random.below(5) {
        0 => text.replace('+', "%20"),
        1 => text.replace("%20", "+"),
        2 => text.replace("%2C", ",").replace("%27", "'").replace("%21", "!").replace("%28", "("),
        3 => text.replace('\'', "%27").replace('*', "%2A").replace('~', "%7E"),
        _ => text.replace("%C3%BC", "%c3%bc").replace("%2B", "%2b").replace("From", "%46rom"),
    }
}
