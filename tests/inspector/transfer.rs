//! Exports, imports, and what they are good for.

use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    support::{App, Ends, TOKEN, Wire, countersign, signed},
    web::{Inspected, body},
};

fn exported(inspected: &Inspected, form: &str) -> String {
    let id = inspected.newest()["id"].as_str().unwrap().to_owned();
    let answer = inspected.web.get(&format!("/api/requests/http/{id}/export?as={form}"));
    assert_eq!(answer.status(), 200);
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));
    String::from_utf8(answer.body()).unwrap()
}

#[test]
fn a_curl_command_sends_the_same() {
    let app = App::ok();
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    let form = "Body=it's%20%22me%22%5Cn&From=%2B1";
    inspected.deliver(&format!(
        "POST /sms?a='b'&c=[1] HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Empty:\r\n\
         X-Quote: it's\r\nContent-Length: {}\r\n\r\n{form}",
        inspected.proxy.address,
        form.len()
    ));
    let first = app.received().message;
    let script = exported(&inspected, "curl");
    assert!(script.starts_with("curl "), "{script}");
    let output = Command::new("sh").args(["-c", &script]).ends();
    assert!(output.status.success(), "{script}");
    let second = app.received().message;
    assert_eq!(second.start, first.start);
    assert_eq!(second.body(), first.body());
    for name in ["content-type", "x-empty", "x-quote"] {
        assert_eq!(second.header(name), first.header(name), "{name}");
    }
}

#[test]
fn a_curl_command_sends_long_bodies_and_nothing_of_its_own() {
    let app = App::ok();
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    for (text, is_text) in [("it's é\n", true), ("\0", false)] {
        let long = text.repeat(200_000 / text.len());
        let host = inspected.proxy.address;
        inspected.deliver(&format!("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\r\n{long}", long.len()));
        let first = app.received().message;
        let file = std::env::temp_dir().join(format!("countersign-curl-{}-{is_text}.sh", std::process::id()));
        std::fs::write(&file, exported(&inspected, "curl")).unwrap();
        let output = Command::new("sh").arg(&file).ends();
        std::fs::remove_file(&file).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let second = app.received().message;
        assert!(second.body() == first.body(), "{} and {} bytes", second.body().len(), first.body().len());
        for name in ["accept", "content-type", "user-agent"] {
            assert_eq!(second.header(name), None, "{name}");
        }
    }
}

#[test]
fn a_curl_command_says_what_it_lacks() {
    let app = App::ok();
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string(), "--capture-limit", "1000"]));
    inspected.deliver(&format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1234\r\n\r\n{}", "x".repeat(1234)));
    assert!(exported(&inspected, "curl").starts_with("# Only 1000 of 1234 bytes of the body were kept.\ncurl "));
}

#[test]
fn a_curl_command_of_a_head_request_ends() {
    let app = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    let mut wire = Wire::connect(inspected.proxy.address);
    wire.send(format!("HEAD /up HTTP/1.1\r\nHost: {}\r\n\r\n", inspected.proxy.address));
    assert_eq!(wire.head().unwrap().status(), 200);
    inspected.proxy.record();
    app.received();
    let script = exported(&inspected, "curl");
    assert!(script.contains(" --head ") && !script.contains("-X"), "{script}");
    let output = Command::new("sh").args(["-c", &script]).ends();
    assert!(output.status.success(), "{script}");
    assert_eq!(app.received().message.start, "HEAD /up HTTP/1.1");
}

#[test]
fn a_har_goes_out_and_in() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms?a=1", "Body=Hi"));
    let har: Value = serde_json::from_str(&exported(&inspected, "har")).unwrap();
    assert_eq!(har["log"]["version"], "1.2");
    let entry = &har["log"]["entries"][0];
    assert_eq!(entry["request"]["url"], "https://hooks.example.com/sms?a=1");
    assert_eq!(entry["request"]["postData"]["text"], "Body=Hi");
    assert_eq!(entry["response"]["content"]["text"], "ok");

    inspected.web.ask("DELETE", "/api/requests/http", "", "");
    let answer = inspected.web.post("/api/requests/http/import", &har);
    assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body()));
    let imported = inspected.newest();
    assert_eq!(imported["verdict"], "undecided");
    assert_eq!(body(&imported["request"]), b"Body=Hi");
    assert_eq!(imported["request"]["uri"], "/sms?a=1");
    assert_eq!(
        (imported["response"]["status_code"].as_u64(), body(&imported["response"])),
        (Some(200), b"ok".to_vec())
    );
    // What is imported is no proof of anything.
    let answer = inspected.web.post("/api/requests/http", &json!({ "id": imported["id"], "sign": "fresh" }));
    assert_eq!(answer.status(), 409);
}

#[test]
fn the_raw_message_and_the_har_verify_offline() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms?a=1", "Body=Hi"));
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (form, flag) in [("raw", "--raw"), ("har", "--har")] {
        let file = folder.join(format!("inspector-export-{}.{form}", std::process::id()));
        std::fs::write(&file, exported(&inspected, form)).unwrap();
        let output = countersign()
            .args(["verify", flag, file.to_str().unwrap(), "--provider", "twilio", "--secret", "env:TOKEN"])
            .args(["--public-url", "https://hooks.example.com/sms?a=1"])
            .env("TOKEN", TOKEN)
            .ends();
        std::fs::remove_file(file).unwrap();
        assert_eq!(output.status.code(), Some(0), "{form}");
    }
}

#[test]
fn a_vector_is_self_contained_and_holds_nothing_secret() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=Hi"));
    inspected.deliver(&signed("another token", "/sms", "Body=forged"));
    let answer = inspected.web.get("/api/requests/http/export?as=vector");
    let text = String::from_utf8(answer.body()).unwrap();
    assert!(!text.contains(TOKEN));
    let file =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("inspector-vector-{}.json", std::process::id()));
    std::fs::write(&file, &text).unwrap();
    let output = countersign().args(["verify", "--vectors", file.to_str().unwrap()]).ends();
    std::fs::remove_file(file).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("2 vectors, 0 disagree"));
}

#[test]
fn a_capture_that_can_be_no_vector_does_not_stop_the_others() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &["--capture-limit", "1000"]);
    inspected.deliver(&signed(TOKEN, "/sms", &format!("Body={}", "x".repeat(2000))));
    let cut = inspected.newest()["id"].as_str().unwrap().to_owned();
    let answer = inspected.web.get("/api/requests/http/export?as=vector");
    assert_eq!(answer.status(), 422);
    let text = String::from_utf8(answer.body()).unwrap();
    assert!(text.contains(&cut) && text.contains("--capture-limit"), "{text}");

    inspected.deliver(&signed(TOKEN, "/sms", "Body=Hi"));
    let file = inspected.web.json("/api/requests/http/export?as=vector");
    assert_eq!(file["vectors"].as_array().unwrap().len(), 1);
    let notes = file["notes"].as_array().unwrap();
    assert!(
        notes.len() == 1 && notes[0].as_str().unwrap().starts_with(&format!("no vector of {cut}: only 1000 of")),
        "{notes:?}"
    );
}

#[test]
fn secrets_are_nowhere() {
    // An app that tells everything it knows.
    let app = App::answering(format!(
        "HTTP/1.1 200 OK\r\nSet-Cookie: session=very-private\r\nContent-Length: {}\r\n\r\n{}",
        TOKEN.len() + STANDARD.encode(TOKEN).len() + 1,
        format_args!("{TOKEN}\n{}", STANDARD.encode(TOKEN)),
    ));
    let inspected = Inspected::twilio(app.port, &[]);
    let path = format!("/sms?token={TOKEN}");
    let form = format!("Body={TOKEN}");
    let more = format!(
        "Authorization: Bearer very-private\r\nCookie: a=very-private\r\nX-Odd: {TOKEN}\r\nContent-Length: {}\r\n",
        form.len()
    );
    let delivery = crate::support::signed_head(TOKEN, &path, &form, &more) + &form;
    assert_eq!(inspected.deliver(&delivery).status(), 200);
    let id = inspected.newest()["id"].as_str().unwrap().to_owned();
    assert_eq!(inspected.newest()["redacted"], true);
    // Who runs the command is told that something has to be put in.
    assert!(exported(&inspected, "curl").starts_with("# [secret] and [redacted] stand for"));
    let mut texts = vec![inspected.newest().to_string()];
    for form in ["curl", "har", "raw", "vector"] {
        texts.push(exported(&inspected, form));
    }
    let exchange = inspected.newest();
    for half in ["request", "response"] {
        texts.push(String::from_utf8(STANDARD.decode(exchange[half]["raw"].as_str().unwrap()).unwrap()).unwrap());
        texts.push(
            String::from_utf8(inspected.web.get(&format!("/api/requests/http/{id}/body?of={half}")).body()).unwrap(),
        );
    }
    for text in texts {
        for secret in [TOKEN, "very-private", &STANDARD.encode(TOKEN)] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
