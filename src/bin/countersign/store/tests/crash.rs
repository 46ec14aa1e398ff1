//! `kill -9`: what was said to be stored is there, and the file opens.
//!
//! The test starts its own executable anew, as a writer that floods a store and says which ids were shown as stored,
//! and kills it after so many of them.

use std::{
    collections::{HashSet, hash_map::RandomState},
    env,
    hash::BuildHasher,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::SystemTime,
};

use super::*;

const FILE: &str = "COUNTERSIGN_TEST_FLOODED_STORE";

#[test]
fn what_was_shown_as_stored_survives() {
    let folder = Folder::new();
    let mut acknowledged = HashSet::new();
    for round in 0..20_usize {
        let mut writer = Command::new(env::current_exe().unwrap())
            .args(["--exact", "store::tests::crash::flood", "--ignored", "--nocapture"])
            .env(FILE, folder.file())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // In the first batches, or somewhere later, in the middle of a prune or of a checkpoint.
        let random = usize::try_from(RandomState::new().hash_one(round) % 1000).unwrap();
        let enough = if round % 4 == 0 { 1 + random % 5 } else { random * 2 };
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let mut count = 0;
        while count <= enough {
            let Some(line) = lines.next() else { panic!("the writer ended in round {round}") };
            if let Ok(id) = line.unwrap().parse::<Id>() {
                acknowledged.insert(id);
                count += 1;
            }
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        // What it said before it was killed counts, too. The last line may be cut off.
        acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| line.parse::<Id>().ok()));

        let connection = rusqlite::Connection::open(folder.file()).unwrap();
        let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        let mut statement = connection.prepare("SELECT id FROM exchanges").unwrap();
        let found: HashSet<_> =
            statement.query_map([], |row| row.get(0)).unwrap().map(|id| Id::from_i64(id.unwrap()).unwrap()).collect();
        let missing: Vec<_> = acknowledged.difference(&found).collect();
        assert!(missing.is_empty(), "{} of {} are missing in round {round}", missing.len(), acknowledged.len());
        let totals: i64 = connection.query_row("SELECT count FROM totals", [], |row| row.get(0)).unwrap();
        assert_eq!(usize::try_from(totals).unwrap(), found.len());
    }
    assert!(acknowledged.len() > 4_000);
    assert!(open_with(&folder.file(), LIMITS).newest().is_some());
}

#[test]
#[ignore = "the other half of the test above, in a process of its own"]
fn flood() {
    let Some(file) = env::var_os(FILE) else { return };
    let store = open_with(Path::new(&file), LIMITS);
    let mut events = store.subscribe();
    let ids = Ids::after(store.newest());
    let recorder = store.recorder();
    let mut out = std::io::stdout();
    loop {
        for number in 0..300 {
            let mut exchange = exchange(number);
            exchange.id = ids.next(SystemTime::now());
            exchange.request.body.frames = vec![vec![b'x'; 1000].into()].into();
            recorder.record(exchange);
        }
        store.reader().flush(PATIENCE).unwrap();
        while let Ok(event) = events.try_recv() {
            if let Event::Added(added) = event {
                let lines: String = added.iter().map(|exchange| format!("{}\n", exchange.id)).collect();
                out.write_all(lines.as_bytes()).and_then(|()| out.flush()).unwrap();
            }
        }
    }
}

const LIMITS: Limits = Limits { count: 10_000_000, bytes: 1 << 40, ..Limits::FILE };
