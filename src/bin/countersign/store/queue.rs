//! The bounded queue between the data plane and the writer.

use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::SyncSender,
    },
    thread,
    time::Duration,
};

use super::{Exchange, Id, Limits, StoreError, row};

/// What the writer has to do, in order.
pub(super) enum Job {
    /// `size` is what it counts for in the queue; those that are imported were never in it.
    Record {
        exchange: Box<Exchange>,
        size: Option<usize>,
    },
    Explain {
        id: Id,
        json: Arc<str>,
    },
    Order(Order),
}

/// What somebody waits for.
pub(super) enum Order {
    Clear(Reply<u64>),
    Delete(Id, Reply<bool>),
    Flush(Reply<()>),
    Import(Vec<Exchange>, Reply<usize>),
    #[cfg(test)]
    Run(Box<dyn FnOnce(&rusqlite::Connection) + Send>, Reply<()>),
}

/// Has room for the one answer: the writer never waits for the asker.
pub(super) type Reply<T> = SyncSender<Result<T, StoreError>>;

pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    most_count: usize,
    most_bytes: usize,
    dropped: AtomicU64,
}

#[derive(Default)]
struct State {
    jobs: Vec<Job>,
    /// What waits, and what the writer has taken and not written yet.
    count: usize,
    bytes: usize,
    writer: Writer,
    hurry: bool,
    closed: bool,
    /// What is written, for those who made it: freeing the memory of another thread costs several times as much.
    done: Vec<Job>,
    done_bytes: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Writer {
    /// Waits for more to come, so that it is not woken for each.
    Gathering,
    /// Waits for the first.
    Idle,
    #[default]
    Working,
}

impl Queue {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            state: Mutex::default(),
            wake: Condvar::new(),
            most_count: limits.queued_count,
            most_bytes: limits.queued_bytes,
            dropped: AtomicU64::new(0),
        }
    }

    /// Adds an exchange if it fits.
    pub(super) fn record(&self, exchange: Box<Exchange>) {
        let size = usize::try_from(row::size(&exchange)).unwrap_or(usize::MAX);
        self.offer(Job::Record { exchange, size: Some(size) }, size);
    }

    pub(super) fn explain(&self, id: Id, json: Arc<str>) {
        let size = json.len();
        self.offer(Job::Explain { id, json }, size);
    }

    fn offer(&self, job: Job, size: usize) {
        let mut state = self.lock();
        let fits = state.count < self.most_count && state.bytes.saturating_add(size) <= self.most_bytes;
        if state.closed || !fits {
            drop(state);
            if matches!(job, Job::Record { .. }) {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            }
            return;
        }
        state.count += 1;
        state.bytes += size;
        state.jobs.push(job);
        // One for one: what is freed is what the next one needs.
        let done = state.done.pop();
        if state.done.is_empty() {
            state.done_bytes = 0;
        }
        let wakes = match state.writer {
            Writer::Gathering => state.jobs.len() == GATHERED,
            Writer::Idle => state.jobs.len() == 1,
            Writer::Working => false,
        };
        drop(state);
        if wakes {
            self.wake.notify_one();
        }
        drop(done);
    }

    /// Adds an order, and has the writer hurry. There are as few of them as there are people.
    pub(super) fn order(&self, order: Order) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::Closed);
        }
        state.jobs.push(Job::Order(order));
        state.hurry = true;
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    /// Waits for jobs and swaps them in for the empty `jobs`; `false` after the last.
    pub(super) fn take(&self, jobs: &mut Vec<Job>) -> bool {
        let mut state = self.lock();
        state.writer = Writer::Idle;
        while state.jobs.is_empty() && !state.closed {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.writer = Writer::Gathering;
        let (mut state, _) = self
            .wake
            .wait_timeout_while(state, GATHERING, |state| !state.hurry && !state.closed && state.jobs.len() < GATHERED)
            .unwrap_or_else(PoisonError::into_inner);
        state.writer = Writer::Working;
        state.hurry = false;
        std::mem::swap(&mut state.jobs, jobs);
        !jobs.is_empty()
    }

    /// Leaves the processor to others between two pieces of work, while there is time: to a thread that only gives way
    /// when it has to, the scheduler leaves a millisecond and more, for which deliveries would wait.
    pub(super) fn give_way(&self) {
        let state = self.lock();
        let has_time = !state.hurry && !state.closed && state.jobs.len() < GATHERED / 2;
        drop(state);
        if has_time {
            thread::yield_now();
        }
    }

    /// Makes room again for what was taken and is done with.
    pub(super) fn release(&self, jobs: impl Iterator<Item = Job>) {
        let (mut count, mut bytes) = (0, 0);
        let (mut done, mut done_bytes) = (Vec::new(), 0);
        for job in jobs {
            let Some(size) = job.size() else { continue };
            count += 1;
            bytes += size;
            if done_bytes + size <= MOST_DONE {
                done.push(job);
                done_bytes += size;
            }
        }
        let mut state = self.lock();
        state.count = state.count.saturating_sub(count);
        state.bytes = state.bytes.saturating_sub(bytes);
        if state.done_bytes + done_bytes <= MOST_DONE {
            state.done.append(&mut done);
            state.done_bytes += done_bytes;
        }
    }

    /// Takes nothing more. What is there is still written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_one();
    }

    /// How many wait, and how many bytes they hold.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let state = self.lock();
        (state.count, state.bytes)
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// What it counts for, if it counts.
    fn size(&self) -> Option<usize> {
        match self {
            Self::Record { size, .. } => *size,
            Self::Explain { json, .. } => Some(json.len()),
            Self::Order(_) => None,
        }
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

/// Waking a thread costs as much as writing a record.
const GATHERING: Duration = Duration::from_millis(50);
/// As many as one transaction takes.
const GATHERED: usize = 512;
/// Bytes that wait to be freed.
const MOST_DONE: usize = 1 << 20;
