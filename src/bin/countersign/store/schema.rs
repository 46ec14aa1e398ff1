//! The tables, and how files of earlier versions become files of this one.
//!
//! A migration that was released is never edited, only followed by another: `MIGRATIONS[n]` makes version n + 1 of
//! version n.

mod version_2;

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Marks the file as ours: `csgn`.
pub(super) const APPLICATION_ID: i64 = 0x6373_676e;

pub(super) const MIGRATIONS: &[Migration] = &[Migration::Sql(VERSION_1), Migration::Work(version_2::migrate)];

/// How the next version is made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Migration {
    Sql(&'static str),
    /// For what SQL cannot say.
    Work(fn(&Transaction<'_>) -> rusqlite::Result<()>),
}

/// Small columns stand first and bodies last: what is listed is read without the pages that bodies overflow into.
/// Bodies of 64 KiB and more have a table of their own, so that rewriting a row for its explanation stays cheap.
///
/// Indexes are dear on the way in, so there are only those without which one request would read the whole table; lists
/// are filtered by reading rows from the newest backwards. For the same reason there is no full-text index: it would
/// cost several times as much as all the rest together, and a scan of half a gigabyte takes about a second.
const VERSION_1: &str = "
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    bytes INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    route TEXT NOT NULL,
    provider TEXT,
    delivery_id TEXT,
    replay_of INTEGER,
    replay_signing TEXT,
    retry_of INTEGER,
    attempt INTEGER,
    method TEXT NOT NULL,
    target TEXT NOT NULL,
    status INTEGER,
    verdict TEXT NOT NULL,
    reason TEXT,
    peer TEXT NOT NULL,
    forwarded INTEGER,
    answered INTEGER,
    done INTEGER,
    secret_index INTEGER,
    secret_label TEXT,
    signed_at INTEGER,
    public_url TEXT,
    url_form TEXT,
    trouble TEXT,
    abandoned INTEGER NOT NULL,
    redacted INTEGER NOT NULL,
    frames_from_client INTEGER,
    bytes_from_client INTEGER,
    frames_from_app INTEGER,
    bytes_from_app INTEGER,
    request_size INTEGER NOT NULL,
    request_complete INTEGER NOT NULL,
    request_truncated INTEGER NOT NULL,
    response_size INTEGER,
    response_complete INTEGER,
    response_truncated INTEGER,
    explanation TEXT,
    request_head BLOB NOT NULL,
    response_head BLOB,
    request_body BLOB,
    response_body BLOB
) STRICT;
CREATE INDEX replays ON exchanges (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX retries ON exchanges (retry_of) WHERE retry_of IS NOT NULL;
CREATE TABLE bodies (
    exchange INTEGER PRIMARY KEY,
    request BLOB,
    response BLOB
) STRICT;
CREATE TABLE totals (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO totals VALUES (1, 0, 0);
";

/// What a file is, found out without touching it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    Foreign,
    /// One of ours, of this version.
    Ours(i64),
}

pub(super) fn identify(connection: &Connection) -> rusqlite::Result<Kind> {
    // All of one moment: another process may be making the tables.
    let moment = connection.unchecked_transaction()?;
    let tables: i64 = moment.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let version = pragma(&moment, "user_version")?;
    let application = pragma(&moment, "application_id")?;
    moment.finish()?;
    Ok(match (application, version, tables) {
        (APPLICATION_ID, version, _) if version > 0 => Kind::Ours(version),
        (0, 0, 0) => Kind::Empty,
        _ => Kind::Foreign,
    })
}

/// Applies the migrations that the file has not seen, all of them or none.
pub(super) fn migrate(connection: &mut Connection, migrations: &[Migration]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    let version = pragma(&transaction, "user_version")?;
    let missing = migrations.get(usize::try_from(version).unwrap_or(usize::MAX)..).unwrap_or_default();
    if missing.is_empty() {
        return Ok(());
    }
    for migration in missing {
        match migration {
            Migration::Sql(sql) => transaction.execute_batch(sql)?,
            Migration::Work(work) => work(&transaction)?,
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", migrations.len() as i64)?;
    transaction.commit()
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
