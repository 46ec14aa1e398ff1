//! What is said: verdicts, exit codes, times, several requests at once, and no secrets.

use std::ffi::OsString;

use countersign::vectors::Expectation;
use serde_json::{Value, json};

use crate::{
    forms::{Delivery, Folder, har, raw, settings, vectors, verify},
    support::{Ends, TOKEN, countersign, signed, twilio_signature},
};

fn arguments(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// A genuine Twilio delivery.
fn twilio() -> Delivery {
    let signature = twilio_signature(TOKEN, &http::Method::POST, "https://hooks.example.com/sms?a=1", "Body=Hi");
    Delivery {
        method: "POST".to_owned(),
        url: "https://hooks.example.com/sms?a=1".to_owned(),
        headers: vec![
            ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ("X-Twilio-Signature".to_owned(), signature),
        ],
        body: b"Body=Hi".to_vec(),
        now: None,
    }
}

#[test]
fn the_same_words_for_people() {
    let folder = Folder::new("people");
    let mut delivery = twilio();
    let run = |delivery: &Delivery| {
        let output = countersign().arg("verify").args(har(delivery, &folder)).args(["--secret", TOKEN]).ends();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = run(&delivery);
    assert_eq!(code, Some(0));
    for expected in [
        "accepted  entry 1  Twilio (told by its headers)  POST https://hooks.example.com/sms\n",
        "secret     argument 1\n",
        "signed URL https, as-requested\n",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    delivery.body[0] ^= 1;
    let (code, text) = run(&delivery);
    assert_eq!(code, Some(1));
    let expected = "refused: signature-mismatch  entry 1  Twilio";
    assert!(text.starts_with(expected) && text.contains("reason     the signature does not match\n"), "{text}");
    assert!(!text.contains(TOKEN) && !text.contains("a=1"), "{text}");
}

#[test]
fn several_entries() {
    let folder = Folder::new("several");
    let (genuine, mut broken) = (twilio(), twilio());
    broken.body[0] ^= 1;
    let mut other = twilio();
    other.headers.clear();
    let entries = |deliveries: &[&Delivery]| {
        let entries: Vec<Value> = deliveries
            .iter()
            .map(|delivery| {
                let one = har(delivery, &folder).pop().unwrap();
                let one: Value = serde_json::from_slice(&std::fs::read(one).unwrap()).unwrap();
                one["log"]["entries"][0].clone()
            })
            .collect();
        let path = folder.file("entries", json!({ "log": { "entries": entries } }).to_string().as_bytes());
        vec![OsString::from("--har"), path.into(), "--secret".into(), TOKEN.into()]
    };
    let verdicts = |arguments: &[OsString]| {
        let said = verify(arguments);
        let verdicts: Vec<_> = said.values.iter().map(|value| value["verdict"].as_str().unwrap().to_owned()).collect();
        (said.code, verdicts.join(" "))
    };
    let all = entries(&[&genuine, &broken, &other]);
    assert_eq!(verdicts(&all), (1, "accepted refused undecided".to_owned()));
    assert_eq!(verdicts(&entries(&[&genuine, &genuine])), (0, "accepted accepted".to_owned()));
    assert_eq!(verdicts(&entries(&[&genuine, &other])), (2, "accepted undecided".to_owned()));
    let with = |more: &[&str]| [all.clone(), arguments(more)].concat();
    assert_eq!(verdicts(&with(&["--provider", "twilio"])), (1, "accepted refused refused".to_owned()));
    assert_eq!(verdicts(&with(&["--entry", "1"])), (0, "accepted".to_owned()));
    assert_eq!(verdicts(&with(&["--entry", "2"])), (1, "refused".to_owned()));
    for (more, expected) in [
        (&["--entry", "3"][..], "name the provider with --provider"),
        (&["--entry", "4"], "the entries 1 to 3"),
        (&["--entry", "0"], "the entries 1 to 3"),
    ] {
        let said = verify(&with(more));
        assert_eq!((said.code, said.stderr.lines().count()), (2, 1), "{said:?}");
        assert!(said.stderr.contains(expected) && said.stdout.is_empty(), "{said:?}");
    }
}

/// A time counts in this order: --at, --now, the recording's own, now.
#[test]
fn times() {
    let folder = Folder::new("times");
    let vector = vectors("stripe").into_iter().find(|vector| vector.expect == Expectation::Valid).unwrap();
    let delivery = Delivery::of(&vector);
    let settings = settings(Some("stripe"), &vector).unwrap();
    let reason = |arguments: Vec<OsString>, more: &[&str]| {
        let more = more.iter().map(OsString::from).collect();
        let said = verify(&[arguments, settings.clone(), more].concat());
        said.values[0]["reason"].as_str().unwrap_or("none").to_owned()
    };
    assert_eq!(reason(har(&delivery, &folder), &[]), "none");
    assert_eq!(reason(har(&delivery, &folder), &["--now"]), "timestamp-too-old");
    assert_eq!(reason(har(&delivery, &folder), &["--at", "0"]), "timestamp-too-new");
    assert_eq!(reason(har(&delivery, &folder), &["--at", "1970-01-01T00:00:00Z"]), "timestamp-too-new");
    let message = folder.file("message", &delivery.message());
    assert_eq!(reason(vec!["--raw".into(), message.clone().into()], &[]), "timestamp-too-old");
    let at = delivery.now.unwrap().to_string();
    let said = verify(&[vec!["--raw".into(), message.into(), "--at".into(), at.into()], settings.clone()].concat());
    assert_eq!((said.code, said.values[0]["secret"].as_str()), (0, Some("argument 1")), "{said:?}");
    assert_eq!(said.values[0]["at"], "2018-08-02T10:12:00Z");
    assert_eq!(said.values[0]["signed_at"], "2018-08-02T10:10:20Z");
}

/// Where the message has another URL than the provider called.
#[test]
fn public_urls() {
    let folder = Folder::new("urls");
    let message = signed(TOKEN, "/in/sms?a=1", "Body=Hi");
    let stripped = message.replace("/in/sms", "/sms").replace("Host: hooks.example.com", "Host: localhost:3000");
    let path = folder.file("message", stripped.as_bytes());
    let run = |more: &[&str]| {
        let more = more.iter().map(OsString::from).collect();
        let said = verify(&[vec!["--raw".into(), path.clone().into(), "--secret".into(), TOKEN.into()], more].concat());
        (said.code, said.values[0]["url"].as_str().unwrap().to_owned())
    };
    assert_eq!(run(&[]), (1, "https://localhost:3000/sms?a=1".to_owned()));
    let public = "https://hooks.example.com/in/sms?a=1".to_owned();
    assert_eq!(run(&["--public-url", "https://hooks.example.com/in"]), (0, public.clone()));
    assert_eq!(run(&["--public-url", "https://hooks.example.com/in/sms"]), (0, public.clone()));
    assert_eq!(run(&["--public-url", &public]), (0, public));
    assert_eq!(run(&["--public-url", "https://hooks.example.com"]).0, 1);
    // Both schemes of the host that the message names.
    let path = folder.file("message", message.as_bytes());
    let said = verify(&[vec!["--raw".into(), path.into()], arguments(&["--secret", TOKEN])].concat());
    assert_eq!((said.code, &said.values[0]["signed_url"]["scheme"]), (0, &"https".into()));
}

#[test]
fn challenges_are_answered() {
    let folder = Folder::new("challenge");
    let vector = vectors("slack").into_iter().find(|vector| vector.expect == Expectation::Challenge).unwrap();
    let said = verify(&[har(&Delivery::of(&vector), &folder), settings(Some("slack"), &vector).unwrap()].concat());
    assert_eq!(
        (said.code, &said.values[0]["verdict"], &said.values[0]["status"]),
        (0, &"answered".into(), &200.into())
    );
}

/// What is missing cannot have been verified, whatever the signature covers.
#[test]
fn bodies_that_were_cut() {
    let folder = Folder::new("cut");
    let mut message = twilio().message();
    message.truncate(message.len() - 2);
    let path = folder.file("cut", &message);
    let said = verify(&[vec!["--raw".into(), path.into()], arguments(&["--secret", TOKEN])].concat());
    assert_eq!((said.code, &said.values[0]["reason"]), (1, &"body-incomplete".into()));
    assert_eq!(said.values[0]["notes"][0], "Content-Length says 7 bytes; only 5 are there");
}

/// A scheme of one's own.
#[test]
fn a_toml_file() {
    let folder = Folder::new("toml");
    let path = folder.path.join("acme.toml");
    let file = "id = \"acme\"\nalgorithm = \"hmac-sha256\"\nsigned = \"{body}\"\n\n[signature]\nheader = \"X-Acme\"\nencoding = \"hex\"\n";
    std::fs::write(&path, file).unwrap();
    // HMAC-SHA256 of "The quick brown fox jumps over the lazy dog" under "key".
    let signature = "X-Acme: f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
    let body = "The quick brown fox jumps over the lazy dog";
    let run = |body: &str| {
        let words = [
            "--url",
            "https://h/",
            "-H",
            signature,
            "--data",
            body,
            "--verify-webhook-secret",
            "key",
            "--verify-webhook",
        ];
        verify(&[arguments(&words), vec![path.clone().into()]].concat())
    };
    let said = run(body);
    assert_eq!((said.code, &said.values[0]["provider"]), (0, &"acme".into()), "{said:?}");
    assert_eq!(run("The quick brown fox jumps over the lazy cog").code, 1);
}

/// Neither secrets nor what they would have signed appear, on either stream, whatever the verdict.
#[test]
fn nothing_secret_is_shown() {
    let folder = Folder::new("secret");
    let mut delivery = twilio();
    let right = delivery.headers[1].1.clone();
    delivery.headers[1].1 = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned();
    delivery.headers.push(("Authorization".to_owned(), "Bearer do-not-show".to_owned()));
    delivery.url = delivery.url.replace("https://", "https://user:do-not-show@");
    for secret in [TOKEN, " do-not-show ", "AC0123456789abcdef0123456789abcdef"] {
        for (arguments, format) in [(har(&delivery, &folder), &["--json"][..]), (raw(&delivery, &folder), &[])] {
            let output = countersign().arg("verify").args(arguments).args(format).args(["--secret", secret]).ends();
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert_eq!(output.status.code(), Some(1), "{text}");
            for hidden in [TOKEN, "do-not-show", "AC01234", &right] {
                assert!(!text.contains(hidden), "{hidden}: {text}");
            }
        }
    }
}
