//! Every spelling of a secret goes; nothing else does.

use std::io::Write;

use base64::prelude::*;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::store::samples::exchange;

const TOKEN: &str = "12345abcde67890ABCDE+/=&\"\\é";

fn redactor(secrets: &[&str]) -> Redactor {
    Redactor::new(secrets.iter().map(|secret| secret.as_bytes()), ["X-Own-Credential"])
}

fn percent_all(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn unicode_all(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

#[test]
fn all_spellings() {
    let redactor = redactor(&[TOKEN]);
    let form: String = form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect();
    let json = serde_json::to_string(TOKEN).unwrap();
    let json = json.trim_matches('"').strip_suffix("é").map(|start| format!("{start}é")).unwrap();
    let xml = TOKEN.replace('&', "&amp;").replace('"', "&quot;");
    let hex: String = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
    for spelling in [
        TOKEN.to_owned(),
        form.clone(),
        form.to_lowercase().replace("abcde%2b", "ABCDE%2b"),
        percent_all(TOKEN),
        percent_all(&json),
        unicode_all(TOKEN),
        percent_all(&unicode_all(TOKEN)),
        form_urlencoded::byte_serialize(json.as_bytes()).collect(),
        form_urlencoded::byte_serialize(form.as_bytes()).collect(),
        json.clone(),
        json.replace('/', "\\/"),
        xml.clone(),
        form_urlencoded::byte_serialize(xml.as_bytes()).collect(),
        hex.clone(),
        hex.to_uppercase(),
        BASE64_STANDARD.encode(TOKEN),
        BASE64_URL_SAFE_NO_PAD.encode(TOKEN),
        form_urlencoded::byte_serialize(BASE64_STANDARD.encode(TOKEN).as_bytes()).collect(),
    ] {
        let text = format!("a=1&b={spelling}&c=%20\\n é");
        let clean = redactor.text(&text);
        assert_eq!(clean, "a=1&b=[secret]&c=%20\\n é", "{spelling}");
    }
}

#[test]
fn base64_of_something_longer() {
    let redactor = redactor(&["the-secret-token"]);
    for before in ["", "u", "us", "use", "user"] {
        for after in ["", "x", "xy", "xyz"] {
            for engine in [BASE64_STANDARD, BASE64_URL_SAFE] {
                let encoded = engine.encode(format!("{before}the-secret-token{after}"));
                let clean = redactor.text(&encoded).into_owned();
                assert!(clean.contains("[secret]"), "{before} {after} {clean}");
                let left: String = clean.split("[secret]").collect();
                // All that may be left are characters that hold bits of nothing but what stands around.
                let most = (before.len() * 8 / 6) + (after.len() * 8).div_ceil(6) + 2;
                assert!(left.len() <= most, "{before} {after} {clean}");
            }
        }
    }
}

#[test]
fn standard_webhooks_keys_without_their_prefix() {
    let redactor = redactor(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
    assert_eq!(redactor.text("k=MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw."), "k=[secret].");
    assert_eq!(redactor.text("k=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw."), "k=[secret].");
}

#[test]
fn short_secrets_are_words() {
    let redactor = redactor(&["test", "longer-secret"]);
    assert_eq!(redactor.text("tested test, contest test=1"), "tested [secret], contest [secret]=1");
    assert_eq!(redactor.text("?t=%74est&u=testy"), "?t=[secret]&u=testy");
    assert_eq!(redactor.text("attestlonger-secrettest"), "attest[secret]test");
}

#[test]
fn overlapping_secrets() {
    let redactor = redactor(&["abcdefgh", "efghijkl", "cdefgh"]);
    assert_eq!(redactor.text("<abcdefghijkl>"), "<[secret]>");
    assert_eq!(redactor.text("<abcdefghabcdefgh>"), "<[secret][secret]>");
}

#[test]
fn what_is_not_secret_stays() {
    let redactor = redactor(&[TOKEN]);
    for text in ["", "12345abcde67890ABCDE", "%", "%2", "\\", "\\u12", "&#;", "100%25 \\x &amp"] {
        assert!(matches!(redactor.text(text), Cow::Borrowed(_)), "{text}");
    }
    assert!(Redactor::default().needles.is_empty());
    assert_eq!(Redactor::default().text("anything"), "anything");
}

#[test]
fn credentials_are_known_by_name_wherever_they_stand() {
    let long = "x-a-name-that-is-longer-than-two-times-sixteen-bytes";
    let redactor = Redactor::new([], [long, "X-Own"]);
    for name in CREDENTIALS.iter().copied().chain([long, "x-own"]) {
        for name in [name.to_owned(), name.to_uppercase(), format!("{}{}", name[..1].to_uppercase(), &name[1..])] {
            let line = format!("{name}: v\r\n");
            let others = ["", "Host: a\r\n", "Content-Type: text/plain; charset=utf-8\r\nX: y\r\n"];
            for (before, after) in others.iter().flat_map(|before| others.map(|after| (before, after))) {
                let mut sample = exchange(1);
                sample.request.head = format!("GET / HTTP/1.1\r\n{before}{line}{after}\r\n").into();
                redactor.exchange(&mut sample);
                let expected = format!("GET / HTTP/1.1\r\n{before}{name}: [redacted]\r\n{after}\r\n");
                assert_eq!(sample.request.head, expected.as_bytes());
            }
        }
    }
}

#[test]
fn secrets_in_names_of_headers() {
    for secret in ["0f1e2d3c4b5a69788796a5b4c3d2e1f0", "f01e2d3c4b5a6978", "S3cr3t-Token_Value", "sk_live-ABC.def~1"] {
        let redactor = redactor(&[secret]);
        for (before, after) in [("", ""), ("x-", ""), ("x-key", "-y"), ("key_", "a")] {
            let name = http::HeaderName::try_from(format!("{before}{secret}{after}")).unwrap();
            let headers = http::HeaderMap::from_iter([(name, http::HeaderValue::from_static("1"))]);
            let mut sample = exchange(1);
            sample.request =
                Message::request(&http::Method::GET, &"/".parse().unwrap(), http::Version::HTTP_11, &headers);
            redactor.exchange(&mut sample);
            let head = String::from_utf8_lossy(&sample.request.head).to_lowercase();
            assert!(head.contains(&format!("{before}[secret]{after}: 1")), "{head}");
        }
        assert!(redactor.needles.has_quick_answer());
    }
}

#[test]
fn heads() {
    let redactor = redactor(&["s3cr3t-value"]);
    let mut sample = exchange(1);
    sample.request.head = Bytes::from_static(
        b"POST /hook?key=s3cr3t-value HTTP/1.1\r\nAuthorization: Basic czNjcjN0LXZhbHVl\r\nCookie: a=1\r\nCookie: \r\n\
          x-own-credential: anything\r\nX-Note: s3cr3t-value and s3cr3t-value\r\nX-Gitlab-Token: \xff\r\n\r\n",
    );
    sample.decision.delivery_id = Some("id-s3cr3t-value".to_owned());
    sample.decision.public_url = Some("https://example.com/hook?key=s3cr3t-value".to_owned());
    sample.explanation = Some("{\"a\":\"s3cr3t-value\"}".into());
    sample.redacted = false;
    redactor.exchange(&mut sample);
    assert_eq!(
        sample.request.head,
        &b"POST /hook?key=[secret] HTTP/1.1\r\nAuthorization: [redacted]\r\nCookie: [redacted]\r\nCookie: \r\n\
           x-own-credential: [redacted]\r\nX-Note: [secret] and [secret]\r\nX-Gitlab-Token: [redacted]\r\n\r\n"[..]
    );
    assert!(sample.redacted);
    assert_eq!(sample.target(), "/hook?key=[secret]");
    assert_eq!(sample.decision.delivery_id.as_deref(), Some("id-[secret]"));
    assert_eq!(sample.decision.public_url.as_deref(), Some("https://example.com/hook?key=[secret]"));
    assert_eq!(sample.explanation.as_deref(), Some("{\"a\":\"[secret]\"}"));

    let again = sample.request.head.clone();
    redactor.exchange(&mut sample);
    assert_eq!(sample.request.head, again, "a second time changes nothing");
}

#[test]
fn passwords_in_urls() {
    let mut sample = exchange(1);
    sample.request.head = Bytes::from_static(b"GET http://ada:lovelace@example.com/?u=http://a:b@c HTTP/1.1\r\n\r\n");
    sample.decision.public_url = Some("https://ada:love@lace@example.com:80/@".to_owned());
    Redactor::default().exchange(&mut sample);
    assert_eq!(sample.target(), "http://ada:[redacted]@example.com/?u=http://a:b@c");
    assert_eq!(sample.decision.public_url.as_deref(), Some("https://ada:[redacted]@example.com:80/@"));
    assert!(sample.redacted);
    for url in ["https://example.com:80/a@b", "https://ada@example.com/", "https://ada:@example.com/", "/a?b=c:d@e"] {
        assert_eq!(password(url.as_bytes()), None, "{url}");
    }
}

#[test]
fn bodies_in_pieces_and_cut_off() {
    let redactor = redactor(&["abcdefgh+jklmnop"]);
    let body = |pieces: &[&str], truncated: bool| {
        let mut sample = exchange(1);
        sample.request.body.frames = pieces.iter().map(|piece| Bytes::copy_from_slice(piece.as_bytes())).collect();
        (sample.request.body.truncated, sample.request.body.complete) = (truncated, true);
        sample.redacted = false;
        redactor.exchange(&mut sample);
        (String::from_utf8(sample.request.body.to_bytes().to_vec()).unwrap(), sample.redacted)
    };
    assert_eq!(body(&["a=abcde", "fgh", "+jklmnop&b"], false), ("a=[secret]&b".to_owned(), true));
    assert_eq!(body(&["a=abcde", "fgh"], false), ("a=abcdefgh".to_owned(), false));
    assert_eq!(body(&["a=abcde", "fgh"], true), ("a=[secret]".to_owned(), true));
    for cut in ["a=abcdefgh%2", "a=abcdefgh%2Bjk", "a=abcdefgh%", "a=%61%62", "a=abcdefgh\\u00", "a=abcdefgh%5cu002b"] {
        assert_eq!(body(&[cut], true), ("a=[secret]".to_owned(), true), "{cut}");
    }
    let encoded = BASE64_STANDARD.encode("u:abcdefgh+jklmnop");
    let (clean, _) = body(&[encoded.get(..15).unwrap()], true);
    assert_eq!(clean, "dT[secret]");
}

#[test]
fn compressed_bodies() {
    let redactor = redactor(&["abcdefgh+jklmnop"]);
    let compress = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        Bytes::from(encoder.finish().unwrap())
    };
    let clean = |body: Bytes| {
        let mut sample = exchange(1);
        sample.request.head = Bytes::from_static(b"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n");
        sample.request.body.frames = vec![body].into();
        redactor.exchange(&mut sample);
        sample.request.body.to_bytes()
    };
    assert_eq!(clean(compress("{\"a\":\"abcdefgh+jklmnop\"}")), &b"[secret]"[..]);
    let other = compress("{\"a\":1}");
    assert_eq!(clean(other.clone()), other);
    assert_eq!(clean(Bytes::from_static(b"no gzip")), &b"no gzip"[..]);
}

#[test]
fn bodies_that_cannot_be_looked_into() {
    let zstandard = b"\x28\xb5\x2f\xfd\x04\x58";
    let clean = |redactor: &Redactor, head: &'static [u8], body: &'static [u8]| {
        let mut sample = exchange(1);
        sample.request.head = Bytes::from_static(head);
        sample.request.body.frames = vec![Bytes::from_static(body)].into();
        redactor.exchange(&mut sample);
        (sample.lacks_secret(&sample.request.body.to_bytes()), sample.request.body.to_bytes())
    };
    let with_secrets = redactor(&["abcdefgh+jklmnop"]);
    let head = b"POST / HTTP/1.1\r\nContent-Encoding: identity\r\nContent-Encoding: zstd\r\n\r\n";
    let (lacks, body) = clean(&with_secrets, head, zstandard);
    assert!(lacks && body.starts_with(b"[secret] may be in this body"), "{body:?}");
    assert_eq!(clean(&with_secrets, head, b"plain text"), (false, Bytes::from_static(b"plain text")));
    // What stands in clear text is kept apart from the secret, whatever it says to be.
    assert_eq!(clean(&with_secrets, head, b"a=abcdefgh+jklmnop"), (true, Bytes::from_static(b"a=[secret]")));
    assert_eq!(clean(&redactor(&[]), head, zstandard), (false, Bytes::from_static(zstandard)));
}

#[test]
fn compressed_bodies_that_were_cut_off() {
    let redactor = redactor(&["abcdefgh+jklmnop"]);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(b"1234567890 abcdefgh+jklmnop").unwrap();
    let whole = encoder.finish().unwrap();
    // A trailer of eight bytes, and half of the secret.
    let mut sample = exchange(1);
    sample.request.head = Bytes::from_static(b"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n");
    sample.request.body.frames = vec![Bytes::from(whole[..whole.len() - 16].to_vec())].into();
    sample.request.body.truncated = true;
    redactor.exchange(&mut sample);
    assert_eq!(sample.request.body.to_bytes(), &b"[secret]"[..]);
}

#[test]
fn large_bodies_over_the_windows() {
    let redactor = redactor(&["abcdefgh+jklmnop"]);
    for distance in [131_000, 131_060, 131_072, 140_000] {
        let text = format!("%20{}abcdefgh%2Bjklmnop{}", "x".repeat(distance), "%20y".repeat(50_000));
        let clean = redactor.text(&text);
        assert_eq!(clean.matches("[secret]").count(), 1, "{distance}");
        assert_eq!(clean.len(), text.len() - "abcdefgh%2Bjklmnop".len() + "[secret]".len());
    }
}

proptest! {
    /// However a secret is escaped, and wherever it stands, no run of eight of its bytes is left.
    #[test]
    fn no_mixture_of_escapes_hides_a_secret(
        before in "[ -~]{0,40}",
        after in "[ -~]{0,40}",
        how in proptest::collection::vec(0..4_u8, 16),
    ) {
        let secret = "S3cr3t/Token+V=1";
        // A blank on either side, so that what stands there does not become part of an escape.
        let mut text = format!("{before} ");
        let json = how.contains(&2);
        for (byte, how) in secret.bytes().zip(how) {
            match how {
                1 if !json => text.push_str(&format!("%{byte:02X}")),
                2 => text.push_str(&format!("\\u{byte:04x}")),
                _ => text.push(byte.into()),
            }
        }
        text.push(' ');
        text.push_str(&after);
        let redactor = redactor(&[secret]);
        let clean = redactor.text(&text);
        prop_assert!(clean.starts_with(&before) && clean.ends_with(&after), "{} from {}", clean, text);
        prop_assert_eq!(clean.len(), before.len() + after.len() + 2 + "[secret]".len());
    }
}

/// One byte of a secret, escaped in one of the ways that two layers have.
fn escape(byte: u8, how: u8) -> String {
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let (once, unit) = (percent(char::from(byte).encode_utf8(&mut [0; 4])), format!("u{byte:04x}"));
    match how {
        0 => once,
        1 => format!("\\{unit}"),
        2 => once.replace('%', "%25"),
        3 => percent(&once),
        4 => format!("%5C{unit}"),
        5 => format!("\\{}", percent(&unit)),
        6 => once.replace('%', "\\u0025"),
        7 => format!("\\\\{unit}"),
        8 => format!("\\\\u00{}", percent("41").replace('%', "\\u0025")),
        9 if byte == b'/' => "\\/".to_owned(),
        10 if byte == b'/' => "\\\\/".to_owned(),
        11 if byte == b'/' => "\\%2F".to_owned(),
        _ => char::from(byte).to_string(),
    }
}

proptest! {
    /// The quick answer is the thorough one.
    #[test]
    fn no_doubt_means_no_secret(
        secret in prop::sample::select(vec!["f0a1b2c3d4e5f607", "S3cr3t/Token+V=1", "abc", "two words here", "100%\\now", "a-b_c~d:e"]),
        pieces in prop::collection::vec(("[%&+;:/ a-c0-9\\\\u\"]{0,12}", prop::collection::vec(0..24_u8, 16)), 1..4),
    ) {
        let redactor = redactor(&[secret]);
        let mut text = String::new();
        for (noise, ways) in &pieces {
            text.push_str(noise);
            text.extend(secret.bytes().zip(ways).map(|(byte, how)| escape(byte, *how)));
        }
        prop_assert!(redactor.needles.has_quick_answer());
        prop_assert_eq!(redactor.needles.find(text.as_bytes()), redactor.needles.find_thoroughly(text.as_bytes()), "{}", text);
    }
}

#[test]
fn usual_texts_are_without_doubt() {
    let redactor = redactor(&["f0a1b2c3d4e5f60718293a4b5c6d7e8f", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
    for text in [
        "From=%2B15558675310&Body=Ahoy%2C+it%27s+5%25+%26+more%3B+%C3%A9%0A",
        "payload=%7B%22a%22%3A%22https%3A%5C%2F%5C%2Fexample.com%5C%2F%22%7D",
        "{\"a\":\"\\\"quoted\\\"\\n\\u00e9\",\"b\":\"{\\\"c\\\":\\\"\\\\\\\"\\\"}\",\"d\":\"100%\"}",
    ] {
        assert!(!redactor.needles.is_in_doubt(text.as_bytes()), "{text}");
    }
    for text in ["%66", "\\u0066", "%2566", "\\\\u0066", "%5Cu0066"] {
        assert!(redactor.needles.is_in_doubt(text.as_bytes()), "{text}");
    }
}
