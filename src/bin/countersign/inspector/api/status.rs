//! `/api/status`: what runs, and how it is doing.

use std::time::Duration;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    commands::providers,
    inspector::{Inspector, Route},
    warnings,
};

pub(super) async fn status(State(inspector): State<Inspector>) -> Json<Value> {
    // The figures of what has just come, too. A store that is stuck shows older ones.
    let _ = inspector.read(|reader| reader.flush(LONGEST_FLUSH)).await;
    let store = inspector.store().statistics();
    Json(json!({
        "status": "online",
        "agent_version": env!("CARGO_PKG_VERSION"),
        "session": { "legs": [] },
        "uri": "/api/status",
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_s": inspector.uptime().as_secs(),
        "routes": inspector.routes().iter().map(route).collect::<Vec<_>>(),
        "store": {
            "kind": store.kind,
            "path": store.path,
            "count": store.count,
            "bytes": store.bytes,
            "limit_count": store.limits.count,
            "limit_bytes": store.limits.bytes,
            "queued_count": store.queued_count,
            "queued_bytes": store.queued_bytes,
            "dropped": store.dropped,
            "failed": store.failed,
            "damaged": store.damaged,
            "last_error": store.last_error,
            "failing": store.failing,
        },
    }))
}

pub(super) async fn providers() -> Json<Value> {
    Json(providers::all_as_json())
}

fn route(route: &Route) -> Value {
    let verification = route.config.verification.as_ref();
    json!({
        "name": route.config.name,
        "listen": format!("http://{}", route.listening),
        "upstream": route.config.upstream.to_string(),
        "provider": verification.map(|verification| verification.provider.id),
        "provider_name": verification.map(|verification| verification.provider.name),
        "public_url": route.config.public_origin.as_ref().map(|origin| &origin.url),
        "secrets": verification.map(|verification| &verification.secret_labels),
        "signable": route.is_signable(),
        "deadline_ms": verification
            .and_then(|verification| warnings::deadline(verification.provider.id))
            .map(|deadline| deadline.as_millis() as u64),
        "figures": route.metrics.figures(),
    })
}

const LONGEST_FLUSH: Duration = Duration::from_secs(1);
