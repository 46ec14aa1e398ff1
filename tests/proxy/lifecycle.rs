//! The end, and what happens when nobody reads the log.

use std::net::TcpStream;

use crate::support::{App, Countersign, Wire};

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn a_request_in_flight_is_finished() {
    let (app, go_on) = App::held();
    let proxy = Countersign::http(app.port, &[]);
    // An idle connection does not hold up the end.
    let idle = TcpStream::connect(proxy.address).unwrap();
    let mut client = Wire::connect(proxy.address);
    client.send(GET);
    app.received();
    proxy.signal("TERM");
    assert!(proxy.event("notice")["text"].as_str().unwrap().starts_with("ending"));
    assert!(TcpStream::connect(proxy.address).is_err(), "nothing listens any more");
    go_on.send(()).unwrap();
    let answer = client.answer();
    assert_eq!((answer.text().as_str(), answer.header("connection")), ("ok", Some("close")));
    assert!(client.rest().is_empty());
    drop(idle);
    assert_eq!(proxy.wait().code(), Some(0));
}

#[test]
fn a_second_signal_ends_at_once() {
    let app = App::new(|_, wire| wire.line().is_some());
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send(GET);
    app.received();
    proxy.signal("INT");
    proxy.event("notice");
    proxy.signal("INT");
    // What is cut off has its line, too.
    let record = proxy.record();
    assert_eq!((&record["verdict"], &record["status"]), (&"unverified".into(), &serde_json::Value::Null));
    assert_eq!(record["trouble"], "countersign ended first");
    assert_eq!(proxy.wait().code(), Some(0));
}

#[test]
fn an_idle_proxy_ends_without_a_wait() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    assert_eq!(Wire::connect(proxy.address).ask(GET).status(), 200);
    proxy.signal("INT");
    assert_eq!(proxy.wait().code(), Some(0));
}

#[test]
fn a_closed_log_stops_nothing() {
    let app = App::ok();
    let mut proxy = Countersign::http(app.port, &[]);
    proxy.close_output();
    let mut client = Wire::connect(proxy.address);
    for _ in 0..50 {
        assert_eq!(client.ask(GET).status(), 200);
    }
    assert!(proxy.is_running());
}

#[test]
fn an_open_websocket_is_waited_for() {
    let app = App::new(|_, wire| {
        wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        let bytes = wire.bytes(4);
        wire.send(bytes);
        false
    });
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    assert_eq!(client.head().unwrap().status(), 101);
    proxy.signal("TERM");
    proxy.event("notice");
    client.send("ping");
    assert_eq!(client.rest(), b"ping");
    drop(client);
    assert_eq!(proxy.wait().code(), Some(0));
}
