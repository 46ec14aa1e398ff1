//! Deleting what people want gone, and giving space back.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{
    Id,
    totals::{self, Totals},
};

/// Deletes an exchange, and overwrites where it stood. `None` if there is none of that id.
pub(super) fn delete(connection: &mut Connection, id: Id) -> rusqlite::Result<Option<Totals>> {
    // For what only grows old this is too dear.
    set_secure_delete(connection, "ON")?;
    let deleted = delete_securely(connection, id);
    set_secure_delete(connection, "OFF")?;
    if matches!(deleted, Ok(Some(_))) {
        // The log still has it. It is deleted, whether or not that one can be emptied just now.
        let _ = checkpoint(connection);
    }
    deleted
}

/// Deletes all, and gives the space back. How many there were.
pub(super) fn clear(connection: &mut Connection) -> rusqlite::Result<u64> {
    // Pages that stay are overwritten; the others go as a whole.
    set_secure_delete(connection, "FAST")?;
    let deleted = delete_all(connection);
    set_secure_delete(connection, "OFF")?;
    // They are deleted, whether or not the space can be given back just now.
    let _ = shrink(connection);
    deleted
}

/// Gives free pages back if they are many.
pub(super) fn shrink_if_worthwhile(connection: &Connection) -> rusqlite::Result<()> {
    let pages = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if pages("freelist_count")? > pages("page_count")? / 4 { shrink(connection) } else { Ok(()) }
}

/// Moves the write-ahead log into the file, as far as nobody reads the old state.
pub(super) fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

fn delete_all(connection: &mut Connection) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let deleted = transaction.execute("DELETE FROM exchanges", [])?;
    transaction.execute("DELETE FROM bodies", [])?;
    transaction.execute("UPDATE totals SET count = 0, bytes = 0", [])?;
    transaction.commit()?;
    Ok(deleted as u64)
}

fn delete_securely(connection: &mut Connection, id: Id) -> rusqlite::Result<Option<Totals>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let bytes = transaction
        .prepare_cached("DELETE FROM exchanges WHERE id = ?1 RETURNING bytes")?
        .query_row([id.to_i64()], |row| row.get::<_, i64>(0))
        .optional()?;
    let Some(bytes) = bytes else { return Ok(None) };
    transaction.execute("DELETE FROM bodies WHERE exchange = ?1", [id.to_i64()])?;
    let totals = totals::add(&transaction, Totals { count: -1, bytes: -bytes })?;
    transaction.commit()?;
    Ok(Some(totals))
}

fn set_secure_delete(connection: &Connection, mode: &str) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "secure_delete", mode, |_| Ok(()))
}

/// Gives free pages back to the file system, and deleted content with them.
fn shrink(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    drop(rows);
    checkpoint(connection)
}
