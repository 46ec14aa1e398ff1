//! [`BufferedBody`]: the body that was verified, byte for byte.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes, BytesMut};
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
    frames: SmallVec<[Bytes; 1]>,
    next: usize,
    left: u64,
    // Rare, and large: clients keep room for requests in advance.
    trailers: Option<Box<HeaderMap>>,
    reservation: Option<Reservation>,
}

impl BufferedBody {
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
        self.trailers.as_deref()
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
        Poll::Ready(self.trailers.take().map(|trailers| Ok(Frame::trailers(*trailers))))
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
        let left = bytes.len() as u64;
        Self { frames: Some(bytes).filter(|bytes| !bytes.is_empty()).into_iter().collect(), left, ..Self::default() }
    }
}

impl fmt::Debug for BufferedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufferedBody").field("left", &self.left).finish_non_exhaustive()
    }
}

/// Builds a [`BufferedBody`] from what arrives.
///
/// Frames are kept as they come, without a copy. A body in very many small ones is the exception: each costs a handle
/// and keeps the connection's whole read buffer alive, so that a stranger could make a megabyte of one-byte chunks
/// hold many times as much. From the [`MANY`]th frame on, small ones are copied together.
#[derive(Default)]
pub(super) struct Collector {
    body: BufferedBody,
    tail: BytesMut,
}

impl Collector {
    pub(super) fn new(reservation: Reservation) -> Self {
        let body = BufferedBody { reservation: Some(reservation), ..BufferedBody::default() };
        Self { body, tail: BytesMut::new() }
    }

    /// How many bytes have come.
    pub(super) fn len(&self) -> u64 {
        self.body.left
    }

    /// Takes another frame; `false` if there is no room in the budget, and then nothing is taken.
    #[must_use]
    pub(super) fn push(&mut self, data: Bytes) -> bool {
        let length = data.len();
        let taken = match length {
            0 => true,
            _ if length < SMALL && self.body.frames.len() >= MANY => self.copy(&data),
            _ => self.reserve(length) && self.freeze_tail() && self.keep(data),
        };
        if taken {
            self.body.left += length as u64;
        }
        taken
    }

    pub(super) fn push_trailers(&mut self, trailers: HeaderMap) {
        match &mut self.body.trailers {
            Some(known) => known.extend(trailers),
            None => self.body.trailers = Some(Box::new(trailers)),
        }
    }

    /// The whole body; `None` if there is no room in the budget for the last of it.
    pub(super) fn finish(&mut self) -> Option<BufferedBody> {
        self.freeze_tail().then(|| std::mem::take(&mut self.body))
    }

    fn copy(&mut self, data: &[u8]) -> bool {
        if self.tail.capacity() - self.tail.len() < data.len() {
            if !(self.freeze_tail() && self.reserve(TAIL)) {
                return false;
            }
            self.tail = BytesMut::with_capacity(TAIL);
        }
        self.tail.extend_from_slice(data);
        true
    }

    /// Makes a frame of what was copied together. What is left of its buffer is used for the next one.
    fn freeze_tail(&mut self) -> bool {
        self.tail.is_empty() || {
            let frame = self.tail.split().freeze();
            self.keep(frame)
        }
    }

    /// Adds a frame whose bytes have been reserved already; the handles count as soon as they need memory.
    fn keep(&mut self, frame: Bytes) -> bool {
        let handles = |frames: &SmallVec<[Bytes; 1]>| {
            if frames.spilled() { frames.capacity() * size_of::<Bytes>() } else { 0 }
        };
        let before = handles(&self.body.frames);
        self.body.frames.push(frame);
        let more = handles(&self.body.frames) - before;
        more == 0 || self.reserve(more)
    }

    fn reserve(&mut self, bytes: usize) -> bool {
        self.body.reservation.as_mut().is_none_or(|reservation| reservation.grow(bytes))
    }
}

/// From this many frames on, small ones are copied together.
const MANY: usize = 64;
/// A frame of fewer bytes is small.
const SMALL: usize = 1 << 10;
/// How much room is made at a time for small frames.
const TAIL: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::middleware::BufferBudget;

    fn collect(frames: &[Bytes], budget: &BufferBudget) -> BufferedBody {
        let mut collector = Collector::new(budget.reservation());
        for frame in frames {
            assert!(collector.push(frame.clone()));
        }
        assert_eq!(collector.len(), frames.iter().map(|frame| frame.len() as u64).sum::<u64>());
        collector.finish().expect("room")
    }

    /// One byte a frame, as a stranger would send it.
    fn crumbs(count: usize) -> Vec<Bytes> {
        let whole: Bytes = (0..count).map(|index| index as u8).collect::<Vec<_>>().into();
        (0..count).map(|index| whole.slice(index..=index)).collect()
    }

    #[test]
    fn few_frames_are_kept_without_a_copy() {
        let budget = BufferBudget::default();
        let frames = crumbs(MANY);
        let body = collect(&frames, &budget);
        let addresses = |frames: &[Bytes]| frames.iter().map(|frame| frame.as_ptr()).collect::<Vec<_>>();
        assert_eq!(addresses(body.frames()), addresses(&frames));
        let one = collect(&frames[..1], &budget);
        assert!(!one.frames.spilled(), "one frame needs no memory of its own");
        assert_eq!(one.into_bytes().as_ptr(), frames[0].as_ptr());
    }

    #[test]
    fn large_frames_are_never_copied() {
        let budget = BufferBudget::default();
        let mut frames = crumbs(2 * MANY);
        frames.push(Bytes::from(vec![7; SMALL]));
        frames.extend(crumbs(3));
        let body = collect(&frames, &budget);
        assert_eq!(body.frames().len(), MANY + 3, "the crumbs before, the large one, the crumbs after");
        assert_eq!(body.frames()[MANY + 1].as_ptr(), frames[2 * MANY].as_ptr());
        assert_eq!(body.into_bytes(), frames.concat());
    }

    #[test]
    fn crumbs_cost_little_more_than_their_bytes_and_the_budget_knows() {
        let budget = BufferBudget::default();
        let count = 1 << 20;
        let body = collect(&crumbs(count), &budget);
        assert!(body.frames().len() <= MANY + count / TAIL + 1, "{}", body.frames().len());
        assert!((count..count + count / 16).contains(&budget.used()), "{}", budget.used());
        drop(body);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn what_is_held_for_crumbs_counts() {
        // Enough for the bytes, not for what holds them.
        let budget = BufferBudget::new(2 * MANY);
        let mut collector = Collector::new(budget.reservation());
        assert!(!crumbs(2 * MANY).into_iter().all(|frame| collector.push(frame)));
        drop(collector);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_crumb_between_large_frames_does_not_cost_a_buffer_each_time() {
        let budget = BufferBudget::default();
        let mut frames = crumbs(MANY);
        for crumb in crumbs(512) {
            frames.extend([Bytes::from(vec![1; SMALL]), crumb]);
        }
        let bytes: usize = frames.iter().map(Bytes::len).sum();
        let body = collect(&frames, &budget);
        // Handles, and one buffer for all crumbs; a buffer for each crumb would be sixteen times the bytes.
        assert!(budget.used() < bytes + bytes / 4, "{} for {bytes}", budget.used());
        assert_eq!(body.into_bytes(), frames.concat());
    }

    proptest! {
        #[test]
        fn any_split_of_any_body_is_the_same_bytes(
            sizes in prop::collection::vec(prop_oneof![8 => 0..4usize, 2 => 900..1200usize, 1 => 0..20_000usize], 0..300),
            seed in any::<u8>(),
        ) {
            let frames: Vec<Bytes> = sizes
                .iter()
                .enumerate()
                .map(|(index, size)| (0..*size).map(|at| (at + index) as u8 ^ seed).collect::<Vec<_>>().into())
                .collect();
            let expected = frames.concat();
            let budget = BufferBudget::default();
            let body = collect(&frames, &budget);
            prop_assert!(budget.used() >= expected.len());
            prop_assert_eq!(body.len(), expected.len() as u64);
            prop_assert!(body.frames().iter().all(|frame| !frame.is_empty()));
            prop_assert_eq!(body.frames().concat(), &expected[..]);
            prop_assert_eq!(body.into_bytes(), expected);
            prop_assert_eq!(budget.used(), 0);
        }
    }
}
