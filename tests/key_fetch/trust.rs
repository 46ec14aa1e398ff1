//! Whose server it is.

use std::fs;

use crate::{
    SNS_HOST, command, deliver,
    publisher::{Authority, Publisher},
    refusal,
    signer::{Message, sns_certificate, sns_path},
    support::{App, Countersign, Ends, countersign},
};

/// A proxy that finds SNS at the publisher and trusts the authority in this file.
fn trusting(app: &App, publisher: &Publisher, authority: &std::path::Path) -> Countersign {
    let mut command = countersign();
    command.args(["http", &format!("127.0.0.1:{}", app.port), "--verify-webhook", "sns"]);
    command.args(["--verify-webhook-secret", "any", "--connect-to", &format!("{SNS_HOST}={}", publisher.address)]);
    Countersign::start(command.arg("--ca-file").arg(authority))
}

#[test]
fn a_server_of_a_foreign_authority_is_not_believed() {
    let (app, publisher) = (App::ok(), Publisher::new());
    publisher.publish(&sns_path(1), sns_certificate());
    let foreign = Authority::new();
    let proxy = trusting(&app, &publisher, &foreign.file);
    let delivery = Message::notification("x").signed();
    assert_eq!(refusal(&proxy, &delivery), (503, "key-unavailable".to_owned()));
    assert_eq!((publisher.connections(), publisher.requests().len()), (1, 0), "it was not even asked");
    assert!(app.has_nothing_more());
    // The same with the right one.
    let proxy = trusting(&app, &publisher, publisher.ca_file());
    assert_eq!(deliver(&proxy, &delivery).status(), 200);
    fs::remove_file(foreign.file).unwrap();
}

#[test]
fn a_server_of_another_name_is_not_believed() {
    let app = App::ok();
    for name in ["sns.us-west-2.amazonaws.com", "us-east-1.amazonaws.com", "localhost"] {
        let publisher = Publisher::named(&[name]);
        publisher.publish(&sns_path(1), sns_certificate());
        let proxy = trusting(&app, &publisher, publisher.ca_file());
        let delivery = Message::notification("x").signed();
        assert_eq!(refusal(&proxy, &delivery), (503, "key-unavailable".to_owned()), "{name}");
        assert_eq!(publisher.requests().len(), 0, "{name}");
    }
    assert!(app.has_nothing_more());
}

#[test]
fn why_is_in_the_log() {
    let (app, publisher) = (App::ok(), Publisher::named(&["other.example"]));
    let proxy = trusting(&app, &publisher, publisher.ca_file());
    refusal_text(&proxy, "TLS: invalid peer certificate");
    let publisher = Publisher::new();
    publisher.reply(&sns_path(1), crate::publisher::Reply::Text(302, String::new()));
    let proxy = Countersign::start(&mut command("sns", app.port, &publisher));
    let answer = deliver(&proxy, &Message::notification("x").signed());
    assert_eq!((answer.status(), answer.text().as_str()), (503, "Try again\n"), "nothing of it is in the answer");
    let notice = proxy.event("notice");
    assert!(notice["text"].as_str().unwrap().contains("redirects are not followed"), "{notice}");
}

fn refusal_text(proxy: &Countersign, expected: &str) {
    assert_eq!(deliver(proxy, &Message::notification("x").signed()).status(), 503);
    let notice = proxy.event("notice");
    let text = notice["text"].as_str().unwrap();
    assert!(text.contains(expected) && text.contains(&sns_path(1)), "{text}");
}

#[test]
fn what_is_wrong_with_the_options_is_said_at_the_start() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let empty = directory.join(format!("key_fetch-empty-{}.pem", std::process::id()));
    fs::write(&empty, "no certificate").unwrap();
    let empty_path = empty.to_str().unwrap().to_owned();
    let base = ["http", "1", "--verify-webhook", "sns", "--verify-webhook-secret", "any"];
    for (arguments, expected) in [
        (vec!["--ca-file", "/no/such/file"], "--ca-file: /no/such/file: "),
        (vec!["--ca-file", &empty_path], "there is no certificate in it"),
        // Only who names an authority of their own can send the proxy elsewhere.
        (vec!["--connect-to", "sns.us-east-1.amazonaws.com=127.0.0.1:1"], "--ca-file"),
        (vec!["--fetch-timeout", "soon"], "--fetch-timeout: `soon` is no time"),
    ] {
        let output = countersign().args(base).args(&arguments).ends();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
    }
    fs::remove_file(empty).unwrap();
}
