//! `countersign send` and `countersign sign`: the real binary, against the real proxy and against recording apps.

#[path = "send/every_provider.rs"]
mod every_provider;
#[path = "send/received.rs"]
mod received;
#[path = "send/sign.rs"]
mod sign;
#[path = "support/binary.rs"]
mod support;
#[path = "send/tls.rs"]
mod tls;

use std::{collections::HashSet, process::Output, time::Instant};

use serde_json::Value;

use crate::{
    received::form,
    support::{App, Countersign, Ends, TOKEN, closed_port, countersign},
};

#[test]
fn twilio_through_the_proxy() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &["--url", "https://hooks.example.com"]);
    let to = format!("http://{}/twilio?tenant=7", proxy.address);
    for event in ["sms", "mms", "voice", "gather", "status-callback", "call-status", "recording", "event-streams"] {
        let output = twilio(&[event, "--to", &to, "--url", "https://hooks.example.com"]);
        assert_eq!(output.status.code(), Some(0), "{event}");
        assert_eq!(proxy.record()["verdict"], "accepted", "{event}");
        let message = app.received().message;
        assert!(message.start.starts_with("POST /twilio?tenant=7"), "{}", message.start);
        assert_eq!(message.header("host"), Some("hooks.example.com"));
    }
    // Without a public URL the target's own is signed.
    let plain = Countersign::twilio(app.port, &[]);
    assert_eq!(twilio(&["sms", "--to", &format!("http://{}/sms", plain.address)]).status.code(), Some(0));
}

#[test]
fn a_media_stream_opens_its_websocket() {
    let app = App::new(|_, wire| {
        wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        false
    });
    let proxy = Countersign::twilio(app.port, &["--url", "https://hooks.example.com"]);
    let to = format!("http://{}/media", proxy.address);
    let output = twilio(&["media-stream", "--to", &to, "--url", "https://hooks.example.com"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("101") && stdout(&output).contains("the WebSocket is open"));
    let received = app.received().message;
    assert_eq!(received.header("upgrade"), Some("websocket"));
    assert_eq!(received.header("sec-websocket-version"), Some("13"));
    assert_eq!(proxy.record()["verdict"], "accepted");

    let output = twilio(&["media-stream", "--to", &to, "--url", "https://hooks.example.com", "--tamper", "url"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(proxy.record()["reason"], "signature-mismatch");
    let output = twilio(&["media-stream", "--to", &to, "--tamper", "body"]);
    assert_eq!((output.status.code(), stderr(&output).contains("no body")), (Some(2), true));
}

#[test]
fn plivo_through_the_proxy() {
    let app = App::ok();
    let proxy = Countersign::start(
        countersign()
            .args(["http", &format!("127.0.0.1:{}", app.port), "--verify-webhook", "plivo"])
            .env("PLIVO_AUTH_TOKEN", TOKEN),
    );
    let to = format!("http://{}/plivo", proxy.address);
    for event in ["message", "answer", "hangup", "get-input", "delivery-report"] {
        let output = countersign().args(["send", "plivo", event, "--to", &to, "--secret", TOKEN]).ends();
        assert_eq!(output.status.code(), Some(0), "{event}");
        assert_eq!(proxy.record()["verdict"], "accepted", "{event}");
    }
    for tamper in ["body", "url", "secret", "header", "unsigned"] {
        let arguments = ["send", "plivo", "--to", &to, "--secret", TOKEN, "--tamper", tamper, "--expect", "403"];
        assert_eq!(countersign().args(arguments).ends().status.code(), Some(0), "{tamper}");
        assert_eq!(proxy.record()["verdict"], "refused", "{tamper}");
    }
}

#[test]
fn each_tampering_is_refused_and_never_arrives() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &[]);
    let to = format!("http://{}/sms", proxy.address);
    for (tamper, reason) in [
        ("body", "signature-mismatch"),
        ("url", "signature-mismatch"),
        ("secret", "signature-mismatch"),
        ("header", "signature-mismatch"),
        ("unsigned", "missing-signature"),
    ] {
        let output = twilio(&["sms", "--to", &to, "--tamper", tamper, "--expect", "403"]);
        assert_eq!(output.status.code(), Some(0), "{tamper}");
        assert_eq!(proxy.record()["reason"], reason, "{tamper}");
    }
    let output = twilio(&["sms", "--to", &to, "--tamper", "time"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "countersign: Twilio signs no time: its deliveries cannot expire\n");
    assert!(app.has_nothing_more());

    let stripe = Countersign::start(
        countersign()
            .args(["http", &format!("127.0.0.1:{}", app.port), "--verify-webhook", "stripe"])
            .env("STRIPE_WEBHOOK_SECRET", "whsec_test"),
    );
    let to = format!("http://{}/stripe", stripe.address);
    for (tamper, reason) in [
        ("time", "timestamp-too-old"),
        ("body", "signature-mismatch"),
        ("secret", "signature-mismatch"),
        ("header", "signature-mismatch"),
    ] {
        let arguments = ["send", "stripe", "--to", &to, "--secret", "whsec_test", "--tamper", tamper];
        assert_eq!(countersign().args(arguments).ends().status.code(), Some(0), "{tamper}");
        assert_eq!(stripe.record()["reason"], reason, "{tamper}");
    }
    let output = countersign().args(["send", "stripe", "--to", &to, "--secret", "k", "--tamper", "url"]).ends();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("Stripe does not sign the URL"), "{}", stderr(&output));
    assert!(app.has_nothing_more());
}

#[test]
fn the_exit_code_tells_whether_answers_were_as_expected() {
    let app = App::answering("HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n");
    let to = format!("http://127.0.0.1:{}/sms", app.port);
    for (expect, code) in [("2xx", 1), ("302", 0), ("2xx,3xx", 0), ("any", 0), ("403", 1)] {
        assert_eq!(twilio(&["sms", "--to", &to, "--expect", expect]).status.code(), Some(code), "{expect}");
    }
    let output = twilio(&["sms", "--to", &to]);
    assert_eq!(output.status.code(), Some(1), "a redirect is no success, and is not followed");
    assert!(stdout(&output).contains("redirect"));
    // An app that takes what is forged.
    let open = App::ok();
    let to = format!("http://127.0.0.1:{}/sms", open.port);
    assert_eq!(twilio(&["sms", "--to", &to, "--tamper", "body"]).status.code(), Some(1));

    let nobody = format!("http://127.0.0.1:{}/", closed_port());
    let output = twilio(&["sms", "--to", &nobody, "--expect", "any"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("failed"), "{}", stdout(&output));
    let silent = App::new(|_, wire| wire.line().is_some());
    let to = format!("http://127.0.0.1:{}/", silent.port);
    let output = twilio(&["sms", "--to", &to, "--timeout", "50ms"]);
    assert_eq!((output.status.code(), stdout(&output).contains("no answer in 0.05 s")), (Some(1), true));
}

#[test]
fn what_came_back_is_shown_and_cannot_command_a_terminal() {
    let app = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n\n \x1b[2J<Response/>\n");
    let to = format!("http://127.0.0.1:{}/sms", app.port);
    let output = twilio(&["sms", "--to", &to]);
    let text = stdout(&output);
    assert!(
        text.starts_with("TIME") && text.contains("sms") && text.contains("200") && text.contains(" ms  "),
        "{text}"
    );
    assert!(text.contains("\\u{1b}[2J<Response/>") && !text.contains('\x1b'), "{text}");

    let lines = values(&twilio(&["sms", "--to", &to, "--json", "--id", "d1", "-n", "2"]));
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["status"], &lines[0]["id"], &lines[0]["as_expected"]),
        (&200.into(), &"d1".into(), &true.into())
    );
    assert_eq!((&lines[0]["event"], &lines[0]["answer"]), (&"sms".into(), &"\x1b[2J<Response/>".into()));
    assert_eq!((&lines[2]["sent"], &lines[2]["as_expected"]), (&2.into(), &2.into()));
}

#[test]
fn many_each_with_ids_of_its_own() {
    let app = App::ok();
    let to = format!("http://127.0.0.1:{}/sms", app.port);
    let output = twilio(&["sms", "--to", &to, "-n", "60", "--concurrency", "3"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("60 sent: 60 × 200"), "{}", stdout(&output));
    let received: Vec<_> = (0..60).map(|_| app.received()).collect();
    assert!(app.has_nothing_more());
    let ids: HashSet<_> = received.iter().map(|one| form(&one.message)["MessageSid"].clone()).collect();
    assert_eq!(ids.len(), 60);
    let connections: HashSet<_> = received.iter().map(|one| one.connection).collect();
    assert!(connections.len() <= 3, "connections are kept: {connections:?}");

    // An app that closes after each answer.
    let closing = App::new(|_, wire| {
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        false
    });
    let to = format!("http://127.0.0.1:{}/sms", closing.port);
    assert_eq!(twilio(&["sms", "--to", &to, "-n", "5"]).status.code(), Some(0));
    assert_eq!((0..5).map(|_| closing.received().connection).collect::<HashSet<_>>().len(), 5);
}

#[test]
fn a_rate_is_not_exceeded() {
    let app = App::ok();
    let to = format!("http://127.0.0.1:{}/sms", app.port);
    let begun = Instant::now();
    assert_eq!(twilio(&["sms", "--to", &to, "-n", "6", "--rate", "20/s"]).status.code(), Some(0));
    // Five times the twentieth of a second.
    assert!(begun.elapsed().as_millis() >= 250, "{:?}", begun.elapsed());
    for _ in 0..6 {
        app.received();
    }
    assert!(app.has_nothing_more());
}

#[test]
fn samples_are_changed_before_they_are_signed() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &[]);
    let to = format!("http://{}/sms", proxy.address);
    let output = twilio(&["sms", "--to", &to, "--set", "Body=Hello & goodbye", "--set", "New=1", "-H", "X-Mine: 1"]);
    assert_eq!(output.status.code(), Some(0));
    let message = app.received().message;
    let fields = form(&message);
    assert_eq!((fields["Body"].as_str(), fields["New"].as_str()), ("Hello & goodbye", "1"));
    assert_eq!((message.header("x-mine"), message.header("user-agent")), (Some("1"), Some("TwilioProxy/1.1")));
    assert_eq!(twilio(&["sms", "--to", &to, "-d", "{\"a\":1}", "-H", "User-Agent: me"]).status.code(), Some(0));
    let message = app.received().message;
    assert_eq!((message.text().as_str(), message.header("content-type")), ("{\"a\":1}", Some("application/json")));
    assert_eq!(message.header("user-agent"), Some("me"));

    let app = App::ok();
    let to = format!("http://127.0.0.1:{}/stripe", app.port);
    let stripe = |more: &[&str]| {
        let arguments =
            [&["send", "stripe", "checkout.session.completed", "--to", &to, "--secret", "k"], more].concat();
        countersign().args(arguments).ends()
    };
    assert_eq!(stripe(&["--set", "data.object.amount_total=99", "--set", "id=7"]).status.code(), Some(0));
    let message = app.received().message;
    let event: Value = serde_json::from_slice(&message.raw).unwrap();
    assert_eq!((&event["data"]["object"]["amount_total"], &event["id"]), (&99.into(), &"7".into()));
    assert!(message.text().starts_with("{\"id\":"), "the order stays: {}", message.text());
    let output = stripe(&["--set", "data.nothing.here=1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no `nothing`"), "{}", stderr(&output));
}

#[test]
fn usage_errors_are_one_line_with_exit_code_2() {
    let to = ["--to", "http://127.0.0.1:1/"];
    for (arguments, expected) in [
        (&["send", "twillio"][..], "the nearest names are: twilio"),
        (&["send", "twilio", "letter", "--secret", "k"], "there are: sms, mms, voice"),
        (&["send", "twilio"], "set TWILIO_AUTH_TOKEN, or give --secret"),
        (&["send", "twilio", "--secret", "k", "--expect", "good"], "--expect: `good` is no status"),
        (&["send", "twilio", "--secret", "k", "--rate", "fast"], "--rate: `fast` is no rate"),
        (&["send", "twilio", "--secret", "k", "--count", "0"], "--count"),
        (&["send", "twilio", "--secret", "k", "--timeout", "soon"], "--timeout"),
        (&["send", "twilio", "--secret", "k", "--header", "x"], "NAME: VALUE"),
        (&["send", "twilio", "--secret", "k", "--data", "@/no/such/file"], "/no/such/file cannot be read"),
        (&["send", "twilio", "--secret", "k", "--option", "a=b"], "no option `a`"),
        (&["send", "twilio", "--secret", "k", "--time", "soon"], "--time: `soon` is no time"),
        (&["send", "twilio", "--secret", "k", "--url", "hooks.example.com"], "--url"),
        (&["send", "adyen", "--secret", "k"], "expected 64 hexadecimal digits"),
        (&["send", "discord"], "only Discord can sign its deliveries"),
        (&["send", "sendgrid"], "only Twilio SendGrid can sign"),
    ] {
        let output = countersign().args(arguments).args(to).ends();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = stderr(&output);
        assert!(message.contains(expected) && message.lines().count() == 1, "{arguments:?}: {message}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let output = countersign().args(["send", "twilio", "--secret", "k", "--to", "localhost:3000"]).ends();
    assert_eq!((output.status.code(), stderr(&output).contains("--to:")), (Some(2), true));
    assert_eq!(countersign().args(["send"]).ends().status.code(), Some(2));
}

#[test]
fn samples_are_listed() {
    let all = stdout(&countersign().args(["send", "--list"]).ends());
    for expected in
        ["twilio        sms", "media-stream", "plivo         message", "payment_intent.succeeded", "url_verification"]
    {
        assert!(all.contains(expected), "{expected}: {all}");
    }
    let github = values(&countersign().args(["send", "github", "--list", "--json"]).ends());
    assert!(github.iter().all(|sample| sample["provider"] == "github"));
    assert!(github.iter().any(|sample| sample["event"] == "push"));
    let generic = values(&countersign().args(["send", "mux", "--list", "--json"]).ends());
    assert_eq!((generic.len(), &generic[0]["event"]), (1, &"event".into()));
}

fn twilio(arguments: &[&str]) -> Output {
    countersign().args(["send", "twilio"]).args(arguments).env("TWILIO_AUTH_TOKEN", TOKEN).ends()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn values(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
