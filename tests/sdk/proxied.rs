//! Requests signed by the official SDKs, through the built binary to an app.

use std::{process::Command, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::{
    delivery::{self, Delivery, Scheme},
    process::Process,
    samples,
    tools::{self, in_repository},
    worker::{self, Answer, Language},
};

const LIMIT: Duration = Duration::from_secs(60);
const PUBLIC_URL: &str = "https://hooks.example.com";

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, signer, client) in [
        ("twilio-python", Language::Python, Language::Python),
        ("twilio-node", Language::Node, Language::Node),
        ("plivo-python", Language::Python, Language::Python),
        // Plivo's SDK for Node has a validator but no signer: what it gets is signed by the one for Python.
        ("plivo-node", Language::Python, Language::Node),
    ] {
        let samples = if name.starts_with("twilio") { samples::twilio() } else { samples::plivo() };
        for (case, mut delivery) in samples {
            if delivery.scheme == Scheme::Twilio && !delivery.is_form() && !delivery.body.is_empty() {
                delivery.add_body_hash();
            }
            let name = format!("through-the-proxy::{name}::{case}");
            // The app runs on Node.
            let tools = [delivery::NODE_SDKS, delivery::PYTHON_SDKS];
            let tools = if signer == client && signer == Language::Node { &tools[..1] } else { &tools[..] };
            trials.push(tools::trial(&name, tools, move || arrives_unchanged(delivery, signer, client)));
        }
    }
    trials
}

fn arrives_unchanged(mut delivery: Delivery, signer: Language, client: Language) -> Result<(), Failed> {
    let signature = worker::ask(signer, &[delivery.question("sign")], LIMIT).remove(0);
    signature.text().ok_or_else(|| format!("{signature:?}"))?.clone_into(&mut delivery.signature);
    let validated = worker::ask(client, &[delivery.question("verify")], LIMIT).remove(0);
    if !validated.is_accepted() {
        return Err(format!("the SDK itself says {validated:?} of {delivery:?}").into());
    }

    let (app, app_port) = start_app();
    let (_proxy, proxy_port) = start_proxy(&delivery, app_port);
    for changed in samples::one_byte_changed(&delivery) {
        let answer = send(client, proxy_port, &changed)?;
        if answer["status"] != 403 {
            return Err(format!("{answer} for a changed one: {changed:?}").into());
        }
    }
    let answer = send(client, proxy_port, &delivery)?;
    if answer != json!({ "status": 200, "body": "<Response><Message>Hi</Message></Response>" }) {
        return Err(format!("{answer} for {delivery:?}").into());
    }
    // One answer after the other: had a changed one come through, it would be the app's first.
    same_bytes(&delivery, &app.line())
}

fn start_app() -> (Process, u64) {
    let mut command = Command::new("node");
    command.arg(in_repository("tests/sdk/app.js"));
    let app = Process::start(command);
    let port = app.line()["port"].as_u64().expect("a port");
    (app, port)
}

fn start_proxy(delivery: &Delivery, app_port: u64) -> (Process, u64) {
    let provider = if delivery.scheme == Scheme::Twilio { "twilio" } else { "plivo" };
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env("COUNTERSIGN_STORE", "memory").env("COUNTERSIGN_WEB_ADDR", "false");
    command
        .args(["http", &app_port.to_string(), "--listen", "127.0.0.1:0", "--url", PUBLIC_URL, "--log-format", "json"])
        .args(["--verify-webhook", provider, "--verify-webhook-secret", "env:THE_TOKEN"])
        .env("THE_TOKEN", &delivery.token);
    let proxy = Process::start(command);
    let banner = proxy.line();
    let port = banner["address"].as_str().and_then(|address| address.rsplit(':').next()?.parse().ok());
    let port = port.unwrap_or_else(|| panic!("no address in {banner}"));
    (proxy, port)
}

fn send(client: Language, port: u64, delivery: &Delivery) -> Result<Value, Failed> {
    let request = json!({
        "call": "send",
        "port": port,
        "method": delivery.method,
        "target": delivery.target(),
        "headers": headers(delivery),
        "body": STANDARD.encode(&delivery.body),
    });
    match worker::ask(client, &[request], LIMIT).remove(0) {
        Answer::Returned(answer) => Ok(answer),
        Answer::Raised(error) => Err(error.into()),
    }
}

/// The headers that the client sends, as written; a name that is repeated among them.
fn headers(delivery: &Delivery) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = [
        ("Host", delivery.authority()),
        ("User-Agent", "TwilioProxy/1.1"),
        ("Accept", "*/*"),
        ("X-Repeated", "first"),
        ("X-Repeated", "second, third"),
        ("I-Twilio-Idempotency-Token", "0b8d5f4e-7e8f-4d6c-9b5a-3c2d1e0f9a8b"),
        ("X-Odd", "a  b;c=\"d\"~%41"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (name, value) in &delivery.headers() {
        headers.push((name.to_string(), value.to_str().expect("text").to_owned()));
    }
    if delivery.method != "GET" {
        headers.push(("Content-Length".to_owned(), delivery.body.len().to_string()));
    }
    headers
}

/// Compares what the app got with what was sent.
fn same_bytes(sent: &Delivery, got: &Value) -> Result<(), Failed> {
    let bytes = |name: &str| STANDARD.decode(got[name].as_str().expect("text")).expect("base64");
    let differs = |what: &str| Err(format!("the app got another {what}: {got} for {sent:?}").into());
    if got["method"] != sent.method {
        return differs("method");
    }
    if bytes("target") != sent.target().as_bytes() {
        return differs("path or query");
    }
    if bytes("body") != sent.body {
        return differs("body");
    }
    let raw: Vec<_> =
        got["headers"].as_array().expect("a list").iter().map(|text| text.as_str().expect("text")).collect();
    let got: Vec<_> = raw.chunks(2).map(|pair| (pair[0].to_ascii_lowercase(), pair[1].to_owned())).collect();
    let sent: Vec<_> = headers(sent).into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    // The proxy adds headers of its own; those of the client stay, in their order. The framing is each hop's own.
    let names: Vec<_> = sent.iter().map(|(name, _)| name).collect();
    let is_clients = |name: &String| names.contains(&name) && name != "content-length";
    let got: Vec<_> = got.into_iter().filter(|(name, _)| is_clients(name)).collect();
    let sent: Vec<_> = sent.iter().filter(|(name, _)| is_clients(name)).cloned().collect();
    if got != sent {
        return Err(format!("the app got other headers: {got:#?} for {sent:#?}").into());
    }
    Ok(())
}
