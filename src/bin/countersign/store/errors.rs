//! What can go wrong, in words that say what to do.

use std::{fmt, io, path::PathBuf};

use rusqlite::ErrorCode;

use super::database;

/// Why a store could not be opened. Nothing was changed; nothing of the user's is ever deleted.
#[derive(Debug)]
pub(crate) struct OpenError {
    pub(crate) path: PathBuf,
    pub(crate) problem: OpenProblem,
}

#[derive(Debug)]
pub(crate) enum OpenProblem {
    /// It is a database, and its content is damaged.
    Damaged(String),
    /// It is a database of another program.
    Foreign,
    Io(io::Error),
    /// Another process holds it for itself alone.
    Locked,
    /// A newer version of countersign wrote it.
    Newer {
        found: i64,
        known: i64,
    },
    /// It is something else.
    NotADatabase,
    ReadOnly,
    Sqlite(rusqlite::Error),
}

impl OpenError {
    pub(super) fn from_sqlite(path: PathBuf, error: rusqlite::Error) -> Self {
        let problem = match error.sqlite_error_code() {
            _ if database::is_damaged(&error) => OpenProblem::Damaged(error.to_string()),
            _ if database::is_locked(&error) => OpenProblem::Locked,
            Some(ErrorCode::NotADatabase) => OpenProblem::NotADatabase,
            Some(ErrorCode::ReadOnly) => OpenProblem::ReadOnly,
            // A row of our own makes no sense.
            _ if matches!(error, rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::QueryReturnedNoRows) => {
                OpenProblem::Damaged(error.to_string())
            }
            _ => OpenProblem::Sqlite(error),
        };
        Self { path, problem }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store {} ", self.path.display())?;
        match &self.problem {
            OpenProblem::Damaged(detail) => {
                write!(f, "is damaged ({detail}): move it away, or name another with --store")
            }
            OpenProblem::Foreign => f.write_str("is a database of another program: name another file with --store"),
            OpenProblem::Io(error) => write!(f, "cannot be opened: {error}; name another file with --store"),
            OpenProblem::Locked => {
                f.write_str("is locked by another program: end that one, or name another file with --store")
            }
            OpenProblem::Newer { found, known } => write!(
                f,
                "was written by a newer countersign (schema {found}, this one knows {known}): upgrade, or name another \
                 file with --store"
            ),
            OpenProblem::NotADatabase => f.write_str("is no database: name another file with --store"),
            OpenProblem::ReadOnly => {
                f.write_str("cannot be written: change its permissions, or name another file with --store")
            }
            OpenProblem::Sqlite(error) => write!(f, "cannot be opened: {error}; name another file with --store"),
        }
    }
}

impl std::error::Error for OpenError {}

/// Why the store did not answer.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// The writer has ended.
    Closed,
    Sqlite(rusqlite::Error),
    /// The writer is busy for too long; the order may be carried out later.
    TimedOut,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the store is closed"),
            Self::Sqlite(error) if database::is_damaged(error) => f.write_str(
                "the store's file is damaged: stop countersign, move the file away, and start it again; until then \
                 forwarding goes on",
            ),
            Self::Sqlite(error) => write!(f, "the store failed: {error}"),
            Self::TimedOut => f.write_str("the store did not answer in time"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}
