//! The store as a whole.

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use rusqlite::OptionalExtension;
use tokio::sync::broadcast;

use super::{
    Event, Id, Limits, Location, OpenError, OpenProblem, Reader, Recorder, Redactor, Statistics, database,
    log::Log,
    notice::Notices,
    queue::Queue,
    retries::Deliveries,
    totals,
    writer::{Writer, WriterState},
};

/// The store: a writer thread, and the ways in and out.
///
/// What is queued is only sure to be written after [`Store::finish`]; dropping the store does not wait for it.
pub(crate) struct Store {
    kind: &'static str,
    path: Option<PathBuf>,
    limits: Limits,
    queue: Arc<Queue>,
    reader: Reader,
    redactor: Arc<Redactor>,
    events: broadcast::Sender<Event>,
    writer: Arc<WriterState>,
    newest: Option<Id>,
    /// Closed by the writer when it ends.
    ended: Mutex<Receiver<()>>,
}

impl Store {
    /// Opens a store. `notices` is told, at most once a minute, when exchanges are lost; it must not block.
    ///
    /// # Errors
    /// [`OpenError`]: say so, and go on with [`Location::Memory`].
    pub(crate) fn open(
        location: &Location,
        limits: Limits,
        redactor: Redactor,
        notices: impl Fn(String) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let (kind, limits) = match location {
            Location::File(_) => ("file", limits),
            Location::Memory => ("memory", limits.at_most(Limits::MEMORY)),
            Location::None => ("none", Limits::NONE),
        };
        let queue = Arc::new(Queue::new(&limits));
        let named = if let Location::File(path) = location { path.clone() } else { PathBuf::from(kind) };
        let failed = |error| OpenError::from_sqlite(named.clone(), error);
        let (connection, path) = match location {
            Location::File(path) => {
                let (connection, path) = database::open_file(path)?;
                database::bound_log(&connection, limits.bytes).map_err(failed)?;
                (connection, Some(path))
            }
            Location::Memory | Location::None => (database::open_in_memory().map_err(failed)?, None),
        };
        let totals = totals::read(&connection).map_err(failed)?;
        let newest = connection
            .query_row("SELECT max(id) FROM exchanges", [], |row| row.get::<_, Option<i64>>(0))
            .optional()
            .map_err(failed)?;
        let log = path.as_ref().and_then(|path| Log::take_over(&connection, path));
        let connection = Arc::new(Mutex::new(connection));
        let reader = match &path {
            Some(path) => Reader::of_file(path, Arc::clone(&queue)).map_err(failed)?,
            None => Reader::of_memory(&connection, Arc::clone(&queue)),
        };
        let redactor = Arc::new(redactor);
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let (end, ended) = sync_channel(0);
        let writer = Writer {
            connection,
            log,
            queue: Arc::clone(&queue),
            limits,
            redactor: Arc::clone(&redactor),
            deliveries: Deliveries::default(),
            events: events.clone(),
            state: Arc::default(),
            notices: Notices::new(Box::new(notices), path.clone()),
        };
        let state = Arc::clone(&writer.state);
        writer.show(totals);
        let run = move || {
            let _end: SyncSender<()> = end;
            writer.run();
        };
        thread::Builder::new()
            .name("store".to_owned())
            .spawn(run)
            .map_err(|error| OpenError { path: named.clone(), problem: OpenProblem::Io(error) })?;
        Ok(Self {
            kind,
            path,
            limits,
            queue,
            reader,
            redactor,
            events,
            writer: state,
            newest: newest.flatten().and_then(Id::from_i64),
            ended: Mutex::new(ended),
        })
    }

    pub(crate) fn recorder(&self) -> Recorder {
        Recorder::new((self.kind != "none").then(|| Arc::clone(&self.queue)))
    }

    pub(crate) fn reader(&self) -> Reader {
        self.reader.clone()
    }

    pub(crate) fn redactor(&self) -> &Arc<Redactor> {
        &self.redactor
    }

    /// What happens from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        let (queued_count, queued_bytes) = self.queue.waiting();
        Statistics {
            kind: self.kind,
            path: self.path.clone(),
            count: self.writer.count.load(Ordering::Relaxed),
            bytes: self.writer.bytes.load(Ordering::Relaxed),
            limits: self.limits,
            queued_count,
            queued_bytes,
            dropped: self.queue.dropped(),
            failed: self.writer.failed.load(Ordering::Relaxed),
            damaged: self.reader.damaged(),
            failing: self.writer.failing.load(Ordering::Relaxed),
            last_error: self.writer.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// The greatest id in the store when it was opened: new ids must be greater, or a clock that was set back would make
    /// the new ones the oldest. See [`Ids::after`](super::Ids::after).
    pub(crate) fn newest(&self) -> Option<Id> {
        self.newest
    }

    /// Writes what is queued, for as long as `limit` at most, and takes nothing more. Whether all is written.
    pub(crate) fn finish(&self, limit: Duration) -> bool {
        self.queue.close();
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing is ever sent: it ends by the other side's going away, or by time.
        ended.recv_timeout(limit) == Err(RecvTimeoutError::Disconnected)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("kind", &self.kind).field("path", &self.path).finish_non_exhaustive()
    }
}

/// Of at most 512 exchanges without bodies each.
const EVENTS_KEPT: usize = 16;
