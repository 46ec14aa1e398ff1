//! Asks the app.
//!
//! The request goes on as it came: method, path and query byte for byte, headers in order with their duplicates, body
//! and trailers. What changes is what must: hop-by-hop headers, `Expect`, `Host` if that was asked for, and what
//! [`forwarded`] describes. Answers are handed back alike, redirects included.
//!
//! Names of headers are written in lower case in both directions, as HTTP/2 has them: their spelling means nothing in
//! HTTP, and to remember it costs a fifth of the work on a small request.
//!
//! Which bytes a target may hold is `http::Uri`'s decision: `//a/../b?x=%2f&&'`, `{}`, `|`, `\`, `^` and UTF-8 pass as they
//! are. White space, control characters, `<`, `>`, in paths `` ` ``, in queries `"`, and bytes that are no UTF-8 are
//! answered with 400 by the parser. A `#`, which no client may send, ends the target.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Instant,
};

use bytes::Bytes;
use countersign::{Verified, middleware::BufferedBody};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, Version, header, request::Parts};
use http_body::Body;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tower::Service;

use super::{
    Tracker, answers,
    capture::{Capture, Source, Tap},
    forwarded,
    headers::{clean_request, clean_response},
    observe::{Passage, Trouble},
    peer::Peer,
    pool::{Answer, Pool, Sending},
    progress::{Counted, Patience},
    upgrade::{self, Wish},
};
use crate::config::{HostHeader, RouteConfig};

/// A body on its way to the app. Boxed, since each connection keeps room for 32 requests in advance.
pub(crate) type RequestBody = Counted<Box<Outbound>>;
/// As it comes, or as it was verified.
type Outbound = Either<Tap<Source>, BufferedBody>;
/// A body on its way back: the app's, or a text of ours.
pub(crate) type AppBody = Either<Incoming, Full<Bytes>>;

/// The app, and what all requests to it share.
pub(crate) struct App {
    pool: Arc<Pool>,
    config: Arc<RouteConfig>,
    address: String,
    own_host: Option<HeaderValue>,
    tracker: Tracker,
}

/// The bottom of the stack, for one request.
#[derive(Clone, Copy)]
pub(crate) struct Forward<'r> {
    app: &'r App,
    peer: &'r Peer,
    passage: &'r Passage,
    capture: Option<&'r Capture>,
}

/// What [`Forward`] forwards.
pub(crate) trait Forwardable {
    fn into_either(self) -> Outbound;
}

impl Forwardable for Tap<Source> {
    fn into_either(self) -> Outbound {
        Either::Left(self)
    }
}

impl Forwardable for BufferedBody {
    fn into_either(self) -> Outbound {
        Either::Right(self)
    }
}

impl<'r, B: Forwardable> Service<Request<B>> for Forward<'r> {
    type Response = Response<AppBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<AppBody>, Infallible>> + Send + 'r>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Self { app, peer, passage, capture } = *self;
        let (mut parts, body) = request.into_parts();
        let body = body.into_either();
        // A request is forwarded once.
        let verified = passage.verified.get_or_init(|| parts.extensions.remove::<Verified>());
        let wish = Wish::take(&mut parts);
        let progress = peer.progress();
        app.rewrite(&mut parts, &body, peer, wish.as_ref());
        // The clock is read once: fifty nanoseconds each time, on a virtual machine.
        let now = Instant::now();
        if let Some(capture) = capture {
            capture.forwarded(now, verified.as_ref());
        }
        let answer = app.pool.send(Request::from_parts(parts, progress.count(Box::new(body))), now);
        let patience = progress.patience(peer.alarm(), app.config.upstream_timeout, now);
        Box::pin(Forwarding { answer, patience, app, passage, capture, wish })
    }
}

pin_project! {
    #[project = Projected]
    /// Waits for the app's answer and makes ours of it.
    struct Forwarding<'r, F> {
        #[pin]
        answer: Answer<F>,
        patience: Patience,
        app: &'r App,
        passage: &'r Passage,
        capture: Option<&'r Capture>,
        wish: Option<Wish>,
    }
}

impl<F: Sending> Future for Forwarding<'_, F> {
    type Output = Result<Response<AppBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Projected { answer, patience, app, passage, capture, wish } = self.project();
        let answer = match answer.poll(cx) {
            Poll::Ready(answer) => answer,
            Poll::Pending => {
                ready!(patience.poll(cx));
                Err(Trouble::TimedOut)
            }
        };
        let outcome = answer.and_then(|response| app.hand_back(response, wish.take(), *capture));
        Poll::Ready(Ok(match outcome {
            Ok(response) => response.map(Either::Left),
            Err(trouble) => {
                let trouble = *passage.trouble.get_or_init(|| trouble);
                answers::app_trouble(trouble, &app.address).map(|text| Either::Right(text.into()))
            }
        }))
    }
}

impl App {
    pub(super) fn new(config: Arc<RouteConfig>, tracker: Tracker) -> Self {
        let address = config.upstream.authority.to_string();
        let own_host = HeaderValue::from_str(&address).ok();
        Self { pool: Pool::new(config.upstream.uri()), config, address, own_host, tracker }
    }

    /// A service that forwards the request of `peer`, and says in `passage` what came of it.
    pub(super) fn forward<'r>(
        &'r self,
        peer: &'r Peer,
        passage: &'r Passage,
        capture: Option<&'r Capture>,
    ) -> Forward<'r> {
        Forward { app: self, peer, passage, capture }
    }

    fn hand_back(
        &self,
        mut response: Response<Incoming>,
        wish: Option<Wish>,
        capture: Option<&Capture>,
    ) -> Result<Response<Incoming>, Trouble> {
        if !answers::is_at_most_chunked(response.headers()) {
            return Err(Trouble::InvalidAnswer);
        }
        clean_response(response.headers_mut());
        // Our server decides how it frames the answer, by the version that the client speaks.
        *response.version_mut() = Version::HTTP_11;
        match wish {
            Some(wish) => wish.join(&mut response, self.tracker.enter(), capture.cloned()),
            // An app that switches protocols unasked speaks something else from here on.
            None if response.status() == StatusCode::SWITCHING_PROTOCOLS => return Err(Trouble::InvalidAnswer),
            None => {}
        }
        Ok(response)
    }

    /// Makes the app's request of the client's.
    fn rewrite(&self, parts: &mut Parts, body: &Outbound, peer: &Peer, wish: Option<&Wish>) {
        let RouteConfig { host_header, public_origin, .. } = &*self.config;
        // In absolute form the target names the host, whatever the header says (RFC 9112, section 3.2.2), and a user
        // and a password before it are not sent (RFC 9110, section 4.2.4).
        let asked = match parts.uri.authority() {
            Some(authority) => authority.as_str().rsplit('@').next().and_then(|host| HeaderValue::from_str(host).ok()),
            None => parts.headers.get(header::HOST).cloned(),
        };
        let is_claim = |name: &str| forwarded::is_claim(name, peer.is_local(), public_origin.is_some());
        let taken = clean_request(&mut parts.headers, is_claim);
        forwarded::set(&mut parts.headers, peer, asked.as_ref(), public_origin.as_ref());
        frame(&mut parts.headers, taken.is_chunked, body);
        if taken.accepts_trailers {
            parts.headers.insert(header::TE, HeaderValue::from_static("trailers"));
            parts.headers.insert(header::CONNECTION, HeaderValue::from_static("TE"));
        }
        if let Some(wish) = wish {
            upgrade::set(&mut parts.headers, wish.protocol().clone());
        }
        let host = match host_header {
            HostHeader::Fixed(name) => Some(name),
            HostHeader::Preserve => asked.as_ref(),
            HostHeader::Rewrite => None,
        };
        if let Some(host) = host.or(self.own_host.as_ref()) {
            parts.headers.insert(header::HOST, host.clone());
        }
        if parts.uri.authority().is_some() {
            parts.uri = parts.uri.path_and_query().cloned().map(Uri::from).unwrap_or_default();
        }
        parts.version = Version::HTTP_11;
    }
}

/// Keeps a chunked body chunked where its length is not known or trailers follow it. A body that was verified has a
/// known length, which more apps can read.
fn frame(headers: &mut HeaderMap, is_chunked: bool, body: &Outbound) {
    if !is_chunked {
        return;
    }
    if let Either::Right(body) = body {
        let Some(trailers) = body.trailers() else {
            if body.is_end_stream() {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            return;
        };
        // The client sends only trailers that were announced.
        trailers.keys().for_each(|name| announce(headers, name));
    }
    headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
}

fn announce(headers: &mut HeaderMap, name: &HeaderName) {
    let mut listed = headers.get_all(header::TRAILER).iter().flat_map(|value| value.as_bytes().split(|b| *b == b','));
    if !listed.any(|listed| listed.trim_ascii().eq_ignore_ascii_case(name.as_str().as_bytes())) {
        headers.append(header::TRAILER, HeaderValue::from(name.clone()));
    }
}
