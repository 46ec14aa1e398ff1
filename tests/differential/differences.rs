//! Where an SDK is known to disagree with us, and why: each row with an example that a test holds against the SDK, so
//! that the list stays true.

use countersign::{RejectionKind, verdict::UrlForm};

use super::Sdk;
use crate::{
    delivery::{Delivery, Scheme},
    worker::Answer,
};

/// One known disagreement.
pub(crate) struct Difference {
    pub sdks: &'static [Sdk],
    pub name: &'static str,
    pub reason: &'static str,
    /// Whether it can be the cause of a disagreement that was found.
    pub applies: fn(&Found<'_>) -> bool,
    pub example: fn() -> Example,
}

/// A disagreement.
pub(crate) struct Found<'a> {
    pub delivery: &'a Delivery,
    pub ours: Result<Option<UrlForm>, RejectionKind>,
    pub sdk: &'a Answer,
}

/// A delivery that the two sides see differently.
pub(crate) struct Example {
    /// What is signed, as the documentation says.
    pub signed: Delivery,
    /// What arrives with this signature.
    pub arrives: Delivery,
    /// Whether we accept it; the SDK does the opposite.
    pub accepted_by_us: bool,
}

const BOTH_PLIVO: &[Sdk] = &[Sdk::PlivoNode, Sdk::PlivoPython];
const BOTH_TWILIO: &[Sdk] = &[Sdk::TwilioNode, Sdk::TwilioPython];

pub(crate) const DIFFERENCES: &[Difference] = &[
    // Twilio
    Difference {
        sdks: &[Sdk::TwilioNode],
        name: "shared-key",
        reason: "does not look at X-Twilio-Webhooks-Signature-Settings: HMAC_SHA256 never verifies, HMAC_MD5 passes for SHA-1",
        applies: |found| {
            found
                .delivery
                .settings
                .is_some_and(|text| text.split("algorithm").skip(1).any(|rest| !matches!(rest, "=" | "=HMAC_SHA1")))
        },
        example: || {
            let mut delivery = twilio("https://hooks.example.com/sms").form("Body=Hi");
            delivery.settings = Some("key=k,algorithm=HMAC_SHA256");
            as_signed(delivery)
        },
    },
    Difference {
        sdks: &[Sdk::TwilioPython],
        name: "two-algorithms",
        reason: "believes the first of several algorithms; we refuse them",
        applies: |found| {
            !ours(found) && found.delivery.settings.is_some_and(|text| text.matches("algorithm").count() > 1)
        },
        example: || {
            let mut delivery = twilio("https://hooks.example.com/sms").form("Body=Hi");
            delivery.settings = Some("algorithm=HMAC_SHA256,algorithm=HMAC_SHA1");
            forged(delivery.clone(), delivery)
        },
    },
    Difference {
        sdks: &[Sdk::TwilioNode],
        name: "uncovered-body",
        reason: "looks at no body but a form when the URL has no bodySHA256: any body passes under the URL's signature",
        applies: |found| !ours(found) && is_uncovered(found.delivery) && !found.delivery.url.contains(BODY_HASH),
        example: || {
            let signed = twilio("https://hooks.example.com/events");
            forged(signed.clone(), signed.json(r#"{"forged": true}"#))
        },
    },
    Difference {
        sdks: &[Sdk::TwilioNode],
        name: "body-hash-beside-a-form",
        reason: "where the URL holds the text bodySHA256 it leaves the form's parameters out of the signature",
        applies: |found| found.delivery.is_form() && found.delivery.url.contains(BODY_HASH),
        example: || as_signed(twilio("https://hooks.example.com/sms?bodySHA256=00").form("Body=Hi")),
    },
    Difference {
        sdks: &[Sdk::TwilioNode],
        name: "body-hash-of-nothing",
        reason: "takes an empty body for `{}` when it compares the hash",
        applies: |found| found.delivery.body.is_empty() && found.delivery.url.contains(BODY_HASH),
        example: || {
            let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
            as_signed(twilio(&format!("https://hooks.example.com/events?bodySHA256={hash}")))
        },
    },
    Difference {
        sdks: BOTH_TWILIO,
        name: "differing-body-hashes",
        reason: "believes the first of several bodySHA256; we refuse them if they differ",
        applies: |found| !ours(found) && found.delivery.url.matches(BODY_HASH).count() > 1,
        example: || {
            let url = format!("https://hooks.example.com/events?bodySHA256={HASH_OF_BRACES}&bodySHA256=00");
            let delivery = twilio(&url).json("{}");
            forged(delivery.clone(), delivery)
        },
    },
    Difference {
        sdks: BOTH_TWILIO,
        name: "body-hash-in-capitals",
        reason: "compares the hash as text; we compare what it says, and the URL that holds it is signed anyway",
        applies: |found| {
            ours(found) && body_hash(found.delivery).is_some_and(|hash| hash.contains(|c: char| c.is_ascii_uppercase()))
        },
        example: || {
            let url = format!("https://hooks.example.com/events?bodySHA256={}", HASH_OF_BRACES.to_uppercase());
            as_signed(twilio(&url).json("{}"))
        },
    },
    Difference {
        sdks: &[Sdk::TwilioPython],
        name: "blank-body-hash",
        reason: "drops a blank bodySHA256 from the query, so that an empty body passes; we compare it and refuse",
        applies: |found| {
            !ours(found) && found.delivery.body.is_empty() && body_hash(found.delivery).is_some_and(str::is_empty)
        },
        example: || {
            let delivery = twilio("https://hooks.example.com/events?bodySHA256=");
            forged(delivery.clone(), delivery)
        },
    },
    Difference {
        sdks: BOTH_TWILIO,
        name: "form-without-parameters",
        reason: "a form such as `&&` or `=&=` adds nothing to what is signed; we ask for its hash, as for any body that no parameter covers",
        applies: |found| !ours(found) && is_hollow_form(found.delivery),
        example: || {
            let delivery = twilio("https://hooks.example.com/sms");
            forged(delivery.clone().form(""), delivery.form("&&"))
        },
    },
    Difference {
        sdks: BOTH_TWILIO,
        name: "not-utf-8",
        reason: "decodes text with replacement characters, so that different bytes look the same; we hash the bytes",
        applies: |found| found.delivery.is_form() && is_not_utf8(&found.delivery.body),
        example: || as_signed(twilio("https://hooks.example.com/sms").form("Body=%FF")),
    },
    Difference {
        sdks: &[Sdk::TwilioPython],
        name: "body-text-not-utf-8",
        reason: "hashes a body as text; one that is not UTF-8 has lost its bytes by then",
        applies: |found| ours(found) && !found.delivery.is_form() && std::str::from_utf8(&found.delivery.body).is_err(),
        example: || {
            let hash = "a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89";
            let mut delivery = twilio(&format!("https://hooks.example.com/events?bodySHA256={hash}")).json("");
            delivery.body = vec![0xff];
            as_signed(delivery)
        },
    },
    Difference {
        sdks: &[Sdk::TwilioNode],
        name: "utf-16-order",
        reason: "sorts by UTF-16 units, where characters beyond U+FFFF come before U+E000; Twilio's SDK for Python and we sort by code points",
        applies: |found| found.delivery.is_form() && sorts_otherwise_in_utf16(&found.delivery.body),
        example: || as_signed(twilio("https://hooks.example.com/sms").form("a=%F0%9F%8E%88&a=%EE%80%80")),
    },
    Difference {
        sdks: &[Sdk::TwilioPython],
        name: "url-forms-of-node",
        reason: "does not know the normalised and re-encoded URLs that Twilio's SDK for Node accepts",
        applies: |found| matches!(found.ours, Ok(Some(UrlForm::Normalised | UrlForm::LegacyQuery))),
        example: || Example {
            signed: twilio("https://hooks.example.com/sms?a=it%27s").form("Body=Hi"),
            arrives: twilio("https://hooks.example.com/sms?a=it's").form("Body=Hi"),
            accepted_by_us: true,
        },
    },
    Difference {
        sdks: &[Sdk::TwilioPython],
        name: "bare-question-mark",
        reason: "loses a `?` without a query when it writes the URL anew",
        applies: |found| found.delivery.query() == Some(""),
        example: || as_signed(twilio("https://hooks.example.com/sms?").form("Body=Hi")),
    },
    Difference {
        sdks: &[Sdk::TwilioPython],
        name: "bare-semicolon",
        reason: "loses a `;` at the path's end when it writes the URL anew",
        applies: |found| found.delivery.path().ends_with(';'),
        example: || as_signed(twilio("https://hooks.example.com/a;").form("Body=Hi")),
    },
    Difference {
        sdks: &[Sdk::TwilioPython],
        name: "port-after-userinfo",
        reason: "cuts user:password@host:port at its first colon to drop the port",
        applies: |found| {
            ours(found)
                && found.delivery.authority().matches(':').count() == 2
                && found.delivery.authority().contains('@')
        },
        example: || Example {
            signed: twilio("https://user:pw@hooks.example.com/sms").form("Body=Hi"),
            arrives: twilio("https://user:pw@hooks.example.com:8443/sms").form("Body=Hi"),
            accepted_by_us: true,
        },
    },
    Difference {
        sdks: &[Sdk::TwilioPython],
        name: "port-after-ipv6",
        reason: "cuts [::1]:port at its first colon to drop the port",
        applies: |found| ours(found) && found.delivery.authority().contains("]:"),
        example: || Example {
            signed: twilio("https://[::1]/sms").form("Body=Hi"),
            arrives: twilio("https://[::1]:8443/sms").form("Body=Hi"),
            accepted_by_us: true,
        },
    },
    Difference {
        sdks: BOTH_TWILIO,
        name: "port-of-wss",
        reason: "takes 80 for the standard port of wss; it is 443",
        applies: |found| found.delivery.url.starts_with("wss:"),
        example: || Example {
            signed: twilio("wss://hooks.example.com:443/media"),
            arrives: twilio("wss://hooks.example.com/media"),
            accepted_by_us: true,
        },
    },
    // Plivo
    Difference {
        sdks: BOTH_PLIVO,
        name: "uncovered-body",
        reason: "is not given bodies that are no form, nor those of GETs: any body passes under the URL's signature",
        applies: |found| !ours(found) && is_uncovered(found.delivery),
        example: || {
            let signed = plivo("POST", "https://hooks.example.com/events");
            forged(signed.clone(), signed.json(r#"{"forged": true}"#))
        },
    },
    Difference {
        sdks: BOTH_PLIVO,
        name: "form-without-parameters",
        reason: "a form such as `&&` or `=&=` adds nothing to what is signed; we refuse what nothing covers",
        applies: |found| !ours(found) && is_hollow_form(found.delivery),
        example: || {
            let delivery = plivo("POST", "https://hooks.example.com/sms");
            forged(delivery.clone().form(""), delivery.form("&&"))
        },
    },
    Difference {
        sdks: BOTH_PLIVO,
        name: "other-methods",
        reason: "knows GET and POST only; for Node the error is `Please provide authToken`",
        applies: |found| {
            ours(found) && !matches!(found.delivery.method, "GET" | "POST") && matches!(found.sdk, Answer::Raised(_))
        },
        example: || as_signed(plivo("PUT", "https://hooks.example.com/sms").form("Text=Hi")),
    },
    Difference {
        sdks: BOTH_PLIVO,
        name: "list-with-spaces",
        reason: "does not trim the signatures of a list",
        applies: |found| ours(found) && found.delivery.signature.contains(", "),
        example: || {
            let signed = plivo("POST", "https://hooks.example.com/sms").form("Text=Hi");
            let arrives = Delivery { signature: "AAAA, {}".to_owned(), ..signed.clone() };
            Example { signed, arrives, accepted_by_us: true }
        },
    },
    Difference {
        sdks: BOTH_PLIVO,
        name: "list-of-v2",
        reason: "knows lists of V3 signatures, but not of V2 ones",
        applies: |found| {
            ours(found) && found.delivery.scheme == Scheme::PlivoV2 && found.delivery.signature.contains(',')
        },
        example: || {
            let signed = Delivery::new(Scheme::PlivoV2, "POST", "https://hooks.example.com/sms");
            let arrives = Delivery { signature: "{},{}".to_owned(), ..signed.clone() };
            Example { signed, arrives, accepted_by_us: true }
        },
    },
    Difference {
        sdks: &[Sdk::PlivoPython],
        name: "url-beyond-ascii",
        reason: "raises UnicodeEncodeError or UnicodeDecodeError for a URL that is, or decodes to, more than ASCII",
        applies: |found| {
            matches!(found.sdk, Answer::Raised(text) if text.starts_with("Unicode"))
                && (!found.delivery.url.is_ascii()
                    || !decode(found.delivery.query().unwrap_or_default().as_bytes()).is_ascii())
        },
        example: || as_signed(plivo("GET", "https://hooks.example.com/sms?Text=%C3%BC")),
    },
    Difference {
        sdks: &[Sdk::PlivoPython],
        name: "path-parameters",
        reason: "leaves `;` and what follows it in the path's last segment out of the signature",
        applies: |found| found.delivery.path().contains(';'),
        example: || as_signed(plivo("POST", "https://hooks.example.com/a;v=1").form("Text=Hi")),
    },
    Difference {
        sdks: &[Sdk::PlivoPython],
        name: "not-utf-8",
        reason: "is given a form whose text was decoded with replacement characters",
        applies: |found| found.delivery.is_form() && is_not_utf8(&found.delivery.body),
        example: || as_signed(plivo("POST", "https://hooks.example.com/sms").form("Text=%FF")),
    },
    Difference {
        sdks: &[Sdk::PlivoNode],
        name: "not-utf-8",
        reason: "decodes query and form with replacement characters",
        applies: |found| {
            is_not_utf8(found.delivery.query().unwrap_or_default().as_bytes())
                || found.delivery.is_form() && is_not_utf8(&found.delivery.body)
        },
        example: || as_signed(plivo("GET", "https://hooks.example.com/sms?Text=%FF")),
    },
    Difference {
        sdks: &[Sdk::PlivoNode],
        name: "utf-16-order",
        reason: "sorts by UTF-16 units, where characters beyond U+FFFF come before U+E000; Plivo's SDK for Python and we sort by code points",
        applies: |found| {
            found.delivery.is_form() && sorts_otherwise_in_utf16(&found.delivery.body)
                || sorts_otherwise_in_utf16(found.delivery.query().unwrap_or_default().as_bytes())
        },
        example: || as_signed(plivo("POST", "https://hooks.example.com/sms").form("a=%F0%9F%8E%88&a=%EE%80%80")),
    },
    Difference {
        sdks: &[Sdk::PlivoNode],
        name: "userinfo",
        reason: "leaves user and password out of the URL that it signs",
        applies: |found| found.delivery.authority().contains('@'),
        example: || as_signed(plivo("POST", "https://user:pw@hooks.example.com/sms").form("Text=Hi")),
    },
    Difference {
        sdks: &[Sdk::PlivoNode],
        name: "ipv6",
        reason: "cannot read the address in a URL such as https://[::1]/",
        applies: |found| found.delivery.authority().contains('['),
        example: || as_signed(plivo("POST", "https://[::1]/sms").form("Text=Hi")),
    },
    Difference {
        sdks: &[Sdk::PlivoNode],
        name: "url-beyond-ascii",
        reason: "encodes the URL as UTF-8 twice",
        applies: |found| !found.delivery.url.is_ascii(),
        example: || as_signed(plivo("GET", "https://hooks.example.com/sms?Text=ü")),
    },
    Difference {
        sdks: &[Sdk::PlivoNode],
        name: "at-sign",
        reason: "takes what stands before an `@` in path or query for user and password",
        applies: |found| found.delivery.target().contains('@'),
        example: || as_signed(plivo("GET", "https://hooks.example.com/sms?Text=a@b")),
    },
];

const BODY_HASH: &str = "bodySHA256";
/// SHA-256 of `{}`.
const HASH_OF_BRACES: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn ours(found: &Found<'_>) -> bool {
    found.ours.is_ok()
}

/// Whether the SDK is given a body of which it looks at nothing.
fn is_uncovered(delivery: &Delivery) -> bool {
    let is_unread = !delivery.is_form() || (delivery.scheme != Scheme::Twilio && delivery.method == "GET");
    !delivery.body.is_empty() && is_unread
}

fn is_hollow_form(delivery: &Delivery) -> bool {
    let mut pairs = delivery.body.split(|byte| *byte == b'&');
    delivery.is_form() && !delivery.body.is_empty() && pairs.all(|pair| matches!(pair, b"" | b"="))
}

fn body_hash(delivery: &Delivery) -> Option<&str> {
    let pairs = delivery.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(name, _)| *name == BODY_HASH).map(|(_, value)| value).next()
}

fn is_not_utf8(raw: &[u8]) -> bool {
    String::from_utf8(decode(raw)).is_err()
}

/// Whether names, or the values of one name, have another order by UTF-16 units than by code points.
fn sorts_otherwise_in_utf16(raw: &[u8]) -> bool {
    let mut pairs: Vec<(String, String)> = form_urlencoded::parse(raw).into_owned().collect();
    pairs.sort();
    let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
    !pairs.is_sorted_by_key(|(name, value)| (units(name), units(value)))
}

fn decode(raw: &[u8]) -> Vec<u8> {
    let digit = |at: usize| raw.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 2;
            }
            _ => decoded.push(*byte),
        }
        at += 1;
    }
    decoded
}

fn twilio(url: &str) -> Delivery {
    Delivery::new(Scheme::Twilio, "POST", url)
}

fn plivo(method: &'static str, url: &str) -> Delivery {
    Delivery::new(Scheme::PlivoV3, method, url)
}

/// Arrives as it was signed: we accept it.
fn as_signed(delivery: Delivery) -> Example {
    Example { signed: delivery.clone(), arrives: delivery, accepted_by_us: true }
}

/// We refuse what the SDK accepts.
fn forged(signed: Delivery, arrives: Delivery) -> Example {
    Example { signed, arrives, accepted_by_us: false }
}
