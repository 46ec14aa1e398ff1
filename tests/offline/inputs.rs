//! Where requests come from: standard input, files, an inspector; and what cannot be read.

use std::{
    ffi::OsString,
    io::Write,
    process::{Output, Stdio},
};

use serde_json::json;

use crate::{
    forms::{Folder, inspector, verify},
    support::{App, Ends, TOKEN, closed_port, countersign, signed},
};

#[test]
fn standard_input() {
    let message = signed(TOKEN, "/sms", "Body=Hi");
    let command = "curl https://hooks.example.com/sms -d Body=Hi -H";
    let signature = message.lines().find(|line| line.starts_with("X-Twilio")).unwrap();
    let flags = ["--url", "https://hooks.example.com/sms", "-H", signature, "-H"];
    let form = "Content-Type: application/x-www-form-urlencoded";
    for (arguments, input) in [
        (vec!["--raw", "-"], message.clone()),
        (vec!["--curl", "-"], format!("{command} '{signature}' | jq .\n")),
        ([&flags[..], &[form, "--data", "-"]].concat(), "Body=Hi".to_owned()),
    ] {
        let output = fed(&arguments, input.as_bytes());
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {text}");
    }
}

/// Runs `countersign verify` with Twilio's token and this standard input.
fn fed(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = countersign();
    command.arg("verify").args(arguments).env("TWILIO_AUTH_TOKEN", TOKEN);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn what_cannot_be_read_is_one_line() {
    let folder = Folder::new("unreadable");
    let nonsense = folder.file("nonsense", b"\x00\xff nonsense do-not-show");
    let empty = folder.file("empty", b"");
    let no_entries = folder.file("har", br#"{"log":{"entries":[]}}"#);
    let form = folder.file("curl", b"curl https://h/ -F a=do-not-show");
    let nobody = format!("http://127.0.0.1:{}", closed_port());
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let cases: &[(&[&str], &str)] = &[
        (&["--curl", &path(&nonsense)], "--curl: it does not begin with `curl`"),
        (&["--curl", &path(&empty)], "there is no curl command"),
        (&["--curl", &path(&form)], "multipart"),
        (&["--curl", "/no/such/file"], "--curl: the file /no/such/file cannot be read"),
        (&["--curl", "/"], "--curl: the file / cannot be read"),
        (&["--har", &path(&nonsense)], "--har: it is no HAR file"),
        (&["--har", &path(&no_entries)], "no entries"),
        (&["--raw", &path(&nonsense)], "--raw: the first line is no request line"),
        (&["--raw", &path(&empty)], "no HTTP request"),
        (&["--ngrok", &nobody], "does it run?"),
        (&["--ngrok", "http://192.0.2.1:4040"], "--allow-remote"),
        (&["--ngrok", "https://127.0.0.1:4040"], "http://, not https://"),
        (&["--capture", "../status"], "letters, digits"),
        (&["--capture", "a", "--inspector", "nowhere else"], "--inspector"),
        (&["--url", "nowhere"], "neither a URL"),
        (&["--url", "https://h/", "-H", "nonsense"], "Name: value"),
        (&["--url", "https://h/", "-H", "A: do\u{1}not-show"], "the header a has a value"),
        (&["--url", "https://h/"], "name the provider with --provider"),
        (&["--url", "https://h/", "--provider", "twillio"], "--provider: no provider is called"),
        (&["--url", "https://h/", "--provider", "twilio"], "set TWILIO_AUTH_TOKEN, or give --secret"),
        (&["--url", "https://h/", "-H", "X-Twilio-Signature: x"], "set TWILIO_AUTH_TOKEN, or give --secret"),
        (&["--url", "https://h/", "--provider", "twilio", "--secret", ""], "is empty"),
        (&["--url", "https://h/", "--provider", "twilio", "--secret", "env:NO_SUCH"], "--secret: the variable NO_SUCH"),
        (&["--url", "https://h/", "--provider", "twilio", "--secret", "x", "--option", "a=b"], "no option `a`"),
        (&["--url", "https://h/", "--at", "soon"], "--at: `soon` is no time"),
        (&["--url", "https://h/", "--public-url", "h"], "--public-url"),
    ];
    for (arguments, expected) in cases {
        let words: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let said = verify(&words);
        assert_eq!(said.code, 2, "{arguments:?} {said:?}");
        assert!(said.stderr.contains(expected) && !said.stderr.contains("not-show"), "{arguments:?} {said:?}");
        assert!(said.stderr.starts_with("countersign: ") && said.stderr.lines().count() == 1, "{said:?}");
        assert!(said.stdout.is_empty());
    }
    for arguments in [
        &["verify"][..],
        &["verify", "--curl", "-", "--raw", "-"],
        &["verify", "--raw", "-", "--data", "x"],
        &["verify", "--raw", "-", "--entry", "1"],
        &["verify", "--raw", "-", "--explain"],
        &["verify", "--raw", "-", "--at", "1", "--now"],
    ] {
        assert_eq!(countersign().args(arguments).ends().status.code(), Some(2), "{arguments:?}");
    }
    let help = String::from_utf8(countersign().args(["verify", "--help"]).ends().stdout).unwrap();
    assert!(help.contains("countersign verify --curl - ") && help.contains("--verify-webhook-secret"), "{help}");
}

#[test]
fn a_running_ngrok() {
    let raw = |message: &str| {
        use base64::{Engine, engine::general_purpose::STANDARD};
        STANDARD.encode(message)
    };
    let capture = |id: &str, message: &str| json!({ "id": id, "start": null, "request": { "raw": raw(message) } });
    let genuine = signed(TOKEN, "/sms", "Body=Hi");
    let list = json!({ "requests": [
        capture("c3", &genuine.replace("=Hi", "=Ho")), capture("b2", &genuine), capture("a1", "nonsense"),
    ] });
    let url = inspector(move |path| (path == "/api/requests/http").then(|| list.to_string()));
    let said = verify(&["--ngrok", &url, "--secret", TOKEN].map(OsString::from));
    let lines: Vec<_> = said
        .values
        .iter()
        .map(|value| (value["request"].as_str().unwrap(), value["verdict"].as_str().unwrap()))
        .collect();
    assert_eq!(lines, [("c3", "refused"), ("b2", "accepted"), ("a1", "undecided")]);
    assert_eq!(said.code, 1);
    assert!(said.values[2]["error"].as_str().unwrap().contains("cannot be read"));
    let empty = inspector(|_| Some(json!({ "requests": [] }).to_string()));
    let said = verify(&["--ngrok", &empty, "--secret", TOKEN].map(OsString::from));
    assert!(said.code == 2 && said.stderr.contains("captured no request"), "{said:?}");
}

/// Redirects are not followed, and no answer is waited for without end or kept without limit.
#[test]
fn inspectors_that_misbehave() {
    let other = App::ok();
    let location = format!("Location: http://127.0.0.1:{}/api/requests/http\r\n", other.port);
    let answers = [
        (format!("HTTP/1.1 302 Found\r\n{location}Content-Length: 0\r\n\r\n"), "answered 302"),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(), "no such capture"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n<html/>".to_owned(), "no capture"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n{".to_owned(), "larger than 128 MiB"),
        ("nonsense\r\n\r\n".to_owned(), "the inspector at"),
    ];
    for (answer, expected) in answers {
        let app = App::new(move |_, wire| {
            wire.send(&answer);
            false
        });
        let url = format!("http://127.0.0.1:{}", app.port);
        let said = verify(&["--capture", "a", "--inspector", &url].map(OsString::from));
        assert!(said.code == 2 && said.stderr.contains(expected), "{expected}: {said:?}");
    }
    assert!(other.has_nothing_more());
}
