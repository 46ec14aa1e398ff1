//! WebSockets: after the app has agreed, bytes are copied both ways.
//!
//! Only `websocket` is passed on. Any other upgrade, `h2c` above all, would open a second HTTP connection through
//! which requests reach the app that nobody verified; such requests are forwarded without the offer, which the
//! protocol allows.

use http::{HeaderMap, HeaderValue, Response, StatusCode, header, request::Parts};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;

use super::running::Running;

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
    pub(super) fn join<B>(self, response: &mut Response<B>, running: Running) {
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return;
        }
        let app = hyper::upgrade::on(&mut *response);
        set(response.headers_mut(), self.protocol);
        tokio::spawn(async move {
            // Counted until both ends are done. An error is one end going away: then the other one is closed too.
            let _running = running;
            if let (Ok(client), Ok(app)) = tokio::join!(self.client, app) {
                let _ = copy_bidirectional(&mut TokioIo::new(client), &mut TokioIo::new(app)).await;
            }
        });
    }
}

/// Marks a message as an upgrade.
pub(super) fn set(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, protocol);
}
