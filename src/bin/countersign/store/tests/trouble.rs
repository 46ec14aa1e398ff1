//! Stores that fail, and files that are none.

use super::*;

/// A store whose notices are collected.
fn open_watched(path: &Path) -> (Store, Arc<Mutex<Vec<String>>>) {
    let notices = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&notices);
    let tell = move |text| told.lock().unwrap().push(text);
    let store = Store::open(&Location::File(path.to_owned()), Limits::FILE, Redactor::default(), tell).unwrap();
    (store, notices)
}

#[test]
fn a_full_disk_is_a_message() {
    let folder = Folder::new();
    let (store, notices) = open_watched(&folder.file());
    record(&store, [exchange(1)]);
    store.reader().on_writer(|connection| {
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    });
    let mut large = exchange(2);
    large.request.body.frames = vec![vec![7; 1 << 20].into()].into();
    record(&store, [large.clone()]);
    record(&store, [large]);
    let statistics = store.statistics();
    assert_eq!((statistics.count, statistics.failed, statistics.queued_count), (1, 2, 0));
    assert!(statistics.failing && statistics.last_error.unwrap().contains("full"));
    assert_eq!(store.reader().list(&Query::default()).unwrap().items.len(), 1);
    {
        // Once a minute, and not for each.
        let notices = notices.lock().unwrap();
        assert_eq!(notices.len(), 1);
        assert!(notices[0].contains("1 so far") && notices[0].contains("free some space"), "{}", notices[0]);
    }
    // There is space again: it goes on by itself.
    store.reader().on_writer(|connection| {
        connection.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(())).unwrap();
    });
    record(&store, [exchange(3)]);
    let statistics = store.statistics();
    assert_eq!((statistics.count, statistics.failed, statistics.failing), (2, 2, false));
    assert!(statistics.last_error.is_some());
    assert_eq!(notices.lock().unwrap()[1], "captures are kept again; 2 were lost");
}

#[test]
fn a_file_damaged_under_way_is_a_message() {
    let folder = Folder::new();
    let (store, notices) = open_watched(&folder.file());
    record(&store, (1..=200).map(exchange));
    store.reader().on_writer(|connection| {
        connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = 0; PRAGMA shrink_memory")
            .unwrap();
    });
    let size = fs::metadata(folder.file()).unwrap().len();
    let mut bytes = fs::read(folder.file()).unwrap();
    bytes.iter_mut().skip(16 << 10).for_each(|byte| *byte = 0xa5);
    fs::write(folder.file(), &bytes).unwrap();
    assert_eq!(fs::metadata(folder.file()).unwrap().len(), size);
    record(&store, [exchange(300)]);
    assert_eq!(store.statistics().failed, 1);
    assert!(store.reader().list(&Query::default()).is_err());
    let notices = notices.lock().unwrap();
    assert!(notices[0].contains("damaged") && notices[0].contains("move the file away"), "{notices:?}");
}

#[test]
fn a_damaged_row_is_skipped_and_counted() {
    let folder = Folder::new();
    let store = open(&folder.file());
    record(&store, (1..=3).map(exchange));
    store.reader().on_writer(|connection| {
        connection.execute("UPDATE exchanges SET verdict = 'perhaps' WHERE id = ?1", [id(1).to_i64()]).unwrap();
        connection.execute("UPDATE exchanges SET details = x'07' WHERE id = ?1", [id(2).to_i64()]).unwrap();
    });
    assert_eq!(ids(&store.reader().list(&Query::default()).unwrap()), [id(3)]);
    assert!(store.reader().get(id(2)).unwrap().is_none());
    assert_eq!(store.statistics().damaged, 3);
}

#[test]
fn a_locked_file_is_waited_for() {
    let folder = Folder::new();
    let (store, notices) = open_watched(&folder.file());
    record(&store, [exchange(1)]);
    let other = rusqlite::Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    store.recorder().record(exchange(2));
    // The lists still show what is there, after a bounded wait.
    assert_eq!(store.reader().list(&Query::default()).unwrap().items.len(), 1);
    other.execute_batch("COMMIT").unwrap();
    store.reader().flush(PATIENCE).unwrap();
    assert_eq!(store.statistics().count, 2);
    assert!(notices.lock().unwrap().is_empty());
}

#[test]
fn one_bad_record_takes_no_other_with_it() {
    let folder = Folder::new();
    let (store, notices) = open_watched(&folder.file());
    store.reader().on_writer(|connection| {
        connection
            .execute_batch(
                "CREATE TEMP TRIGGER odd BEFORE INSERT ON main.exchanges WHEN new.route = 'odd'
                 BEGIN SELECT raise(ABORT, 'too odd'); END",
            )
            .unwrap();
    });
    let mut bad = exchange(5);
    bad.route = "odd".into();
    let mut all: Vec<_> = (1..=9).map(exchange).collect();
    all[4] = bad;
    record(&store, all);
    let statistics = store.statistics();
    assert_eq!((statistics.count, statistics.failed), (8, 1));
    assert!(notices.lock().unwrap()[0].contains("too odd"));
}

#[test]
fn a_failed_store_can_be_replaced_by_memory() {
    let folder = Folder::new();
    fs::write(folder.file(), b"my thesis, chapter one, which is longer than a header").unwrap();
    let before = fs::read(folder.file()).unwrap();
    let location = Location::File(folder.file());
    let error = Store::open(&location, Limits::FILE, Redactor::default(), |_| {}).unwrap_err();
    assert!(error.to_string().contains("is no database"), "{error}");
    assert_eq!(fs::read(folder.file()).unwrap(), before, "nothing of the user's is touched");
    record(&in_memory(), [exchange(1)]);
}

#[test]
fn what_lies_around_a_damaged_page_is_listed() {
    const PAGE: usize = 16 << 10;
    const LEAF: u8 = 0x0d;
    let folder = Folder::new();
    let ids = {
        let store = open_with(&folder.file(), Limits::FILE);
        record(&store, (1..=600).map(exchange));
        let ids: Vec<_> = list_all(&store).iter().map(|exchange| exchange.id).collect();
        store.reader().on_writer(|connection| {
            connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        });
        ids
    };
    let mut bytes = fs::read(folder.file()).unwrap();
    let leaves: Vec<_> = (1..bytes.len() / PAGE).filter(|page| bytes[page * PAGE] == LEAF).collect();
    let middle = leaves[leaves.len() / 2] * PAGE;
    bytes[middle..middle + PAGE].fill(0xff);
    fs::write(folder.file(), bytes).unwrap();

    let (store, _) = open_watched(&folder.file());
    let found: Vec<_> = list_all(&store).iter().map(|exchange| exchange.id).collect();
    assert!(found.len() < ids.len() && found.len() > ids.len() / 2, "{} of {}", found.len(), ids.len());
    assert_eq!((found.first(), found.last()), (ids.first(), ids.last()));
    assert!(found.is_sorted_by(|left, right| left > right));
    assert!(store.statistics().damaged > 0);
}

fn list_all(store: &Store) -> Vec<Exchange> {
    store.reader().list(&Query { limit: Query::MOST, ..Query::default() }).unwrap().items
}
