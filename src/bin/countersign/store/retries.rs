//! Deliveries that come again.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Exchange, Id};

/// Which deliveries were seen, and in which exchange last: those in the file when it was opened, and those since.
///
/// An index would do the same for processes that share a file, too, and would double what goes to the disk: the ids of
/// deliveries are random, so that each transaction would write most of its pages anew.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    hasher: RandomState,
    seen: HashMap<u64, i64>,
    /// What stood there before, for a transaction that fails.
    journal: Vec<(u64, Option<i64>)>,
}

impl Deliveries {
    /// Reads the newest deliveries of a file.
    pub(super) fn load(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.seen.clear();
        self.journal.clear();
        let mut statement = connection.prepare_cached(NEWEST)?;
        let mut rows = statement.query([MOST])?;
        while let Some(row) = rows.next()? {
            let text = |column| row.get_ref(column).ok()?.as_str().ok();
            if let (Ok(id), Some(route), Some(delivery_id), Ok(None)) =
                (row.get(0), text(1), text(3), row.get::<_, Option<i64>>(4))
            {
                let key = self.hasher.hash_one((route, text(2), delivery_id));
                self.seen.entry(key).or_insert(id);
            }
        }
        Ok(())
    }

    /// Finds out which attempt at a delivery this is: the same provider sent the same delivery id on the same route
    /// before. `true` if a later attempt is in the store already, and all have to be counted anew.
    pub(super) fn relate(&self, connection: &Connection, exchange: &mut Exchange) -> rusqlite::Result<bool> {
        exchange.retry_of = None;
        let Some(latest) = self.key(exchange).and_then(|key| self.seen.get(&key)) else { return Ok(false) };
        let Exchange { route, decision, .. } = &*exchange;
        // It may be gone, or another one with the same hash.
        let found = connection
            .prepare_cached(LATEST)?
            .query_row(params![latest, decision.delivery_id, &**route, decision.provider.as_deref()], |row| {
                Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<u32>>(1)?))
            })
            .optional()?;
        let Some((first, attempt)) = found else { return Ok(false) };
        let first = Id::from_i64(first.unwrap_or(*latest));
        exchange.retry_of = first.map(|first| (first, attempt.unwrap_or(1).saturating_add(1)));
        Ok(*latest > exchange.id.to_i64())
    }

    /// Notes an exchange that was written.
    pub(super) fn note(&mut self, exchange: &Exchange) {
        let Some(key) = self.key(exchange) else { return };
        let id = exchange.id.to_i64();
        let before = self.seen.get(&key).copied();
        if before.is_none_or(|before| before < id) {
            self.seen.insert(key, id);
            self.journal.push((key, before));
        }
    }

    pub(super) fn commit(&mut self) {
        self.journal.clear();
        if self.seen.len() > MOST_SEEN {
            // The newer half.
            let mut ids: Vec<_> = self.seen.values().copied().collect();
            let middle = ids.len() / 2;
            let (_, median, _) = ids.select_nth_unstable(middle);
            let median = *median;
            self.seen.retain(|_, id| *id >= median);
        }
    }

    pub(super) fn roll_back(&mut self) {
        while let Some((key, before)) = self.journal.pop() {
            match before {
                Some(id) => self.seen.insert(key, id),
                None => self.seen.remove(&key),
            };
        }
    }

    /// Replays are no attempts of the provider's.
    fn key(&self, exchange: &Exchange) -> Option<u64> {
        let delivery_id = exchange.decision.delivery_id.as_deref().filter(|_| exchange.replay.is_none())?;
        Some(self.hasher.hash_one((&*exchange.route, exchange.decision.provider.as_deref(), delivery_id)))
    }
}

/// Counts the attempts at a delivery by their arrival. They are recorded when they end, and the first may end last: its
/// provider lost patience, and sent it again. Which ones changed.
pub(super) fn count_anew(connection: &Connection, exchange: &mut Exchange) -> rusqlite::Result<Vec<Id>> {
    let Some((known_first, _)) = exchange.retry_of else { return Ok(Vec::new()) };
    let attempts: Vec<(i64, Option<i64>, Option<u32>)> = connection
        .prepare_cached(ATTEMPTS)?
        .query_map([known_first.to_i64()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let Some(&(earliest, first, attempt)) = attempts.first() else { return Ok(Vec::new()) };
    let own = exchange.id.to_i64();
    // Whether the earliest is the first, or one whose own first is gone.
    let (first, start) = if earliest == own { (own, 1) } else { (first.unwrap_or(earliest), attempt.unwrap_or(1)) };
    let mut changed = Vec::new();
    for (index, (id, old_first, old_attempt)) in (0_u32..).zip(attempts) {
        let attempt = start.saturating_add(index);
        let relation = (attempt > 1).then_some((first, attempt));
        if relation == old_first.zip(old_attempt) {
            continue;
        }
        connection
            .prepare_cached("UPDATE exchanges SET retry_of = ?2, attempt = ?3 WHERE id = ?1")?
            .execute(params![id, relation.map(|(first, _)| first), relation.map(|(_, attempt)| attempt)])?;
        if id == own {
            exchange.retry_of = relation.and_then(|(first, attempt)| Some((Id::from_i64(first)?, attempt)));
        } else {
            changed.extend(Id::from_i64(id));
        }
    }
    Ok(changed)
}

const NEWEST: &str = "SELECT id, route, provider, delivery_id, replay_of FROM exchanges ORDER BY id DESC LIMIT ?1";

const LATEST: &str = "
SELECT retry_of, attempt FROM exchanges
WHERE id = ?1 AND delivery_id = ?2 AND route = ?3 AND provider IS ?4 AND replay_of IS NULL";

/// Nobody sends a delivery a hundred times.
const ATTEMPTS: &str = "
SELECT id, retry_of, attempt FROM exchanges WHERE retry_of = ?1
UNION ALL
SELECT id, retry_of, attempt FROM exchanges WHERE id = ?1
ORDER BY 1 LIMIT 100";

/// As many as are kept by default; reading them takes some 20 ms.
const MOST: i64 = 10_000;
const MOST_SEEN: usize = 50_000;
