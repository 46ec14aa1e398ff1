//! What people are told when exchanges are lost, without drowning them in it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use rusqlite::ErrorCode;

pub(super) struct Notices {
    tell: Box<dyn Fn(String) + Send>,
    path: Option<PathBuf>,
    last: Option<Instant>,
    failing: Option<Failing>,
    dropped_told: u64,
}

/// Since the store fails.
#[derive(Clone, Copy, Default)]
struct Failing {
    lost: u64,
    told: bool,
}

impl Notices {
    pub(super) fn new(tell: Box<dyn Fn(String) + Send>, path: Option<PathBuf>) -> Self {
        Self { tell, path, last: None, failing: None, dropped_told: 0 }
    }

    pub(super) fn failed(&mut self, error: &rusqlite::Error, lost: usize) {
        let is_due = self.is_due();
        let failing = self.failing.get_or_insert_default();
        failing.lost += lost as u64;
        failing.told |= is_due;
        if is_due {
            let lost = failing.lost;
            let place = self.path.as_ref().map_or_else(|| "the store".to_owned(), |path| path.display().to_string());
            let advice = advice(error);
            (self.tell)(format!(
                "captures are being lost ({lost} so far): {place}: {error}; {advice}. Forwarding goes on"
            ));
        }
    }

    pub(super) fn succeeded(&mut self) {
        if let Some(Failing { lost, told: true }) = self.failing.take() {
            (self.tell)(format!("captures are kept again; {lost} were lost"));
        }
    }

    /// Tells of exchanges that found the queue full.
    pub(super) fn dropped(&mut self, dropped: u64) {
        if dropped > self.dropped_told && self.is_due() {
            let more = dropped - self.dropped_told;
            self.dropped_told = dropped;
            (self.tell)(format!("{more} exchanges were not captured: the store is slower than the traffic"));
        }
    }

    fn is_due(&mut self) -> bool {
        let due = self.last.is_none_or(|last| last.elapsed() >= INTERVAL);
        if due {
            self.last = Some(Instant::now());
        }
        due
    }
}

fn advice(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "free some space, or name a file on another disk with --store",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "the file is damaged: end countersign, move the file away, and start again"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "see to the permissions of the file and of its folder"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program keeps the file locked: end it",
        Some(ErrorCode::SystemIoFailure) => "the disk may be full or failing: see the system's log",
        _ => "name another file with --store",
    }
}

const INTERVAL: Duration = Duration::from_secs(60);
