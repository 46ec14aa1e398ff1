//! HAR 1.2 (<http://www.softwareishard.com/blog/har-12-spec/>).

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::url;
use crate::{
    inspector::render,
    store::{CapturedBody, Exchange, Message},
};

/// A log of all these exchanges, the oldest first.
pub(crate) fn har(exchanges: &[Exchange]) -> Value {
    let mut exchanges: Vec<_> = exchanges.iter().collect();
    exchanges.sort_unstable_by_key(|exchange| exchange.id);
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "countersign", "version": env!("CARGO_PKG_VERSION") },
            "entries": exchanges.into_iter().map(entry).collect::<Vec<_>>(),
        }
    })
}

fn entry(exchange: &Exchange) -> Value {
    let timings = exchange.timings;
    let forwarded = timings.forwarded.unwrap_or_default();
    let answered = timings.answered.unwrap_or(forwarded);
    let done = timings.done.unwrap_or(answered);
    json!({
        "startedDateTime": render::start(exchange),
        "time": millis(done),
        "request": request(exchange),
        "response": exchange.response.as_ref().map_or_else(no_response, |message| response(exchange, message)),
        "cache": {},
        "timings": {
            "send": millis(forwarded),
            "wait": millis(answered.saturating_sub(forwarded)),
            "receive": millis(done.saturating_sub(answered)),
        },
        "_countersign": {
            "id": exchange.id.to_string(),
            "verdict": exchange.decision.verdict.as_str(),
            "reason": exchange.decision.reason,
            "provider": exchange.decision.provider,
        },
    })
}

fn request(exchange: &Exchange) -> Value {
    let message = &exchange.request;
    let url = url(exchange);
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query: Vec<_> =
        form_urlencoded::parse(query.as_bytes()).map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut request = json!({
        "method": exchange.method(),
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(message),
        "queryString": query,
        "headersSize": message.head.len(),
        "bodySize": message.body.size,
    });
    if message.body.kept() > 0 {
        let mut data = content(&message.body);
        data["mimeType"] = media_type(message).into();
        request["postData"] = data;
    }
    request
}

fn response(exchange: &Exchange, message: &Message) -> Value {
    let line = String::from_utf8_lossy(message.start_line());
    let mut content = content(&message.body);
    content["size"] = message.body.size.into();
    content["mimeType"] = media_type(message).into();
    json!({
        "status": exchange.status().unwrap_or_default(),
        "statusText": line.splitn(3, ' ').nth(2).unwrap_or_default(),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(message),
        "content": content,
        "redirectURL": message.header("location").map(String::from_utf8_lossy).unwrap_or_default(),
        "headersSize": message.head.len(),
        "bodySize": message.body.size,
    })
}

/// What browsers write where there was no answer.
fn no_response() -> Value {
    json!({
        "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
        "content": { "size": 0, "mimeType": "" }, "redirectURL": "", "headersSize": -1, "bodySize": -1,
    })
}

fn headers(message: &Message) -> Vec<Value> {
    let pairs = message.headers();
    pairs.map(|(name, value)| json!({ "name": name, "value": String::from_utf8_lossy(value) })).collect()
}

/// Text as it is, anything else in base64.
fn content(body: &CapturedBody) -> Value {
    let bytes = body.to_bytes();
    match std::str::from_utf8(&bytes) {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "text": STANDARD.encode(&bytes), "encoding": "base64" }),
    }
}

fn media_type(message: &Message) -> String {
    message.header("content-type").map(String::from_utf8_lossy).unwrap_or_default().into_owned()
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
