//! A webhook receiver without a server: one request, one response.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use countersign::{VerifyWebhookLayer, middleware::BufferedBody};
use http::{Request, Response};
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;

#[derive(Clone)]
struct App;

impl Service<Request<BufferedBody>> for App {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<BufferedBody>) -> Self::Future {
        ready(Ok(Response::default()))
    }
}

/// Sends a request without a signature through the layer, and prints the status of the answer.
pub fn receive(layer: VerifyWebhookLayer) {
    let mut service = layer.layer(App);
    let request = Request::post("https://hooks.example.com/").body(Full::<Bytes>::from("{}")).expect("a request");
    let response = pin!(service.call(request)).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Ok(response)) = response else { panic!("the body was there at once") };
    println!("{}", response.status().as_u16());
}
