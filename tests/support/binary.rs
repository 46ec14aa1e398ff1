//! What the binary's tests share: the binary as a child, an app behind it, and a client that speaks bytes.
//!
//! Every wait has a deadline, nothing sleeps, every port is the system's choice, and children die with their test.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test program uses its own part")]

mod app;
mod child;
mod wire;

use std::time::Duration;

use countersign::{
    Secret,
    clock::UnixTime,
    providers::TWILIO,
    request::WebhookRequest,
    scheme::{Options, SigningContext},
};
use http::{HeaderMap, HeaderValue, Method};

pub use self::{
    app::{App, Received, closed_port},
    child::{Countersign, Ends, countersign},
    wire::{Answer, Wire},
};

/// How long anything may take.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The token that the tests' proxies verify with.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// What Twilio would put into `X-Twilio-Signature` for a form, or for a request without a body.
pub fn twilio_signature(token: &str, method: &Method, url: &str, form: &str) -> String {
    let mut headers = HeaderMap::new();
    if !form.is_empty() {
        headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    }
    let request = WebhookRequest::new(method, url, &headers, form);
    let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: "" };
    let signed = TWILIO.sign(&Secret::new(token).unwrap(), &Options::new(), &request, &context).unwrap();
    signed.headers[0].1.to_str().unwrap().to_owned()
}

/// A signed form delivery, up to and with the empty line after its headers.
pub fn signed_head(token: &str, path: &str, form: &str, more: &str) -> String {
    let signature = twilio_signature(token, &Method::POST, &format!("https://hooks.example.com{path}"), form);
    format!(
        "POST {path} HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         X-Twilio-Signature: {signature}\r\n{more}\r\n"
    )
}

/// A signed form delivery with its body.
pub fn signed(token: &str, path: &str, form: &str) -> String {
    signed_head(token, path, form, &format!("Content-Length: {}\r\n", form.len())) + form
}
