//! Runs the examples as their first lines say: the program, and the very curl lines.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

#[test]
fn axum() {
    holds_what_it_says("axum");
}

#[test]
fn hyper() {
    holds_what_it_says("hyper");
}

fn holds_what_it_says(name: &str) {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(std::env::var_os("COUNTERSIGN_REQUIRE_TOOLS").is_none_or(|value| value != "1"), "curl is missing");
        eprintln!("skipped: curl is missing");
        return;
    }
    let lines = curl_lines(name);
    assert_eq!(lines.len(), 2, "a genuine request and a forged one");
    let server = Server::start(name);
    for (line, expected) in lines.iter().zip(["200", "403"]) {
        // Only the port differs: the URL that was signed is the configured one.
        let line = line.replacen("http://127.0.0.1:3000", &server.url, 1);
        assert_eq!(status_of(&line), expected, "{line}");
    }
}

/// The lines of the example's header that start with `curl`.
fn curl_lines(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).with_extension("rs");
    let text = std::fs::read_to_string(path).expect("the example");
    let header = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    header.filter(|line| line.starts_with("curl ")).map(str::to_owned).collect()
}

/// Runs a line as a shell would and returns the status of the answer.
fn status_of(line: &str) -> String {
    // `-i` shows the head first: `HTTP/1.1 200 OK`.
    let mut words = words(line).into_iter();
    let program = words.next().expect("a program");
    let output = Command::new(program).args(["--max-time", "20", "--silent"]).args(words).output().expect("curl");
    let answer = String::from_utf8_lossy(&output.stdout);
    answer.split_whitespace().nth(1).unwrap_or_default().to_owned()
}

/// Splits at blanks outside of single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("never empty").push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A running example.
struct Server {
    process: Child,
    url: String,
    // Kept open: a program that cannot print any more ends.
    _output: BufReader<ChildStdout>,
}

impl Server {
    fn start(name: &str) -> Self {
        let mut process =
            Command::new(built(name)).arg("0").stdout(Stdio::piped()).spawn().expect("the example starts");
        let mut first = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        output.read_line(&mut first).expect("its first line");
        let url = first.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it said {first:?}"));
        Self { url: url.to_owned(), process, _output: output }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The example's program, built as these tests were: `cargo test --test examples` alone builds no examples.
fn built(name: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--message-format=json", "--example", name]);
    for (feature, is_on) in [
        ("axum", cfg!(feature = "axum")),
        ("cli", cfg!(feature = "cli")),
        ("signing", cfg!(feature = "signing")),
        ("tracing", cfg!(feature = "tracing")),
        ("vectors", cfg!(feature = "vectors")),
    ] {
        if is_on {
            cargo.args(["--features", feature]);
        }
    }
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output().expect("cargo");
    let messages = String::from_utf8(output.stdout).expect("JSON");
    let executable = messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == name && message["target"]["kind"][0] == "example";
        Some(PathBuf::from(message["executable"].as_str().filter(|_| is_it)?))
    });
    executable.expect("the example was built")
}
