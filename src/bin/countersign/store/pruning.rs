//! Keeps the store within its bounds.

use rusqlite::Connection;

use super::{
    Id, Limits,
    totals::{self, Totals},
};

/// Deletes the oldest exchanges until the limits hold with what comes, or [`MOST`] of them. The id up to which they are
/// gone.
pub(super) fn prune(
    connection: &Connection,
    limits: &Limits,
    current: &mut Totals,
    coming: Totals,
) -> rusqlite::Result<Option<Id>> {
    let most = Totals { count: signed(limits.count) - coming.count, bytes: signed(limits.bytes) - coming.bytes };
    let is_over = |kept: &Totals| kept.count > most.count || kept.bytes > most.bytes;
    if !is_over(current) {
        return Ok(None);
    }
    // How many are too many is known beforehand; for bytes one has to look at each.
    let (mut last, gone) = oldest(connection, (current.count - most.count).clamp(0, MOST))?;
    let mut kept = Totals { count: current.count - gone.count, bytes: current.bytes - gone.bytes };
    let mut statement =
        connection.prepare_cached("SELECT id, bytes FROM exchanges WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let mut rows = statement.query([last.unwrap_or(-1), MOST - gone.count])?;
    while is_over(&kept) {
        let Some(row) = rows.next()? else { break };
        let (id, bytes): (i64, i64) = (row.get(0)?, row.get(1)?);
        last = Some(id);
        kept.count -= 1;
        kept.bytes -= bytes;
    }
    drop(rows);
    let Some(last) = last else {
        // Nothing is there: sums that say otherwise are wrong.
        *current = totals::add(connection, Totals { count: -current.count, bytes: -current.bytes })?;
        return Ok(None);
    };
    connection.prepare_cached("DELETE FROM exchanges WHERE id <= ?1")?.execute([last])?;
    connection.prepare_cached("DELETE FROM bodies WHERE exchange <= ?1")?.execute([last])?;
    let change = Totals { count: kept.count - current.count, bytes: kept.bytes - current.bytes };
    *current = totals::add(connection, change)?;
    Ok(Id::from_i64(last))
}

/// The last of the oldest ones, and how much all of them are.
fn oldest(connection: &Connection, count: i64) -> rusqlite::Result<(Option<i64>, Totals)> {
    let mut statement = connection.prepare_cached(OLDEST)?;
    statement.query_row([count], |row| Ok((row.get(0)?, Totals { count: row.get(1)?, bytes: row.get(2)? })))
}

const OLDEST: &str = "
SELECT max(id), count(*), coalesce(sum(bytes), 0) FROM (SELECT id, bytes FROM exchanges ORDER BY id LIMIT ?1)";

fn signed(limit: u64) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Twice as many as come in with a transaction: lowered limits are reached soon, and no transaction is long.
const MOST: i64 = 1024;
