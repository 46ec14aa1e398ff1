//! The layer in axum, served over a socket.

mod support;

use std::net::SocketAddr;

use axum::{
    Extension, Form, Json, Router,
    body::Bytes,
    routing::{get, post},
};
use countersign::{PublicUrl, Verified, VerifyWebhookLayer, providers};
use http::{Request, StatusCode};
use http_body_util::Full;
use tokio::net::TcpListener;
use tower::ServiceBuilder;

use self::support::{FORM, JSON, connect, delivery, read, send, with_body};

const TOKEN: &str = "12345";
const OK: StatusCode = StatusCode::OK;
const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;

type Params = Vec<(String, String)>;

#[tokio::test]
async fn router_layer() {
    let app = Router::new().route("/sms", post(form)).layer(VerifyWebhookLayer::twilio(TOKEN));
    let address = serve(app).await;
    let url = "https://hooks.example.com/sms?a=1";
    let genuine = delivery(&providers::TWILIO, TOKEN, url, FORM, "b=2&a=%2B1+x");
    assert_eq!(send(address, genuine.clone()).await, (OK, "twilio: b=2, a=+1 x".to_owned()));
    assert_eq!(send(address, with_body(genuine, "b=2&a=%2B2+x")).await.0, FORBIDDEN);
    let foreign = delivery(&providers::TWILIO, "another token", url, FORM, "b=2");
    assert_eq!(send(address, foreign).await.0, FORBIDDEN);
    // The layer is around the fallback too: a stranger does not learn which routes exist.
    assert_eq!(send(address, Request::new(Full::default())).await.0, FORBIDDEN);
}

#[tokio::test]
async fn route_layer() {
    let app = Router::new()
        .route("/answer", post(form))
        .route_layer(VerifyWebhookLayer::plivo(TOKEN))
        .route("/health", get(async || "well"));
    let address = serve(app).await;
    let genuine = delivery(&providers::PLIVO, TOKEN, "https://hooks.example.com/answer?b=2&a=1", FORM, "z=1&y=%C3%BC");
    assert_eq!(send(address, genuine.clone()).await, (OK, "plivo: z=1, y=ü".to_owned()));
    assert_eq!(send(address, with_body(genuine, "z=1")).await.0, FORBIDDEN);
    let open = Request::get("/health").header("host", "h").body(Full::default()).expect("a request");
    assert_eq!(send(address, open).await, (OK, "well".to_owned()));
    let nowhere = Request::get("/nowhere").header("host", "h").body(Full::default()).expect("a request");
    assert_eq!(send(address, nowhere).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_layer_around_a_nest_sees_the_whole_path() {
    let inner = Router::new().route("/sms", post(form)).route("/answer", post(form));
    let app = Router::new().nest("/hooks/v1", inner).layer(VerifyWebhookLayer::twilio(TOKEN));
    let address = serve(app).await;
    let genuine = delivery(&providers::TWILIO, TOKEN, "https://hooks.example.com/hooks/v1/sms?a=1", FORM, "b=2");
    assert_eq!(send(address, genuine).await, (OK, "twilio: b=2".to_owned()));
    let mut elsewhere = delivery(&providers::TWILIO, TOKEN, "https://hooks.example.com/sms?a=1", FORM, "b=2");
    *elsewhere.uri_mut() = "/hooks/v1/sms?a=1".parse().expect("a path");
    assert_eq!(send(address, elsewhere).await.0, FORBIDDEN);
}

/// Two nests deep, with the layer inside: the inner router sees `/sms` only.
async fn layer_inside_nests(url: &str) -> StatusCode {
    let inner = Router::new().route("/sms", post(form)).layer(VerifyWebhookLayer::twilio(TOKEN));
    let app = Router::new().nest("/hooks", Router::new().nest("/v1", inner));
    send(serve(app).await, delivery(&providers::TWILIO, TOKEN, url, FORM, "b=2")).await.0
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn a_layer_inside_a_nest_finds_the_original_path() {
    let inner = Router::new().route("/answer", post(form)).layer(VerifyWebhookLayer::plivo(TOKEN));
    let address = serve(Router::new().nest("/hooks", inner)).await;
    let genuine = delivery(&providers::PLIVO, TOKEN, "https://hooks.example.com/hooks/answer?a=1", FORM, "b=2");
    assert_eq!(send(address, genuine.clone()).await, (OK, "plivo: b=2".to_owned()));
    assert_eq!(send(address, with_body(genuine, "b=3")).await.0, FORBIDDEN);
    assert_eq!(layer_inside_nests("https://hooks.example.com/hooks/v1/sms?a=1").await, OK);
    // A signature for the path without its prefix is one for another URL; it does not pass for this one.
    let inner = Router::new().route("/sms", post(form)).layer(VerifyWebhookLayer::twilio(TOKEN));
    let address = serve(Router::new().nest("/hooks", inner)).await;
    let mut stripped = delivery(&providers::TWILIO, TOKEN, "https://hooks.example.com/sms", FORM, "b=2");
    *stripped.uri_mut() = "/hooks/sms".parse().expect("a path");
    assert_eq!(send(address, stripped).await.0, FORBIDDEN);
}

#[cfg(not(feature = "axum"))]
#[tokio::test]
async fn a_layer_inside_a_nest_needs_the_feature_or_the_prefix() {
    assert_eq!(layer_inside_nests("https://hooks.example.com/hooks/v1/sms?a=1").await, FORBIDDEN);
    let url = PublicUrl::fixed("https://hooks.example.com/hooks").expect("a URL");
    let inner = Router::new().route("/sms", post(form)).layer(VerifyWebhookLayer::twilio(TOKEN).public_url(url));
    let address = serve(Router::new().nest("/hooks", inner)).await;
    let genuine = delivery(&providers::TWILIO, TOKEN, "https://hooks.example.com/hooks/sms?a=1", FORM, "b=2");
    assert_eq!(send(address, genuine).await.0, OK);
}

#[tokio::test]
async fn merged_routers_keep_their_own_layers() {
    let twilio = Router::new().route("/sms", post(form)).layer(VerifyWebhookLayer::twilio(TOKEN));
    let plivo = Router::new().route("/answer", post(form)).route_layer(VerifyWebhookLayer::plivo("another token"));
    let address = serve(plivo.merge(Router::new().route("/health", get(async || "well"))).nest("/t", twilio)).await;
    let plivo = |secret, url| delivery(&providers::PLIVO, secret, url, FORM, "a=1");
    assert_eq!(send(address, plivo("another token", "http://h/answer")).await.0, OK);
    assert_eq!(send(address, plivo(TOKEN, "http://h/answer")).await.0, FORBIDDEN);
    let crossed = delivery(&providers::TWILIO, "another token", "http://h/answer", FORM, "a=1");
    assert_eq!(send(address, crossed).await.0, FORBIDDEN);
}

#[tokio::test]
async fn service_builder_and_extractors() {
    let url = || PublicUrl::fixed("https://hooks.example.com").expect("a URL");
    let layers = ServiceBuilder::new()
        .layer(VerifyWebhookLayer::twilio(["the new token", TOKEN]).public_url(url()))
        .layer(Extension("shared state"));
    let json = async |Extension(verified): Extension<Verified>, Json(event): Json<serde_json::Value>| {
        format!("{} {}", verified.secret_index(), event["kind"])
    };
    let bytes = async |Extension(state): Extension<&'static str>, bytes: Bytes| format!("{state}: {}", bytes.len());
    let app = Router::new().route("/form", post(form)).route("/json", post(json)).route("/bytes", post(bytes));
    let address = serve(app.layer(layers)).await;
    let send = async |path, kind, body| {
        let url = format!("https://hooks.example.com{path}");
        let mut request = delivery(&providers::TWILIO, TOKEN, &url, kind, body);
        // The app sees its own host; the configured URL counts.
        request.headers_mut().insert("host", "10.0.0.7:8080".parse().expect("a host"));
        send(address, request).await
    };
    assert_eq!(send("/form", FORM, "a=1&a=2").await, (OK, "twilio: a=1, a=2".to_owned()));
    assert_eq!(send("/json?x=1", JSON, r#"{"kind":"call"}"#).await, (OK, r#"1 "call""#.to_owned()));
    assert_eq!(send("/bytes", FORM, "a=1&b=%00").await, (OK, "shared state: 9".to_owned()));
}

#[tokio::test]
async fn large_bodies_arrive_whole_and_larger_ones_are_refused() {
    let length = async |bytes: Bytes| bytes.len().to_string();
    let layer = VerifyWebhookLayer::twilio(TOKEN).max_body(1_000_000);
    // axum's own limit is larger: ours decides.
    let app = Router::new().route("/", post(length)).layer(layer);
    let address = serve(app).await;
    let form = |size: usize| format!("a={}", "x".repeat(size - 2));
    let send = async |body: &str| send(address, delivery(&providers::TWILIO, TOKEN, "https://h/", FORM, body)).await;
    assert_eq!(send(&form(1_000_000)).await, (OK, "1000000".to_owned()));
    assert_eq!(send(&form(1_000_001)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn one_connection_serves_refused_and_accepted_requests() {
    let address = serve(Router::new().route("/sms", post(form)).layer(VerifyWebhookLayer::twilio(TOKEN))).await;
    let mut connection = connect(address).await;
    let genuine = delivery(&providers::TWILIO, TOKEN, "http://h/sms", FORM, "a=1");
    for (request, expected) in
        [(genuine.clone(), OK), (with_body(genuine.clone(), "a=2"), FORBIDDEN), (genuine.clone(), OK)]
    {
        connection.ready().await.expect("the connection was kept");
        assert_eq!(read(connection.send_request(request).await.expect("a response")).await.0, expected);
    }
}

async fn form(Extension(verified): Extension<Verified>, Form(params): Form<Params>) -> String {
    let params: Vec<_> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}: {}", verified.provider(), params.join(", "))
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
