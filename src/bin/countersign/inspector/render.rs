//! Exchanges as JSON: ngrok's fields with ngrok's meaning, and ours beside them.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::RejectionKind;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    store::{Exchange, Message, Verdict},
    warnings::{Answer, Warning, is_html},
};

/// An exchange in full.
pub(crate) fn full(exchange: &Exchange) -> Value {
    let Exchange { id, route, peer, decision, timings, .. } = exchange;
    json!({
        "uri": format!("/api/requests/http/{id}"),
        "id": id.to_string(),
        "tunnel_name": route,
        "remote_addr": peer.to_string(),
        "start": start(exchange),
        "duration": nanos(duration(exchange)),
        "request": request(exchange),
        "response": exchange.response.as_ref().map(|message| response(exchange, message)),
        "provider": decision.provider,
        "verdict": decision.verdict.as_str(),
        "reason": decision.reason,
        "verification": verification(exchange),
        "timings": {
            "forwarded_us": timings.forwarded.map(micros),
            "answered_us": timings.answered.map(micros),
            "done_us": timings.done.map(micros),
        },
        "trouble": exchange.trouble,
        "abandoned": exchange.abandoned,
        "retry": retry(exchange),
        "replay": replay(exchange),
        "websocket": exchange.tunnel.map(|tunnel| json!({
            "frames_from_client": tunnel.frames_from_client,
            "bytes_from_client": tunnel.bytes_from_client,
            "frames_from_app": tunnel.frames_from_app,
            "bytes_from_app": tunnel.bytes_from_app,
        })),
        "warnings": warnings(exchange),
        "redacted": exchange.redacted,
        "stored": exchange.stored,
    })
}

/// What a row of a list shows.
pub(crate) fn summary(exchange: &Exchange) -> Value {
    let Exchange { id, route, decision, .. } = exchange;
    let explanation = explanation(exchange);
    json!({
        "id": id.to_string(),
        "tunnel_name": route,
        "start": start(exchange),
        "method": exchange.method(),
        "uri": exchange.target(),
        "status_code": exchange.status(),
        "duration": nanos(duration(exchange)),
        "provider": decision.provider,
        "verdict": decision.verdict.as_str(),
        "reason": decision.reason,
        "request_size": exchange.request.body.size,
        "response_size": exchange.response.as_ref().map(|message| message.body.size),
        "content_type": exchange.request.header("content-type").map(String::from_utf8_lossy),
        "delivery_id": decision.delivery_id,
        "retry": retry(exchange),
        "replay": replay(exchange),
        "websocket": exchange.tunnel.is_some(),
        "warnings": warnings(exchange).iter().map(|warning| warning.code).collect::<Vec<_>>(),
        "explanation_code": explanation.as_ref().and_then(|explanation| explanation.get("code")),
        "trouble": exchange.trouble,
        "stored": exchange.stored,
    })
}

/// What is odd about the app's answer.
fn warnings(exchange: &Exchange) -> Vec<Warning> {
    let reached_the_app = matches!(exchange.decision.verdict, Verdict::Accepted | Verdict::Unverified);
    let status = exchange.status().and_then(|status| StatusCode::from_u16(status).ok());
    let (true, None, Some(status)) = (reached_the_app, &exchange.trouble, status) else { return Vec::new() };
    let provider = exchange.decision.provider.as_deref().unwrap_or_default();
    let content_type = exchange.response.as_ref().and_then(|response| response.header("content-type"));
    Answer { provider, status, is_html: content_type.is_some_and(is_html), taken: duration(exchange) }.warnings()
}

/// When it began, as RFC 3339 in UTC.
pub(crate) fn start(exchange: &Exchange) -> String {
    Timestamp::try_from(exchange.arrived).unwrap_or_default().to_string()
}

/// How long the head of the answer took, or all if there was none: what ngrok calls the duration.
pub(crate) fn duration(exchange: &Exchange) -> Duration {
    exchange.timings.answered.or(exchange.timings.done).unwrap_or_default()
}

fn request(exchange: &Exchange) -> Value {
    let line = String::from_utf8_lossy(exchange.request.start_line());
    let proto = line.rsplit(' ').next().unwrap_or_default();
    message(&exchange.request, json!({ "method": exchange.method(), "proto": proto, "uri": exchange.target() }))
}

fn response(exchange: &Exchange, response: &Message) -> Value {
    let line = String::from_utf8_lossy(response.start_line());
    let (proto, status) = line.split_once(' ').unwrap_or_default();
    message(response, json!({ "status": status, "status_code": exchange.status(), "proto": proto }))
}

fn message(message: &Message, mut fields: Value) -> Value {
    let mut headers = Map::new();
    let mut list = Vec::new();
    for (name, value) in message.headers() {
        let value = String::from_utf8_lossy(value);
        list.push(json!([name, value]));
        if let Value::Array(values) = headers.entry(name).or_insert_with(|| json!([])) {
            values.push(json!(value));
        }
    }
    let body = &message.body;
    let raw = [&message.head[..], &body.to_bytes()].concat();
    let ours = json!({
        "headers": headers,
        "header_list": list,
        "raw": STANDARD.encode(raw),
        "body_size": body.size,
        "body_kept": body.kept(),
        "body_complete": body.complete,
        "body_truncated": body.truncated,
    });
    if let (Value::Object(fields), Value::Object(ours)) = (&mut fields, ours) {
        fields.extend(ours);
    }
    fields
}

fn verification(exchange: &Exchange) -> Value {
    let decision = &exchange.decision;
    let kind = RejectionKind::ALL.iter().find(|kind| decision.reason.as_deref() == Some(kind.as_str()));
    json!({
        "verdict": decision.verdict.as_str(),
        "reason": decision.reason,
        "reason_text": kind.map(|kind| kind.explanation()),
        "provider": decision.provider,
        "public_url": decision.public_url,
        "url_form": decision.url_form,
        "secret": decision.secret.as_ref().map(|(index, label)| json!({ "index": index, "label": label })),
        "signed_at": decision.signed_at,
        "delivery_id": decision.delivery_id,
        "explanation": explanation(exchange),
    })
}

fn explanation(exchange: &Exchange) -> Option<Value> {
    serde_json::from_str(exchange.explanation.as_deref()?).ok()
}

fn retry(exchange: &Exchange) -> Option<Value> {
    exchange.retry_of.map(|(of, attempt)| json!({ "of": of.to_string(), "attempt": attempt }))
}

fn replay(exchange: &Exchange) -> Option<Value> {
    let replay = exchange.replay.as_ref()?;
    Some(json!({ "of": replay.of.to_string(), "signing": replay.signing }))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
