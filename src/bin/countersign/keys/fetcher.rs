//! Certificates, fetched once and kept.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use countersign::{
    clock::{Clock, SystemClock},
    key_fetcher::{FetchFuture, KeyFetcher},
    key_source::{KeySource, ProviderKey},
};
use http::StatusCode;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, watch},
};

use super::{
    cache::{Cache, Miss},
    https::{Answer, GetError, Https},
    rate::Rate,
    report::Report,
};
use crate::proxy::Observer;

/// The certificates of a provider, by their URLs. Clones share everything.
///
/// It fetches what it is asked for: the verifier has pinned the URL's host and path before.
#[derive(Clone)]
pub(crate) struct Fetcher(Arc<Shared>);

struct Shared {
    https: Arc<Https>,
    state: Mutex<State>,
    waiting: Arc<Semaphore>,
    report: Report,
}

struct State {
    cache: Cache<ProviderKey>,
    /// What is being fetched. The sender goes when it has ended.
    flights: HashMap<String, watch::Receiver<()>>,
    new_ids: Rate,
    complaints: Rate,
}

impl Fetcher {
    pub(crate) fn new(https: Arc<Https>) -> Self {
        Self(Arc::new(Shared {
            https,
            state: Mutex::new(State {
                cache: Cache::new(),
                flights: HashMap::new(),
                new_ids: Rate::new(BURST, INTERVAL),
                complaints: Rate::new(1, COMPLAINT_INTERVAL),
            }),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
            report: Report::default(),
        }))
    }

    pub(crate) fn report_to(&self, observer: Arc<dyn Observer>) {
        self.0.report.to(observer);
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").finish_non_exhaustive()
    }
}

impl KeySource for Fetcher {
    fn key(&self, id: &str) -> Option<ProviderKey> {
        let (key, is_to_be_renewed) = self.0.state().cache.key(id, Instant::now())?;
        if is_to_be_renewed {
            self.0.renew(id);
        }
        Some(key)
    }
}

impl KeyFetcher for Fetcher {
    fn fetch(&self, id: &str) -> FetchFuture {
        match self.0.board(id) {
            Ok(None) => Box::pin(async { Ok(()) }),
            Ok(Some(flight)) => {
                let (shared, id) = (Arc::clone(&self.0), id.to_owned());
                Box::pin(async move { shared.ended(flight, &id).await.map_err(Into::into) })
            }
            Err(error) => Box::pin(async move { Err(error.into()) }),
        }
    }
}

/// A place among those who wait for a flight.
struct Passenger {
    ended: watch::Receiver<()>,
    _permit: tokio::sync::OwnedSemaphorePermit,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to wait for until it is known what there is of this id; nothing if that is known.
    fn board(self: &Arc<Self>, id: &str) -> Result<Option<Passenger>, Unavailable> {
        let now = Instant::now();
        let mut state = self.state();
        if state.cache.key(id, now).is_some() {
            return Ok(None);
        }
        match state.cache.miss(id, now) {
            Some(Miss::Absent) => return Ok(None),
            Some(Miss::Unavailable) => return Err(Unavailable::Failed),
            None => {}
        }
        let Ok(permit) = Arc::clone(&self.waiting).try_acquire_owned() else {
            return Err(self.complain(&mut state, Unavailable::TooManyWaiting, now));
        };
        if let Some(flight) = state.flights.get(id) {
            return Ok(Some(Passenger { ended: flight.clone(), _permit: permit }));
        }
        if state.flights.len() >= MOST_FLIGHTS || !state.new_ids.take(now) {
            return Err(self.complain(&mut state, Unavailable::TooManyFetches, now));
        }
        let (flight, ended) = self.plan(&mut state, id);
        drop(state);
        // It goes on if all who wait for it go away: the next delivery needs it, too.
        tokio::spawn(flight.fly());
        Ok(Some(Passenger { ended, _permit: permit }))
    }

    /// Fetches once more what is known, in the background. That needs no allowance: nobody can make such ids up.
    fn renew(self: &Arc<Self>, id: &str) {
        let Ok(runtime) = Handle::try_current() else { return };
        let mut state = self.state();
        if state.flights.contains_key(id) || state.flights.len() >= MOST_FLIGHTS {
            return;
        }
        let (flight, _) = self.plan(&mut state, id);
        drop(state);
        runtime.spawn(flight.fly());
    }

    fn plan(self: &Arc<Self>, state: &mut State, id: &str) -> (Flight, watch::Receiver<()>) {
        let (ends, ended) = watch::channel(());
        state.flights.insert(id.to_owned(), ended.clone());
        (Flight { shared: Arc::clone(self), id: id.to_owned(), _ends: ends }, ended)
    }

    async fn ended(&self, mut flight: Passenger, id: &str) -> Result<(), Unavailable> {
        // Nothing is ever sent: the sender goes away.
        let _ = flight.ended.changed().await;
        let now = Instant::now();
        let mut state = self.state();
        let is_settled = state.cache.key(id, now).is_some() || state.cache.miss(id, now) == Some(Miss::Absent);
        if is_settled { Ok(()) } else { Err(Unavailable::Failed) }
    }

    /// Says that there is too much to do, now and then.
    fn complain(&self, state: &mut State, error: Unavailable, now: Instant) -> Unavailable {
        if state.complaints.take(now) {
            self.report.warning(&format!("{error}; deliveries with new ones are answered with 503"));
        }
        error
    }

    fn land(&self, id: &str, outcome: Result<Answer, GetError>) {
        let found = outcome.map_err(|error| (Miss::Unavailable, error.to_string())).and_then(read);
        let now = Instant::now();
        let mut state = self.state();
        match found {
            Ok(key) => {
                let is_news = state.cache.key(id, now).is_none();
                state.cache.insert(id, key.clone(), lifetime(&key), now);
                if is_news {
                    self.report.notice(&format!("fetched the certificate {id}"));
                }
            }
            Err((miss, problem)) => {
                state.cache.insert_miss(id, miss, now);
                let consequence = match (state.cache.key(id, now), miss) {
                    (Some(_), _) => "the one that is known stays in use",
                    (None, Miss::Absent) => "its deliveries are refused",
                    (None, Miss::Unavailable) => "its deliveries are answered with 503, so that they are sent again",
                };
                self.report.warning(&format!("no certificate from {id}: {problem}; {consequence}"));
            }
        }
    }
}

/// A fetch under way; whatever becomes of it, it is not under way any more when this is dropped.
struct Flight {
    shared: Arc<Shared>,
    id: String,
    _ends: watch::Sender<()>,
}

impl Flight {
    async fn fly(self) {
        let outcome = self.shared.https.get(&self.id).await;
        self.shared.land(&self.id, outcome);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.shared.state().flights.remove(&self.id);
    }
}

fn read(answer: Answer) -> Result<ProviderKey, (Miss, String)> {
    match answer.status {
        StatusCode::OK => ProviderKey::certificate(&answer.body)
            .map_err(|_| (Miss::Absent, "the answer is no certificate with an RSA key".to_owned())),
        // What providers say where there is nothing, S3 among them.
        status @ (StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE) => {
            Err((Miss::Absent, format!("status {}", status.as_u16())))
        }
        status if status.is_redirection() => {
            Err((Miss::Unavailable, format!("status {}: redirects are not followed", status.as_u16())))
        }
        status => Err((Miss::Unavailable, format!("status {}", status.as_u16()))),
    }
}

/// How long a key may be used at most.
fn lifetime(key: &ProviderKey) -> Duration {
    let left = key.expires_at().zip(SystemClock.now()).map(|(end, now)| end.millis_since(now));
    left.map_or(Duration::MAX, |left| Duration::from_millis(u64::try_from(left).unwrap_or(0)))
}

/// Why a delivery is to be sent again.
#[derive(Clone, Copy, Debug)]
enum Unavailable {
    Failed,
    TooManyFetches,
    TooManyWaiting,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failed => "the certificate could not be fetched",
            Self::TooManyFetches => "too many different certificates are asked for",
            Self::TooManyWaiting => "too many deliveries wait for certificates",
        })
    }
}

impl std::error::Error for Unavailable {}

const MOST_FLIGHTS: usize = 8;
/// Deliveries that wait, over all certificates.
const MOST_WAITING: usize = 64;
/// New ids: so many at once, and then one per interval. A provider has a handful a year; strangers can make up any
/// number, and each costs the provider a request.
const BURST: u32 = 8;
const INTERVAL: Duration = Duration::from_secs(2);
const COMPLAINT_INTERVAL: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use countersign::vectors::VectorFile;

    use super::*;
    use crate::keys::{Route, Trust};

    const URL: &str = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem";

    /// A fetcher whose fetches fail at once.
    fn fetcher() -> Fetcher {
        let route = Route { host: "sns.us-east-1.amazonaws.com".to_owned(), address: ([127, 0, 0, 1], 1).into() };
        Fetcher::new(Arc::new(Https::new(Trust::new(None).unwrap(), vec![route], Duration::from_secs(10))))
    }

    fn key() -> ProviderKey {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/sns.json");
        let vectors = VectorFile::load(path.as_ref()).unwrap().remove(0).vectors;
        let certificates = vectors.iter().find_map(|vector| vector.options.get("certificates")).unwrap();
        ProviderKey::certificate(certificates.as_object().unwrap().values().next().unwrap().as_str().unwrap()).unwrap()
    }

    async fn landed(fetcher: &Fetcher) {
        let flight = fetcher.0.state().flights.get(URL).cloned();
        let _ = flight.expect("a flight").changed().await;
    }

    #[tokio::test]
    async fn a_key_is_renewed_while_it_is_in_use() {
        let fetcher = fetcher();
        let before = Instant::now().checked_sub(Duration::from_secs(40)).expect("the machine runs for a while");
        fetcher.0.state().cache.insert(URL, key(), Duration::from_secs(60), before);
        for _ in 0..3 {
            assert!(fetcher.key(URL).is_some());
        }
        assert_eq!(fetcher.0.state().flights.len(), 1, "one for all");
        landed(&fetcher).await;
        assert!(fetcher.key(URL).is_some(), "it failed, and the key is good until its end");
        assert!(fetcher.0.state().flights.is_empty(), "not at once again");
    }

    #[tokio::test]
    async fn outside_of_a_runtime_nothing_is_renewed_and_nothing_panics() {
        let fetcher = fetcher();
        let before = Instant::now().checked_sub(Duration::from_secs(40)).expect("the machine runs for a while");
        fetcher.0.state().cache.insert(URL, key(), Duration::from_secs(60), before);
        let copy = fetcher.clone();
        assert!(std::thread::spawn(move || copy.key(URL).is_some()).join().unwrap());
        assert!(fetcher.0.state().flights.is_empty());
    }

    #[tokio::test]
    async fn who_comes_while_it_failed_is_told_at_once() {
        let fetcher = fetcher();
        assert!(fetcher.fetch(URL).await.is_err());
        assert!(fetcher.fetch(URL).await.is_err());
        assert_eq!(fetcher.0.state().cache.miss(URL, Instant::now()), Some(Miss::Unavailable));
        assert_eq!(fetcher.0.waiting.available_permits(), MOST_WAITING);
    }

    #[test]
    fn what_has_ended_is_kept_for_no_time() {
        // AWS's own in the vectors ended in 2022.
        assert_eq!(lifetime(&key()), Duration::ZERO);
    }
}
