//! `/api/tunnels` and `/api/endpoints`: the routes, in ngrok's words.

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use serde_json::{Value, json};

use super::ApiError;
use crate::inspector::{Inspector, Route};

pub(super) async fn list(State(inspector): State<Inspector>) -> Json<Value> {
    let tunnels: Vec<_> = inspector.routes().iter().map(tunnel).collect();
    Json(json!({ "tunnels": tunnels, "uri": "/api/tunnels" }))
}

pub(super) async fn one(State(inspector): State<Inspector>, Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(tunnel(inspector.route(&name)?)))
}

pub(super) async fn endpoints(State(inspector): State<Inspector>) -> Json<Value> {
    let endpoints: Vec<_> = inspector.routes().iter().map(described).collect();
    Json(json!({ "endpoints": endpoints, "uri": "/api/endpoints" }))
}

pub(super) async fn endpoint(
    State(inspector): State<Inspector>,
    Path(name): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let route = inspector.route(&name)?;
    let mut endpoint = described(route);
    endpoint["metrics"] = metrics(route);
    Ok(Json(endpoint))
}

/// Routes come from the command line: the API neither makes nor ends them.
pub(super) async fn fixed() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "routes are what the command line says: end countersign and start it with others",
    )
}

fn tunnel(route: &Route) -> Value {
    let name = &route.config.name;
    let public_url = route.public_url();
    json!({
        "name": name,
        "uri": format!("/api/tunnels/{name}"),
        "public_url": public_url,
        "proto": public_url.split(':').next(),
        "config": { "addr": route.config.upstream.to_string(), "inspect": true },
        "metrics": metrics(route),
    })
}

fn described(route: &Route) -> Value {
    let name = &route.config.name;
    json!({
        "name": name,
        "uri": format!("/api/endpoints/{name}"),
        "url": route.public_url(),
        "upstream": { "url": route.config.upstream.to_string(), "protocol": "http1" },
        "inspect": true,
        "traffic_policy": "",
        "pooling_enabled": false,
    })
}

fn metrics(route: &Route) -> Value {
    let http = route.metrics.tunnel();
    let conns = json!({
        "count": route.tracker.count(), "gauge": route.tracker.count(),
        "rate1": 0, "rate5": 0, "rate15": 0, "p50": 0, "p90": 0, "p95": 0, "p99": 0,
    });
    json!({ "conns": conns, "http": http })
}
