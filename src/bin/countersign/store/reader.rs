//! The way out.

use std::{
    fmt,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::sync_channel,
    },
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{
    Exchange, Id, Page, Query, StoreError, database, list,
    queue::{Order, Queue, Reply},
    row,
};

/// Reads what was captured, and carries out the inspector's orders. Cheap to clone.
///
/// Everything here blocks: in async code go through [`Reader::run`]. What was recorded before is seen: the writer is
/// asked first to commit what is queued, and given a bounded time for it.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    inner: Arc<Inner>,
}

/// The ids of exchanges that stem from another, the oldest first; at most some hundreds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Related {
    pub(crate) replays: Vec<Id>,
    /// The other attempts of the same delivery.
    pub(crate) retries: Vec<Id>,
}

struct Inner {
    /// For what is quick.
    quick: Arc<Mutex<Connection>>,
    /// For searches, which take their time.
    slow: Arc<Mutex<Connection>>,
    queue: Arc<Queue>,
    damaged: AtomicU64,
    /// Of [`Reader::run`].
    running: Semaphore,
    /// Of [`Reader::find`].
    searching: Semaphore,
}

impl Reader {
    /// With connections of its own, which see what is committed while the writer goes on.
    pub(super) fn of_file(path: &Path, queue: Arc<Queue>) -> rusqlite::Result<Self> {
        let open = || database::open_for_reading(path).map(|connection| Arc::new(Mutex::new(connection)));
        Ok(Self::new(open()?, open()?, queue))
    }

    /// With the writer's connection: there is one for a database in memory.
    pub(super) fn of_memory(connection: &Arc<Mutex<Connection>>, queue: Arc<Queue>) -> Self {
        Self::new(Arc::clone(connection), Arc::clone(connection), queue)
    }

    fn new(quick: Arc<Mutex<Connection>>, slow: Arc<Mutex<Connection>>, queue: Arc<Queue>) -> Self {
        let (running, searching) = (Semaphore::new(MOST_RUNNING), Semaphore::new(1));
        Self { inner: Arc::new(Inner { quick, slow, queue, damaged: AtomicU64::new(0), running, searching }) }
    }

    pub(crate) fn get(&self, id: Id) -> Result<Option<Exchange>, StoreError> {
        self.settle();
        Ok(match row::load(&lock(&self.inner.quick), id, true)? {
            Some(Ok(exchange)) => Some(exchange),
            Some(Err(row::Damaged)) => {
                self.count_damaged(1);
                None
            }
            None => None,
        })
    }

    /// The newest first.
    pub(crate) fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.settle();
        let connection = lock(if query.is_search() { &self.inner.slow } else { &self.inner.quick });
        let (page, damaged) = list::list(&connection, query)?;
        self.count_damaged(damaged);
        Ok(page)
    }

    pub(crate) fn related(&self, exchange: &Exchange) -> Result<Related, StoreError> {
        self.settle();
        let connection = lock(&self.inner.quick);
        let ids = |sql: &str, id: Id| -> rusqlite::Result<Vec<Id>> {
            let mut statement = connection.prepare_cached(sql)?;
            let ids = statement.query_map([id.to_i64()], |row| row.get::<_, i64>(0))?;
            let ids: Vec<_> = ids.collect::<rusqlite::Result<_>>()?;
            Ok(ids.into_iter().filter_map(Id::from_i64).collect())
        };
        let first = exchange.retry_of.map_or(exchange.id, |(first, _)| first);
        let mut retries = ids(RETRIES, first)?;
        retries.retain(|id| *id != exchange.id);
        if first != exchange.id && row::load(&connection, first, false)?.is_some() {
            retries.insert(0, first);
        }
        Ok(Related { replays: ids(REPLAYS, exchange.id)?, retries })
    }

    /// Waits until all that was recorded so far is committed, or could not be.
    pub(crate) fn flush(&self, limit: Duration) -> Result<(), StoreError> {
        if self.inner.queue.waiting().0 == 0 {
            return Ok(());
        }
        self.order(limit, Order::Flush)
    }

    /// Deletes an exchange; `false` if there is none of that id.
    pub(crate) fn delete(&self, id: Id) -> Result<bool, StoreError> {
        self.order(LONGEST_ORDER, |reply| Order::Delete(id, reply))
    }

    /// Deletes all, and gives the space back. How many there were.
    pub(crate) fn clear(&self) -> Result<u64, StoreError> {
        self.order(LONGEST_ORDER, Order::Clear)
    }

    /// Adds exchanges from elsewhere, redacted as all others. Ids that are taken are replaced. How many are in.
    pub(crate) fn import(&self, exchanges: Vec<Exchange>) -> Result<usize, StoreError> {
        self.order(LONGEST_ORDER, |reply| Order::Import(exchanges, reply))
    }

    /// [`Reader::list`] where blocking is allowed. Searches wait here for each other, where they hold up nothing else:
    /// while somebody types, one after the other is asked for.
    pub(crate) async fn find(&self, query: Query) -> Result<Page, StoreError> {
        let turn = if query.is_search() { Some(self.inner.searching.acquire().await) } else { None };
        let _turn = turn.transpose().map_err(|_| StoreError::Closed)?;
        self.run(move |reader| reader.list(&query)).await
    }

    /// Runs something with the reader where blocking is allowed, a few at a time.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit = self.inner.running.acquire().await.map_err(|_| StoreError::Closed)?;
        let reader = self.clone();
        tokio::task::spawn_blocking(move || work(&reader)).await.unwrap_or(Err(StoreError::Closed))
    }

    pub(super) fn damaged(&self) -> u64 {
        self.inner.damaged.load(Ordering::Relaxed)
    }

    /// Runs something on the writer's connection, between transactions.
    #[cfg(test)]
    pub(super) fn on_writer(&self, work: impl FnOnce(&Connection) + Send + 'static) {
        self.order(LONGEST_ORDER, |reply| Order::Run(Box::new(work), reply)).unwrap();
    }

    fn order<T>(&self, limit: Duration, order: impl FnOnce(Reply<T>) -> Order) -> Result<T, StoreError> {
        use std::sync::mpsc::RecvTimeoutError as Error;
        let (reply, answer) = sync_channel(1);
        self.inner.queue.order(order(reply))?;
        answer.recv_timeout(limit).unwrap_or_else(|error| {
            Err(match error {
                Error::Disconnected => StoreError::Closed,
                Error::Timeout => StoreError::TimedOut,
            })
        })
    }

    /// A writer that is stuck must not keep people from what is there.
    fn settle(&self) {
        let _ = self.flush(LONGEST_FLUSH);
    }

    fn count_damaged(&self, rows: u64) {
        self.inner.damaged.fetch_add(rows, Ordering::Relaxed);
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("queue", &self.queue).finish_non_exhaustive()
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

const REPLAYS: &str = "SELECT id FROM exchanges WHERE replay_of = ?1 ORDER BY id LIMIT 500";
const RETRIES: &str = "SELECT id FROM exchanges WHERE retry_of = ?1 ORDER BY id LIMIT 500";

const MOST_RUNNING: usize = 4;
const LONGEST_FLUSH: Duration = Duration::from_millis(500);
/// Deleting ten thousand exchanges takes a second or two on a slow disk.
const LONGEST_ORDER: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use crate::store::{Limits, Location, Redactor, Store, samples::exchange, tests::Folder};

    use super::*;

    #[tokio::test]
    async fn searches_hold_up_nothing_else() {
        let folder = Folder::new();
        let location = Location::File(folder.0.join("captures.db"));
        let store = Store::open(&location, Limits::FILE, Redactor::default(), |notice| panic!("{notice}")).unwrap();
        store.recorder().record(exchange(1));
        let reader = store.reader();
        // A search that takes as long as is wanted.
        let slow = Arc::clone(&reader.inner.slow);
        let (begin, began) = sync_channel(0);
        let (end, ended) = sync_channel::<()>(0);
        let searching = std::thread::spawn(move || {
            let _connection = lock(&slow);
            begin.send(()).unwrap();
            let _ = ended.recv();
        });
        began.recv().unwrap();
        let searches: Vec<_> = (0..2 * MOST_RUNNING)
            .map(|_| {
                let reader = reader.clone();
                let query = Query { text: Some("Ahoy".to_owned()), ..Query::default() };
                tokio::spawn(async move { reader.find(query).await })
            })
            .collect();
        tokio::task::yield_now().await;
        let quick = reader.find(Query::default());
        let page = tokio::time::timeout(LONGEST_ORDER, quick).await.expect("a list while there are searches");
        assert_eq!(page.unwrap().items.len(), 1);
        drop(end);
        searching.join().unwrap();
        for search in searches {
            search.await.unwrap().unwrap();
        }
    }
}
