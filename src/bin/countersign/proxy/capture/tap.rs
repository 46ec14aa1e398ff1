//! Bodies that leave a copy behind.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use tokio::{sync::Semaphore, time::timeout};

use super::draft::{Capture, Half};

/// Where a request's body comes from: a connection, or a replay.
pub(crate) type Source = Either<Incoming, Full<Bytes>>;

/// A body whose frames are captured as they pass, if there is a capture.
pub(crate) struct Tap<B: Salvage> {
    // Taken when the tap is dropped.
    body: Option<B>,
    capture: Option<Capture>,
    half: Half,
}

/// What becomes of a body that is dropped before its end.
pub(crate) trait Salvage: Body<Data = Bytes> + Unpin + Sized {
    fn salvage(self, capture: &Capture);
}

impl Salvage for Source {
    fn salvage(self, capture: &Capture) {
        capture.unread(self);
    }
}

impl<B: Salvage> Tap<B> {
    pub(crate) fn new(body: B, half: Half, capture: Option<Capture>) -> Self {
        Self { body: Some(body), capture, half }
    }
}

impl<B: Salvage> Body for Tap<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        let polled = Pin::new(&mut *body).poll_frame(cx);
        if let Some(capture) = &this.capture {
            match &polled {
                Poll::Ready(Some(Ok(frame))) => {
                    if let Some(data) = frame.data_ref() {
                        capture.data(this.half, data);
                    }
                    // Whoever knows the length does not ask again.
                    if body.is_end_stream() {
                        capture.complete(this.half);
                    }
                }
                Poll::Ready(None) => capture.complete(this.half),
                // There is no more of it, and it is not complete.
                Poll::Ready(Some(Err(_))) => {
                    if this.half == Half::Response {
                        capture.cut_off();
                    }
                    this.body = None;
                }
                Poll::Pending => {}
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B: Salvage> Drop for Tap<B> {
    fn drop(&mut self) {
        let (Some(capture), Some(body)) = (&self.capture, self.body.take()) else { return };
        if body.is_end_stream() {
            // An empty one is never asked for a frame.
            capture.complete(self.half);
        } else {
            body.salvage(capture);
        }
    }
}

/// Reads what a refusal left unread, so that it can be looked at: a small body, for a short time, and few at once,
/// since anybody can be refused.
pub(crate) async fn read_unread(capture: Capture) {
    let Some(source) = capture.take_unread() else { return };
    if source.size_hint().lower() > MOST_UNREAD as u64 {
        return;
    }
    let Ok(_permit) = READERS.try_acquire() else { return };
    let mut rest = Tap::new(Remainder(source), Half::Request, Some(capture));
    let _ = timeout(LONGEST_READ, async {
        let mut left = MOST_UNREAD;
        while let Some(Ok(frame)) = rest.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
    })
    .await;
}

/// A body that is dropped for good.
struct Remainder(Source);

impl Body for Remainder {
    type Data = Bytes;
    type Error = <Source as Body>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Salvage for Remainder {
    fn salvage(self, _: &Capture) {}
}

static READERS: Semaphore = Semaphore::const_new(32);
const MOST_UNREAD: usize = 64 << 10;
const LONGEST_READ: Duration = Duration::from_secs(2);
