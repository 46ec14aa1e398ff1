//! Strangers: other web pages, other machines, hostile captures.

use serde_json::json;

use crate::{
    support::{App, TOKEN, Wire, countersign, signed},
    web::{Inspected, body},
};

#[test]
fn other_hosts_and_origins_are_refused() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &["--web-allow-host", "inspector.test"]);
    let web = &inspected.web;
    let port = web.authority.rsplit(':').next().unwrap().to_owned();
    let status = |host: &str, headers: &str| web.ask_as(host, "GET", "/api/status", headers, "").status();
    for host in [&web.authority, &format!("localhost:{port}"), &format!("inspector.test:{port}"), "LOCALHOST"] {
        assert_eq!(status(&format!("Host: {host}\r\n"), ""), 200, "{host}");
    }
    // A page whose name was pointed here says that name.
    for host in ["attacker.test", &format!("attacker.test:{port}"), "localhost.attacker.test", ""] {
        assert_eq!(status(&format!("Host: {host}\r\n"), ""), 403, "{host}");
    }
    assert_eq!(status(&format!("Host: {}\r\nHost: localhost\r\n", web.authority), ""), 403);
    let host = format!("Host: {}\r\n", web.authority);
    assert_eq!(status(&host, &format!("Origin: http://{}\r\n", web.authority)), 200);
    for origin in ["https://attacker.test", "null", "http://localhost", "http://127.0.0.1:1"] {
        assert_eq!(status(&host, &format!("Origin: {origin}\r\n")), 403, "{origin}");
    }
    assert_eq!(status(&host, "Sec-Fetch-Site: cross-site\r\n"), 403);
}

#[test]
fn forms_of_other_pages_write_nothing() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=1"));
    app.received();
    let order = json!({ "id": inspected.newest()["id"] }).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"] {
        let answer =
            inspected.web.ask("POST", "/api/requests/http", &format!("Content-Type: {content_type}\r\n"), &order);
        assert_eq!(answer.status(), 415, "{content_type}");
    }
    let foreign = "Content-Type: application/json\r\nOrigin: https://attacker.test\r\n";
    assert_eq!(inspected.web.ask("POST", "/api/requests/http", foreign, &order).status(), 403);
    assert_eq!(
        inspected.web.ask("DELETE", "/api/requests/http", "Origin: https://attacker.test\r\n", "").status(),
        403
    );
    assert!(app.has_nothing_more());
    assert_eq!(inspected.web.json("/api/requests/http")["requests"].as_array().unwrap().len(), 1);
}

#[test]
fn a_token_is_asked_for_where_there_is_one() {
    let app = App::ok();
    let mut command = countersign();
    command.args(["http", &app.port.to_string(), "--web-token", "env:WEB_TOKEN"]);
    let inspected = Inspected::start(command.env("WEB_TOKEN", "a-token-of-some-length"));
    let web = &inspected.web;
    assert_eq!(web.get("/api/status").status(), 401);
    assert_eq!(web.ask("GET", "/api/status", "Authorization: Bearer a-token-of-some-lengtH\r\n", "").status(), 401);
    assert_eq!(web.ask("GET", "/api/status", "Authorization: Bearer a-token-of-some-length\r\n", "").status(), 200);
    // The page itself holds nothing, and asks for the token.
    assert_eq!(web.get("/").status(), 200);
}

#[test]
fn nothing_is_rendered() {
    let app = App::answering("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\n\r\n<script>");
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/%3Cscript%3E", "Body=%3Cscript%3E"));
    let exchange = inspected.newest();
    let id = exchange["id"].as_str().unwrap();
    assert_eq!(body(&exchange["response"]), b"<script>");
    let paths = [
        "/",
        "/inspect/http",
        "/status",
        "/nothing",
        "/api/requests/http",
        &format!("/api/requests/http/{id}/body?of=response"),
    ];
    for path in paths {
        let answer = inspected.web.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    let raw = inspected.web.get(&format!("/api/requests/http/{id}/body?of=response"));
    assert_eq!(raw.body(), b"<script>");
    assert_eq!(raw.header("content-type"), Some("application/octet-stream"));
    assert!(raw.header("content-disposition").unwrap().starts_with("attachment"));
}

#[test]
fn hostile_captures_are_data() {
    let app = App::answering(b"HTTP/1.1 200 OK\r\nX-Odd: \xff\xfe\r\nContent-Length: 3\r\n\r\n\xff\x00\x1b".to_vec());
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string()]));
    let deep = "[".repeat(1 << 20);
    let request = format!(
        "POST /\u{202e}gnp.exe HTTP/1.1\r\nHost: a\r\nX-Script: <script>alert(1)</script>\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{deep}",
        deep.len()
    );
    // The answer is no text: nobody reads it here but the capture.
    let mut client = Wire::connect(inspected.proxy.address);
    client.send(request);
    inspected.proxy.record();
    drop(client);
    let exchange = inspected.newest();
    assert_eq!(exchange["request"]["uri"], "/\u{202e}gnp.exe");
    assert_eq!(body(&exchange["request"]), deep.as_bytes());
    assert_eq!(body(&exchange["response"]), b"\xff\x00\x1b");
    assert_eq!(exchange["response"]["headers"]["X-Odd"], json!(["\u{fffd}\u{fffd}"]));
}
