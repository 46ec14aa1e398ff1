//! Whatever strangers send and servers answer: bounded, and nothing unverified gets through.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use crate::{
    PATIENT, SNS_HOST, deliver,
    publisher::{Gate, Publisher, Reply, silent},
    refusal,
    signer::{Message, sns_certificate, sns_path},
    sns,
    support::{App, Countersign, DEADLINE, Wire, closed_port, countersign},
};

#[test]
fn redirects_are_not_followed() {
    let (app, publisher) = (App::ok(), Publisher::new());
    publisher.publish("/elsewhere", sns_certificate());
    for (number, status) in [301, 302, 303, 307, 308].into_iter().enumerate() {
        publisher.reply(&sns_path(number), Reply::Text(status, sns_certificate()));
    }
    let proxy = sns(app.port, &publisher, &[]);
    for number in 0..5 {
        let delivery = Message::notification("x").numbered_certificate(number).signed();
        assert_eq!(refusal(&proxy, &delivery), (503, "key-unavailable".to_owned()));
    }
    assert_eq!(publisher.requests(), (0..5).map(sns_path).collect::<Vec<_>>());
    assert!(app.has_nothing_more());
}

#[test]
fn answers_are_bounded_in_size() {
    let (app, publisher) = (App::ok(), Publisher::new());
    let padding = "\n".repeat(64 << 10);
    publisher.publish(&sns_path(1), sns_certificate() + &padding);
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(4096));
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(100));
    publisher.reply(&sns_path(2), Reply::Raw(chunked.into_bytes()));
    let header = format!("HTTP/1.1 200 OK\r\nX-Large: {}\r\n", "x".repeat(1 << 20));
    publisher.reply(&sns_path(3), Reply::Raw(header.into_bytes()));
    // Ends before what was declared: no part of it counts.
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{}", sns_certificate());
    publisher.reply(&sns_path(4), Reply::Raw(cut.into_bytes()));
    let proxy = sns(app.port, &publisher, &[]);
    for number in 1..=4 {
        let delivery = Message::notification("x").numbered_certificate(number).signed();
        assert_eq!(refusal(&proxy, &delivery), (503, "key-unavailable".to_owned()), "{number}");
    }
    assert!(app.has_nothing_more());
    // As large as may be.
    let most = (64 << 10) - sns_certificate().len();
    publisher.publish(&sns_path(5), sns_certificate() + &padding[..most]);
    assert_eq!(deliver(&proxy, &Message::notification("x").numbered_certificate(5).signed()).status(), 200);
}

#[test]
fn answers_are_bounded_in_time() {
    let (app, publisher) = (App::ok(), Publisher::new());
    let gate = Arc::new(Gate::default());
    publisher.reply(&sns_path(1), Reply::Held(gate.clone(), sns_certificate()));
    publisher.reply(&sns_path(2), Reply::Begun(gate.clone()));
    let proxy = sns(app.port, &publisher, &["--fetch-timeout", "300ms"]);
    for number in [1, 2] {
        let delivery = Message::notification("x").numbered_certificate(number).signed();
        let began = Instant::now();
        assert_eq!(refusal(&proxy, &delivery), (503, "key-unavailable".to_owned()));
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(300) && took < DEADLINE / 2, "{took:?}");
        // Nobody waits for it again at once.
        let began = Instant::now();
        assert_eq!(refusal(&proxy, &delivery), (503, "key-unavailable".to_owned()));
        assert!(began.elapsed() < Duration::from_millis(300));
    }
    assert_eq!(publisher.requests(), [sns_path(1), sns_path(2)]);
    gate.open();
    assert!(app.has_nothing_more());
}

#[test]
fn servers_that_say_nothing_or_are_not_there() {
    let (app, publisher) = (App::ok(), Publisher::new());
    let (mute, connections) = silent();
    for port in [mute.port, closed_port()] {
        let mut command = countersign();
        command.args(["http", &format!("127.0.0.1:{}", app.port), "--verify-webhook", "sns"]);
        command.args(["--verify-webhook-secret", "any"]);
        command.args(["--fetch-timeout", "300ms", "--connect-to", &format!("{SNS_HOST}=127.0.0.1:{port}")]);
        command.arg("--ca-file").arg(publisher.ca_file());
        let proxy = Countersign::start(&mut command);
        assert_eq!(refusal(&proxy, &Message::notification("x").signed()), (503, "key-unavailable".to_owned()));
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
    assert!(app.has_nothing_more());
}

/// A stranger can make up any number of URLs of the right form.
#[test]
fn a_flood_of_made_up_urls_is_fetched_at_a_bounded_rate() {
    const FLOOD: usize = 300;
    let (app, publisher) = (App::ok(), Publisher::new());
    publisher.publish(&sns_path(1), sns_certificate());
    let proxy = sns(app.port, &publisher, &[]);
    let genuine = Message::notification("x").signed();
    assert_eq!(deliver(&proxy, &genuine).status(), 200);
    proxy.record();
    let began = Instant::now();
    let mut statuses = Vec::new();
    let mut client = Wire::connect(proxy.address);
    for number in 2..FLOOD + 2 {
        statuses.push(client.ask(Message::notification("x").numbered_certificate(number).signed()).status());
    }
    // A burst, and then one each two seconds.
    let allowed = 8 + usize::try_from(began.elapsed().as_secs()).unwrap() / 2 + 1;
    let fetched = publisher.requests().len() - 1;
    assert!((1..=allowed).contains(&fetched), "{fetched} fetches, {allowed} allowed");
    assert_eq!(publisher.connections(), fetched + 1);
    assert_eq!(statuses.iter().filter(|status| **status == 403).count(), fetched, "told that there is none");
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), FLOOD - fetched);
    // Who is known is not touched by it.
    assert_eq!(client.ask(genuine).status(), 200);
    let complaint = proxy.event("notice")["text"].as_str().unwrap().to_owned();
    assert!(
        complaint.contains("too many different certificates") || complaint.contains("no certificate"),
        "{complaint}"
    );
}

/// And those who go away leave their places to others, and the fetch to the next.
#[test]
fn so_many_deliveries_wait_and_no_more() {
    const WAITING: usize = 64;
    const MORE: usize = 8;
    // Whether or not anybody waits for the answer: a delivery that came in whole reaches the app.
    for leave in [false, true] {
        let (app, publisher) = (App::ok(), Publisher::new());
        let gate = Arc::new(Gate::default());
        publisher.reply(&sns_path(1), Reply::Held(gate.clone(), sns_certificate()));
        let proxy = sns(app.port, &publisher, PATIENT);
        let delivery = Message::notification("x").signed();
        let clients = (0..WAITING + MORE).map(|_| {
            let mut client = Wire::connect(proxy.address);
            client.send(&delivery);
            client
        });
        let clients: Vec<_> = clients.collect();
        // They are refused while the others wait.
        for _ in 0..MORE {
            assert_eq!(proxy.record()["reason"], "key-unavailable");
        }
        if leave {
            clients.into_iter().for_each(Wire::close);
            gate.open();
        } else {
            gate.open();
            let statuses: Vec<_> = clients.into_iter().map(|mut client| client.answer().status()).collect();
            assert_eq!(statuses.iter().filter(|status| **status == 200).count(), WAITING);
            assert_eq!(statuses.iter().filter(|status| **status == 503).count(), MORE);
        }
        for _ in 0..WAITING {
            assert_eq!(proxy.record()["verdict"], "accepted");
            app.received();
        }
        assert!(app.has_nothing_more());
        assert_eq!(publisher.requests(), [sns_path(1)]);
    }
}
