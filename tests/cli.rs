//! The command line: messages, exit codes, and that no secret appears.

#[path = "support/binary.rs"]
mod support;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Output, Stdio},
    time::Instant,
};

use crate::support::{App, DEADLINE, Ends, Wire, closed_port, countersign};

#[test]
fn usage_errors_are_one_line_with_exit_code_2() {
    let verified = |more: &[&'static str]| [&["http", "1", "--verify-webhook", "twilio"][..], more].concat();
    for (arguments, expected) in [
        (vec!["http", "1", "--verify-webhook", "twillio"], "the nearest names are: twilio"),
        (vec!["http", "1", "--verify-webhook", "qqq"], "`countersign providers` lists all"),
        (verified(&[]), "set TWILIO_AUTH_TOKEN, or give --verify-webhook-secret"),
        (verified(&["--verify-webhook-secret", ""]), "the secret from argument 1 is empty"),
        (verified(&["--verify-webhook-secret", "env:NO_SUCH_VARIABLE"]), "NO_SUCH_VARIABLE is not set"),
        (verified(&["--verify-webhook-secret", "file:/no/such/file"]), "/no/such/file cannot be read"),
        (verified(&["--verify-webhook-secret", "x", "--url", "hooks.example.com"]), "https://host[:port]"),
        (verified(&["--verify-webhook-secret", "x", "--max-body", "much"]), "--max-body: `much` is no size"),
        (verified(&["--verify-webhook-secret", "x", "--body-timeout", "0"]), "--body-timeout"),
        (verified(&["--verify-webhook-secret", "x", "--verify-webhook-option", "a=b"]), "no option `a`"),
        (verified(&["--verify-webhook-secret", "x", "--verify-webhook-option", "a"]), "NAME=VALUE"),
        (
            vec!["http", "1", "--verify-webhook", "plivo", "--verify-webhook-secret", "x"]
                .into_iter()
                .chain(["--verify-webhook-option", "allow_v2=maybe"])
                .collect(),
            "`true` or `false`",
        ),
        (vec!["http", "localhost"], "has no port"),
        (vec!["http", "https://localhost:1"], "TLS"),
        (vec!["http", "1", "--listen", "nowhere"], "--listen"),
        (vec!["http", "1", "--host-header", "a b"], "--host-header"),
        (vec!["http", "1", "--url", "https://a.example/?q"], "--url"),
        (vec!["http", "1", "--upstream-timeout", "soon"], "--upstream-timeout"),
        (vec!["http", "1", "--max-body", "much"], "--max-body: `much` is no size"),
        (vec!["http", "1", "--body-timeout", "soon"], "--body-timeout"),
    ] {
        let output = countersign().args(&arguments).ends();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr.contains(expected), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("countersign: ") && stderr.lines().count() == 1, "{arguments:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = countersign().args(["http", "1", "--listen", &address]).ends();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains(&format!("cannot listen on {address}")));
}

#[test]
fn wrong_arguments_and_help() {
    assert_eq!(countersign().args(["http", "1", "--no-such-flag"]).ends().status.code(), Some(2));
    assert_eq!(countersign().args(["http", "1", "--verify-webhook-secret", "x"]).ends().status.code(), Some(2));
    assert_eq!(countersign().ends().status.code(), Some(2));
    let output = countersign().args(["http", "--help"]).env("TWILIO_AUTH_TOKEN", "do-not-show").ends();
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    assert!(help.contains("Examples:") && help.contains("TWILIO_AUTH_TOKEN") && !help.contains("do-not-show"));
    assert_eq!(
        text(&countersign().arg("--version").ends().stdout),
        concat!("countersign ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn the_banner_says_what_is_verified_and_hides_the_secret() {
    let read = |arguments: &[&str]| {
        let mut command = countersign();
        command.args(["http", "1", "--listen", "127.0.0.1:0", "-v"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The banner ends with its second empty line.
        let mut empty = 0;
        let text: Vec<_> = lines
            .map(Result::unwrap)
            .take_while(|line| {
                empty += usize::from(line.is_empty());
                empty < 2
            })
            .collect();
        child.kill().unwrap();
        child.wait().unwrap();
        text.join("\n")
    };
    let open = read(&[]);
    assert!(open.contains("nothing: every request is forwarded"), "{open}");
    assert!(open.contains("Listening   http://127.0.0.1:") && open.contains("http://localhost:1"), "{open}");
    let secrets = ["--verify-webhook-secret", "do-not-show", "--verify-webhook-secret", "do-not-show-either"];
    let verified = read(&[&["--verify-webhook", "twilio"][..], &secrets].concat());
    assert!(verified.contains("Twilio with 2 secrets (argument 1, argument 2)"), "{verified}");
    assert!(verified.contains("--url") && !verified.contains("do-not-show"), "{verified}");
    let exact =
        read(&[&["--verify-webhook", "twilio", "--url", "https://u:do-not-show@a.test/"][..], &secrets].concat());
    assert!(exact.contains("https://a.test") && !exact.contains("do-not-show"), "{exact}");
}

#[test]
fn quiet_shows_only_what_went_wrong() {
    let app = App::new(|message, wire| {
        if message.start.starts_with("GET /bad") {
            return false;
        }
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        true
    });
    let listen = format!("127.0.0.1:{}", closed_port());
    let mut command = countersign();
    command.args(["http", &app.port.to_string(), "--listen", &listen, "-q"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let end = Instant::now() + DEADLINE;
    let stream = loop {
        assert!(Instant::now() < end, "it does not listen");
        match TcpStream::connect(&listen) {
            Ok(stream) => break stream,
            Err(_) => std::thread::yield_now(),
        }
    };
    let mut client = Wire::new(stream);
    assert_eq!(client.ask("GET /good HTTP/1.1\r\nHost: a\r\n\r\n").status(), 200);
    assert_eq!(client.ask("GET /bad HTTP/1.1\r\nHost: a\r\n\r\n").status(), 502);
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("/bad") && line.contains("502") && line.contains("the app closed the connection"), "{line}");
}

#[test]
fn verify_counts_agreement() {
    let vectors = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let output = countersign().args(["verify", "--vectors"]).arg(&vectors).ends();
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).ends_with(" vectors, 0 disagree\n"));
    let output = countersign().args(["verify", "--json", "--vectors"]).arg(vectors.join("github.json")).ends();
    let count: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(count["vectors"].as_u64().unwrap() > 5 && count["disagree"] == 0);
}

#[test]
fn verify_names_disagreement() {
    let folder = Folder::new("disagree");
    let vector = r#"{"id":"github","vectors":[{"name":"Not signed!","secrets":["k"],"expect":"valid",
        "request":{"method":"POST","url":"https://a.test/","headers":[],"body":"{}"}}]}"#;
    fs::write(folder.0.join("github.json"), vector).unwrap();
    let output = countersign().args(["verify", "--vectors"]).arg(&folder.0).ends();
    assert_eq!(output.status.code(), Some(1));
    let expected = "github::not-signed: expected valid, found invalid (missing-signature)\n1 vectors, 1 disagree\n";
    assert_eq!(text(&output.stdout), expected);
    let output = countersign().args(["verify", "--json", "--vectors"]).arg(&folder.0).ends();
    let first: serde_json::Value = serde_json::from_str(text(&output.stdout).lines().next().unwrap()).unwrap();
    assert_eq!((&first["provider"], &first["vector"]), (&"github".into(), &"not-signed".into()));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn verify_says_what_cannot_be_read() {
    let folder = Folder::new("unreadable");
    fs::write(folder.0.join("unknown.json"), r#"{"id":"twillio","vectors":[]}"#).unwrap();
    fs::write(folder.0.join("broken.txt"), "{").unwrap();
    for (path, expected) in [
        (folder.0.join("missing.json"), "missing.json"),
        (folder.0.join("unknown.json"), "the nearest names are: twilio"),
        (folder.0.join("broken.txt"), "line 1"),
    ] {
        let output = countersign().args(["verify", "--vectors"]).arg(&path).ends();
        assert_eq!(output.status.code(), Some(2), "{path:?}");
        let stderr = text(&output.stderr);
        assert!(stderr.contains(expected) && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn the_demo_meets_every_verdict() {
    for provider in ["twilio", "plivo"] {
        let output: Output = countersign().args(["demo", provider, "--once"]).ends();
        let stdout = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{stdout}");
        for expected in ["6 of 6 deliveries", "refused: signature-mismatch", "refused: missing-signature", "<Response>"]
        {
            assert!(stdout.contains(expected), "{stdout}");
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-cli-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
