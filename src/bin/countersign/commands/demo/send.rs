//! Sends a delivery as its provider would: on a connection of its own.

use std::{error::Error, net::SocketAddr};

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::deliveries::{Delivery, PATH};

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

pub(super) async fn send(delivery: &Delivery, proxy: SocketAddr) -> Result<Answer, Box<dyn Error>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(TcpStream::connect(proxy).await?)).await?;
    let exchange = async {
        let mut request = Request::post(PATH).body(Full::new(Bytes::from(delivery.body.clone())))?;
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("hooks.example.com"));
        request.headers_mut().extend(delivery.headers.clone());
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        drop(sender);
        Ok::<_, Box<dyn Error>>(Answer { status, body })
    };
    let (answer, _) = tokio::join!(exchange, connection);
    answer
}
