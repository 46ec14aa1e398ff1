//! Whether a request's body still moves.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::{alarm::Alarm, forwarded::is_claim, headers::clean_request};

/// How many frames were taken of the bodies of a connection, which come one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<AtomicU64>);

/// Runs out when no frame was taken for some time.
#[derive(Debug)]
pub(super) struct Patience {
    progress: Progress,
    alarm: Alarm,
    limit: Duration,
    seen: u64,
    deadline: Instant,
}

pin_project! {
    /// A body that counts the frames which are taken from it, and lets no claims about the client pass in trailers.
    pub(crate) struct Counted<B> {
        #[pin]
        body: B,
        progress: Progress,
    }
}

impl Progress {
    pub(super) fn count<B>(&self, body: B) -> Counted<B> {
        Counted { body, progress: self.clone() }
    }

    /// Patience from `now` on, for as long as no period of `limit` passes without a frame.
    pub(super) fn patience(&self, alarm: &Alarm, limit: Duration, now: Instant) -> Patience {
        let deadline = now + limit;
        Patience { progress: self.clone(), alarm: alarm.clone(), limit, seen: self.frames(), deadline }
    }

    fn frames(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Patience {
    /// Ready when it has run out.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.alarm.poll(self.deadline, cx));
            let frames = self.progress.frames();
            if frames == self.seen {
                return Poll::Ready(());
            }
            self.seen = frames;
            self.deadline = Instant::now() + self.limit;
        }
    }
}

impl<B: Body> Body for Counted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let mut frame = this.body.poll_frame(cx);
        if frame.is_ready() {
            this.progress.0.fetch_add(1, Ordering::Relaxed);
        }
        if let Poll::Ready(Some(Ok(frame))) = &mut frame
            && let Some(trailers) = frame.trailers_mut()
        {
            // Nobody who knows says there who the client is, and some apps read them as headers.
            clean_request(trailers, |name| is_claim(name, false, true));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
