//! How the store is doing.

use std::path::PathBuf;

use super::Limits;

/// How the store is doing.
#[derive(Clone, Debug)]
pub(crate) struct Statistics {
    /// `file`, `memory` or `none`.
    pub(crate) kind: &'static str,
    pub(crate) path: Option<PathBuf>,
    /// Exchanges in the store, those of other processes on the same file among them.
    pub(crate) count: u64,
    /// What they take, in bytes.
    pub(crate) bytes: u64,
    pub(crate) limits: Limits,
    /// Exchanges that wait to be written.
    pub(crate) queued_count: usize,
    pub(crate) queued_bytes: usize,
    /// Exchanges that were not taken since the queue was full.
    pub(crate) dropped: u64,
    /// Exchanges that could not be written.
    pub(crate) failed: u64,
    /// Rows that could not be read.
    pub(crate) damaged: u64,
    /// What went wrong last, for as long as nothing was written since.
    pub(crate) last_error: Option<String>,
}
