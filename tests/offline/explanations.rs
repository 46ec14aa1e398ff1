//! Why a recorded request was refused, and that doing what the explanation says makes it accepted.

use std::ffi::OsString;

use serde_json::Value;

use crate::{
    forms::{Delivery, FORMS, Folder, Said, curl, raw, verify},
    support::{Ends, TOKEN, countersign, twilio_signature},
};

/// A delivery as it is seen behind a proxy that ends TLS and names its own host.
fn behind_a_proxy() -> Delivery {
    let signature = twilio_signature(TOKEN, &http::Method::POST, "https://hooks.example.com/in/sms?a=1", "Body=Hi");
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Delivery {
        method: "POST".to_owned(),
        url: "http://10.0.0.7:3000/in/sms?a=1".to_owned(),
        headers: vec![
            header("Content-Type", "application/x-www-form-urlencoded"),
            header("X-Twilio-Signature", &signature),
            header("X-Forwarded-Host", "hooks.example.com"),
        ],
        body: b"Body=Hi".to_vec(),
        now: None,
    }
}

fn run(arguments: Vec<OsString>, more: &[&str]) -> Said {
    verify(&[arguments, more.iter().map(OsString::from).collect()].concat())
}

fn finding(said: &Said) -> &Value {
    &said.values[0]["explanation"]
}

#[test]
fn the_url_that_was_signed() {
    let folder = Folder::new("why-url");
    let secret = ["--secret", TOKEN];
    for (form, arguments) in FORMS {
        let said = run(arguments(&behind_a_proxy(), &folder), &secret);
        assert_eq!((said.code, &finding(&said)["code"]), (1, &"url-host".into()), "{form} {said:?}");
        assert_eq!(finding(&said)["matched"]["url"], "https://hooks.example.com/in/sms?a=1", "{form}");
    }
    let said = run(curl(&behind_a_proxy(), &folder), &secret);
    let url = finding(&said)["matched"]["url"].as_str().unwrap();
    assert_eq!(run(curl(&behind_a_proxy(), &folder), &["--secret", TOKEN, "--public-url", url]).code, 0);
    let output = countersign().arg("verify").args(curl(&behind_a_proxy(), &folder)).args(secret).ends();
    let text = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "why        signature matches for https://hooks.example.com/in/sms",
        "[url-host, url-scheme]\n",
        "fix        add --url https://hooks.example.com\n",
        "try        --public-url 'https://hooks.example.com/in/sms?a=1'\n",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn other_findings() {
    let folder = Folder::new("why-other");
    let mut delivery = behind_a_proxy();
    delivery.url = "https://hooks.example.com/in/sms?a=1".to_owned();
    let code = |delivery: &Delivery, more: &[&str]| {
        let said = run(curl(delivery, &folder), more);
        assert_eq!(said.code, 1, "{said:?}");
        finding(&said)["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(code(&delivery, &["--secret", &format!(" {TOKEN}\n")]), "secret-whitespace");
    assert_eq!(code(&delivery, &["--secret", TOKEN, "--provider", "github"]), "scheme-other-provider");
    assert_eq!(code(&delivery, &["--secret", "of somebody else"]), "no-match");
    delivery.headers.remove(1);
    assert_eq!(code(&delivery, &["--secret", TOKEN, "--provider", "twilio"]), "unsigned");
    // What is accepted needs no explanation.
    delivery = behind_a_proxy();
    delivery.url = "https://hooks.example.com/in/sms?a=1".to_owned();
    assert!(finding(&run(curl(&delivery, &folder), &["--secret", TOKEN])).is_null());
}

/// An editor ate the newline at the end, and the message says how long it was.
#[test]
fn a_body_without_its_end() {
    let folder = Folder::new("why-cut");
    let message = "POST / HTTP/1.1\r\nHost: h\r\nX-GitHub-Event: ping\r\nContent-Length: 5\r\nX-Hub-Signature-256: sha256=\
                   HEX\r\n\r\nabcd";
    // HMAC-SHA256 of "abcd\n" under "key".
    let message = message.replace("HEX", "07cb46f821d85d5e56f77b153c089317464f5636ed8bb4321600498d122baf9b");
    let path = folder.file("message", message.as_bytes());
    let said = run(vec!["--raw".into(), path.into()], &["--secret", "key"]);
    assert_eq!((said.code, &said.values[0]["reason"]), (1, &"body-incomplete".into()));
    assert_eq!(finding(&said)["code"], "body-newline", "{said:?}");
}

/// A secret of which no key can be made is a mistake in the arguments, and says what would be right.
#[test]
fn secrets_that_make_no_key() {
    let folder = Folder::new("why-secret");
    let said = run(raw(&behind_a_proxy(), &folder), &["--secret", "no base64!", "--provider", "svix"]);
    assert_eq!(said.code, 2, "{said:?}");
    for expected in ["the secret is not one of svix's", "this is a signature of Twilio"] {
        assert!(said.stderr.contains(expected), "{said:?}");
    }
    assert_eq!(said.stderr.lines().count(), 1);
}
