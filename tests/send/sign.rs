//! `countersign sign`.

use std::{
    fs,
    process::{Command, Stdio},
};

use bytes::Bytes;
use countersign::{
    Verdict,
    clock::{Clock, SystemClock},
    providers,
    request::WebhookRequest,
    scheme::Options,
    verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use crate::{
    received::verdict,
    stderr, stdout,
    support::{App, Ends, countersign},
    values,
};

const URL: &str = "https://hooks.example.com/sms";

#[test]
fn headers_one_a_line() {
    let output = countersign()
        .args(["sign", "twilio", "--url", URL, "-F", "Body=Hello", "-F", "From=+15005550009", "--secret", "12345"])
        .ends();
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "Content-Type: application/x-www-form-urlencoded");
    let signature = lines[1].strip_prefix("X-Twilio-Signature: ").unwrap();
    assert_eq!(lines.len(), 2);
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert("x-twilio-signature", HeaderValue::from_str(signature).unwrap());
    accepts("twilio", "12345", &Method::POST, URL, &headers, b"Body=Hello&From=%2B15005550009");
}

#[test]
fn the_whole_request_as_json() {
    let sign = |arguments: &[&str]| {
        let output = countersign().args(["sign"]).args(arguments).args(["--json", "--secret", "k"]).ends();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        values(&output).remove(0)
    };
    for (id, url, data) in [
        ("mailgun", URL, "{\"event-data\":{}}"),
        ("twilio", "https://hooks.example.com/sms?x=1", "{}"),
        ("stripe", URL, "{\"a\":1}"),
        ("github", URL, "not json"),
    ] {
        let value = sign(&[id, "--url", url, "-d", data]);
        let headers = headers(&value);
        let (url, body) = (value["url"].as_str().unwrap(), value["body"].as_str().unwrap());
        accepts(id, "k", &Method::POST, url, &headers, body.as_bytes());
    }
    let websocket = sign(&["twilio", "--url", "wss://hooks.example.com/media"]);
    assert_eq!((&websocket["method"], &websocket["url"]), (&"GET".into(), &"wss://hooks.example.com/media".into()));
    accepts("twilio", "k", &Method::GET, "wss://hooks.example.com/media", &headers(&websocket), b"");
    let chosen = sign(&["stripe", "--url", URL, "-d", "{}", "--time", "1700000000", "-X", "put", "-H", "A: b"]);
    assert!(headers(&chosen)["stripe-signature"].to_str().unwrap().starts_with("t=1700000000,"));
    assert_eq!((&chosen["method"], &headers(&chosen)["a"]), (&"put".into(), &HeaderValue::from_static("b")));
    let plivo = sign(&["plivo", "--url", URL, "-F", "a=b", "--id", "12345"]);
    assert_eq!(headers(&plivo)["x-plivo-signature-v3-nonce"], "12345");
}

#[test]
fn a_curl_command_that_curl_runs() {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(std::env::var_os("COUNTERSIGN_REQUIRE_TOOLS").is_none_or(|value| value != "1"), "curl is missing");
        eprintln!("skipped: curl is missing");
        return;
    }
    let app = App::ok();
    let origin = format!("http://127.0.0.1:{}", app.port);
    let file = std::env::temp_dir().join(format!("countersign-sign-{}", std::process::id()));
    fs::write(&file, b"{\"quote\":\"'\",\"bytes\":\"\\u0000\"}\n").unwrap();
    let from_file = format!("@{}", file.display());
    for (id, path, arguments) in [
        ("twilio", "/sms?a={b}", &["-F", "Body=it's $HOME \"here\" & there", "-F", "Empty="][..]),
        ("twilio", "/a/./b", &["-d", "{\"a\":1}"]),
        ("stripe", "/stripe", &["-d", &from_file]),
        ("mailgun", "/mailgun", &["-d", "{\"event-data\":{}}"]),
        ("github", "/none", &[]),
    ] {
        let url = format!("{origin}{path}");
        let output = countersign().args(["sign", id, "--url", &url, "--secret", "k", "--curl"]).args(arguments).ends();
        assert_eq!(output.status.code(), Some(0), "{path}: {}", stderr(&output));
        let script = format!("{} --silent --max-time 20", stdout(&output).trim_end());
        let ran = Command::new("sh").args(["-c", &script]).ends();
        assert!(ran.status.success(), "{script}");
        let verifier = providers::by_id(id).unwrap().verifier("k", &Options::new()).unwrap();
        assert_eq!(verdict(&*verifier, &origin, &app.received().message), Ok(()), "{script}");
    }
    fs::remove_file(&file).unwrap();
}

#[test]
fn a_body_from_standard_input() {
    let script =
        format!("printf '{{}}' | {} sign github --url {URL} --secret k -d - --json", env!("CARGO_BIN_EXE_countersign"));
    let value = values(&Command::new("sh").args(["-c", &script]).ends()).remove(0);
    assert_eq!(value["body"], "{}");
    accepts("github", "k", &Method::POST, URL, &headers(&value), b"{}");
}

#[test]
fn what_cannot_be_signed_is_said() {
    for (arguments, expected) in [
        (&["telnyx", "--url", URL][..], "only Telnyx can sign its deliveries"),
        (&["plivo", "--url", URL, "--secret", "k", "-d", "{}"], "no signature of this scheme covers such a body"),
        (&["stripe", "--url", "/sms", "--secret", "k"], "https://host"),
        (&["stripe", "--url", URL], "STRIPE_WEBHOOK_SECRET"),
        (&["svix", "--url", URL, "--secret", "whsec_!do-not-show"], "expected whsec_ and base64"),
        (&["stripe", "--url", URL, "--secret", "k", "-X", "a b"], "--method"),
        (&["stripe", "--url", URL, "--secret", "k", "-F", "a"], "--form: `a` needs the form NAME=VALUE"),
    ] {
        let output = countersign().args(["sign"]).args(arguments).env_remove("STRIPE_WEBHOOK_SECRET").ends();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty() && !stderr(&output).contains("do-not-show"));
    }
    // What is not in the headers is told.
    let output = countersign().args(["sign", "mailgun", "--url", URL, "--secret", "k", "-d", "{}"]).ends();
    assert!(stderr(&output).contains("the signature is in the body"));
    let output = countersign().args(["sign", "twilio", "--url", URL, "--secret", "k", "-d", "{}"]).ends();
    assert!(stderr(&output).contains("?bodySHA256="));
}

fn headers(value: &Value) -> HeaderMap {
    let pairs = value["headers"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    pairs
        .map(|pair| {
            let name: HeaderName = text(&pair[0]).parse().unwrap();
            (name, HeaderValue::try_from(text(&pair[1])).unwrap())
        })
        .collect()
}

fn accepts(id: &str, secret: &str, method: &Method, url: &str, headers: &HeaderMap, body: &[u8]) {
    let verifier = providers::by_id(id).unwrap().verifier(secret, &Options::new()).unwrap();
    let body = Bytes::copy_from_slice(body);
    let view = WebhookRequest::new(method, url, headers, &body[..]);
    let verdict = verifier.verify(&view, &Context::at(SystemClock.now()));
    assert!(matches!(verdict, Ok(Verdict::Accept(_))), "{id} {url}: {verdict:?}");
}
