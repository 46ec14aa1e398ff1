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
    let mut kept = *current;
    let mut last = None;
    let mut statement = connection.prepare_cached("SELECT id, bytes FROM exchanges ORDER BY id LIMIT ?1")?;
    let mut rows = statement.query([MOST])?;
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

fn signed(limit: u64) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Twice as many as come in with a transaction: lowered limits are reached soon, and no transaction is long.
const MOST: i64 = 1024;
