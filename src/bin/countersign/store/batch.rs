//! What one transaction does.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use rusqlite::{OptionalExtension, Transaction, params};

use super::{
    Id, Limits, Redactor, pruning,
    queue::Job,
    retries::{self, Deliveries},
    row,
    totals::{self, Totals},
};

/// What a transaction did.
#[derive(Default)]
pub(super) struct Written {
    /// How many of the jobs are done.
    pub(super) jobs: usize,
    pub(super) added: usize,
    /// Exchanges that were known already.
    pub(super) changed: BTreeSet<Id>,
    /// The id up to which all are gone.
    pub(super) pruned: Option<Id>,
    pub(super) totals: Totals,
}

/// Redacts and writes jobs until they are done, or it has taken long enough, and prunes.
///
/// Room is made first: the pages of what is pruned are written in any case, and so they hold what comes.
pub(super) fn write(
    transaction: &Transaction<'_>,
    jobs: &mut [Job],
    redactor: &Redactor,
    deliveries: &mut Deliveries,
    limits: &Limits,
    mut give_way: impl FnMut(),
) -> rusqlite::Result<Written> {
    let began = Instant::now();
    let mut written = Written::default();
    let mut change = Totals::default();
    written.totals = totals::read(transaction)?;
    let early = pruning::prune(transaction, limits, &mut written.totals, coming(jobs))?;
    let mut insert = row::Insert::prepare(transaction)?;
    for job in jobs {
        match job {
            Job::Record { exchange, .. } => {
                redactor.exchange(exchange);
                let is_late = deliveries.relate(transaction, exchange)?;
                change.bytes += insert.write(exchange)?;
                change.count += 1;
                deliveries.note(exchange);
                written.added += 1;
                if is_late {
                    written.changed.extend(retries::count_anew(transaction, exchange)?);
                }
            }
            Job::Explain { id, json } => {
                let json = redactor.text(json);
                let before = transaction
                    .prepare_cached(EXPLANATION_SIZE)?
                    .query_row([id.to_i64()], |row| row.get::<_, i64>(0))
                    .optional()?;
                if let Some(before) = before {
                    let more = json.len() as i64 - before;
                    transaction.prepare_cached(SET_EXPLANATION)?.execute(params![id.to_i64(), &*json, more])?;
                    change.bytes += more;
                    written.changed.insert(*id);
                }
            }
            Job::Order(_) => {}
        }
        written.jobs += 1;
        if written.jobs.is_multiple_of(PIECE) && began.elapsed() > LONGEST_BATCH {
            break;
        }
        give_way();
    }
    written.totals = totals::add(transaction, change)?;
    written.pruned = pruning::prune(transaction, limits, &mut written.totals, Totals::default())?.or(early);
    Ok(written)
}

fn coming(jobs: &[Job]) -> Totals {
    let mut coming = Totals::default();
    for job in jobs {
        if let Job::Record { exchange, .. } = job {
            coming.count += 1;
            coming.bytes += row::size(exchange);
        }
    }
    coming
}

const EXPLANATION_SIZE: &str = "SELECT coalesce(length(CAST(explanation AS BLOB)), 0) FROM exchanges WHERE id = ?1";
const SET_EXPLANATION: &str = "UPDATE exchanges SET explanation = ?2, bytes = bytes + ?3 WHERE id = ?1";

/// A transaction holds up other processes, and what comes after it.
const LONGEST_BATCH: Duration = Duration::from_millis(50);
/// Jobs between two looks at the clock.
const PIECE: usize = 64;
