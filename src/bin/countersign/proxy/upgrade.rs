//! WebSockets: after the app has agreed, bytes are copied both ways.
//!
//! Only `websocket` is passed on. Any other upgrade, `h2c` above all, would open a second HTTP connection through
//! which requests reach the app that nobody verified; such requests are forwarded without the offer, which the
//! protocol allows.

use std::{pin::pin, time::Duration};

use http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, split},
    time::timeout,
};

use super::{
    capture::{Capture, FrameCounter},
    running::Running,
};

/// A client's wish to speak WebSocket.
pub(super) struct Wish {
    client: OnUpgrade,
    protocol: HeaderValue,
}

impl Wish {
    /// Takes the wish out of a request.
    pub(super) fn take(parts: &mut Parts) -> Option<Self> {
        let client = parts.extensions.remove::<OnUpgrade>()?;
        let protocol = parts.headers.get(header::UPGRADE)?;
        protocol.as_bytes().eq_ignore_ascii_case(b"websocket").then(|| Self { client, protocol: protocol.clone() })
    }

    /// The value of `Upgrade` as the client wrote it.
    pub(super) fn protocol(&self) -> &HeaderValue {
        &self.protocol
    }

    /// Joins the two ends, if the app agreed.
    pub(super) fn join<B>(self, response: &mut Response<B>, running: Running, capture: Option<Capture>) {
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return;
        }
        if let Some(capture) = &capture {
            capture.tunnelled(|_| {});
        }
        let app = hyper::upgrade::on(&mut *response);
        set(response.headers_mut(), self.protocol);
        tokio::spawn(async move {
            // Counted until it is done.
            let _running = running;
            if let (Ok(client), Ok(app)) = tokio::join!(self.client, app) {
                tunnel(client, app, capture).await;
            }
        });
    }
}

/// Copies both ways until one end closes, and then for a moment what the other one still has to say: a WebSocket is
/// not used half closed, and an end that never closes its half must not keep the tunnel.
async fn tunnel(client: Upgraded, app: Upgraded, capture: Option<Capture>) {
    let (from_client, to_client) = split(TokioIo::new(client));
    let (from_app, to_app) = split(TokioIo::new(app));
    let mut up = pin!(pass(FrameCounter::new(from_client, capture.clone(), true), to_app));
    let mut down = pin!(pass(FrameCounter::new(from_app, capture, false), to_client));
    let _ = tokio::select! {
        () = &mut up => timeout(LAST_WORDS, down).await,
        () = &mut down => timeout(LAST_WORDS, up).await,
    };
}

/// Copies up to the end, and passes the end on. An error is an end too.
async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let _ = copy(&mut from, &mut to).await;
    let _ = to.shutdown().await;
}

/// Marks a message as an upgrade.
pub(super) fn set(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, protocol);
}

const LAST_WORDS: Duration = Duration::from_secs(2);
