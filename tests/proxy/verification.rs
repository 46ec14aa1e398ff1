//! What passes and what does not.

use std::fs;

use http::Method;

use crate::support::{App, Countersign, TOKEN, Wire, countersign, signed, signed_head, twilio_signature};

const FORM: &str = "From=%2B15558675310&Body=Hi+there%21";

#[test]
fn only_what_the_provider_signed_reaches_the_app() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    let genuine = signed(TOKEN, "/sms?a=%2F", FORM);
    let refused = [
        (genuine.replace("Hi+there", "Ho+there"), "signature-mismatch"),
        (genuine.replace("a=%2F", "a=%2E"), "signature-mismatch"),
        (genuine.replace("hooks.example.com", "other.example.com"), "signature-mismatch"),
        (signed("another token", "/sms?a=%2F", FORM), "signature-mismatch"),
        (genuine.replace("X-Twilio-Signature", "X-Other"), "missing-signature"),
        (genuine.replace("X-Twilio-Signature: ", "X-Twilio-Signature: !"), "malformed-signature"),
    ];
    for (request, reason) in refused {
        let answer = client.ask(request);
        assert_eq!((answer.status(), answer.text().as_str()), (403, "Request failed webhook verification\n"));
        let record = proxy.record();
        assert_eq!((&record["verdict"], &record["reason"]), (&"refused".into(), &reason.into()));
        assert_eq!((&record["status"], &record["path"]), (&403.into(), &"/sms".into()));
    }
    assert_eq!(client.ask(genuine).status(), 200);
    let record = proxy.record();
    assert_eq!((&record["verdict"], &record["secret"]), (&"accepted".into(), &"env:TWILIO_AUTH_TOKEN".into()));
    let received = app.received().message;
    assert_eq!((received.start.as_str(), received.text().as_str()), ("POST /sms?a=%2F HTTP/1.1", FORM));
    assert!(app.has_nothing_more(), "no refused request arrived");
}

#[test]
fn the_public_url_is_exact() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &["--url", "https://hooks.example.com"]);
    let mut client = Wire::connect(proxy.address);
    // A proxy in front rewrote Host: the configured URL is what was signed.
    let genuine = signed(TOKEN, "/sms", FORM).replace("Host: hooks.example.com", "Host: localhost:4000");
    assert_eq!(client.ask(genuine).status(), 200);
    // Signed with your token for another host of yours.
    let signature = twilio_signature(TOKEN, &Method::POST, "https://other.example.com/sms", FORM);
    let other = format!(
        "POST /sms HTTP/1.1\r\nHost: other.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         X-Twilio-Signature: {signature}\r\nContent-Length: {}\r\n\r\n{FORM}",
        FORM.len()
    );
    assert_eq!(client.ask(other).status(), 403);
}

/// Some put it into the path of their webhook's URL, so that nobody guesses it.
#[test]
fn a_secret_in_the_path_does_not_reach_the_log() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &[]);
    let target = format!("/hooks/{TOKEN}/sms");
    let mut client = Wire::connect(proxy.address);
    let genuine = signed(TOKEN, &target, FORM);
    assert_eq!(client.ask(genuine.as_str()).status(), 200);
    let path = "/hooks/[secret]/sms";
    assert_eq!(proxy.record()["path"], path);
    assert_eq!(app.received().message.start, format!("POST {target} HTTP/1.1"));
    // The explanation names the URL that would have matched.
    assert_eq!(client.ask(genuine.replace("Host: hooks.example.com", "Host: localhost")).status(), 403);
    assert_eq!(proxy.record()["path"], path);
    let forwarded =
        genuine.replace("Host: hooks.example.com", "Host: localhost\r\nX-Forwarded-Host: hooks.example.com");
    assert_eq!(client.ask(forwarded).status(), 403);
    let explanation = loop {
        let explanation = proxy.event("explanation");
        if explanation["code"] == "url-host" {
            break explanation;
        }
    };
    assert_eq!(explanation["path"], path);
    assert!(!explanation.to_string().contains(TOKEN), "{explanation}");
}

#[test]
fn large_bodies_are_refused() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &["--max-body", "1KiB"]);
    // Declared: refused before a byte of it.
    let declared = signed_head(TOKEN, "/sms", FORM, "Content-Length: 1025\r\n");
    assert_eq!(Wire::connect(proxy.address).ask(declared).status(), 413);
    // Counted: refused when there is one too many.
    let mut client = Wire::connect(proxy.address);
    client.send(signed_head(TOKEN, "/sms", FORM, "Transfer-Encoding: chunked\r\n"));
    client.send(format!("400\r\n{}\r\n1\r\nx\r\n", "x".repeat(1024)));
    assert_eq!(client.answer().status(), 413);
    assert_eq!(proxy.record()["reason"], "body-too-large");
    let form = format!("Body={}", "x".repeat(1019));
    assert_eq!(Wire::connect(proxy.address).ask(signed(TOKEN, "/sms", &form)).status(), 200);
    assert_eq!(app.received().message.text(), form);
    assert!(app.has_nothing_more());
}

#[test]
fn slow_bodies_are_refused() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &["--body-timeout", "200ms"]);
    let mut client = Wire::connect(proxy.address);
    client.send(signed_head(TOKEN, "/sms", FORM, "Content-Length: 36\r\n") + "From=");
    assert_eq!(client.answer().status(), 408);
    assert_eq!(proxy.record()["reason"], "body-timeout");
    assert!(app.has_nothing_more());
}

#[test]
fn several_secrets_from_several_places() {
    let app = App::ok();
    let folder = std::env::temp_dir().join(format!("countersign-proxy-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("token");
    fs::write(&path, "from a file\n").unwrap();
    let from_file = format!("file:{}", path.display());
    let proxy = Countersign::start(
        countersign()
            .args(["http", &app.port.to_string(), "--verify-webhook", "twilio"])
            .args(["--verify-webhook-secret", "from the command line"])
            .args(["--verify-webhook-secret", &from_file])
            .args(["--verify-webhook-secret", "env:SOME_TOKEN"])
            .env("SOME_TOKEN", "from a variable"),
    );
    fs::remove_dir_all(&folder).unwrap();
    let mut client = Wire::connect(proxy.address);
    for (secret, label) in [
        ("from the command line", "argument 1"),
        ("from a file", from_file.as_str()),
        ("from a variable", "env:SOME_TOKEN"),
    ] {
        assert_eq!(client.ask(signed(secret, "/sms", FORM)).status(), 200, "{label}");
        assert_eq!(proxy.record()["secret"], label);
        app.received();
    }
    assert_eq!(client.ask(signed("from a file\n", "/sms", FORM)).status(), 403);
}

#[test]
fn a_challenge_is_answered_without_the_app() {
    let app = App::ok();
    let proxy = Countersign::start(
        countersign()
            .args(["http", &app.port.to_string(), "--verify-webhook", "slack"])
            .args(["--verify-webhook-secret", "8f742231b10e8888abcd99yyyzzz85a5"]),
    );
    let body = r#"{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#;
    let secret = countersign::Secret::new("8f742231b10e8888abcd99yyyzzz85a5").unwrap();
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", http::HeaderValue::from_static("application/json"));
    let now = countersign::clock::Clock::now(&countersign::clock::SystemClock).unwrap();
    let request = countersign::request::WebhookRequest::new(&Method::POST, "https://a/x", &headers, body);
    let context = countersign::scheme::SigningContext { now, delivery_id: "" };
    let options = countersign::scheme::Options::new();
    countersign::providers::SLACK.sign(&secret, &options, &request, &context).unwrap().apply(&mut headers);
    let lines: String = headers.iter().map(|(n, v)| format!("{n}: {}\r\n", v.to_str().unwrap())).collect();
    let head = format!("POST /x HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: {}\r\n\r\n", body.len());
    let answer = Wire::connect(proxy.address).ask(head + body);
    assert_eq!(answer.status(), 200);
    assert!(answer.text().contains("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"));
    assert_eq!(proxy.record()["verdict"], "answered");
    assert!(app.has_nothing_more());
}
