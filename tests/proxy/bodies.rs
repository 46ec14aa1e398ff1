//! Bodies: framing, trailers, streaming.

use std::sync::{Mutex, mpsc::channel};

use crate::support::{App, Countersign, DEADLINE, TOKEN, Wire, signed, signed_head};

const FORM: &str = "From=%2B15558675310&Body=Hi+there%21";

#[test]
fn connections_are_kept_on_both_sides() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    for _ in 0..5 {
        let answer = client.ask(signed(TOKEN, "/sms", FORM));
        assert_eq!((answer.status(), answer.text().as_str()), (200, "ok"));
        let received = app.received();
        assert_eq!((received.connection, received.message.text().as_str()), (0, FORM));
    }
}

#[test]
fn chunked_both_ways() {
    let app = App::answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5;x=y\r\nde\r\nf\r\n0\r\n\r\n",
    );
    let chunks = "4\r\nFrom\r\n1f\r\n=%2B15558675310&Body=Hi+there%21\r\n0\r\n\r\n".replace("1f", "20");
    let open = Countersign::http(app.port, &[]);
    let verified = Countersign::twilio(app.port, &[]);
    for proxy in [open, verified] {
        let head = signed_head(TOKEN, "/sms", FORM, "Transfer-Encoding: chunked\r\n");
        let answer = Wire::connect(proxy.address).ask(head + &chunks);
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.body(), b"abcde\r\nf");
        assert_eq!(app.received().message.body(), FORM.as_bytes());
    }
}

#[test]
fn no_other_coding_than_chunked() {
    let app = App::ok();
    let open = Countersign::http(app.port, &[]);
    let verified = Countersign::twilio(app.port, &[]);
    for proxy in [open, verified] {
        for codings in ["gzip, chunked", "chunked, chunked", "x, Chunked", "gzip\r\nTransfer-Encoding: chunked"] {
            let more = format!("Transfer-Encoding: {codings}\r\n");
            let chunks = format!("{:x}\r\n{FORM}\r\n0\r\n\r\n", FORM.len());
            let answer = Wire::connect(proxy.address).ask(signed_head(TOKEN, "/sms", FORM, &more) + &chunks);
            assert_eq!(answer.status(), 501, "{codings:?}");
            assert_eq!(proxy.record()["status"], 501);
        }
        let more = "Transfer-Encoding: CHUNKED \r\n";
        let chunks = format!("{:x}\r\n{FORM}\r\n0\r\n\r\n", FORM.len());
        assert_eq!(Wire::connect(proxy.address).ask(signed_head(TOKEN, "/sms", FORM, more) + &chunks).status(), 200);
        assert_eq!(app.received().message.body(), FORM.as_bytes());
    }
    assert!(app.has_nothing_more());
}

#[test]
fn a_body_of_a_get_is_kept() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    let request = "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    Wire::connect(proxy.address).ask(request);
    assert_eq!(app.received().message.body(), b"hi");
}

#[test]
fn trailers_both_ways() {
    let app = App::answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n",
    );
    let open = Countersign::http(app.port, &[]);
    let verified = Countersign::twilio(app.port, &[]);
    let more = "TE: trailers\r\nConnection: TE\r\nTrailer: X-Check, X-Forwarded-For\r\nTransfer-Encoding: chunked\r\n";
    for proxy in [open, verified] {
        // Claims about the client are none of the client's, there neither.
        let trailers = "X-Forwarded-For: 192.0.2.66\r\nX-Check: 9\r\nX-Countersign-Verified: twilio\r\n";
        let chunks = format!("{:x}\r\n{FORM}\r\n0\r\n{trailers}\r\n", FORM.len());
        let answer = Wire::connect(proxy.address).ask(signed_head(TOKEN, "/sms", FORM, more) + &chunks);
        assert!(answer.text().to_ascii_lowercase().ends_with("0\r\nx-sum: 7\r\n\r\n"), "{}", answer.text());
        let received = app.received().message;
        assert_eq!((received.header("te"), received.header("connection")), (Some("trailers"), Some("TE")));
        assert!(received.text().to_ascii_lowercase().ends_with("0\r\nx-check: 9\r\n\r\n"), "{}", received.text());
        assert_eq!(received.body(), FORM.as_bytes());
    }
}

#[test]
fn head_has_a_length_and_no_body() {
    let app = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    for _ in 0..2 {
        client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
        let head = client.head().unwrap();
        assert_eq!((head.status(), head.header("content-length")), (200, Some("1234")));
    }
}

#[test]
fn old_clients() {
    let app = App::answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send("POST /x HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi");
    let answer = client.head().unwrap();
    assert_eq!((answer.status(), answer.header("transfer-encoding")), (200, None));
    assert_eq!(client.rest(), b"ok", "the end of the connection is the end of the body");
    let received = app.received().message;
    assert_eq!((received.start.as_str(), received.text().as_str()), ("POST /x HTTP/1.1", "hi"));
    assert_eq!(received.header("host"), Some(format!("127.0.0.1:{}", app.port).as_str()));
}

#[test]
fn an_answer_streams() {
    let (go_on, gate) = channel();
    let gate = Mutex::new(gate);
    let app = App::new(move |_, wire| {
        wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
        gate.lock().unwrap().recv_timeout(DEADLINE).unwrap();
        wire.send("4\r\nlast\r\n0\r\n\r\n");
        true
    });
    let proxy = Countersign::twilio(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send(signed(TOKEN, "/sms", FORM));
    assert_eq!(client.head().unwrap().status(), 200);
    assert_eq!(client.bytes(10), b"5\r\nfirst\r\n", "the first part came while the app was still at work");
    go_on.send(()).unwrap();
    assert_eq!(client.chunks(), b"4\r\nlast\r\n0\r\n\r\n");
}

#[test]
fn an_unverified_request_streams() {
    let (send, seen) = channel();
    let app = App::raw(move |_, wire, _| {
        let head = wire.head().unwrap();
        send.send((head, wire.bytes(4))).unwrap();
        assert_eq!(wire.bytes(4), b"last");
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nfrst");
    let (head, first) = seen.recv_timeout(DEADLINE).unwrap();
    assert_eq!((head.header("content-length"), &first[..]), (Some("8"), &b"frst"[..]));
    assert_eq!(client.ask("last").status(), 200);
}

#[test]
fn continue_is_sent_only_for_a_body_that_is_wanted() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    let more = format!("Expect: 100-continue\r\nContent-Length: {}\r\n", FORM.len());
    client.send(signed_head(TOKEN, "/sms", FORM, &more));
    assert_eq!(client.head().unwrap().status(), 100);
    assert_eq!(client.ask(FORM).status(), 200);
    assert_eq!(app.received().message.header("expect"), None);

    let mut client = Wire::connect(proxy.address);
    client.send("POST /sms HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    assert_eq!(client.head().unwrap().status(), 403);
    assert!(app.has_nothing_more());
}

#[test]
fn a_refused_upload_still_gets_its_answer() {
    let app = App::ok();
    let proxy = Countersign::twilio(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    // More than the socket's buffers hold: without care the answer would be lost in a reset.
    client.send("POST /sms HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    client.send(vec![b'x'; 1_000_000]);
    assert_eq!(client.answer().status(), 403);
}
