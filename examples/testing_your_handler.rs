//! How to test a handler of your own behind the layer: sign a request as the provider would, and send it through the
//! app without a socket.
//!
//! ```text
//! cargo test --example testing_your_handler --features signing     # the tests below
//! cargo run --example testing_your_handler --features signing      # the same once, told in words
//! ```

use axum::{
    Json, Router,
    body::Body,
    http::{Request, StatusCode},
    routing::post,
};
use countersign::{VerifyWebhookLayer, providers::STRIPE, sign::SignedRequest};
use tower::ServiceExt;

const SECRET: &str = "whsec_for_tests_only";

#[tokio::main]
async fn main() {
    let status = async |request: Request<Body>| app(SECRET).oneshot(request).await.expect("an answer").status();
    println!("signed:   {}", status(stripe(r#"{"type":"ping"}"#)).await);
    println!("unsigned: {}", status(Request::post("/stripe").body(Body::empty()).expect("a request")).await);
}

/// The app as it runs in production; only the secret is another.
fn app(secret: &str) -> Router {
    Router::new().route("/stripe", post(handler)).layer(VerifyWebhookLayer::stripe(secret))
}

async fn handler(Json(event): Json<serde_json::Value>) -> (StatusCode, String) {
    match event["type"].as_str() {
        Some(kind) => (StatusCode::OK, format!("seen: {kind}")),
        None => (StatusCode::UNPROCESSABLE_ENTITY, "an event without a type".to_owned()),
    }
}

/// A delivery as Stripe sends it, signed now.
fn stripe(body: &'static str) -> Request<Body> {
    let delivery = SignedRequest::post(&STRIPE, "https://hooks.example.com/stripe").json(body).secret(SECRET).build();
    delivery.expect("a signature").map(Body::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn status(request: Request<Body>) -> StatusCode {
        app(SECRET).oneshot(request).await.expect("an answer").status()
    }

    #[tokio::test]
    async fn a_signed_event_is_handled() {
        assert_eq!(status(stripe(r#"{"type":"ping"}"#)).await, StatusCode::OK);
    }

    #[tokio::test]
    async fn the_handler_sees_what_is_signed_and_odd() {
        assert_eq!(status(stripe("{}")).await, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[tokio::test]
    async fn a_changed_event_never_arrives() {
        let (parts, _) = stripe(r#"{"type":"ping"}"#).into_parts();
        let changed = Request::from_parts(parts, Body::from(r#"{"type":"pong"}"#));
        assert_eq!(status(changed).await, StatusCode::FORBIDDEN);
    }
}
