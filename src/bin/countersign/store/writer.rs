//! The writer thread: takes what is queued, redacts it, writes it in batches, and tells what it did.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::broadcast;

use super::{
    Event, Exchange, Id, Limits, Redactor, StoreError,
    batch::{self, Written},
    database, deletion,
    log::Log,
    notice::Notices,
    queue::{Job, Order, Queue},
    retries::Deliveries,
    row,
    totals::Totals,
};
use crate::background::give_way;

pub(super) struct Writer {
    pub(super) connection: Arc<Mutex<Connection>>,
    /// Absent in memory, and where SQLite moves the log itself.
    pub(super) log: Option<Log>,
    pub(super) queue: Arc<Queue>,
    pub(super) limits: Limits,
    pub(super) redactor: Arc<Redactor>,
    pub(super) deliveries: Deliveries,
    pub(super) events: broadcast::Sender<Event>,
    pub(super) state: Arc<WriterState>,
    pub(super) notices: Notices,
}

/// What the writer shows of itself.
#[derive(Debug, Default)]
pub(super) struct WriterState {
    pub(super) count: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) last_error: Mutex<Option<String>>,
    /// Whether the last transaction failed.
    pub(super) failing: AtomicBool,
}

impl Writer {
    pub(super) fn run(mut self) {
        // Captures may wait for deliveries, but not so long that many of them are dropped.
        give_way(5);
        self.settle();
        let mut jobs = Vec::new();
        while self.queue.take(&mut jobs) {
            let mut batch = Vec::new();
            for job in jobs.drain(..) {
                match job {
                    Job::Order(order) => {
                        self.write_all(std::mem::take(&mut batch));
                        self.carry_out(order);
                    }
                    job => batch.push(job),
                }
            }
            self.write_all(batch);
            self.notices.dropped(self.queue.dropped());
        }
        drop(self.log.take());
        // What cannot be moved into the file now, since somebody reads or the disk is full, is at the next opening.
        let _ = deletion::checkpoint(&self.connection());
    }

    /// Brings a store within limits that were lowered.
    fn settle(&mut self) {
        loop {
            match self.transaction(&mut []) {
                Ok(written) if written.pruned.is_some() => self.tell(&mut [], &written),
                Ok(_) => break,
                Err(error) => {
                    self.fail(&error, 0);
                    break;
                }
            }
        }
        // Not worth a word: the space is used again in any case.
        let _ = deletion::shrink_if_worthwhile(&self.connection());
        self.load_deliveries();
    }

    fn load_deliveries(&mut self) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // Without them some retries are not recognised, and nothing else is amiss.
        let _ = self.deliveries.load(&connection);
    }

    fn write_all(&mut self, mut jobs: Vec<Job>) {
        while !jobs.is_empty() {
            let done = self.write_some(&mut jobs);
            self.queue.release(jobs.drain(..done.clamp(1, jobs.len())));
        }
    }

    /// Writes as much as a transaction takes. How many jobs are done with, written or not.
    fn write_some(&mut self, jobs: &mut [Job]) -> usize {
        let all = jobs.len().min(MOST_BATCHED);
        let jobs = jobs.get_mut(..all).unwrap_or_default();
        let mut outcome = self.transaction(jobs);
        for _ in 0..LOCKED_RETRIES {
            match &outcome {
                Err(error) if database::is_locked(error) => outcome = self.transaction(jobs),
                _ => break,
            }
        }
        match outcome {
            Ok(written) => {
                self.succeed();
                self.tell(jobs, &written);
                written.jobs
            }
            Err(error) if jobs.len() > 1 && !is_general(&error) => {
                // One of them may be at fault: the others shall not go with it.
                for job in jobs.chunks_mut(1) {
                    self.write_some(job);
                }
                all
            }
            Err(error) => {
                let lost = jobs.iter().filter(|job| matches!(job, Job::Record { .. })).count();
                self.fail(&error, lost);
                all
            }
        }
    }

    fn transaction(&mut self, jobs: &mut [Job]) -> rusqlite::Result<Written> {
        let Self { deliveries, redactor, limits, queue, log, .. } = self;
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pace = Pace::begin(queue);
        let mut write = || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let written = batch::write(&transaction, jobs, redactor, deliveries, limits, || pace.step())?;
            // The longest piece of all.
            queue.give_way();
            transaction.commit()?;
            Ok(written)
        };
        let written = write();
        if let (Ok(_), Some(log)) = (&written, log) {
            log.committed(&connection);
        }
        drop(connection);
        match written {
            Ok(_) => self.deliveries.commit(),
            Err(_) => self.deliveries.roll_back(),
        }
        written
    }

    fn carry_out(&mut self, order: Order) {
        // Whoever asked may have stopped waiting.
        match order {
            Order::Flush(reply) => drop(reply.try_send(Ok(()))),
            Order::Delete(id, reply) => drop(reply.try_send(self.delete(id).map_err(StoreError::from))),
            Order::Clear(reply) => drop(reply.try_send(self.clear().map_err(StoreError::from))),
            Order::Import(exchanges, reply) => {
                let failed = self.state.failed.load(Ordering::Relaxed);
                let all = exchanges.len();
                let jobs =
                    exchanges.into_iter().map(|exchange| Job::Record { exchange: Box::new(exchange), size: None });
                self.write_all(jobs.collect());
                let lost = self.state.failed.load(Ordering::Relaxed).saturating_sub(failed);
                drop(reply.try_send(Ok(all.saturating_sub(usize::try_from(lost).unwrap_or(usize::MAX)))));
            }
            #[cfg(test)]
            Order::Run(work, reply) => {
                work(&self.connection());
                drop(reply.try_send(Ok(())));
            }
        }
    }

    fn delete(&mut self, id: Id) -> rusqlite::Result<bool> {
        self.log.iter().for_each(Log::stand_aside);
        let deleted = deletion::delete(&mut self.connection(), id)?;
        self.load_deliveries();
        let Some(totals) = deleted else { return Ok(false) };
        self.show(totals);
        let _ = self.events.send(Event::Deleted(id));
        Ok(true)
    }

    fn clear(&mut self) -> rusqlite::Result<u64> {
        self.log.iter().for_each(Log::stand_aside);
        let deleted = deletion::clear(&mut self.connection())?;
        self.load_deliveries();
        self.show(Totals::default());
        let _ = self.events.send(Event::Cleared);
        Ok(deleted)
    }

    /// Tells what was committed.
    fn tell(&self, jobs: &mut [Job], written: &Written) {
        self.show(written.totals);
        if self.events.receiver_count() == 0 {
            return;
        }
        let is_there = |id: Id| written.pruned.is_none_or(|last| id > last);
        let mut added = Vec::with_capacity(written.added);
        for job in jobs.iter_mut().take(written.jobs) {
            if let Job::Record { exchange, .. } = job
                && is_there(exchange.id)
            {
                exchange.stored = true;
                added.push(Arc::new(without_bodies(exchange)));
            }
        }
        if !added.is_empty() {
            let _ = self.events.send(Event::Added(added.into()));
        }
        if !written.changed.is_empty() {
            let connection = self.connection();
            let load = |id: &Id| row::load(&connection, *id, false).ok()??.ok().map(Arc::new);
            let _ = self.events.send(Event::Changed(written.changed.iter().filter_map(load).collect()));
        }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn show(&self, totals: Totals) {
        self.state.count.store(u64::try_from(totals.count).unwrap_or_default(), Ordering::Relaxed);
        self.state.bytes.store(u64::try_from(totals.bytes).unwrap_or_default(), Ordering::Relaxed);
    }

    fn succeed(&mut self) {
        self.notices.succeeded();
        self.state.failing.store(false, Ordering::Relaxed);
    }

    fn fail(&mut self, error: &rusqlite::Error, lost: usize) {
        self.state.failing.store(true, Ordering::Relaxed);
        self.state.failed.fetch_add(lost as u64, Ordering::Relaxed);
        *self.state.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        self.notices.failed(error, lost);
    }
}

/// How long the writer goes on before it lets others have the processor.
struct Pace<'a> {
    queue: &'a Queue,
    began: Instant,
}

impl<'a> Pace<'a> {
    fn begin(queue: &'a Queue) -> Self {
        Self { queue, began: Instant::now() }
    }

    /// Between two records.
    fn step(&mut self) {
        if self.began.elapsed() >= LONGEST_PIECE {
            self.queue.give_way();
            self.began = Instant::now();
        }
    }
}

/// Takes the exchange out of its job, without its bodies.
fn without_bodies(exchange: &mut Exchange) -> Exchange {
    exchange.request.body.frames.clear();
    if let Some(response) = &mut exchange.response {
        response.body.frames.clear();
    }
    exchange.clone()
}

/// Whether the next one would fail just so.
fn is_general(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode as Code;
    let code = error.sqlite_error_code();
    !matches!(code, None | Some(Code::ConstraintViolation | Code::TooBig | Code::TypeMismatch | Code::Unknown))
}

/// A transaction holds up other processes, and what comes after it.
const MOST_BATCHED: usize = 512;
/// Giving way costs as much as a tenth of a record, or more; deliveries wait no longer for a piece than for each other.
const LONGEST_PIECE: Duration = Duration::from_micros(50);
/// Each waits for the busy timeout.
const LOCKED_RETRIES: u32 = 3;
