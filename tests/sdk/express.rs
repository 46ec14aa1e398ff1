//! What `countersign send` delivers, an Express app with the official SDKs' own validation accepts; and it refuses what
//! `--tamper` breaks.

use std::process::{Command, Output, Stdio};

use libtest_mimic::{Failed, Trial};

use crate::{
    process::Process,
    tools::{self, Tool, in_repository},
};

const TOKEN: &str = "12345678901234567890123456789012";
const TOOLS: &[Tool] =
    &[Tool::Node, Tool::NodePackage("express"), Tool::NodePackage("plivo"), Tool::NodePackage("twilio")];
const BEHIND: &str = "--url=https://hooks.example.com";

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add =
        |provider: &'static str, path: &'static str, events: &[&'static str], more: &'static [&'static str]| {
            for event in events.iter().copied() {
                let name = format!("sent-to-express{path}::accepts::{event}");
                trials.push(tools::trial(&name, &[TOOLS], move || accepts(provider, path, event, more)));
            }
            let event = events[0];
            // A handshake has no body.
            let body = if event == "media-stream" { &[][..] } else { &["body"] };
            for tamper in body.iter().chain(&["header", "secret", "unsigned", "url"]).copied() {
                let name = format!("sent-to-express{path}::refuses::{tamper}");
                trials.push(tools::trial(&name, &[TOOLS], move || refuses(provider, path, event, tamper, more)));
            }
        };
    let twilio = ["sms", "mms", "voice", "gather", "status-callback", "call-status", "recording", "event-streams"];
    add("twilio", "/twilio", &twilio, &[]);
    add("twilio", "/twilio-behind-a-proxy", &["sms", "event-streams"], &[BEHIND]);
    add("twilio", "/media", &["media-stream"], &[]);
    add("plivo", "/plivo", &["message", "answer", "hangup", "get-input", "delivery-report"], &[]);
    trials
}

fn accepts(provider: &str, path: &str, event: &str, more: &[&str]) -> Result<(), Failed> {
    let (app, port) = start();
    let sent = send(provider, port, path, event, more);
    if !sent.status.success() {
        return Err(format!("{sent:?}").into());
    }
    let reached = app.line();
    if reached["reached"] != path { Err(format!("{reached}").into()) } else { Ok(()) }
}

fn refuses(provider: &str, path: &str, event: &str, tamper: &str, more: &[&str]) -> Result<(), Failed> {
    let (app, port) = start();
    let sent = send(provider, port, path, event, &[more, &["--tamper", tamper, "--expect", "400,403"]].concat());
    if !sent.status.success() {
        return Err(format!("{sent:?}").into());
    }
    let genuine = send(provider, port, path, event, &[more, &["-H", "X-Genuine: 1"]].concat());
    if !genuine.status.success() {
        return Err(format!("{genuine:?}").into());
    }
    let first = app.line();
    if first["isGenuine"] != true { Err(format!("it reached the handler: {first}").into()) } else { Ok(()) }
}

fn start() -> (Process, u64) {
    let mut command = Command::new("node");
    command.arg(in_repository("tests/sdk/express.js")).env("TWILIO_AUTH_TOKEN", TOKEN).env("NODE_ENV", "production");
    command.stderr(Stdio::null());
    let app = Process::start(command);
    let port = app.line()["port"].as_u64().expect("a port");
    (app, port)
}

fn send(provider: &str, port: u64, path: &str, event: &str, more: &[&str]) -> Output {
    let to = format!("http://127.0.0.1:{port}{path}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(["send", provider, event, "--to", &to, "--secret", TOKEN, "--timeout", "20s"]).args(more);
    command.env("NO_COLOR", "1").stdin(Stdio::null()).output().expect("it runs")
}
