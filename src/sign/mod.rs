//! Requests signed as their providers would: for tests of your own handlers, and for replays.
//!
//! [`SignedRequest`] builds one from nothing, as your server would receive it; [`resign`] signs one that was captured
//! anew, after it was edited or has grown old.
//!
//! ```
//! use countersign::{VerifyWebhookLayer, providers, sign::SignedRequest};
//! use http::StatusCode;
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let delivery = SignedRequest::post(&providers::TWILIO, "https://hooks.example.com/sms")
//!     .form([("From", "+15558675310"), ("Body", "Hello")])
//!     .secret("12345")
//!     .build()?;
//! assert_eq!(delivery.body(), "From=%2B15558675310&Body=Hello");
//!
//! let app = ServiceBuilder::new()
//!     .layer(VerifyWebhookLayer::twilio("12345"))
//!     .service(service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(Full::from("ok")))));
//! let forged = delivery.clone().map(|_| bytes::Bytes::from("From=%2B15558675310&Body=Goodbye"));
//! assert_eq!(app.clone().oneshot(delivery.map(Full::new)).await?.status(), StatusCode::OK);
//! assert_eq!(app.oneshot(forged.map(Full::new)).await?.status(), StatusCode::FORBIDDEN);
//! # Ok(())
//! # }
//! ```
//!
//! # Rules
//! 1. The code that signs is the code that verifies, run the other way.
//! 2. Everything that a real client sends is there before the signature is made: `Host`, `Content-Type`, the headers
//!    of a WebSocket handshake. Nothing but `Content-Length` is added afterwards.
//! 3. Where a scheme writes into the URL or the body (Twilio's `bodySHA256`, Mailgun's `signature`), so does this.
//! 4. What only the provider can sign, with a private key, is [`SignError::ProviderOnly`].
//!
//! # Deployment caveat
//! Whoever signs holds the secret: use secrets for tests, and keep the feature `signing` out of production builds.

mod other_secret;
mod request;
mod resign;
mod signer;
mod unique_id;

pub use self::{
    other_secret::other_secret, request::SignedRequest, resign::resign, signer::Signer, unique_id::unique_id,
};
pub use crate::scheme::{SignError, Signed, SigningContext};
