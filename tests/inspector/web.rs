//! A proxy with an inspector, and questions to it.

use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{
    Verdict, clock::UnixTime, providers::Provider, request::WebhookRequest, scheme::Options, verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

use crate::support::{Answer, App, Countersign, TOKEN, Wire, countersign};

/// A proxy that verifies, and its inspector.
pub(crate) struct Inspected {
    pub(crate) proxy: Countersign,
    pub(crate) web: Web,
}

/// An inspector's address.
pub(crate) struct Web {
    pub(crate) authority: String,
}

impl Inspected {
    /// In front of the app at `port`, verifying as Twilio for `https://hooks.example.com`.
    pub(crate) fn twilio(port: u16, arguments: &[&str]) -> Self {
        Self::verifying("twilio", TOKEN, port, arguments)
    }

    pub(crate) fn verifying(provider: &str, secret: &str, port: u16, arguments: &[&str]) -> Self {
        let mut command = countersign();
        command.args(["http", &format!("127.0.0.1:{port}"), "--verify-webhook", provider]);
        command.args(["--verify-webhook-secret", "env:INSPECTED", "--url", "https://hooks.example.com"]);
        Self::start(command.env("INSPECTED", secret).args(arguments))
    }

    pub(crate) fn start(command: &mut Command) -> Self {
        command.env_remove("COUNTERSIGN_WEB_ADDR").args(["--web-addr", "127.0.0.1:0"]);
        let proxy = Countersign::start(command);
        let url = proxy.listening["inspector"].as_str().unwrap().to_owned();
        let authority = url.strip_prefix("http://").unwrap().split(' ').next().unwrap().to_owned();
        Self { proxy, web: Web { authority } }
    }

    /// Sends a delivery, and waits for the answer and the line in the log.
    pub(crate) fn deliver(&self, message: &str) -> Answer {
        let answer = Wire::connect(self.proxy.address).ask(message);
        self.proxy.record();
        answer
    }

    /// The newest exchange.
    pub(crate) fn newest(&self) -> Value {
        self.web.json("/api/requests/http?limit=1")["requests"][0].clone()
    }
}

impl Web {
    pub(crate) fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status(), 200, "{path}: {}", String::from_utf8_lossy(&answer.body()));
        serde_json::from_slice(&answer.body()).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, "Content-Type: application/json\r\n", &body.to_string())
    }

    /// Sends again, and returns the new exchange.
    pub(crate) fn replay(&self, mut order: Value) -> Value {
        order["wait"] = true.into();
        let answer = self.post("/api/requests/http", &order);
        assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body()));
        serde_json::from_slice(&answer.body()).unwrap()
    }

    /// A request with these header lines and the right `Host`.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let host = format!("Host: {}\r\n", self.authority);
        self.ask_as(&host, method, path, headers, body)
    }

    pub(crate) fn ask_as(&self, host: &str, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut wire = Wire::connect(self.authority.parse().unwrap());
        let length = body.len();
        wire.ask(format!("{method} {path} HTTP/1.1\r\n{host}{headers}Content-Length: {length}\r\n\r\n{body}"))
    }
}

/// The body of a captured message, taken out of `raw`.
pub(crate) fn body(message: &Value) -> Vec<u8> {
    let raw = STANDARD.decode(message["raw"].as_str().unwrap()).unwrap();
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    raw[end + 4..].to_vec()
}

/// An app that verifies for itself: 200 and what it got for genuine deliveries, 401 for others.
pub(crate) fn verifying_app(provider: &'static Provider, secret: &'static str) -> App {
    let verifier = provider.verifier(secret, &Options::new()).unwrap();
    App::new(move |request, wire| {
        let mut words = request.start.split(' ');
        let method: Method = words.next().unwrap().parse().unwrap();
        let url = format!("https://hooks.example.com{}", words.next().unwrap());
        let mut headers = HeaderMap::new();
        for line in &request.headers {
            let (name, value) = line.split_once(':').unwrap();
            headers
                .append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.trim().as_bytes()).unwrap());
        }
        let body = request.body();
        let view = WebhookRequest::new(&method, url.as_str(), &headers, &body[..]);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let context = Context::at(UnixTime::from_secs(now.as_secs() as i64));
        let answer = match verifier.verify(&view, &context) {
            Ok(Verdict::Accept(_)) => {
                let text = format!("got {}", String::from_utf8_lossy(&body));
                format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}", text.len())
            }
            _ => "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned(),
        };
        wire.send(answer);
        true
    })
}

/// An order to replay.
pub(crate) fn order(exchange: &Value) -> Value {
    json!({ "id": exchange["id"] })
}
