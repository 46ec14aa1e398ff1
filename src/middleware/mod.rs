//! [`VerifyWebhookLayer`]: only genuine requests reach the service behind it.
//!
//! 1. The declared size of the body and the signature headers are checked before a byte of the body is read.
//! 2. The body is read as it comes: at most [`max_body`](VerifyWebhookLayer::max_body) bytes, within
//!    [`body_timeout`](VerifyWebhookLayer::body_timeout), and all bodies held at one time within
//!    [`BufferBudget`]. It is kept as the frames that came.
//! 3. The verifier decides. What it accepts goes on with the same bytes, trailers included, and with a
//!    [`Verified`](crate::Verified) in its extensions. What it refuses is answered here.
//! 4. The inner service's error type stays; every refusal is a response.
//!
//! # Example
//! ```
//! use countersign::{VerifyWebhookLayer, Verified};
//! use http::{Request, Response, StatusCode};
//! use http_body_util::{Empty, Full};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = ServiceBuilder::new()
//!     .layer(VerifyWebhookLayer::github("It's a Secret to Everybody"))
//!     .service(service_fn(async |request: Request<_>| {
//!         assert_eq!(request.extensions().get::<Verified>().map(Verified::provider), Some("github"));
//!         Ok::<_, std::convert::Infallible>(Response::new(Empty::<bytes::Bytes>::new()))
//!     }));
//!
//! // GitHub's own example.
//! let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
//! let delivery = |body: &'static str| {
//!     Request::post("/hook").header("x-hub-signature-256", signature).body(Full::<bytes::Bytes>::from(body)).unwrap()
//! };
//! assert_eq!(app.clone().oneshot(delivery("Hello, World!")).await?.status(), StatusCode::OK);
//! assert_eq!(app.clone().oneshot(delivery("Hello, World?")).await?.status(), StatusCode::FORBIDDEN);
//! # Ok(())
//! # }
//! ```
//!
//! # What a refusal looks like
//! Status 403 and the text `Request failed webhook verification`, whatever was wrong with the signature: the caller
//! learns nothing. A few providers demand another form (Xero 401 without a body, VMware 401 with `WWW-Authenticate`) and
//! get it. The [`Rejection`](crate::Rejection) is in the *response's* extensions, for an outer layer that
//! logs. 413, 408 and 503 are about the body's size, its time and the budget; they are decided before any signature is
//! computed. [`on_rejection`](VerifyWebhookLayer::on_rejection) replaces the response.
//!
//! # Deployment caveat
//! The layer must see the request before anything changes it: put it outside of layers that decompress, parse or
//! rewrite. For providers that sign the URL read [`public_url`](crate::public_url). In axum, a nested router strips its
//! prefix before inner layers run; with the feature `axum` the original URL is found nevertheless.

mod body;
mod budget;
mod future;
mod layer;
mod response;
mod service;
#[cfg(test)]
mod tests;

pub use self::{
    body::BufferedBody,
    budget::BufferBudget,
    future::ResponseFuture,
    layer::VerifyWebhookLayer,
    response::{OnRejection, REFUSAL_TEXT, ResponseBody},
    service::VerifyWebhook,
};
