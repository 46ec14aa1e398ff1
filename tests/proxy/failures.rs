//! Apps that are down, silent or broken, and clients that are.

use std::sync::mpsc::channel;

use crate::support::{App, Countersign, DEADLINE, TOKEN, Wire, closed_port, countersign, signed};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn an_app_that_is_down() {
    let port = closed_port();
    let proxy = Countersign::twilio(port, &[]);
    let mut client = Wire::connect(proxy.address);
    let answer = client.ask(signed(TOKEN, "/sms", "a=b"));
    assert_eq!(answer.status(), 502);
    assert!(answer.text().contains(&format!("127.0.0.1:{port}")), "{}", answer.text());
    let record = proxy.record();
    assert_eq!((&record["verdict"], &record["trouble"]), (&"accepted".into(), &"the app is not reachable".into()));
}

#[test]
fn an_app_that_does_not_answer() {
    let app = App::new(|_, wire| wire.line().is_some());
    let proxy = Countersign::http(app.port, &["--upstream-timeout", "200ms"]);
    let answer = Wire::connect(proxy.address).ask(GET);
    assert_eq!(answer.status(), 504);
    assert_eq!(proxy.record()["trouble"], "the app did not answer in time");
}

#[test]
fn a_request_that_may_have_been_processed_is_sent_once() {
    let app = App::new(|_, _| false);
    let proxy = Countersign::http(app.port, &[]);
    let answer = Wire::connect(proxy.address).ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    assert_eq!(answer.status(), 502);
    app.received();
    assert!(app.has_nothing_more());
}

#[test]
fn a_pooled_connection_that_died_costs_nothing() {
    let (closed, is_closed) = channel();
    let app = App::raw(move |connection, wire, received| {
        let message = wire.message().unwrap();
        received.send(crate::support::Received { connection, message }).unwrap();
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        wire.shut();
        closed.send(()).unwrap();
    });
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    for connection in 0..10 {
        let answer = client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
        assert_eq!(answer.status(), 200);
        assert_eq!(app.received().connection, connection);
        is_closed.recv_timeout(DEADLINE).unwrap();
    }
}

#[test]
fn an_idle_connection_to_the_app_is_closed() {
    let (closed, is_closed) = channel();
    let app = App::raw(move |_, wire, _| {
        wire.message().unwrap();
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        closed.send(wire.message().is_none()).unwrap();
    });
    let proxy = Countersign::http(app.port, &[]);
    // The second round shows that the pool goes on watching after it was empty.
    for _ in 0..2 {
        let answer = Wire::connect(proxy.address).ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(answer.status(), 200);
        assert!(is_closed.recv_timeout(DEADLINE).unwrap());
    }
}

#[test]
fn an_answer_that_breaks_off_is_not_completed() {
    let app = App::new(|_, wire| {
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        false
    });
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send(GET);
    assert_eq!(client.head().unwrap().header("content-length"), Some("10"));
    assert_eq!(client.rest(), b"half");
}

#[test]
fn a_delivery_whose_client_waits_for_nothing_reaches_the_app() {
    let app = App::ok();
    let open = Countersign::http(app.port, &[]);
    let verified = Countersign::twilio(app.port, &[]);
    for proxy in [open, verified] {
        for _ in 0..20 {
            let mut client = Wire::connect(proxy.address);
            client.send(signed(TOKEN, "/sms", "Body=Hi"));
            client.close();
            assert_eq!(app.received().message.body(), b"Body=Hi");
            let record = proxy.record();
            assert_eq!((&record["status"], &record["trouble"]), (&200.into(), &serde_json::Value::Null));
        }
    }
}

#[test]
fn a_client_that_closes_its_side_gets_its_answer_all_the_same() {
    let (app, go_on) = App::held();
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send(GET);
    client.finish();
    app.received();
    proxy.catches_up();
    go_on.send(()).unwrap();
    assert_eq!(client.answer().text(), "ok");
    assert!(client.rest().is_empty());
    assert_eq!(proxy.record()["client_left"], true);
    // Others stay.
    go_on.send(()).unwrap();
    assert_eq!(Wire::connect(proxy.address).ask(GET).status(), 200);
    assert_eq!(proxy.record()["client_left"], false);
}

#[test]
fn a_client_that_goes_away_ends_what_streams_to_it() {
    let (gone, is_gone) = channel();
    let app = App::raw(move |_, wire, received| {
        let message = wire.message().unwrap();
        received.send(crate::support::Received { connection: 0, message }).unwrap();
        wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        // Until nobody takes any more.
        while wire.try_send("3\r\nabc\r\n") {}
        gone.send(()).unwrap();
    });
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send(GET);
    assert_eq!(client.head().unwrap().status(), 200);
    client.close();
    is_gone.recv_timeout(DEADLINE).unwrap();
}

#[test]
fn a_body_that_breaks_off_is_not_forwarded_when_verified() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    let whole = signed(TOKEN, "/sms", "Body=Hi");
    client.send(&whole[..whole.len() - 1]);
    client.close();
    assert_eq!(proxy.record()["reason"], "body-incomplete");
    assert!(app.has_nothing_more());
}

#[test]
fn heads_are_bounded() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    let answer = client.ask(format!("GET / HTTP/1.1\r\nHost: a\r\nX-Large: {}\r\n\r\n", "x".repeat(70_000)));
    assert_eq!(answer.status(), 431);
    let many: String = (0..200).map(|n| format!("X-{n}: y\r\n")).collect();
    assert_eq!(Wire::connect(proxy.address).ask(format!("GET / HTTP/1.1\r\n{many}\r\n")).status(), 431);
    assert!(app.has_nothing_more());
}

#[test]
fn two_lengths_are_no_length() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!";
    assert_eq!(Wire::connect(proxy.address).ask(request).status(), 400);
    // With both framings, chunks count and the length is not handed on.
    let both =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    Wire::connect(proxy.address).ask(both);
    let received = app.received().message;
    assert_eq!((received.header("content-length"), received.body()), (None, b"hi".to_vec()));
    assert!(app.has_nothing_more());
}

#[test]
fn an_answers_length_beside_chunks_is_none() {
    let app = App::answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    );
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send(GET);
    let head = client.head().unwrap();
    assert_eq!((head.header("content-length"), head.header("transfer-encoding")), (None, Some("chunked")));
    assert_eq!(client.chunks(), b"5\r\nhello\r\n0\r\n\r\n");
}

#[test]
fn a_client_that_breaks_off_is_no_trouble_with_the_app() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    let answer = client.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    assert_eq!(answer.status(), 400);
    assert_eq!(proxy.record()["trouble"], "the client broke off");
    let mut client = Wire::connect(proxy.address);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    drop(client);
    assert_ne!(proxy.record()["trouble"], "the app closed the connection");
}

#[test]
fn an_answer_that_is_no_http() {
    for answer in [
        "HTTP/1.1 200 OK\r\nX A: b\r\nContent-Length: 0\r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(101)),
        // Nobody asked for another coding, and the client would not be told of it.
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok".to_owned(),
    ] {
        let app = App::answering(answer);
        let proxy = Countersign::http(app.port, &[]);
        let answer = Wire::connect(proxy.address).ask(GET);
        assert_eq!(answer.status(), 502);
        assert!(answer.text().contains("not valid HTTP"), "{}", answer.text());
        assert_eq!(proxy.record()["trouble"], "the app's answer is not valid HTTP");
    }
}

#[test]
fn an_app_whose_name_nobody_knows() {
    // No resolver is asked for a label of over 63 bytes (RFC 1035, section 2.3.4).
    let name = format!("{}.example", "x".repeat(64));
    let proxy = Countersign::start(countersign().args(["http", &format!("{name}:80")]));
    let answer = Wire::connect(proxy.address).ask(GET);
    assert_eq!(answer.status(), 502);
    assert!(answer.text().contains("cannot be resolved"), "{}", answer.text());
}
