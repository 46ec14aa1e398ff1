//! Why refused deliveries were refused: worked out off the request path, and told to those who watch.
//!
//! 1. One thread does it, behind a short queue: what does not fit is not explained, and forwarding never waits.
//! 2. After each explanation the thread rests for many times as long as it took, if more are waiting: a flood of forged
//!    requests costs genuine ones less than a tenth of the processor.
//! 3. Nothing of a finding reaches the caller, and no secret is in one.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use countersign::{
    Explainer,
    clock::{FixedClock, UnixTime},
    explain::{Budget, Delivery, Finding, History},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::{
    background::{give_way, worked},
    config::RouteConfig,
    store::{Exchange, Id, Verdict},
};

/// Takes findings.
pub(crate) trait Listener: Send + Sync {
    fn explained(&self, id: Id, target: &str, finding: &Finding);
}

/// Explains the refusals of one route.
pub(crate) struct Explaining {
    queue: SyncSender<Refused>,
    /// How many are in the queue, about.
    waiting: Arc<AtomicUsize>,
    history: Arc<Mutex<History>>,
}

/// A refusal that can be explained.
pub(crate) struct Refused {
    id: Id,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    is_whole: bool,
    arrived: UnixTime,
}

impl Explaining {
    /// For a route that verifies; `None` for others.
    pub(crate) fn start(route: &RouteConfig, listener: Arc<dyn Listener>) -> Option<Self> {
        let explainer = explainer(route)?;
        let (queue, refused) = sync_channel(MOST_WAITING);
        let history = Arc::new(Mutex::new(History::new()));
        let waiting = Arc::new(AtomicUsize::new(0));
        let (known, left) = (Arc::clone(&history), Arc::clone(&waiting));
        let work = move || {
            give_way(19);
            while let Ok(refused) = refused.recv() {
                left.fetch_sub(1, Ordering::Relaxed);
                let began = Instant::now();
                explain(&explainer, &refused, &known, &*listener);
                thread::sleep((began.elapsed() * REST).min(LONGEST_REST));
            }
        };
        // Without the thread nothing is explained; everything else goes on.
        thread::Builder::new().name("explain".to_owned()).spawn(work).ok()?;
        Some(Self { queue, waiting, history })
    }

    /// Looks at what came of a request, and returns what is there to be explained.
    pub(crate) fn see(&self, exchange: &Exchange) -> Option<Refused> {
        match exchange.decision.verdict {
            Verdict::Accepted if exchange.replay.is_none() => self.learn(exchange),
            // Full: somebody sends more of them than can be explained. Then they are not even copied.
            Verdict::Refused if self.waiting.load(Ordering::Relaxed) < MOST_WAITING => return Refused::of(exchange),
            _ => {}
        }
        None
    }

    /// Has a refusal explained. Never waits. To be called once the exchange is on its way into the store: a finding that
    /// overtakes it would be lost.
    pub(crate) fn explain(&self, refused: Refused) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send(refused).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Remembers how far genuine times are from this machine's clock.
    fn learn(&self, exchange: &Exchange) {
        if let Some(signed_at) = exchange.decision.signed_at {
            let skew = signed_at.saturating_sub(unix_time(exchange.arrived).as_secs());
            self.history.lock().unwrap_or_else(PoisonError::into_inner).record(skew);
        }
    }
}

fn explain(explainer: &Explainer, refused: &Refused, history: &Mutex<History>, listener: &dyn Listener) {
    let history = history.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Refused { id, method, uri, headers, body, is_whole, arrived } = refused;
    let delivery = Delivery::new(method, uri, headers, &body[..]);
    let delivery = if *is_whole { delivery } else { delivery.with_partial_body() };
    // As of its arrival: it may have waited.
    let explainer = explainer.clone().clock(FixedClock(Some(*arrived)));
    if let Some(finding) = explainer.explain_with(&delivery, &history) {
        let target = uri.path_and_query().map_or("", |target| target.as_str());
        listener.explained(*id, target, &finding);
    }
}

fn explainer(route: &RouteConfig) -> Option<Explainer> {
    let verification = route.verification.as_ref()?;
    let secrets = verification.secrets.clone()?;
    let explainer = Explainer::provider(verification.provider, secrets).ok()?;
    let explainer = explainer
        .options(verification.options.clone())
        .public_url(verification.public_url.clone())
        .budget(Budget::default())
        .with_stopwatch(worked);
    Some(explainer)
}

impl Refused {
    fn of(exchange: &Exchange) -> Option<Self> {
        let mut headers = HeaderMap::new();
        for (name, value) in exchange.request.headers() {
            headers.append(HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(value).ok()?);
        }
        let body = &exchange.request.body;
        Some(Self {
            id: exchange.id,
            method: exchange.method().parse().ok()?,
            uri: exchange.target().parse().ok()?,
            headers,
            body: body.to_bytes(),
            is_whole: body.complete && !body.truncated,
            arrived: unix_time(exchange.arrived),
        })
    }
}

fn unix_time(time: SystemTime) -> UnixTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixTime::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Refusals that wait, with their bodies.
const MOST_WAITING: usize = 16;
/// How many times as long as an explanation took the thread rests after it.
const REST: u32 = 30;
const LONGEST_REST: Duration = Duration::from_secs(2);
