//! Whether a request's body still moves.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio::time::timeout;

/// How many frames of a body were taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<AtomicU64>);

pin_project! {
    /// A body that counts the frames which are taken from it.
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

    /// Waits for `future` as long as no period of `limit` passes without a frame; `None` when one did.
    pub(super) async fn wait<F: Future>(&self, limit: Duration, future: F) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            if let Ok(output) = timeout(limit, future.as_mut()).await {
                return Some(output);
            }
            let now = self.0.load(Ordering::Relaxed);
            if now == seen {
                return None;
            }
            seen = now;
        }
    }
}

impl<B: Body> Body for Counted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = this.body.poll_frame(cx);
        if frame.is_ready() {
            this.progress.0.fetch_add(1, Ordering::Relaxed);
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
