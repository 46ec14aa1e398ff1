//! Fetched, kept, and used; or not there.

use std::{fs, thread};

use crate::{
    ACCOUNT, PATIENT, SNS_HOST, command, deliver,
    publisher::{Gate, Publisher, Reply},
    refusal,
    signer::{Message, certificate, paypal, paypal_certificate, sns_certificate, sns_path},
    sns,
    support::{App, Countersign, Ends, Wire},
};

#[test]
fn a_notification_is_accepted_with_a_certificate_that_is_fetched_once() {
    let (app, publisher) = (App::ok(), Publisher::new());
    publisher.publish(&sns_path(1), sns_certificate());
    let proxy = sns(app.port, &publisher, &[]);
    for text in ["one", "two", "three"] {
        let delivery = Message::notification(text).signed();
        assert_eq!(deliver(&proxy, &delivery).status(), 200);
        assert_eq!(proxy.record()["verdict"], "accepted");
        let body = app.received().message.text();
        assert!(delivery.ends_with(&body) && body.contains(text), "byte for byte: {body}");
    }
    assert_eq!(publisher.requests(), [sns_path(1)]);
}

#[test]
fn paypals_too() {
    let (app, publisher) = (App::ok(), Publisher::new());
    let path = "/v1/notifications/certs/CERT-360caa42-fca2a594-5a29e601";
    // With the chain behind it, as PayPal has it.
    publisher.publish(path, paypal_certificate() + &certificate("an authority", 2040));
    let proxy = Countersign::start(&mut command("paypal", app.port, &publisher));
    for body in ["{\"id\":1}", "{\"id\":2}"] {
        let delivery = paypal("CERT-360caa42-fca2a594-5a29e601", body);
        assert_eq!(deliver(&proxy, &delivery).status(), 200);
        assert_eq!(app.received().message.text(), body);
    }
    assert_eq!(publisher.requests(), [path]);
    let forged = paypal("CERT-360caa42-fca2a594-5a29e601", "{\"id\":1}").replace("\"id\":1", "\"id\":9");
    proxy.record();
    proxy.record();
    assert_eq!(refusal(&proxy, &forged), (403, "signature-mismatch".to_owned()));
    assert!(app.has_nothing_more());
}

#[test]
fn deliveries_that_come_together_wait_for_one_fetch() {
    let (app, publisher) = (App::ok(), Publisher::new());
    let gate = std::sync::Arc::new(Gate::default());
    publisher.reply(&sns_path(1), Reply::Held(gate.clone(), sns_certificate()));
    let proxy = sns(app.port, &publisher, PATIENT);
    let address = proxy.address;
    thread::scope(|scope| {
        let all: Vec<_> = (0..20)
            .map(|number| {
                let delivery = Message::notification(&number.to_string()).signed();
                scope.spawn(move || Wire::connect(address).ask(delivery).status())
            })
            .collect();
        assert_eq!(publisher.request(), sns_path(1));
        // One that needs no certificate is not held up by those that wait.
        assert_eq!(
            deliver(&proxy, &Message::notification("x").signed().replace("\"Signature\"", "\"signature\"")).status(),
            403
        );
        gate.open();
        for delivery in all {
            assert_eq!(delivery.join().unwrap(), 200);
        }
    });
    assert!(publisher.requests().is_empty(), "one fetch");
}

#[test]
fn what_the_provider_did_not_sign_is_refused_with_a_fetched_certificate() {
    let (app, publisher) = (App::ok(), Publisher::new());
    publisher.publish(&sns_path(1), sns_certificate());
    // Of the right form, from the right host: and made out to somebody else, or ended.
    publisher.publish(&sns_path(2), certificate("shop.example.com", 2040));
    publisher.publish(&sns_path(3), certificate("sns.amazonaws.com", 2021));
    let proxy = sns(app.port, &publisher, &[]);
    let mismatch = (403, "signature-mismatch".to_owned());
    let forged = Message::notification("pay 1").signed().replace("pay 1", "pay 9");
    assert_eq!(refusal(&proxy, &forged), mismatch);
    for number in [2, 3, 3] {
        assert_eq!(refusal(&proxy, &Message::notification("x").numbered_certificate(number).signed()), mismatch);
    }
    // A stranger's topic: nothing is fetched for it.
    let foreign = Message::notification("x").with("TopicArn", "arn:aws:sns:us-east-1:999999999999:T");
    assert_eq!(refusal(&proxy, &foreign.numbered_certificate(4).signed()), mismatch);
    assert_eq!(publisher.requests(), [sns_path(1), sns_path(2), sns_path(3)]);
    assert!(app.has_nothing_more());
}

#[test]
fn only_the_providers_own_urls_are_fetched() {
    let (app, publisher) = (App::ok(), Publisher::new());
    let proxy = sns(app.port, &publisher, &[]);
    for url in [
        format!("https://evil.example{}", sns_path(1)),
        format!("https://{SNS_HOST}.evil.example{}", sns_path(1)),
        format!("https://{SNS_HOST}@evil.example{}", sns_path(1)),
        format!("https://evil.example@{SNS_HOST}{}", sns_path(1)),
        format!("https://{SNS_HOST}:443{}", sns_path(1)),
        format!("http://{SNS_HOST}{}", sns_path(1)),
        format!("https://{SNS_HOST}/x/..{}", sns_path(1)),
        format!("https://{SNS_HOST}{}?x", sns_path(1)),
        format!("https://{SNS_HOST}/evil.pem"),
        format!("https://127.0.0.1{}", sns_path(1)),
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-1.pem".to_owned(),
        publisher.address.to_string(),
    ] {
        let delivery = Message::notification("x").certificate_url(&url).signed();
        assert_eq!(refusal(&proxy, &delivery), (403, "malformed-signature".to_owned()), "{url}");
    }
    assert_eq!(publisher.connections(), 0);
    assert!(app.has_nothing_more());
}

#[test]
fn what_is_no_certificate_is_asked_for_once() {
    let (app, publisher) = (App::ok(), Publisher::new());
    publisher.publish(&sns_path(2), "<html>Not a certificate</html>".to_owned());
    publisher.reply(&sns_path(3), Reply::Text(403, sns_certificate()));
    let proxy = sns(app.port, &publisher, &[]);
    // The first is not there at all.
    for number in [1, 2, 3] {
        let delivery = Message::notification("x").numbered_certificate(number).signed();
        for _ in 0..3 {
            assert_eq!(refusal(&proxy, &delivery), (403, "no-secret".to_owned()));
        }
    }
    assert_eq!(publisher.requests(), [sns_path(1), sns_path(2), sns_path(3)]);
    assert!(app.has_nothing_more());
}

#[test]
fn certificates_that_are_given_win() {
    let (app, publisher) = (App::ok(), Publisher::new());
    let options = [1, 2].map(|number| {
        let option = format!("certificates=https://{SNS_HOST}{}={}", sns_path(number), sns_certificate());
        ["--verify-webhook-option".to_owned(), option]
    });
    let options: Vec<&str> = options.iter().flatten().map(String::as_str).collect();
    let proxy = sns(app.port, &publisher, &options);
    for number in [1, 2] {
        assert_eq!(deliver(&proxy, &Message::notification("x").numbered_certificate(number).signed()).status(), 200);
        proxy.record();
    }
    let unknown = Message::notification("x").numbered_certificate(3).signed();
    assert_eq!(refusal(&proxy, &unknown), (403, "no-secret".to_owned()));
    assert_eq!(publisher.connections(), 0);
}

#[test]
fn any_account_is_accepted_if_that_was_said() {
    let (app, publisher) = (App::ok(), Publisher::new());
    publisher.publish(&sns_path(1), sns_certificate());
    let errors = publisher.ca_file().with_extension("stderr");
    let mut command = command("sns", app.port, &publisher);
    command.args(["--verify-webhook-secret", "any"]).stderr(fs::File::create(&errors).unwrap());
    let proxy = Countersign::start(&mut command);
    for account in [ACCOUNT, "999999999999"] {
        let message = Message::notification("x").with("TopicArn", &format!("arn:aws:sns:us-east-1:{account}:T"));
        assert_eq!(deliver(&proxy, &message.signed()).status(), 200);
    }
    let warning = fs::read_to_string(&errors).unwrap();
    assert!(warning.contains("from any AWS account are accepted"), "{warning}");
    let _ = fs::remove_file(errors);
    // And such a one confirms nothing by itself: strangers have topics.
    let output = crate::command("sns", app.port, &publisher)
        .args(["--verify-webhook-secret", "any", "--verify-webhook-option", "auto_confirm=true"])
        .ends();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("let anybody subscribe this endpoint"));
    // Nobody gets there by forgetting something.
    let output = crate::command("sns", app.port, &publisher).env_remove("SNS_TOPIC_OWNER").ends();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("whose SNS topics count?"));
}
