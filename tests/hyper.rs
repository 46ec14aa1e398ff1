//! The layer in hyper's own server, over a socket.

mod support;

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use bytes::Bytes;
use countersign::{Verified, VerifyWebhookLayer, middleware::BufferedBody, providers};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tower::ServiceBuilder;

use self::support::{FORM, connect, delivery, read, send, with_body};

const TOKEN: &str = "12345";
const URL: &str = "https://hooks.example.com/in?b=2&a=1";

#[tokio::test]
async fn genuine_ones_pass_and_forged_ones_do_not() {
    for (provider, layer) in
        [(&providers::TWILIO, VerifyWebhookLayer::twilio(TOKEN)), (&providers::PLIVO, VerifyWebhookLayer::plivo(TOKEN))]
    {
        let address = serve(layer).await;
        let genuine = delivery(provider, TOKEN, URL, FORM, "To=%2B1&From=%2B2");
        let expected = (StatusCode::OK, format!("{}: To=%2B1&From=%2B2", provider.id));
        assert_eq!(send(address, genuine.clone()).await, expected);
        assert_eq!(send(address, with_body(genuine.clone(), "To=%2B1&From=%2B3")).await.0, StatusCode::FORBIDDEN);
        let mut elsewhere = genuine;
        *elsewhere.uri_mut() = "/in?b=2&a=2".parse().expect("a path");
        assert_eq!(send(address, elsewhere).await.0, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn the_connection_is_kept_after_a_refusal() {
    let address = serve(VerifyWebhookLayer::twilio(TOKEN)).await;
    let genuine = delivery(&providers::TWILIO, TOKEN, URL, FORM, "a=1");
    let mut unsigned = genuine.clone();
    unsigned.headers_mut().remove("x-twilio-signature");
    let mut connection = connect(address).await;
    for (request, expected) in [
        (with_body(genuine.clone(), "a=2"), StatusCode::FORBIDDEN),
        (unsigned.clone().map(|_| Full::default()), StatusCode::FORBIDDEN),
        (genuine, StatusCode::OK),
    ] {
        connection.ready().await.expect("the connection was kept");
        assert_eq!(read(connection.send_request(request).await.expect("a response")).await.0, expected);
    }
}

#[tokio::test]
async fn who_is_refused_by_the_head_is_not_told_to_go_on() {
    let address = serve(VerifyWebhookLayer::twilio(TOKEN).max_body(100)).await;
    let expecting = |headers: &str, length: usize| {
        format!(
            "POST /in?b=2&a=1 HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: {FORM}\r\nContent-Length: {length}\r\n\
             Expect: 100-continue\r\n{headers}\r\n"
        )
    };
    let genuine = delivery(&providers::TWILIO, TOKEN, URL, FORM, "a=1");
    let signature = genuine.headers()["x-twilio-signature"].to_str().expect("a text");
    let signature = format!("X-Twilio-Signature: {signature}\r\n");

    let unsigned = first_line(address, &expecting("", 3)).await.0;
    assert_eq!(unsigned, "HTTP/1.1 403 Forbidden");
    let large = first_line(address, &expecting(&signature, 101)).await.0;
    assert_eq!(large, "HTTP/1.1 413 Payload Too Large");
    let (line, mut stream) = first_line(address, &expecting(&signature, 3)).await;
    assert_eq!(line, "HTTP/1.1 100 Continue");
    stream.write_all(b"a=1").await.expect("the body");
    assert_eq!(read_until(&mut stream, "twilio: a=1").await.matches("HTTP/1.1 200 OK").count(), 1);
}

#[tokio::test]
async fn chunks_of_one_byte_with_trailers_are_one_body() {
    let address = serve(VerifyWebhookLayer::twilio(TOKEN)).await;
    let body = format!("a={}", "x".repeat(5000));
    let genuine = delivery(&providers::TWILIO, TOKEN, URL, FORM, &body);
    let signature = genuine.headers()["x-twilio-signature"].to_str().expect("a text");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let mut request = format!(
        "POST /in?b=2&a=1 HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: {FORM}\r\n\
         X-Twilio-Signature: {signature}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    for byte in body.chars() {
        request.push_str(&format!("1\r\n{byte}\r\n"));
    }
    request.push_str("0\r\nx-checksum: 1\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the request");
    let answer = read_until(&mut stream, &body).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test]
async fn a_body_that_stalls_on_the_wire_is_answered_with_408() {
    let address = serve(VerifyWebhookLayer::twilio(TOKEN).body_timeout(Duration::from_millis(50))).await;
    let genuine = delivery(&providers::TWILIO, TOKEN, URL, FORM, "a=1");
    let signature = genuine.headers()["x-twilio-signature"].to_str().expect("a text");
    let head = format!(
        "POST /in?b=2&a=1 HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: {FORM}\r\nContent-Length: 3\r\n\
         X-Twilio-Signature: {signature}\r\n\r\na="
    );
    assert_eq!(first_line(address, &head).await.0, "HTTP/1.1 408 Request Timeout");
}

/// Sends a text and reads the first line of the answer.
async fn first_line(address: SocketAddr, text: &str) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(text.as_bytes()).await.expect("the head");
    let answer = read_until(&mut stream, "\r\n\r\n").await;
    (answer.lines().next().unwrap_or_default().to_owned(), stream)
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut seen = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&seen).contains(end) {
            if stream.read_buf(&mut seen).await.expect("an answer") == 0 {
                break;
            }
        }
    };
    timeout(Duration::from_secs(20), reading).await.expect("an answer in time");
    String::from_utf8(seen).expect("a text")
}

async fn app(request: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let provider = request.extensions().get::<Verified>().map_or("nobody", Verified::provider);
    let answer = [provider.as_bytes(), b": ", &request.into_body().into_bytes()].concat();
    Ok(Response::new(Full::from(answer)))
}

async fn serve(layer: VerifyWebhookLayer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = TowerToHyperService::new(ServiceBuilder::new().layer(layer).service_fn(app));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let builder = http1::Builder::new().timer(TokioTimer::new()).clone();
                builder.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });
    address
}
