//! A delivery in every form in which people have one.

use std::{
    ffi::OsString,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::vectors::{Vector, VectorFile};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{App, Ends, countersign};

/// A delivery, whole or broken.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) now: Option<i64>,
}

/// What the binary said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    /// One value a line.
    pub(crate) values: Vec<Value>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

type Form = fn(&Delivery, &Folder) -> Vec<OsString>;

/// The forms, each with the command line that verifies it.
pub(crate) const FORMS: &[(&str, Form)] =
    &[("curl", curl), ("har", har), ("raw", raw), ("ngrok", ngrok), ("capture", capture), ("flags", flags)];

impl Delivery {
    pub(crate) fn of(vector: &Vector) -> Self {
        Self {
            method: vector.request.method.clone(),
            url: vector.request.url.clone(),
            headers: vector.request.headers.clone(),
            body: vector.request.body().unwrap(),
            now: vector.now,
        }
    }

    /// The host that the URL names, and what follows it.
    fn split_url(&self) -> (&str, &str) {
        let rest = self.url.split_once("://").unwrap().1;
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        (authority.rsplit('@').next().unwrap(), target)
    }

    /// The message as a server gets it.
    pub(crate) fn message(&self) -> Vec<u8> {
        let (host, target) = self.split_url();
        let slash = if target.starts_with('/') { "" } else { "/" };
        let mut message = format!("{} {slash}{target} HTTP/1.1\r\n", self.method);
        let has = |wanted: &str| self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        if !has("host") {
            message += &format!("Host: {host}\r\n");
        }
        if !has("content-length") && !has("transfer-encoding") {
            message += &format!("Content-Length: {}\r\n", self.body.len());
        }
        for (name, value) in &self.headers {
            message += &format!("{name}: {value}\r\n");
        }
        [message.as_bytes(), b"\r\n", &self.body].concat()
    }

    fn capture(&self) -> Value {
        json!({
            "uri": "/api/requests/http/5f0c9a7b", "id": "5f0c9a7b", "tunnel_name": "command_line (http)",
            "remote_addr": "203.0.113.7", "start": self.time(), "duration": 1_000_000,
            "request": { "method": self.method, "proto": "HTTP/1.1", "headers": {}, "uri": self.split_url().1,
                "raw": STANDARD.encode(self.message()) },
            "response": null,
        })
    }

    fn time(&self) -> Option<String> {
        self.now.map(|secs| Timestamp::from_second(secs).unwrap().to_string())
    }

    /// Arguments for forms that have no time of their own.
    fn at(&self) -> Vec<OsString> {
        self.now.map(|secs| vec!["--at".into(), secs.to_string().into()]).unwrap_or_default()
    }
}

pub(crate) fn curl(delivery: &Delivery, folder: &Folder) -> Vec<OsString> {
    let quote = |text: &str| shlex::try_quote(text).unwrap().into_owned();
    let mut command = format!("curl -g --path-as-is -X {} {}", quote(&delivery.method), quote(&delivery.url));
    for (name, value) in &delivery.headers {
        // An empty value would remove the header.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        command += &format!(" \\\n  -H {}", quote(&header));
    }
    if !delivery.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        command += " -H Content-Type:";
    }
    match std::str::from_utf8(&delivery.body) {
        _ if delivery.body.is_empty() => {}
        Ok(text) if !text.contains('\0') => command += &format!(" \\\n  --data-raw {}", quote(text)),
        _ => {
            let path = folder.file("body", &delivery.body);
            command += &format!(" --data-binary @{}", quote(path.to_str().unwrap()));
        }
    }
    let path = folder.file("command", command.as_bytes());
    [vec!["--curl".into(), path.into()], delivery.at()].concat()
}

pub(crate) fn har(delivery: &Delivery, folder: &Folder) -> Vec<OsString> {
    let headers: Vec<_> =
        delivery.headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let data = match std::str::from_utf8(&delivery.body) {
        Ok(text) => json!({ "mimeType": "", "text": text }),
        Err(_) => json!({ "mimeType": "", "text": STANDARD.encode(&delivery.body), "encoding": "base64" }),
    };
    let har = json!({ "log": { "version": "1.2", "creator": { "name": "test", "version": "1" }, "entries": [{
        "startedDateTime": delivery.time(),
        "time": 1,
        "request": {
            "method": delivery.method, "url": delivery.url, "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": headers, "queryString": [], "postData": data, "headersSize": -1,
            "bodySize": delivery.body.len(),
        },
        "response": {}, "cache": {}, "timings": {},
    }] } });
    vec!["--har".into(), folder.file("har", har.to_string().as_bytes()).into()]
}

pub(crate) fn raw(delivery: &Delivery, folder: &Folder) -> Vec<OsString> {
    let path = folder.file("raw", &delivery.message());
    [vec!["--raw".into(), path.into(), "--public-url".into(), delivery.url.clone().into()], delivery.at()].concat()
}

fn ngrok(delivery: &Delivery, _: &Folder) -> Vec<OsString> {
    let list = json!({ "uri": "/api/requests/http", "requests": [delivery.capture()] });
    let url = inspector(move |path| (path == "/api/requests/http").then(|| list.to_string()));
    vec!["--ngrok".into(), url.into(), "--public-url".into(), delivery.url.clone().into()]
}

fn capture(delivery: &Delivery, _: &Folder) -> Vec<OsString> {
    let one = delivery.capture();
    let url = inspector(move |path| (path == "/api/requests/http/5f0c9a7b").then(|| one.to_string()));
    ["--capture", "5f0c9a7b", "--inspector", &url, "--public-url", &delivery.url].map(OsString::from).into()
}

fn flags(delivery: &Delivery, folder: &Folder) -> Vec<OsString> {
    let mut arguments: Vec<OsString> =
        ["--url", &delivery.url, "--method", &delivery.method].map(OsString::from).into();
    for (name, value) in &delivery.headers {
        arguments.extend([OsString::from("-H"), format!("{name}: {value}").into()]);
    }
    let mut body = OsString::from("@");
    body.push(folder.file("flags", &delivery.body));
    [arguments, vec!["--data".into(), body], delivery.at()].concat()
}

/// A server with an inspector's answers: JSON for known paths, else 404.
pub(crate) fn inspector(answer: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> String {
    let app = App::new(move |message, wire| {
        let path = message.start.split(' ').nth(1).unwrap();
        let (status, body) = match answer(path) {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", "{}".to_owned()),
        };
        wire.send(format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        true
    });
    format!("http://127.0.0.1:{}", app.port)
}

/// Runs `countersign verify --json`.
pub(crate) fn verify(arguments: &[OsString]) -> Said {
    let mut command = countersign();
    let output = command.args(["verify", "--json"]).args(arguments).ends();
    let stdout = String::from_utf8(output.stdout).unwrap();
    Said {
        code: output.status.code().unwrap(),
        values: stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The provider, the secrets and the options of a vector; `None` where an option has no form on the command line.
pub(crate) fn settings(provider: Option<&str>, vector: &Vector) -> Option<Vec<OsString>> {
    let mut arguments = Vec::new();
    let mut put = |flag: &str, value: &str| arguments.extend([OsString::from(flag), OsString::from(value)]);
    if let Some(provider) = provider {
        put("--provider", provider);
    }
    for secret in &vector.secrets {
        put("--secret", secret);
    }
    for (name, value) in &vector.options {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Object(members) => match members.iter().collect::<Vec<_>>()[..] {
                [(name, Value::String(value))] => format!("{name}={value}"),
                _ => return None,
            },
            other => other.to_string(),
        };
        put("--option", &format!("{name}={text}"));
    }
    Some(arguments)
}

/// The vectors of a provider.
pub(crate) fn vectors(provider: &str) -> Vec<Vector> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{provider}.json"));
    VectorFile::load(&path).unwrap().remove(0).vectors
}

/// A folder of a test's own, removed at its end.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    count: AtomicUsize,
}

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-offline-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self { path, count: AtomicUsize::new(0) }
    }

    /// A new file.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path.join(format!("{name}-{}", self.count.fetch_add(1, Ordering::Relaxed)));
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}
