//! Asks the app.
//!
//! The request goes on as it came: method, path and query byte for byte, headers in order with their duplicates and
//! their spelling, body and trailers. What changes is what must: hop-by-hop headers, `Expect`, `Host` if that was
//! asked for, and what [`forwarded`] describes. Answers are handed back alike, redirects included.
//!
//! Which bytes a target may hold is `http::Uri`'s decision: `//a/../b?x=%2f&&'`, `{}`, `|`, `\`, `^` and UTF-8 pass as they
//! are. White space, control characters, `<`, `>`, in paths `` ` ``, in queries `"`, and bytes that are no UTF-8 are
//! answered with 400 by the parser. A `#`, which no client may send, ends the target.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use countersign::{Verified, middleware::BufferedBody};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, Version, header, request::Parts};
use http_body::Body;
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use tower::Service;

use super::{
    Tracker, answers,
    capture::{Capture, Source, Tap},
    forwarded,
    headers::{Taken, clean_request, clean_response},
    observe::{Passage, Trouble},
    peer::Peer,
    pool::{Answer, Pool},
    progress::{Counted, Progress},
    upgrade::{self, Wish},
};
use crate::config::{HostHeader, RouteConfig};

/// A body on its way to the app: as it comes, or as it was verified.
pub(crate) type RequestBody = Counted<Outbound>;
/// As it comes, or as it was verified.
type Outbound = Either<Tap<Source>, BufferedBody>;
/// A body on its way back: the app's, or a text of ours.
pub(crate) type AppBody = Either<Incoming, Full<Bytes>>;

/// The bottom of the stack. Clones share one pool of connections.
#[derive(Clone)]
pub(crate) struct Forward(Arc<Shared>);

struct Shared {
    pool: Arc<Pool>,
    config: Arc<RouteConfig>,
    address: String,
    own_host: Option<HeaderValue>,
    tracker: Tracker,
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

impl Forward {
    pub(super) fn new(config: Arc<RouteConfig>, tracker: Tracker) -> Self {
        let address = config.upstream.authority.to_string();
        let own_host = HeaderValue::from_str(&address).ok();
        Self(Arc::new(Shared { pool: Pool::new(config.upstream.uri()), config, address, own_host, tracker }))
    }
}

impl<B: Forwardable> Service<Request<B>> for Forward {
    type Response = Response<AppBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<AppBody>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = Arc::clone(&self.0);
        let (mut parts, body) = request.into_parts();
        let body = body.into_either();
        let verified = parts.extensions.remove::<Verified>();
        let capture = parts.extensions.remove::<Capture>();
        let wish = Wish::take(&mut parts);
        let progress = Progress::default();
        let rewritten = shared.rewrite(&mut parts, &body, wish.as_ref());
        if let Some(capture) = &capture {
            capture.forwarded();
        }
        let answer = rewritten.map(|()| shared.pool.send(Request::from_parts(parts, progress.count(body))));
        Box::pin(async move {
            let outcome = match answer {
                Some(answer) => shared.hand_back(answer, &progress, wish, capture).await,
                None => Err(Trouble::Broken),
            };
            let trouble = outcome.as_ref().err().copied();
            let mut response = match outcome {
                Ok(response) => response.map(Either::Left),
                Err(trouble) => answers::app_trouble(trouble, &shared.address).map(|text| Either::Right(text.into())),
            };
            response.extensions_mut().insert(Passage { verified, trouble });
            Ok(response)
        })
    }
}

impl Shared {
    /// Waits for the app's answer and makes ours of it.
    async fn hand_back(
        &self,
        answer: Answer,
        progress: &Progress,
        wish: Option<Wish>,
        capture: Option<Capture>,
    ) -> Result<Response<Incoming>, Trouble> {
        let answer = progress.wait(self.config.upstream_timeout, answer).await;
        let mut response = answer.ok_or(Trouble::TimedOut)??;
        clean_response(response.headers_mut());
        // Our server decides how it frames the answer, by the version that the client speaks.
        *response.version_mut() = Version::HTTP_11;
        match wish {
            Some(wish) => wish.join(&mut response, self.tracker.enter(), capture),
            // An app that switches protocols unasked speaks something else from here on.
            None if response.status() == StatusCode::SWITCHING_PROTOCOLS => return Err(Trouble::Broken),
            None => {}
        }
        Ok(response)
    }

    /// Makes the app's request of the client's; `None` if nobody knows whose it is.
    fn rewrite(&self, parts: &mut Parts, body: &Outbound, wish: Option<&Wish>) -> Option<()> {
        let RouteConfig { host_header, public_origin, .. } = &*self.config;
        let peer = parts.extensions.remove::<Peer>()?;
        // In absolute form the target names the host, whatever the header says (RFC 9112, section 3.2.2).
        let authority = parts.uri.authority().map(|authority| authority.as_str());
        let asked = match authority {
            Some(authority) => HeaderValue::from_str(authority).ok(),
            None => parts.headers.get(header::HOST).cloned(),
        };
        let is_claim = |name: &str| forwarded::is_claim(name, peer.is_local(), public_origin.is_some());
        let taken = clean_request(&mut parts.headers, is_claim);
        forwarded::set(&mut parts.headers, &peer, asked.as_ref(), public_origin.as_ref());
        frame(&mut parts.headers, &taken, body);
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
        Some(())
    }
}

/// Keeps a chunked body chunked where its length is not known or trailers follow it. A body that was verified has a
/// known length, which more apps can read.
fn frame(headers: &mut HeaderMap, taken: &Taken, body: &Outbound) {
    let Some(encoding) = &taken.transfer_encoding else { return };
    match body {
        Either::Right(body) if body.trailers().is_none() && encoding.as_bytes().eq_ignore_ascii_case(b"chunked") => {
            if body.is_end_stream() {
                headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            return;
        }
        // The client sends only trailers that were announced.
        Either::Right(body) => {
            for name in body.trailers().into_iter().flat_map(HeaderMap::keys) {
                announce(headers, name);
            }
        }
        Either::Left(_) => {}
    }
    headers.insert(header::TRANSFER_ENCODING, encoding.clone());
}

fn announce(headers: &mut HeaderMap, name: &HeaderName) {
    let mut listed = headers.get_all(header::TRAILER).iter().flat_map(|value| value.as_bytes().split(|b| *b == b','));
    if !listed.any(|listed| listed.trim_ascii().eq_ignore_ascii_case(name.as_str().as_bytes())) {
        headers.append(header::TRAILER, HeaderValue::from(name.clone()));
    }
}
