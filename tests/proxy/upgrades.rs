//! WebSockets.

use http::Method;

use crate::support::{App, Countersign, TOKEN, Wire, twilio_signature};

fn echo() -> App {
    App::new(|message, wire| {
        if message.header("upgrade").is_none() {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            return true;
        }
        wire.send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello",
        );
        // Bytes, not frames: what matters here is that they pass as they are.
        let bytes = wire.bytes(6);
        wire.send(bytes);
        false
    })
}

fn upgrade(signature: &str) -> String {
    format!(
        "GET /media?x=1 HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: keep-alive, Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         x-twilio-signature: {signature}\r\n\r\n"
    )
}

#[test]
fn a_signed_upgrade_joins_both_ends() {
    let app = echo();
    let proxy = Countersign::twilio(app.port, &["--url", "https://hooks.example.com"]);
    let signature = twilio_signature(TOKEN, &Method::GET, "wss://hooks.example.com/media?x=1", "");
    let mut client = Wire::connect(proxy.address);
    client.send(upgrade(&signature));
    let answer = client.head().unwrap();
    assert_eq!((answer.status(), answer.header("upgrade")), (101, Some("websocket")));
    assert_eq!(answer.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert_eq!(client.bytes(5), b"hello", "what came with the answer is not lost");
    client.send(b"\0\xffping");
    assert_eq!(client.rest(), b"\0\xffping", "and the end of the app's side is the end of ours");

    let received = app.received().message;
    assert_eq!((received.header("upgrade"), received.header("connection")), (Some("websocket"), Some("Upgrade")));
    assert_eq!(received.header("sec-websocket-key"), Some("dGhlIHNhbXBsZSBub25jZQ=="));
    let record = proxy.record();
    assert_eq!((&record["verdict"], &record["status"]), (&"accepted".into(), &101.into()));
}

#[test]
fn an_unsigned_upgrade_is_refused() {
    let app = echo();
    let proxy = Countersign::twilio(app.port, &["--url", "https://hooks.example.com"]);
    for url in ["wss://hooks.example.com/other", "wss://other.example.com/media?x=1"] {
        let signature = twilio_signature(TOKEN, &Method::GET, url, "");
        assert_eq!(Wire::connect(proxy.address).ask(upgrade(&signature)).status(), 403);
    }
    assert!(app.has_nothing_more());
}

#[test]
fn other_protocols_are_not_offered_to_the_app() {
    let app = echo();
    let proxy = Countersign::http(app.port, &[]);
    let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
                   HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n";
    assert_eq!(Wire::connect(proxy.address).ask(request).status(), 200);
    let received = app.received().message;
    assert_eq!((received.header("upgrade"), received.header("http2-settings")), (None, None));
}

#[test]
fn an_app_that_switches_unasked_is_not_followed() {
    let app = App::answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    let proxy = Countersign::http(app.port, &[]);
    assert_eq!(Wire::connect(proxy.address).ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status(), 502);
}
