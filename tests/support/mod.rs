//! What the tests of real servers share.

#![allow(dead_code, unreachable_pub, reason = "each test includes it and uses a part")]

pub mod meaning;

use std::net::SocketAddr;

use bytes::Bytes;
use countersign::{
    Secret,
    clock::UnixTime,
    providers::Provider,
    request::WebhookRequest,
    scheme::{Options, SigningContext},
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const JSON: &str = "application/json";

/// A POST as the provider would send it to `url`, signed, in origin form and with its `Host`.
pub fn delivery(provider: &Provider, secret: &str, url: &str, content_type: &str, body: &str) -> Request<Full<Bytes>> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).expect("a media type"));
    let request = WebhookRequest::new(&Method::POST, url, &headers, body);
    let now = UnixTime::from_secs(1_700_000_000).expect("a time");
    let context = SigningContext { now, delivery_id: "12051823182034034" };
    let secret = Secret::new(secret).expect("a secret");
    let signed = provider.sign(&secret, &Options::new(), &request, &context).expect("a signature");
    let url: Uri = signed.url.as_deref().unwrap_or(url).parse().expect("a URL");
    signed.apply(&mut headers);
    let authority = url.authority().expect("an absolute URL").as_str();
    headers.insert(header::HOST, HeaderValue::from_str(authority).expect("a host"));
    let mut request = Request::post(url.path_and_query().expect("a path").as_str())
        .body(Full::from(body.to_owned()))
        .expect("a request");
    *request.headers_mut() = headers;
    request
}

/// The same request with another body under the same signature.
pub fn with_body(request: Request<Full<Bytes>>, body: &'static str) -> Request<Full<Bytes>> {
    request.map(|_| Full::from(body))
}

/// A connection to a server.
pub async fn connect(address: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("a client");
    tokio::spawn(connection);
    sender
}

/// Sends one request over a connection of its own.
pub async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> (StatusCode, String) {
    read(connect(address).await.send_request(request).await.expect("a response")).await
}

/// Reads a response to its end.
pub async fn read(response: Response<hyper::body::Incoming>) -> (StatusCode, String) {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (parts.status, String::from_utf8(body.to_vec()).expect("a text"))
}
