//! A subscription is confirmed only where that is allowed, only when the message was verified, and once.

use crate::{
    ACCOUNT, SNS_HOST, deliver,
    publisher::{Publisher, Reply},
    refusal,
    signer::{Message, sns_certificate, sns_path},
    sns,
    support::{App, Countersign},
};

const ALLOWED: &[&str] = &["--verify-webhook-option", "auto_confirm=true"];

fn asked(token: &str) -> Message {
    Message::confirmation("SubscriptionConfirmation", token)
}

/// The path and query that confirm it.
fn visit(token: &str) -> String {
    format!("/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:{ACCOUNT}:MyTopic&Token={token}")
}

fn publisher() -> Publisher {
    let publisher = Publisher::new();
    publisher.publish(&sns_path(1), sns_certificate());
    publisher
}

/// The next notice that is not about a certificate.
fn notice(proxy: &Countersign) -> String {
    loop {
        let text = proxy.event("notice")["text"].as_str().unwrap().to_owned();
        if !text.starts_with("fetched the certificate") {
            return text;
        }
    }
}

#[test]
fn it_is_confirmed_once_where_that_is_allowed() {
    let (app, publisher) = (App::ok(), publisher());
    publisher.reply(&visit("t0k3n"), Reply::Text(200, "<ConfirmSubscriptionResponse/>".to_owned()));
    let proxy = sns(app.port, &publisher, ALLOWED);
    let delivery = asked("t0k3n").signed();
    for _ in 0..3 {
        assert_eq!(deliver(&proxy, &delivery).status(), 200);
    }
    assert_eq!(publisher.requests(), [sns_path(1), visit("t0k3n")]);
    let text = notice(&proxy);
    assert_eq!(text, format!("confirmed the subscription to arn:aws:sns:us-east-1:{ACCOUNT}:MyTopic"));
    assert_eq!(proxy.record()["verdict"], "answered");
    assert!(app.has_nothing_more(), "the app was not asked");
    // Another one is another one.
    publisher.reply(&visit("0th3r"), Reply::Text(200, String::new()));
    assert_eq!(deliver(&proxy, &asked("0th3r").signed()).status(), 200);
    assert_eq!(publisher.requests(), [visit("0th3r")]);
}

#[test]
fn it_is_not_confirmed_unless_that_is_allowed() {
    let (app, publisher) = (App::ok(), publisher());
    let proxy = sns(app.port, &publisher, &[]);
    let delivery = asked("t0k3n").signed();
    assert_eq!(deliver(&proxy, &delivery).status(), 200);
    assert!(delivery.ends_with(&app.received().message.text()), "the app decides");
    assert!(notice(&proxy).contains("auto_confirm=true"));
    assert_eq!(publisher.requests(), [sns_path(1)]);
}

#[test]
fn nothing_is_visited_before_verification() {
    let (app, publisher) = (App::ok(), publisher());
    let proxy = sns(app.port, &publisher, ALLOWED);
    let genuine = asked("t0k3n").signed();
    let forged = [
        (genuine.replace("t0k3n", "t0k3m"), "signature-mismatch"),
        (genuine.replace(ACCOUNT, "999999999999"), "signature-mismatch"),
        (genuine.replace(SNS_HOST, "evil.example"), "malformed-signature"),
        (genuine.replace("\"Signature\"", "\"Signatur\""), "missing-signature"),
        // Signed by AWS, for somebody else's topic.
        (asked("t0k3n").with("TopicArn", "arn:aws:sns:us-east-1:999999999999:T").signed(), "signature-mismatch"),
        // Signed by AWS, and yet no URL of SNS's.
        (
            asked("t0k3n").with("SubscribeURL", "https://evil.example/?Action=ConfirmSubscription&a").signed(),
            "malformed-body",
        ),
        (
            asked("t0k3n").with("SubscribeURL", &format!("http://{SNS_HOST}/?Action=ConfirmSubscription&a")).signed(),
            "malformed-body",
        ),
        (
            asked("t0k3n").with("SubscribeURL", &format!("https://{SNS_HOST}/?Action=Publish&a")).signed(),
            "malformed-body",
        ),
    ];
    for (delivery, reason) in forged {
        let length = delivery.split_once("\r\n\r\n").unwrap().1.len();
        let declared = delivery.lines().find(|line| line.starts_with("Content-Length")).unwrap().to_owned();
        let delivery = delivery.replace(&declared, &format!("Content-Length: {length}"));
        assert_eq!(refusal(&proxy, &delivery), (403, reason.to_owned()), "{delivery}");
    }
    assert!(publisher.requests().iter().all(|path| *path == sns_path(1)));
    assert!(app.has_nothing_more());
}

/// Its SubscribeURL would subscribe again.
#[test]
fn the_end_of_a_subscription_is_never_acted_on() {
    let (app, publisher) = (App::ok(), publisher());
    let proxy = sns(app.port, &publisher, ALLOWED);
    let delivery = Message::confirmation("UnsubscribeConfirmation", "t0k3n").signed();
    assert_eq!(deliver(&proxy, &delivery).status(), 200);
    assert!(delivery.ends_with(&app.received().message.text()));
    assert_eq!(publisher.requests(), [sns_path(1)]);
}

/// 503, so that SNS sends the message again, and what to do on the console.
#[test]
fn a_failed_confirmation_can_be_tried_again() {
    let (app, publisher) = (App::ok(), publisher());
    let proxy = sns(app.port, &publisher, ALLOWED);
    let delivery = asked("t0k3n").signed();
    for status in [500, 302] {
        publisher.reply(&visit("t0k3n"), Reply::Text(status, String::new()));
        assert_eq!(deliver(&proxy, &delivery).status(), 503);
        let text = notice(&proxy);
        assert!(text.contains(&format!("status {status}")) && text.contains("Request confirmation"), "{text}");
        assert!(!text.contains("t0k3n"), "who has the token can confirm: {text}");
    }
    publisher.reply(&visit("t0k3n"), Reply::Text(200, String::new()));
    assert_eq!(deliver(&proxy, &delivery).status(), 200);
    assert_eq!(publisher.requests(), [sns_path(1), visit("t0k3n"), visit("t0k3n"), visit("t0k3n")]);
    assert!(app.has_nothing_more());
}
