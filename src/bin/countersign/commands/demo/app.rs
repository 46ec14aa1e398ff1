//! The sample app: answers a text message as the provider's own tutorials do. It verifies nothing.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Response, header};
use http_body_util::Full;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::cli::DemoProvider;

pub(super) async fn serve(listener: TcpListener, provider: DemoProvider) {
    // The first error ends it: a demo that goes on without its app would show nothing.
    while let Ok((stream, _)) = listener.accept().await {
        let service = service_fn(move |_| async move { Ok::<_, Infallible>(reply(provider)) });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn reply(provider: DemoProvider) -> Response<Full<Bytes>> {
    let xml = match provider {
        DemoProvider::Plivo => {
            "<Response><Message src=\"15557122661\" dst=\"15558675310\">Your table is booked.</Message></Response>"
        }
        DemoProvider::Twilio => "<Response><Message>Your table is booked.</Message></Response>",
    };
    let mut response = Response::new(Full::from(xml));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/xml"));
    response
}
