//! Capture: what came, what was decided, what was answered, as a copy that delays nothing.
//!
//! 1. It stands outside of verification: refused requests are the ones that people need to see.
//! 2. Bodies are captured as they stream past. Nobody waits for a capture, and no request fails for one.
//! 3. An exchange is recorded when its last part is gone, whichever way that happened: the answer was sent, the client
//!    or the app went away, a WebSocket was closed.
//! 4. Memory is bounded: a limit for each body, and one for all exchanges that are under way.

mod draft;
mod frames;
mod tap;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Instant, SystemTime},
};

use countersign::PublicUrl;
use http::Request;

use self::draft::Draft;
pub(crate) use self::{draft::Capture, frames::FrameCounter, tap::Tap};
pub(super) use self::{
    draft::Half,
    tap::{Salvage, Source, read_unread},
};
use super::{Tracker, peer::Peer};
use crate::store::{Exchange, Id, Ids, Replay};

/// Takes finished exchanges. Called on the data plane: it must neither block nor panic.
pub(crate) trait Recorder: Send + Sync {
    fn record(&self, exchange: Box<Exchange>);
}

/// All exchanges that are under way.
pub(crate) struct Captures {
    recorder: Arc<dyn Recorder>,
    ids: Ids,
    body_limit: usize,
    held: AtomicUsize,
    under_way: Mutex<BTreeMap<Id, Weak<Draft>>>,
    tracker: Tracker,
}

/// What captures need to know of the route.
#[derive(Clone, Debug)]
pub(crate) struct CapturedRoute {
    pub(crate) name: Arc<str>,
    pub(crate) provider: Option<&'static str>,
    pub(crate) public_url: Option<PublicUrl>,
}

impl Captures {
    /// Captures of bodies up to `body_limit` bytes each, whose ids are greater than `newest`.
    pub(crate) fn new(
        recorder: Arc<dyn Recorder>,
        body_limit: usize,
        newest: Option<Id>,
        tracker: Tracker,
    ) -> Arc<Self> {
        Arc::new(Self {
            recorder,
            ids: Ids::after(newest),
            body_limit,
            held: AtomicUsize::new(0),
            under_way: Mutex::default(),
            tracker,
        })
    }

    /// Begins to capture a request.
    pub(super) fn begin<B>(
        self: &Arc<Self>,
        request: &Request<B>,
        route: &CapturedRoute,
        peer: &Peer,
        replay: Option<Replay>,
        (arrived, began): (SystemTime, Instant),
    ) -> Capture {
        let id = self.ids.next(arrived);
        let draft = Draft::begin(Arc::clone(self), id, (arrived, began), request, route, peer.address(), replay);
        self.under_way().insert(id, Arc::downgrade(&draft));
        Capture::new(id, draft)
    }

    /// Copies of the exchanges that are not finished, the newest last.
    pub(crate) fn under_way_now(&self) -> Vec<Exchange> {
        // Dropping the last handle records the exchange, which must not happen under the lock.
        let drafts: Vec<_> = self.under_way().values().filter_map(Weak::upgrade).collect();
        drafts.iter().filter_map(|draft| draft.snapshot()).collect()
    }

    fn finish(&self, exchange: Box<Exchange>, held: usize) {
        self.held.fetch_sub(held, Ordering::Relaxed);
        self.under_way().remove(&exchange.id);
        self.recorder.record(exchange);
    }

    /// Makes room for `size` more bytes, if there is any.
    fn reserve(&self, size: usize) -> bool {
        let before = self.held.fetch_add(size, Ordering::Relaxed);
        let fits = before.saturating_add(size) <= MOST_HELD;
        if !fits {
            self.held.fetch_sub(size, Ordering::Relaxed);
        }
        fits
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<Id, Weak<Draft>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For the bodies of all exchanges under way. What does not fit is forwarded all the same, and marked as truncated.
const MOST_HELD: usize = 64 << 20;
