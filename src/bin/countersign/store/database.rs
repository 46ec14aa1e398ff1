//! Opening the database.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use super::{
    OpenError, OpenProblem,
    schema::{self, Kind, MIGRATIONS, Migration},
};

/// Opens a file for writing; makes it, and its folder, if they are not there.
pub(super) fn open_file(path: &Path) -> Result<(Connection, PathBuf), OpenError> {
    open_with(path, MIGRATIONS)
}

fn open_with(path: &Path, migrations: &[Migration]) -> Result<(Connection, PathBuf), OpenError> {
    // An absolute path also keeps SQLite from taking `file:...` for a URI with options.
    let path = std::path::absolute(path).map_err(|error| problem(path, OpenProblem::Io(error)))?;
    create(&path).and_then(|()| inspect(&path)).map_err(|found| problem(&path, found))?;
    let began = Instant::now();
    loop {
        match connect(&path, migrations) {
            // Switching to the write-ahead log fails at once while another process does the same.
            Err(OpenError { problem: OpenProblem::Locked, .. }) if began.elapsed() < BUSY_TIMEOUT => {
                thread::sleep(Duration::from_millis(20));
            }
            outcome => return outcome.map(|connection| (connection, path)),
        }
    }
}

/// Another connection to a file that is open already.
pub(super) fn open_beside(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, FLAGS)?;
    configure(&connection)?;
    Ok(connection)
}

/// The same, for one that must change nothing.
pub(super) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open_beside(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

pub(super) fn open_in_memory() -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    configure(&connection)?;
    schema::migrate(&mut connection, MIGRATIONS)?;
    Ok(connection)
}

fn connect(path: &Path, migrations: &[Migration]) -> Result<Connection, OpenError> {
    let failed = |error| OpenError::from_sqlite(path.to_owned(), error);
    let mut connection = Connection::open_with_flags(path, FLAGS).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(failed)? {
        return Err(problem(path, OpenProblem::ReadOnly));
    }
    let known = migrations.len() as i64;
    match schema::identify(&connection).map_err(failed)? {
        Kind::Foreign => return Err(problem(path, OpenProblem::Foreign)),
        Kind::Ours(found) if found > known => return Err(problem(path, OpenProblem::Newer { found, known })),
        Kind::Empty => {
            // Both count only as long as nothing was written. Pages of 16 KiB halve the cost of a row of 2 KiB against
            // those of 4 KiB. Free pages can be given back (after everything was deleted, or the limits were lowered),
            // but are not at each commit: the next rows need them again.
            connection.pragma_update(None, "page_size", PAGE_SIZE).map_err(failed)?;
            connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(failed)?;
        }
        Kind::Ours(_) => {}
    }
    configure(&connection).map_err(failed)?;
    schema::migrate(&mut connection, migrations).map_err(failed)?;
    // Reads a table's root: what is damaged so far shows now.
    super::totals::read(&connection).map_err(failed)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // The answer is the mode that it is in, which is another in memory and on file systems that cannot do it.
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // A commit is safe from `kill -9`; a power cut may cost the last ones, but never the file.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -(CACHE_SIZE as i64 / 1024))?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Otherwise a statement is planned anew whenever it gets another limit: with each transaction.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

/// Sets how long the log of a file grows that may hold so many bytes.
///
/// A page that is written again before the log is moved into the file is moved once, and the pages of pruned rows hold
/// the next ones: a long log saves a third of all writing. To read 64 MiB of it after a kill takes some 20 ms.
pub(super) fn bound_log(connection: &Connection, kept: u64) -> rusqlite::Result<()> {
    let size = u32::try_from(kept / 4).unwrap_or(u32::MAX).clamp(SHORTEST_LOG, LONGEST_LOG);
    connection.pragma_update_and_check(None, "wal_autocheckpoint", size / PAGE_SIZE, |_| Ok(()))?;
    // To which it is cut after it grew longer, since somebody was reading.
    connection.pragma_update_and_check(None, "journal_size_limit", size, |_| Ok(()))
}

/// Captures are private: others may neither read the file (nor the two that SQLite puts beside it, which take over its
/// mode) nor look into a folder that is made for it.
fn create(path: &Path) -> Result<(), OpenProblem> {
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(OpenProblem::Io)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(OpenProblem::Io(error)),
    }
}

/// SQLite would wait for ever on a pipe. The file is not read: closing it would release the locks of another store of
/// this process.
fn inspect(path: &Path) -> Result<(), OpenProblem> {
    if fs::metadata(path).map_err(OpenProblem::Io)?.is_file() { Ok(()) } else { Err(OpenProblem::NotADatabase) }
}

fn problem(path: &Path, problem: OpenProblem) -> OpenError {
    OpenError { path: path.to_owned(), problem }
}

/// Whether trying again may help.
pub(super) fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Whether what should be read or written is broken in the file.
pub(super) fn is_damaged(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt)
}

const PAGE_SIZE: u32 = 16 << 10;
const CACHE_SIZE: u32 = 2 << 20;
/// In bytes.
const SHORTEST_LOG: u32 = 4 << 20;
const LONGEST_LOG: u32 = 64 << 20;
/// For another process's transaction; ours take 50 ms.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
/// Each connection stands behind a lock of ours.
const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

#[cfg(test)]
mod tests;
