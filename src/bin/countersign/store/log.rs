//! Moves the write-ahead log into the file.
//!
//! To move 64 MiB is a tenth of a second of work in one piece. On the writer's thread, deliveries on the same core would
//! wait for it, one in a hundred of them for milliseconds. So it has a thread and a connection of its own, which run only
//! while nothing else wants to. Where that is never, the writer moves the log itself: it must not grow without end.

use std::{
    cell::Cell,
    ffi::c_int,
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::{self, JoinHandle},
};

use rusqlite::{Connection, InterruptHandle};

use super::database;
use crate::background::give_way_always;

/// The log of a file, as the writer sees it.
pub(super) struct Log {
    wake: Option<SyncSender<()>>,
    interrupt: InterruptHandle,
    thread: Option<JoinHandle<()>>,
    /// From so many pages on it is moved.
    long: c_int,
}

impl Log {
    /// Takes over from SQLite, which moves the log at the commit that made it too long. `None` leaves it at that.
    ///
    /// Commits count if they are made by the thread that calls [`committed`](Self::committed).
    pub(super) fn take_over(writer: &Connection, path: &Path) -> Option<Self> {
        let long = writer.pragma_query_value(None, "wal_autocheckpoint", |row| row.get(0)).ok()?;
        let connection = database::open_beside(path).ok()?;
        let interrupt = connection.get_interrupt_handle();
        let (wake, woken) = sync_channel(1);
        let thread =
            thread::Builder::new().name("log".to_owned()).spawn(move || move_when(&woken, &connection)).ok()?;
        writer.wal_hook(Some(|_, pages| {
            PAGES.set(pages);
            Ok(())
        }));
        Some(Self { wake: Some(wake), interrupt, thread: Some(thread), long })
    }

    /// Sees to it that the log is moved, if the last commit made it too long.
    pub(super) fn committed(&self, writer: &Connection) {
        let pages = PAGES.take();
        if pages >= self.long.saturating_mul(2) {
            self.stand_aside();
            // What cannot be moved just now is moved after the next commit.
            let _ = move_now(writer);
        } else if pages >= self.long
            && let Some(wake) = &self.wake
        {
            // A full queue has woken it already.
            let _ = wake.try_send(());
        }
    }

    /// Has the thread stop, which may have begun and not get to run: the writer is about to move the log itself.
    pub(super) fn stand_aside(&self) {
        self.interrupt.interrupt();
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.wake = None;
        self.stand_aside();
        if let Some(thread) = self.thread.take() {
            // It does not panic, and there would be nothing to do about it.
            let _ = thread.join();
        }
    }
}

fn move_when(woken: &Receiver<()>, connection: &Connection) {
    give_way_always();
    while woken.recv().is_ok() {
        let _ = move_now(connection);
        // Of the log that is moved now.
        while woken.try_recv().is_ok() {}
    }
}

/// Moves what can be moved without waiting for anybody.
fn move_now(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

thread_local! {
    /// In the log, after the last commit of this thread.
    static PAGES: Cell<c_int> = const { Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use std::{
        path::PathBuf,
        time::{Duration, Instant},
    };

    use super::*;
    use crate::store::tests::Folder;

    const LONG: c_int = 16;

    fn file() -> (Folder, PathBuf, Connection) {
        let folder = Folder::new();
        let (connection, path) = database::open_file(&folder.0.join("captures.db")).unwrap();
        connection.pragma_update_and_check(None, "wal_autocheckpoint", LONG, |_| Ok(())).unwrap();
        (folder, path, connection)
    }

    /// Commits until the log is at least so long.
    fn grow(connection: &Connection, pages: c_int) {
        while PAGES.get() < pages {
            connection.execute("UPDATE totals SET bytes = bytes + 1", []).unwrap();
        }
    }

    /// How many pages of the log have not been moved.
    fn left(connection: &Connection) -> i64 {
        connection
            .query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
            .unwrap()
    }

    #[test]
    fn a_long_log_is_moved_beside_the_writer() {
        let (_folder, path, connection) = file();
        let log = Log::take_over(&connection, &path).unwrap();
        grow(&connection, LONG);
        assert!(left(&connection) >= i64::from(LONG), "SQLite leaves it alone");
        log.committed(&connection);
        let began = Instant::now();
        while left(&connection) > 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "nobody moved it");
            thread::yield_now();
        }
    }

    #[test]
    fn where_nobody_moves_it_the_writer_does() {
        let (_folder, path, connection) = file();
        let mut log = Log::take_over(&connection, &path).unwrap();
        // A thread that never gets to run.
        let (wake, _woken) = sync_channel(1);
        log.wake = Some(wake);
        grow(&connection, LONG);
        log.committed(&connection);
        assert!(left(&connection) >= i64::from(LONG));
        grow(&connection, 2 * LONG);
        log.committed(&connection);
        assert_eq!(left(&connection), 0);
    }

    #[test]
    fn what_is_no_commit_moves_nothing() {
        let (_folder, path, connection) = file();
        let log = Log::take_over(&connection, &path).unwrap();
        grow(&connection, 2 * LONG);
        PAGES.take();
        log.committed(&connection);
        assert!(left(&connection) >= i64::from(2 * LONG));
    }
}
