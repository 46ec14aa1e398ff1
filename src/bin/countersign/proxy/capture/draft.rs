//! An exchange while it happens.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime},
};

use bytes::Bytes;
use countersign::Verified;
use http::{Request, Response};

use super::{CapturedRoute, Captures, tap::Source};
use crate::{
    proxy::observe::{Outcome, Record, Trouble},
    store::{CapturedBody, Exchange, Id, Message, Replay, Tunnel, Verdict},
};

/// A handle on an exchange that is under way. The last one to be dropped records it.
#[derive(Clone)]
pub(crate) struct Capture {
    id: Id,
    draft: Arc<Draft>,
}

/// Which half of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    Request,
    Response,
}

pub(super) struct Draft {
    captures: Arc<Captures>,
    began: Instant,
    state: Mutex<State>,
}

struct State {
    // Taken when the draft is dropped.
    exchange: Option<Box<Exchange>>,
    request: Collected,
    response: Collected,
    held: usize,
    unread: Option<Source>,
    is_cut_off: bool,
}

#[derive(Default)]
struct Collected {
    body: CapturedBody,
    // Small pieces are copied together: each would keep a whole read buffer alive.
    tail: Vec<u8>,
}

impl Draft {
    pub(super) fn begin<B>(
        captures: Arc<Captures>,
        id: Id,
        (arrived, began): (SystemTime, Instant),
        request: &Request<B>,
        route: &CapturedRoute,
        peer: SocketAddr,
        replay: Option<Replay>,
    ) -> Arc<Self> {
        let message = Message::request(request.method(), request.uri(), request.version(), request.headers());
        let url = route.public_url.as_ref().and_then(|public_url| {
            let url = public_url.resolve(request.uri(), request.headers()).candidates().next()?;
            // A password in the configured URL is for the provider alone.
            let start = memchr::memrchr(b'@', url.authority.as_bytes()).map_or(0, |at| at + 1);
            let host = url.authority.get(start..).unwrap_or_default();
            Some([url.scheme.as_str(), "://", host, url.prefix, url.target].concat())
        });
        let mut exchange = Box::new(Exchange::begun(id, Arc::clone(&route.name), peer, arrived, message));
        exchange.decision.provider = route.provider.map(Into::into);
        exchange.decision.public_url = url;
        exchange.replay = replay;
        let state = State {
            exchange: Some(exchange),
            request: Collected::default(),
            response: Collected::default(),
            held: 0,
            unread: None,
            is_cut_off: false,
        };
        Arc::new(Self { captures, began, state: Mutex::new(state) })
    }

    /// The exchange as far as it has come.
    pub(super) fn snapshot(&self) -> Option<Exchange> {
        let state = self.state();
        let mut exchange = Exchange::clone(state.exchange.as_ref()?);
        exchange.request.body = state.request.snapshot();
        if let Some(response) = &mut exchange.response {
            response.body = state.response.snapshot();
        }
        Some(exchange)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let began = self.began;
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(mut exchange) = state.exchange.take() else { return };
        exchange.timings.done = Some(began.elapsed());
        exchange.request.body = std::mem::take(&mut state.request).finish();
        let is_whole = exchange.response.as_mut().is_some_and(|response| {
            response.body = std::mem::take(&mut state.response).finish();
            response.body.complete || exchange.tunnel.is_some() || state.is_cut_off
        });
        match (is_whole, self.captures.tracker.is_cut_off()) {
            (true, _) => {}
            (false, true) => exchange.trouble = Some(Trouble::Ended.as_str().into()),
            (false, false) => exchange.abandoned = true,
        }
        self.captures.finish(exchange, state.held);
    }
}

impl Capture {
    pub(super) fn new(id: Id, draft: Arc<Draft>) -> Self {
        Self { id, draft }
    }

    /// The name of the exchange.
    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// The request is on its way to the app: verified, or by a route that verifies nothing.
    pub(crate) fn forwarded(&self, now: Instant, verified: Option<&Verified>) {
        let elapsed = now.saturating_duration_since(self.draft.began);
        self.change(|exchange| {
            exchange.timings.forwarded = Some(elapsed);
            let decision = &mut exchange.decision;
            let Some(verified) = verified else {
                decision.verdict = Verdict::Unverified;
                return;
            };
            decision.verdict = Verdict::Accepted;
            decision.secret = Some((verified.secret_index() as u32, verified.secret_label().map(Into::into)));
            decision.signed_at = verified.signed_at().map(|time| time.as_secs());
            decision.delivery_id = verified.delivery_id().map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
            decision.url_form = verified.url().map(|url| url.form.as_str().into());
        });
    }

    /// The head of the answer is there.
    pub(crate) fn answered<B>(&self, record: &Record, response: &Response<B>) {
        let message = Message::response(response.status(), response.version(), response.headers());
        self.change(|exchange| {
            exchange.timings.answered = Some(record.duration);
            exchange.response = Some(message);
            exchange.trouble = record.trouble.map(|trouble| trouble.as_str().into());
            exchange.abandoned = record.client_left || record.trouble.is_some_and(|trouble| !trouble.is_the_apps());
            match &record.outcome {
                Outcome::Answered => exchange.decision.verdict = Verdict::Answered,
                Outcome::Refused(rejection) => {
                    exchange.decision.verdict = Verdict::Refused;
                    exchange.decision.reason = Some(rejection.kind().as_str().into());
                }
                // Said when it was forwarded.
                Outcome::Accepted(_) | Outcome::Unverified | Outcome::Undecided => {}
            }
        });
    }

    /// The connection is a WebSocket from here on.
    pub(crate) fn tunnelled(&self, change: impl FnOnce(&mut Tunnel)) {
        self.change(|exchange| change(exchange.tunnel.get_or_insert_default()));
    }

    /// Another piece of a body.
    pub(super) fn data(&self, half: Half, data: &Bytes) {
        let mut state = self.draft.state();
        let limit = self.draft.captures.body_limit;
        let collected = state.half(half);
        collected.body.size += data.len() as u64;
        let room = limit.saturating_sub(collected.len()).min(data.len());
        let kept = if collected.body.truncated || !self.draft.captures.reserve(room) { 0 } else { room };
        collected.body.truncated |= kept < data.len();
        if let Some(kept) = data.get(..kept).filter(|kept| !kept.is_empty()) {
            collected.push(data, kept);
        }
        state.held += kept;
    }

    /// The end of a body.
    pub(super) fn complete(&self, half: Half) {
        self.draft.state().half(half).body.complete = true;
    }

    /// The app broke off in the middle of its answer.
    pub(super) fn cut_off(&self) {
        self.draft.state().is_cut_off = true;
        self.in_trouble(CUT_OFF);
    }

    /// What went wrong, as a kebab-case word.
    fn in_trouble(&self, trouble: &'static str) {
        self.change(|exchange| exchange.trouble = Some(trouble.into()));
    }

    /// Nobody read this body to its end.
    pub(super) fn unread(&self, source: Source) {
        self.draft.state().unread = Some(source);
    }

    /// Takes what nobody read.
    pub(super) fn take_unread(&self) -> Option<Source> {
        self.draft.state().unread.take()
    }

    fn change(&self, change: impl FnOnce(&mut Exchange)) {
        if let Some(exchange) = &mut self.draft.state().exchange {
            change(exchange);
        }
    }
}

impl State {
    fn half(&mut self, half: Half) -> &mut Collected {
        match half {
            Half::Request => &mut self.request,
            Half::Response => &mut self.response,
        }
    }
}

impl Collected {
    fn len(&self) -> usize {
        self.body.kept() + self.tail.len()
    }

    fn push(&mut self, frame: &Bytes, kept: &[u8]) {
        if kept.len() < SMALL && self.body.frames.is_empty() && self.tail.is_empty() {
            // Most bodies are one small piece: it takes exactly the room that it needs.
            self.body.frames.push(Bytes::copy_from_slice(kept));
            return;
        }
        if kept.len() < SMALL {
            self.tail.extend_from_slice(kept);
            if self.tail.len() < LARGE {
                return;
            }
        }
        if !self.tail.is_empty() {
            self.body.frames.push(std::mem::take(&mut self.tail).into());
        }
        if kept.len() >= SMALL {
            self.body.frames.push(frame.slice_ref(kept));
        }
    }

    fn snapshot(&self) -> CapturedBody {
        let mut body = self.body.clone();
        body.frames.extend((!self.tail.is_empty()).then(|| Bytes::copy_from_slice(&self.tail)));
        body
    }

    fn finish(mut self) -> CapturedBody {
        self.body.frames.extend((!self.tail.is_empty()).then(|| Bytes::from(self.tail)));
        self.body
    }
}

/// What went wrong after the head of the answer.
const CUT_OFF: &str = "cut-off";
const SMALL: usize = 4 << 10;
const LARGE: usize = 64 << 10;
