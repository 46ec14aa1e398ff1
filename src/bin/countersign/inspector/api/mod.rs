//! The API: ngrok's paths, fields and meanings, and ours beside them.
//!
//! `openapi.json` describes it; a test holds the routes to it.

mod answer;
mod error;
mod live;
mod requests;
mod status;
mod transfer;
mod tunnels;

use axum::{
    Json, Router,
    routing::{delete, get, post},
};
use serde_json::{Value, json};

pub(crate) use self::error::ApiError;
use super::Inspector;

/// All paths below `/api`.
pub(crate) fn routes() -> Router<Inspector> {
    let requests = get(requests::list).post(requests::replay).delete(requests::clear);
    Router::new()
        .route("/api", get(root))
        .route("/api/", get(root))
        .route("/api/status", get(status::status))
        .route("/api/providers", get(status::providers))
        .route("/api/openapi.json", get(openapi))
        .route("/api/tunnels", get(tunnels::list).post(tunnels::fixed))
        .route("/api/tunnels/{name}", get(tunnels::one).delete(tunnels::fixed))
        .route("/api/endpoints", get(tunnels::endpoints).post(tunnels::fixed))
        .route("/api/endpoints/{name}", get(tunnels::endpoint).put(tunnels::fixed).delete(tunnels::fixed))
        .route("/api/requests/http", requests)
        .route("/api/requests/http/export", get(transfer::export_many))
        .route("/api/requests/http/import", post(transfer::import))
        .route("/api/requests/http/{id}", get(requests::one).merge(delete(requests::delete)))
        .route("/api/requests/http/{id}/body", get(transfer::body))
        .route("/api/requests/http/{id}/export", get(transfer::export_one))
        .route("/api/live", get(live::live))
}

async fn root() -> Json<Value> {
    Json(json!({
        "uri": "/api",
        "status_uri": "/api/status",
        "tunnels_uri": "/api/tunnels",
        "endpoints_uri": "/api/endpoints",
        "requests_uri": "/api/requests/http",
        "live_uri": "/api/live",
        "openapi_uri": "/api/openapi.json",
    }))
}

async fn openapi() -> ([(http::HeaderName, &'static str); 1], &'static str) {
    ([(http::header::CONTENT_TYPE, "application/json")], OPENAPI)
}

const OPENAPI: &str = include_str!("openapi.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_description_has_all_paths_and_methods() {
        let described: Value = serde_json::from_str(OPENAPI).unwrap();
        let described: BTreeSet<_> = described["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, operations)| {
                operations.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
            })
            .collect();
        // The routes themselves cannot be asked for their paths.
        let source = include_str!("mod.rs").replace("requests)", "get().post().delete())");
        let mut served = BTreeSet::new();
        for line in source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")) {
            let (path, methods) = line.split_once('"').unwrap();
            for method in ["get", "post", "put", "delete"] {
                if methods.contains(&format!("{method}(")) && path != "/api/" {
                    served.insert(format!("{method} {path}"));
                }
            }
        }
        assert_eq!(served, described);
    }
}
