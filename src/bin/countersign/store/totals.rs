//! How much is kept. The sums stand in the file, so that nobody has to count.

use rusqlite::{Connection, Row};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) count: i64,
    pub(super) bytes: i64,
}

pub(super) fn read(connection: &Connection) -> rusqlite::Result<Totals> {
    connection.prepare_cached("SELECT count, bytes FROM totals")?.query_row([], from_row)
}

/// Adds relatively: another process may have written in between.
pub(super) fn add(connection: &Connection, change: Totals) -> rusqlite::Result<Totals> {
    // With RETURNING, SQLite opens a table for what returns, with a cache of its own; without naming the row, a journal
    // of the statement. Together a twentieth of a transaction.
    connection
        .prepare_cached("UPDATE totals SET count = count + ?1, bytes = bytes + ?2 WHERE only = 1")?
        .execute([change.count, change.bytes])?;
    read(connection)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Totals> {
    Ok(Totals { count: row.get(0)?, bytes: row.get(1)? })
}
