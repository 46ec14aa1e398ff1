//! What is captured while bodies stream, break off, or never end.

use serde_json::json;

use crate::{
    support::{App, TOKEN, Wire, countersign, signed, signed_head},
    web::{Inspected, body},
};

#[test]
fn more_than_the_limit_is_forwarded_and_marked() {
    let app = App::ok();
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string(), "--capture-limit", "1000"]));
    let long = "x".repeat(100_000);
    inspected.deliver(&format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{long}", long.len()));
    assert_eq!(app.received().message.body().len(), 100_000);
    let request = inspected.newest()["request"].clone();
    assert_eq!(
        (&request["body_size"], &request["body_kept"], &request["body_truncated"]),
        (&json!(100_000), &json!(1000), &json!(true))
    );
    let answer = inspected.web.post("/api/requests/http", &json!({ "id": inspected.newest()["id"] }));
    assert_eq!(answer.status(), 422);
    assert!(String::from_utf8_lossy(&answer.body()).contains("--capture-limit"));
}

#[test]
fn what_is_under_way_is_shown() {
    let app = App::raw(|_, wire, received| {
        let message = wire.head().unwrap();
        let _ = received.send(crate::support::Received { connection: 0, message });
        // The answer begins when the test says so: when the second connection comes.
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        let _ = wire.line();
    });
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    let mut client = Wire::connect(inspected.proxy.address);
    client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    app.received();
    assert_eq!(client.head().unwrap().status(), 200);
    assert_eq!(client.bytes(5), b"hello");
    let exchange = inspected.newest();
    assert_eq!((&exchange["stored"], &exchange["request"]["uri"]), (&json!(false), &json!("/stream")));
    assert_eq!(body(&exchange["response"]), b"hello");
    drop(client);
    // The proxy notices that the client is gone, and what came is kept.
    let kept = loop {
        let exchange = inspected.newest();
        if exchange["stored"] == true {
            break exchange;
        }
    };
    assert_eq!((&kept["abandoned"], &kept["response"]["body_complete"]), (&json!(true), &json!(false)));
    assert_eq!(body(&kept["response"]), b"hello");
}

#[test]
fn pages_hold_all_that_is_stored_or_under_way_once() {
    let app = App::new(|message, wire| {
        if !message.start.contains("/slow") {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            return true;
        }
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        let _ = wire.line();
        false
    });
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    let slow: Vec<_> = ["/slow/1", "/quick/2", "/slow/3", "/quick/4", "/quick/5"]
        .into_iter()
        .filter_map(|path| {
            let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            if path.starts_with("/quick") {
                inspected.deliver(&request);
                return None;
            }
            let mut client = Wire::connect(inspected.proxy.address);
            client.send(request);
            assert_eq!(client.head().unwrap().status(), 200);
            Some(client)
        })
        .collect();
    assert_eq!(slow.len(), 2);
    for limit in 1..=6 {
        let (mut seen, mut before) = (Vec::new(), String::new());
        loop {
            let page = inspected.web.json(&format!("/api/requests/http?limit={limit}{before}"));
            let items = page["requests"].as_array().unwrap();
            assert!(items.len() <= limit);
            seen.extend(items.iter().map(|item| item["request"]["uri"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            before = format!("&before={next}");
        }
        assert_eq!(seen, ["/quick/5", "/quick/4", "/slow/3", "/quick/2", "/slow/1"], "{limit} at a time");
    }
}

#[test]
fn a_client_that_goes_away_half_way_loses_nothing() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    let mut client = Wire::connect(inspected.proxy.address);
    client.send(signed(TOKEN, "/sms", "Body=whole").replace("Content-Length: 10", "Content-Length: 99"));
    drop(client);
    assert_eq!(inspected.proxy.record()["reason"], "body-incomplete");
    let exchange = inspected.newest();
    assert_eq!(body(&exchange["request"]), b"Body=whole");
    assert_eq!(exchange["request"]["body_complete"], false);
}

/// Whoever sends a delivery gives up after some seconds, and tries again: the app got it, and what was decided holds.
#[test]
fn a_delivery_whose_sender_gave_up_is_still_an_accepted_one() {
    let (app, go_on) = App::held();
    let inspected = Inspected::twilio(app.port, &[]);
    let attempt = || {
        let more = "Content-Length: 8\r\nI-Twilio-Idempotency-Token: 0d7f3c1e\r\n";
        let mut client = Wire::connect(inspected.proxy.address);
        client.send(signed_head(TOKEN, "/sms", "Body=one", more) + "Body=one");
        app.received();
        // It is shown while it is under way, too.
        assert_eq!(inspected.newest()["verdict"], "accepted");
        drop(client);
        inspected.proxy.catches_up();
        go_on.send(()).unwrap();
        let record = inspected.proxy.record();
        assert_eq!((&record["verdict"], &record["status"]), (&json!("accepted"), &json!(200)), "{record}");
        assert_eq!(record["client_left"], true);
        inspected.newest()
    };
    let first = attempt();
    assert_eq!((&first["verdict"], &first["abandoned"]), (&json!("accepted"), &json!(true)));
    assert_eq!(first["verification"]["delivery_id"], "0d7f3c1e");
    assert_eq!(attempt()["retry"], json!({ "of": first["id"], "attempt": 2 }));
    let vector = inspected.web.get(&format!("/api/requests/http/{}/export?as=vector", first["id"].as_str().unwrap()));
    assert!(String::from_utf8_lossy(&vector.body()).contains("\"valid\""));
}

#[test]
fn an_app_that_breaks_off_is_not_taken_for_its_client() {
    let app = App::raw(|_, wire, _| {
        wire.message().unwrap();
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
    });
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    let mut client = Wire::connect(inspected.proxy.address);
    client.send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(client.head().unwrap().status(), 200);
    assert_eq!(client.rest(), b"hello");
    let notice = inspected.proxy.event("notice");
    assert!(notice["text"].as_str().unwrap().contains("broke off in the middle"), "{notice}");
    let exchange = inspected.newest();
    assert_eq!((&exchange["trouble"], &exchange["abandoned"]), (&json!("cut-off"), &json!(false)));
    assert_eq!(body(&exchange["response"]), b"hello");
}

#[test]
fn a_retry_names_the_first_attempt() {
    let app = App::answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
    let inspected = Inspected::verifying("github", TOKEN, app.port, &[]);
    let request =
        countersign::sign::SignedRequest::post(&countersign::providers::GITHUB, "https://hooks.example.com/in")
            .json("{}")
            .header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
            .secret(TOKEN)
            .build()
            .unwrap();
    let mut text = "POST /in HTTP/1.1\r\n".to_owned();
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    text += "\r\n{}";
    inspected.deliver(&text);
    let first = inspected.newest();
    inspected.deliver(&text);
    let second = inspected.newest();
    assert_eq!(second["retry"], json!({ "of": first["id"], "attempt": 2 }));
    assert_eq!(second["verification"]["delivery_id"], "72d3162e-cc78-11e3-81ab-4c9367dc0958");
}

#[test]
fn twilios_attempts_have_one_idempotency_token() {
    let app = App::answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
    let inspected = Inspected::twilio(app.port, &[]);
    let attempt = |token: &str| {
        let more = format!("Content-Length: 8\r\nI-Twilio-Idempotency-Token: {token}\r\n");
        inspected.deliver(&(signed_head(TOKEN, "/sms", "Body=one", &more) + "Body=one"));
        inspected.newest()
    };
    let first = attempt("0d7f3c1e");
    assert_eq!(first["verification"]["delivery_id"], "0d7f3c1e");
    assert_eq!(attempt("0d7f3c1e")["retry"], json!({ "of": first["id"], "attempt": 2 }));
    assert_eq!(attempt("1e8a4d2f")["retry"], json!(null), "the same text, sent twice");
}

#[test]
fn a_websocket_is_one_exchange() {
    let app = App::raw(|_, wire, _| {
        wire.head().unwrap();
        wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        // Two frames come, three go.
        assert_eq!(wire.bytes(6 + 1 + 6 + 2).len(), 15);
        wire.send(b"\x81\x01a\x81\x01b\x88\x00");
    });
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    let mut client = Wire::connect(inspected.proxy.address);
    client.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    assert_eq!(client.head().unwrap().status(), 101);
    client.send(b"\x81\x81\0\0\0\0a\x81\x82\0\0\0\0bc");
    assert_eq!(client.rest(), b"\x81\x01a\x81\x01b\x88\x00");
    drop(client);
    let exchange = loop {
        let exchange = inspected.newest();
        if exchange["stored"] == true {
            break exchange;
        }
    };
    assert_eq!(
        exchange["websocket"],
        json!({ "frames_from_client": 2, "bytes_from_client": 15, "frames_from_app": 3, "bytes_from_app": 8 })
    );
    assert_eq!(inspected.web.post("/api/requests/http", &json!({ "id": exchange["id"] })).status(), 422);
}
