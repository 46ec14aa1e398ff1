//! Deliveries that come again.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Exchange, Id};

/// Finds out which attempt at a delivery this is: the same provider sent the same delivery id on the same route before.
/// `true` if later attempts are in the store already, and have to be counted anew.
pub(super) fn relate(connection: &Connection, exchange: &mut Exchange) -> rusqlite::Result<bool> {
    exchange.retry_of = None;
    let Some(delivery_id) = exchange.decision.delivery_id.as_deref().filter(|_| exchange.replay.is_none()) else {
        return Ok(false);
    };
    let latest = connection
        .prepare_cached(LATEST)?
        .query_row(params![delivery_id, &*exchange.route, exchange.decision.provider.as_deref()], |row| {
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<u32>>(2)?))
        })
        .optional()?;
    let Some((id, first, attempt)) = latest else { return Ok(false) };
    exchange.retry_of = Id::from_i64(first.unwrap_or(id)).map(|first| (first, attempt.unwrap_or(1).saturating_add(1)));
    Ok(id > exchange.id.to_i64())
}

/// Counts the attempts at a delivery by their arrival. They are recorded when they end, and the first may end last: its
/// provider lost patience, and sent it again. Which ones changed.
pub(super) fn count_anew(connection: &Connection, exchange: &mut Exchange) -> rusqlite::Result<Vec<Id>> {
    let Some(delivery_id) = exchange.decision.delivery_id.as_deref() else { return Ok(Vec::new()) };
    let attempts: Vec<(i64, Option<i64>, Option<u32>)> = connection
        .prepare_cached(ATTEMPTS)?
        .query_map(params![delivery_id, &*exchange.route, exchange.decision.provider.as_deref()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
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

const LATEST: &str = "
SELECT id, retry_of, attempt FROM exchanges
WHERE delivery_id = ?1 AND route = ?2 AND provider IS ?3 AND replay_of IS NULL
ORDER BY id DESC LIMIT 1";

/// Nobody sends a delivery a hundred times.
const ATTEMPTS: &str = "
SELECT id, retry_of, attempt FROM exchanges
WHERE delivery_id = ?1 AND route = ?2 AND provider IS ?3 AND replay_of IS NULL
ORDER BY id LIMIT 100";
