//! The writer thread: takes what is queued, redacts it, writes it in batches, and tells what it did.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use tokio::sync::broadcast;

use super::{
    Event, Exchange, Id, Limits, Redactor, StoreError, database,
    notice::Notices,
    pruning,
    queue::{Job, Order, Queue},
    retries, row,
    totals::{self, Totals},
};

pub(super) struct Writer {
    pub(super) connection: Arc<Mutex<Connection>>,
    pub(super) queue: Arc<Queue>,
    pub(super) limits: Limits,
    pub(super) redactor: Arc<Redactor>,
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
}

/// What a transaction did.
#[derive(Default)]
struct Written {
    /// How many of the jobs are done.
    jobs: usize,
    added: usize,
    changed: BTreeSet<Id>,
    pruned: Option<Id>,
    totals: Totals,
}

impl Writer {
    pub(super) fn run(mut self) {
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
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // What cannot be moved into the file now, since somebody reads or the disk is full, is at the next opening.
        let _ = checkpoint(&connection);
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
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let pages = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap_or_default();
        if pages("freelist_count") > pages("page_count") / 4 {
            let _ = shrink(&connection);
        }
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

    fn transaction(&self, jobs: &mut [Job]) -> rusqlite::Result<Written> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let written = self.write(&transaction, jobs)?;
        transaction.commit()?;
        Ok(written)
    }

    fn write(&self, transaction: &Transaction<'_>, jobs: &mut [Job]) -> rusqlite::Result<Written> {
        let began = Instant::now();
        let mut written = Written::default();
        let mut change = Totals::default();
        for job in jobs {
            match job {
                Job::Record { exchange, .. } => {
                    self.redactor.exchange(exchange);
                    let is_late = retries::relate(transaction, exchange)?;
                    change.bytes += row::insert(transaction, exchange)?;
                    change.count += 1;
                    written.added += 1;
                    if is_late {
                        written.changed.extend(retries::count_anew(transaction, exchange)?);
                    }
                }
                Job::Explain { id, json } => {
                    let json = self.redactor.text(json);
                    let mut statement = transaction.prepare_cached(EXPLAIN)?;
                    if let Some(more) =
                        statement.query([id.to_i64()])?.next()?.map(|row| row.get::<_, i64>(0)).transpose()?
                    {
                        let more = json.len() as i64 - more;
                        transaction.prepare_cached(SET_EXPLANATION)?.execute(params![id.to_i64(), &*json, more])?;
                        change.bytes += more;
                        written.changed.insert(*id);
                    }
                }
                Job::Order(_) => {}
            }
            written.jobs += 1;
            if began.elapsed() > LONGEST_BATCH {
                break;
            }
        }
        written.totals = totals::add(transaction, change)?;
        written.pruned = pruning::prune(transaction, &self.limits, &mut written.totals)?;
        Ok(written)
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
                work(&self.connection.lock().unwrap_or_else(PoisonError::into_inner));
                drop(reply.try_send(Ok(())));
            }
        }
    }

    fn delete(&self, id: Id) -> rusqlite::Result<bool> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody wants this one gone: its pages are overwritten, which is too dear for what only grows old.
        set_secure_delete(&connection, "ON")?;
        let deleted = self.delete_with(&mut connection, id);
        set_secure_delete(&connection, "FAST")?;
        if deleted.as_ref().is_ok_and(|deleted| *deleted) {
            // And so is what the log still has of it. It is deleted, whether or not that works just now.
            let _ = checkpoint(&connection);
        }
        deleted
    }

    fn delete_with(&self, connection: &mut Connection, id: Id) -> rusqlite::Result<bool> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let bytes = transaction
            .prepare_cached("DELETE FROM exchanges WHERE id = ?1 RETURNING bytes")?
            .query([id.to_i64()])?
            .next()?
            .map(|row| row.get::<_, i64>(0))
            .transpose()?;
        let Some(bytes) = bytes else { return Ok(false) };
        transaction.execute("DELETE FROM bodies WHERE exchange = ?1", [id.to_i64()])?;
        let totals = totals::add(&transaction, Totals { count: -1, bytes: -bytes })?;
        transaction.commit()?;
        self.show(totals);
        let _ = self.events.send(Event::Deleted(id));
        Ok(true)
    }

    fn clear(&self) -> rusqlite::Result<u64> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let deleted = transaction.execute("DELETE FROM exchanges", [])?;
        transaction.execute("DELETE FROM bodies", [])?;
        transaction.execute("UPDATE totals SET count = 0, bytes = 0", [])?;
        transaction.commit()?;
        // They are deleted, whether or not the space can be given back just now.
        let _ = shrink(&connection);
        self.show(Totals::default());
        let _ = self.events.send(Event::Cleared);
        Ok(deleted as u64)
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
            let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
            let load = |id: &Id| row::load(&connection, *id, false).ok()??.ok().map(Arc::new);
            let _ = self.events.send(Event::Changed(written.changed.iter().filter_map(load).collect()));
        }
    }

    pub(super) fn show(&self, totals: Totals) {
        self.state.count.store(u64::try_from(totals.count).unwrap_or_default(), Ordering::Relaxed);
        self.state.bytes.store(u64::try_from(totals.bytes).unwrap_or_default(), Ordering::Relaxed);
    }

    fn succeed(&mut self) {
        if self.notices.succeeded() {
            *self.state.last_error.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn fail(&mut self, error: &rusqlite::Error, lost: usize) {
        self.state.failed.fetch_add(lost as u64, Ordering::Relaxed);
        *self.state.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
        self.notices.failed(error, lost);
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

fn set_secure_delete(connection: &Connection, mode: &str) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "secure_delete", mode, |_| Ok(()))
}

/// Gives free pages back to the file system, and deleted content with them.
fn shrink(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    checkpoint(connection)
}

/// Moves the write-ahead log into the file, as far as nobody reads the old state.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

const EXPLAIN: &str = "SELECT coalesce(length(CAST(explanation AS BLOB)), 0) FROM exchanges WHERE id = ?1";
const SET_EXPLANATION: &str = "UPDATE exchanges SET explanation = ?2, bytes = bytes + ?3 WHERE id = ?1";

/// A transaction holds up other processes, and what comes after it.
const MOST_BATCHED: usize = 512;
const LONGEST_BATCH: Duration = Duration::from_millis(50);
/// Each waits for the busy timeout.
const LOCKED_RETRIES: u32 = 3;
