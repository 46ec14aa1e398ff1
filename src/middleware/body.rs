//! [`BufferedBody`]: the body that was verified, byte for byte.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use smallvec::SmallVec;

use super::budget::Reservation;

/// A request body that was read in full: the frames that arrived, in order, and the trailers.
///
/// It implements [`http_body::Body`] and never waits and never fails. Most deliveries come in one frame, which is the
/// buffer they were received in.
#[derive(Default)]
pub struct BufferedBody {
    frames: SmallVec<[Bytes; 2]>,
    next: usize,
    left: u64,
    trailers: Option<HeaderMap>,
    _reservation: Option<Reservation>,
}

impl BufferedBody {
    pub(super) fn new(reservation: Reservation) -> Self {
        Self { _reservation: Some(reservation), ..Self::default() }
    }

    /// Takes another frame; `false` if there is no room in the budget.
    pub(super) fn push(&mut self, data: Bytes) -> bool {
        if data.is_empty() {
            return true;
        }
        self.left += data.len() as u64;
        let has_room = self._reservation.as_mut().is_none_or(|reservation| reservation.grow(data.len()));
        self.frames.push(data);
        has_room
    }

    pub(super) fn push_trailers(&mut self, trailers: HeaderMap) {
        match &mut self.trailers {
            Some(known) => known.extend(trailers),
            None => self.trailers = Some(trailers),
        }
    }

    /// The frames that have not been taken yet.
    #[must_use]
    pub fn frames(&self) -> &[Bytes] {
        self.frames.get(self.next..).unwrap_or_default()
    }

    /// How many bytes have not been taken yet.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.left
    }

    /// Whether no bytes are left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// The trailers, unless they were taken.
    #[must_use]
    pub fn trailers(&self) -> Option<&HeaderMap> {
        self.trailers.as_ref()
    }

    /// The whole body in one piece, without a copy if it came in one frame.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        match self.frames() {
            [] => Bytes::new(),
            [frame] => frame.clone(),
            frames => frames.concat().into(),
        }
    }
}

impl Body for BufferedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.next;
        if let Some(frame) = self.frames.get_mut(next).map(std::mem::take) {
            self.next += 1;
            self.left = self.left.saturating_sub(frame.remaining() as u64);
            return Poll::Ready(Some(Ok(Frame::data(frame))));
        }
        Poll::Ready(self.trailers.take().map(|trailers| Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.next >= self.frames.len() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl From<Bytes> for BufferedBody {
    fn from(bytes: Bytes) -> Self {
        let mut body = Self::default();
        body.push(bytes);
        body
    }
}

impl fmt::Debug for BufferedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferedBody").field("left", &self.left).finish_non_exhaustive()
    }
}
