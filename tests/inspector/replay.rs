//! Replays: as they came, edited, signed anew, wrong on purpose; from the API and from the shell.

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{
    clock::UnixTime,
    providers::{GITHUB, PLIVO, STRIPE, TWILIO},
    sign::SignedRequest,
};
use http::Request;
use serde_json::{Value, json};

use crate::{
    support::{App, Ends, TOKEN, Wire, countersign, signed, signed_head},
    web::{Inspected, body, order, verifying_app},
};

/// A signed request as bytes.
fn wire(request: &Request<bytes::Bytes>) -> String {
    let target = request.uri().path_and_query().unwrap();
    let mut text = format!("{} {target} HTTP/1.1\r\n", request.method());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    text + "\r\n" + std::str::from_utf8(request.body()).unwrap()
}

#[test]
fn the_story_of_an_sms() {
    let app = verifying_app(&TWILIO, TOKEN);
    let inspected = Inspected::twilio(app.port, &[]);
    assert_eq!(inspected.deliver(&signed(TOKEN, "/sms", "From=%2B1&Body=Hi")).status(), 200);
    app.received();
    let original = inspected.newest();

    let again = inspected.web.replay(order(&original));
    assert_eq!((&again["verdict"], &again["response"]["status_code"]), (&json!("accepted"), &json!(200)));
    assert_eq!(again["replay"], json!({ "of": original["id"], "signing": "fresh" }));
    assert_eq!(app.received().message.body(), b"From=%2B1&Body=Hi");

    let edited = inspected
        .web
        .replay(json!({ "id": original["id"], "request": { "set": { "Body": "Hello from the replay!" } } }));
    assert_eq!((&edited["verdict"], &edited["response"]["status_code"]), (&json!("accepted"), &json!(200)));
    assert_eq!(body(&edited["response"]), b"got From=%2B1&Body=Hello+from+the+replay%21");
    app.received();

    let id = original["id"].as_str().unwrap();
    let related = &inspected.web.json(&format!("/api/requests/http/{id}"))["related"];
    assert_eq!(related["replays"], json!([again["id"], edited["id"]]));
}

#[test]
fn the_story_of_a_plivo_message() {
    let app = verifying_app(&PLIVO, TOKEN);
    let inspected = Inspected::verifying("plivo", TOKEN, app.port, &[]);
    let message = SignedRequest::post(&PLIVO, "https://hooks.example.com/message")
        .form([("From", "+1"), ("Text", "Hi")])
        .secret(TOKEN)
        .build()
        .unwrap();
    assert_eq!(inspected.deliver(&wire(&message)).status(), 200);
    let original = inspected.newest();
    let edited = inspected.web.replay(json!({ "id": original["id"], "request": { "set": { "Text": "Hello!" } } }));
    assert_eq!((&edited["verdict"], &edited["response"]["status_code"]), (&json!("accepted"), &json!(200)));
    assert_eq!(body(&edited["response"]), b"got From=%2B1&Text=Hello%21");
    // The nonce is another one: an app that remembers them accepts the replay too.
    let nonce = |exchange: &Value| exchange["request"]["headers"]["X-Plivo-Signature-V3-Nonce"].clone();
    assert_ne!(nonce(&original), nonce(&edited));
}

#[test]
fn method_path_headers_and_body_can_be_changed() {
    let app = verifying_app(&GITHUB, TOKEN);
    let inspected = Inspected::verifying("github", TOKEN, app.port, &[]);
    let push = SignedRequest::post(&GITHUB, "https://hooks.example.com/in")
        .json(r#"{"ref":"main","commits":[{"id":1}]}"#)
        .header("x-github-event", "push")
        .secret(TOKEN)
        .build()
        .unwrap();
    inspected.deliver(&wire(&push));
    app.received();
    let id = inspected.newest()["id"].clone();
    let edited = inspected.web.replay(json!({ "id": id, "request": {
        "method": "PUT",
        "path": "/other?x=%2F",
        "headers": { "X-GitHub-Event": "ping", "X-New": "1", "User-Agent": null },
        "body": "{\"zen\":\"ü\"}",
    } }));
    assert_eq!((&edited["verdict"], &edited["response"]["status_code"]), (&json!("accepted"), &json!(200)));
    let received = app.received().message;
    assert_eq!(received.start, "PUT /other?x=%2F HTTP/1.1");
    assert_eq!(received.header("x-github-event"), Some("ping"));
    assert_eq!(received.header("x-new"), Some("1"));
    assert_eq!(received.body(), "{\"zen\":\"ü\"}".as_bytes());
    let path = inspected.web.replay(json!({ "id": id, "request": { "set": { "commits.0.id": 2 } } }));
    assert_eq!(body(&path["response"]), br#"got {"ref":"main","commits":[{"id":2}]}"#);
}

#[test]
fn targets_that_are_no_path_are_sent_again_as_they_were_forwarded() {
    let app = App::ok();
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    for target in ["GET http://user@a.test:81/x?y=%2f HTTP/1.1", "OPTIONS * HTTP/1.1"] {
        inspected.deliver(&format!("{target}\r\nHost: b.test\r\n\r\n"));
        let first = app.received().message;
        inspected.web.replay(order(&inspected.newest()));
        let second = app.received().message;
        assert_eq!(second.start, first.start);
        if target.starts_with("GET") {
            assert_eq!(second.header("host"), Some("a.test:81"));
        }
    }
}

#[test]
fn one_without_a_host_is_sent_again_without_one() {
    let app = App::ok();
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    assert_eq!(inspected.deliver("POST /old HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi").status(), 200);
    let own = app.received().message.header("host").map(str::to_owned);
    let again = inspected.web.replay(order(&inspected.newest()));
    assert_eq!(again["response"]["status_code"], 200);
    let received = app.received().message;
    assert_eq!((received.start.as_str(), received.header("host")), ("POST /old HTTP/1.1", own.as_deref()));
    // Edits are held to what deliveries are held to.
    let edits = json!({ "headers": { "host": ["a", "b"] } });
    let refused = inspected.web.replay(json!({ "id": again["id"], "request": edits }));
    assert_eq!(refused["response"]["status_code"], 400);
    assert!(app.has_nothing_more());
}

#[test]
fn headers_given_as_they_are_shown_go_as_they_came() {
    let app = App::ok();
    let inspected = Inspected::start(countersign().args(["http", &app.port.to_string()]));
    let message = b"GET / HTTP/1.1\r\nHost: h\r\nX-Name: caf\xe9\r\nX-Name: caf\xe8\r\nX-Other: 1\r\n\r\n";
    assert_eq!(Wire::connect(inspected.proxy.address).ask(message).status(), 200);
    inspected.proxy.record();
    app.received();
    let original = inspected.newest();
    let mut headers = original["request"]["header_list"].clone();
    headers[3][1] = json!("2");
    assert_eq!(headers[3][0], "X-Other");
    let replay = inspected.web.replay(json!({ "id": original["id"], "request": { "headers": headers } }));
    assert_eq!(app.received().message.header("x-other"), Some("2"));
    let raw = STANDARD.decode(replay["request"]["raw"].as_str().unwrap()).unwrap();
    let has = |bytes: &[u8]| raw.windows(bytes.len()).any(|window| window == bytes);
    assert!(has(b": caf\xe9\r\n") && has(b": caf\xe8\r\n"), "{}", String::from_utf8_lossy(&raw));
}

#[test]
fn an_old_delivery_is_signed_with_a_fresh_time() {
    let app = verifying_app(&STRIPE, "whsec_test");
    // So wide that the proxy accepts the old one.
    let wide = ["--verify-webhook-option", "tolerance_s=999999999"];
    let inspected = Inspected::verifying("stripe", "whsec_test", app.port, &wide);
    let old = SignedRequest::post(&STRIPE, "https://hooks.example.com/in")
        .json("{}")
        .secret("whsec_test")
        .time(UnixTime::from_secs(1_700_000_000).unwrap())
        .build()
        .unwrap();
    assert_eq!(inspected.deliver(&wire(&old)).status(), 401);
    let id = inspected.newest()["id"].clone();
    assert_eq!(inspected.web.replay(json!({ "id": id }))["response"]["status_code"], 200);
    assert_eq!(inspected.web.replay(json!({ "id": id, "sign": "as-captured" }))["response"]["status_code"], 401);
}

#[test]
fn wrong_and_expired_on_purpose() {
    let app = verifying_app(&STRIPE, "whsec_test");
    let inspected = Inspected::verifying("stripe", "whsec_test", app.port, &[]);
    let event =
        SignedRequest::post(&STRIPE, "https://hooks.example.com/in").json("{}").secret("whsec_test").build().unwrap();
    inspected.deliver(&wire(&event));
    app.received();
    let id = inspected.newest()["id"].clone();
    for (mode, reason) in [("wrong", "signature-mismatch"), ("expired", "timestamp-too-old")] {
        let replay = inspected.web.replay(json!({ "id": id, "sign": mode }));
        assert_eq!((&replay["verdict"], &replay["reason"]), (&json!("refused"), &json!(reason)), "{mode}");
    }
    assert!(app.has_nothing_more());
    let never = Inspected::twilio(app.port, &[]);
    never.deliver(&signed(TOKEN, "/sms", "Body=1"));
    let answer = never.web.post("/api/requests/http", &json!({ "id": never.newest()["id"], "sign": "expired" }));
    assert_eq!(answer.status(), 422);
    assert!(String::from_utf8_lossy(&answer.body()).contains("cannot expire"));
}

#[test]
fn what_arrived_unverified_is_not_signed_unasked() {
    let app = verifying_app(&TWILIO, TOKEN);
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed("another token", "/sms", "Body=forged"));
    let id = inspected.newest()["id"].clone();
    assert_eq!(inspected.web.replay(json!({ "id": id }))["verdict"], "refused");
    assert_eq!(inspected.web.replay(json!({ "id": id, "request": { "set": { "Body": "x" } } }))["verdict"], "refused");
    let answer = inspected.web.post("/api/requests/http", &json!({ "id": id, "sign": "fresh" }));
    assert_eq!(answer.status(), 409);
    assert!(app.has_nothing_more());
    let signed = inspected.web.replay(json!({ "id": id, "sign": "fresh", "sign_unverified": true }));
    assert_eq!((&signed["verdict"], &signed["response"]["status_code"]), (&json!("accepted"), &json!(200)));
}

#[test]
fn mistakes_are_said() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=1"));
    app.received();
    let id = inspected.newest()["id"].clone();
    for (order, status, says) in [
        (json!({}), 400, "id"),
        (json!({ "id": "0000000000000001" }), 404, "no exchange"),
        (json!({ "id": id, "tunnel_name": "other" }), 404, "no route"),
        (json!({ "id": id, "upstream": "http://attacker.test" }), 400, "upstream"),
        (json!({ "id": id, "sign": "twice" }), 400, "fresh"),
        (json!({ "id": id, "request": { "path": "http://attacker.test/" } }), 400, "must begin with /"),
        (json!({ "id": id, "request": { "method": "A B" } }), 400, "no HTTP method"),
        (json!({ "id": id, "request": { "headers": { "a b": "" } } }), 400, "no header name"),
        (json!({ "id": id, "request": { "headers": { "a": "b\r\nc: d" } } }), 400, "cannot hold"),
    ] {
        let answer = inspected.web.post("/api/requests/http", &order);
        let text = String::from_utf8_lossy(&answer.body()).into_owned();
        assert_eq!(answer.status(), status, "{order}: {text}");
        assert!(text.contains(says), "{order}: {text}");
    }
    assert!(app.has_nothing_more());
}

#[test]
fn from_the_shell() {
    let app = verifying_app(&TWILIO, TOKEN);
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=first"));
    inspected.deliver(&signed(TOKEN, "/sms", "Body=second"));
    let inspector = format!("http://{}", inspected.web.authority);
    let replay = |arguments: &[&str]| {
        let output = countersign().arg("replay").args(arguments).args(["--inspector", &inspector]).ends();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
        )
    };
    let id = inspected.newest()["id"].as_str().unwrap().to_owned();
    let (code, text) = replay(&[&id, "--set", "Body=Hello from the replay!"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("- got Body=second") && text.contains("+ got Body=Hello+from+the+replay%21"), "{text}");
    let (code, text) = replay(&["--last", "2", "--json"]);
    assert_eq!((code, text.lines().count()), (0, 2), "{text}");
    let (code, text) = replay(&[&id, "--sign", "wrong"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("refused: signature-mismatch"), "{text}");
    let (code, text) = replay(&["0000000000000001"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("there is no exchange"), "{text}");
    let (code, _) = replay(&["nonsense"]);
    assert_eq!(code, 2);
}

#[test]
fn one_that_cannot_be_replayed_does_not_stop_the_others() {
    let app = verifying_app(&TWILIO, TOKEN);
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed("another token", "/sms", "Body=forged"));
    let forged = inspected.newest()["id"].as_str().unwrap().to_owned();
    inspected.deliver(&signed(TOKEN, "/sms", "Body=genuine"));
    let genuine = inspected.newest()["id"].as_str().unwrap().to_owned();
    let inspector = format!("http://{}", inspected.web.authority);
    for (more, lines) in [(&["--last", "2", "--json"][..], 2), (&[&forged, "0000000000000001", &genuine, "--json"], 3)]
    {
        let mut command = countersign();
        let output = command.args(["replay", "--sign", "fresh", "--inspector", &inspector]).args(more).ends();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert_eq!(errors.lines().count(), lines - 1, "{errors}");
        assert!(
            errors.starts_with(&format!("countersign: {forged}: ")) && errors.contains("sign_unverified"),
            "{errors}"
        );
        let values: Vec<Value> = output
            .stdout
            .split_inclusive(|byte| *byte == b'\n')
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect();
        assert_eq!(values.len(), lines);
        assert_eq!(values[0]["replay"]["of"], json!(forged));
        assert!(values[0]["error"].as_str().unwrap().contains("sign_unverified"), "{}", values[0]);
        assert_eq!(values[lines - 1]["replay"]["of"], json!(genuine));
        assert_eq!(values[lines - 1]["verdict"], "accepted");
    }
    let output = countersign().args(["replay", "--last", "2", "--sign", "fresh", "--inspector", &inspector]).ends();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(&genuine) && !text.contains(&forged), "{text}");
}

#[test]
fn placeholders_of_secrets_are_not_sent() {
    let app = verifying_app(&TWILIO, TOKEN);
    let inspected = Inspected::twilio(app.port, &[]);
    let deliver = |path: &str, form: &str, more: &str| {
        let more = format!("{more}Content-Length: {}\r\n", form.len());
        let delivery = signed_head(TOKEN, path, form, &more) + form;
        assert_eq!(inspected.deliver(&delivery).status(), 200);
        app.received();
        inspected.newest()["id"].clone()
    };
    let refused = |id: &Value, request: Value, says: &str| {
        let answer = inspected.web.post("/api/requests/http", &json!({ "id": id, "request": request }));
        let text = String::from_utf8_lossy(&answer.body()).into_owned();
        assert_eq!(answer.status(), 422, "{request}: {text}");
        assert!(text.contains("before it was stored") && text.contains(says), "{request}: {text}");
        assert!(app.has_nothing_more());
    };
    let sent = |id: &Value, request: Value, start: &str, form: &str| {
        let replay = inspected.web.replay(json!({ "id": id, "request": request }));
        assert_eq!(replay["response"]["status_code"], 200, "{request}");
        let received = app.received().message;
        assert_eq!((&*received.start, received.body()), (start, form.as_bytes().to_vec()));
    };
    let (sms, form) = ("POST /sms HTTP/1.1", "Body=Hi");

    let id = deliver("/sms", &format!("Body=Hi&Key={TOKEN}"), "");
    refused(&id, json!({}), "give a body");
    refused(&id, json!({ "path": "/sms", "set": { "Body": "Hello" } }), "set the field");
    sent(&id, json!({ "set": { "Key": "another" } }), sms, "Body=Hi&Key=another");
    sent(&id, json!({ "body": form }), sms, form);
    // What the order says is meant.
    sent(&id, json!({ "body": "Body=[secret]" }), sms, "Body=[secret]");

    let id = deliver(&format!("/sms?key={TOKEN}"), form, "");
    refused(&id, json!({ "body": form }), "give a path");
    sent(&id, json!({ "path": "/sms" }), sms, form);

    // What the sender wrote is no placeholder, whatever was taken out of a header.
    for (form, more) in [("Body=[secret]", ""), ("Body=[redacted]", "Authorization: Bearer a\r\n")] {
        let id = deliver("/sms", form, more);
        sent(&id, json!({}), sms, form);
    }
}
