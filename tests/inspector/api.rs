//! What the API shows of an exchange, and how it is looked for.

use serde_json::{Value, json};

use crate::{
    support::{App, TOKEN, signed},
    web::{Inspected, body},
};

#[test]
fn an_exchange_has_ngroks_fields_and_ours() {
    let app = App::answering("HTTP/1.1 201 Created\r\nX-Two: a\r\nX-Two: b\r\nContent-Length: 4\r\n\r\nbody");
    let inspected = Inspected::twilio(app.port, &[]);
    let delivery = signed(TOKEN, "/sms?a=%2f", "Body=Hi&From=%2B1");
    assert_eq!(inspected.deliver(&delivery).status(), 201);

    let exchange = inspected.newest();
    assert_eq!(exchange["tunnel_name"], "command_line");
    assert_eq!(exchange["uri"], format!("/api/requests/http/{}", exchange["id"].as_str().unwrap()));
    assert_eq!(exchange["id"].as_str().unwrap().len(), 16);
    assert!(exchange["remote_addr"].as_str().unwrap().starts_with("127.0.0.1:"));
    assert!(exchange["start"].as_str().unwrap().ends_with('Z'));
    assert!(exchange["duration"].as_u64().unwrap() > 0);

    let request = &exchange["request"];
    assert_eq!(request["method"], "POST");
    assert_eq!(request["proto"], "HTTP/1.1");
    assert_eq!(request["uri"], "/sms?a=%2f");
    assert_eq!(request["headers"]["Content-Type"], json!(["application/x-www-form-urlencoded"]));
    assert_eq!(body(request), b"Body=Hi&From=%2B1");
    assert_eq!((&request["body_size"], &request["body_complete"]), (&json!(17), &json!(true)));

    let response = &exchange["response"];
    assert_eq!((&response["status"], &response["status_code"]), (&json!("201 Created"), &json!(201)));
    assert_eq!(response["headers"]["X-Two"], json!(["a", "b"]));
    assert_eq!(body(response), b"body");

    assert_eq!(exchange["verdict"], "accepted");
    let verification = &exchange["verification"];
    assert_eq!(verification["provider"], "twilio");
    assert_eq!(verification["public_url"], "https://hooks.example.com/sms?a=%2f");
    assert_eq!(verification["secret"], json!({ "index": 0, "label": "env:INSPECTED" }));
    assert_eq!(exchange["stored"], true);

    let id = exchange["id"].as_str().unwrap();
    let one = inspected.web.json(&format!("/api/requests/http/{id}"));
    assert_eq!(one["related"], json!({ "replays": [], "retries": [] }));
    assert_eq!(inspected.web.get("/api/requests/http/0000000000000001").status(), 404);
    assert_eq!(inspected.web.get("/api/requests/http/nonsense").status(), 400);
}

#[test]
fn what_is_refused_is_shown_with_the_reason_and_its_unread_body() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    let forged = "POST /sms HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    // Without a signature nobody reads the body, but people want to see it.
    assert_eq!(inspected.deliver(&format!("{forged}Content-Length: 6\r\n\r\nBody=1")).status(), 403);
    assert_eq!(
        inspected.deliver(&format!("{forged}X-Twilio-Signature: AAAA\r\nContent-Length: 6\r\n\r\nBody=2")).status(),
        403
    );
    let exchanges = inspected.web.json("/api/requests/http?verdict=refused");
    let seen: Vec<_> = exchanges["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exchange| (exchange["reason"].as_str().unwrap(), body(&exchange["request"])))
        .collect();
    assert_eq!(seen[1], ("missing-signature", b"Body=1".to_vec()));
    assert_eq!(seen[0].1, b"Body=2");
    assert!(app.has_nothing_more());
}

#[test]
fn filters_and_pages() {
    let app = App::new(|request, wire| {
        let status = if request.start.contains("/missing") { "404 Not Found" } else { "200 OK" };
        wire.send(format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok"));
        true
    });
    let inspected = Inspected::twilio(app.port, &[]);
    for number in 0..5 {
        inspected.deliver(&signed(TOKEN, "/sms", &format!("Body=needle{number}")));
    }
    inspected.deliver(&signed(TOKEN, "/missing", "Body=other"));
    inspected.deliver("GET /sms HTTP/1.1\r\nHost: a\r\nX-Odd: strange\r\n\r\n");

    let uris = |query: &str| -> Vec<String> {
        let page = inspected.web.json(&format!("/api/requests/http?{query}"));
        let items: &Vec<Value> = page["requests"].as_array().unwrap();
        items.iter().map(|item| format!("{} {}", item["request"]["method"], item["request"]["uri"])).collect()
    };
    assert_eq!(uris("").len(), 7);
    assert_eq!(uris("status=404"), ["\"POST\" \"/missing\""]);
    assert_eq!(uris("status=4xx").len(), 2);
    assert_eq!(uris("method=get").len(), 1);
    assert_eq!(uris("path=^/miss").len(), 1);
    assert_eq!(uris("verdict=accepted&path=/sms").len(), 5);
    assert_eq!(uris("provider=twilio&body=NEEDLE3").len(), 1);
    assert_eq!(uris("header=x-odd:strange").len(), 1);
    assert_eq!(uris("q=needle").len(), 5);
    assert_eq!(uris("until=1000").len(), 0);
    assert_eq!(uris("tunnel_name=other").len(), 0);

    let mut query = "limit=3&view=summary".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = inspected.web.json(&format!("/api/requests/http?{query}"));
        ids.extend(page["requests"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("limit=3&view=summary&before={next}");
    }
    assert_eq!(ids.len(), 7);
    assert!(ids.is_sorted_by(|newer, older| newer > older));

    let wrong = inspected.web.get("/api/requests/http?colour=red");
    assert_eq!(wrong.status(), 400);
    assert!(String::from_utf8_lossy(&wrong.body()).contains("colour"));
}

#[test]
fn deleting() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    for _ in 0..3 {
        inspected.deliver(&signed(TOKEN, "/sms", "Body=1"));
    }
    let id = inspected.newest()["id"].as_str().unwrap().to_owned();
    assert_eq!(inspected.web.ask("DELETE", &format!("/api/requests/http/{id}"), "", "").status(), 204);
    assert_eq!(inspected.web.get(&format!("/api/requests/http/{id}")).status(), 404);
    assert_eq!(inspected.web.json("/api/requests/http")["requests"].as_array().unwrap().len(), 2);
    assert_eq!(inspected.web.ask("DELETE", "/api/requests/http", "", "").status(), 204);
    assert_eq!(inspected.web.json("/api/requests/http")["requests"], json!([]));
}

#[test]
fn the_status_shows_routes_and_figures() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=1"));
    inspected.deliver("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let status = inspected.web.json("/api/status");
    assert_eq!(status["status"], "online");
    let route = &status["routes"][0];
    assert_eq!((&route["provider"], &route["public_url"]), (&json!("twilio"), &json!("https://hooks.example.com")));
    assert_eq!((&route["signable"], &route["deadline_ms"]), (&json!(true), &json!(15_000)));
    assert_eq!(route["figures"]["verdicts"]["accepted"], 1);
    assert_eq!(route["figures"]["verdicts"]["refused"], 1);
    assert_eq!((&status["store"]["kind"], &status["store"]["count"]), (&json!("memory"), &json!(2)));
    // No secret anywhere.
    for path in ["/api/status", "/api/tunnels", "/api/endpoints", "/api/requests/http"] {
        assert!(!String::from_utf8_lossy(&inspected.web.get(path).body()).contains(TOKEN), "{path}");
    }
}

#[test]
fn answers_that_a_provider_will_not_like() {
    let app = App::new(|request, wire| {
        wire.send(match request.start.contains("/moved") {
            true => "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
            false => "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok",
        });
        true
    });
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/moved", "Body=1"));
    inspected.deliver(&signed(TOKEN, "/html", "Body=1"));
    let exchanges = inspected.web.json("/api/requests/http?view=summary");
    assert_eq!(exchanges["requests"][0]["warnings"], json!(["html-answer"]));
    assert_eq!(exchanges["requests"][1]["warnings"], json!(["redirect"]));
}
