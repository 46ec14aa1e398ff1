//! The store as a whole, on real files.

mod crash;
mod listing;
mod measure;
mod sharing;
mod trouble;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::broadcast::error::TryRecvError;

use super::{
    reader::Related,
    samples::{exchange, id, odd},
    *,
};

/// A folder of its own, gone with the test.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("countersign-store-{}-{number}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("captures.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> Store {
    open_with(path, Limits::FILE)
}

fn open_with(path: &Path, limits: Limits) -> Store {
    Store::open(&Location::File(path.to_owned()), limits, Redactor::default(), |notice| panic!("{notice}")).unwrap()
}

fn in_memory() -> Store {
    Store::open(&Location::Memory, Limits::FILE, Redactor::default(), |notice| panic!("{notice}")).unwrap()
}

fn record(store: &Store, exchanges: impl IntoIterator<Item = Exchange>) {
    let recorder = store.recorder();
    exchanges.into_iter().for_each(|exchange| recorder.record(exchange));
    store.reader().flush(PATIENCE).unwrap();
}

fn ids(page: &Page) -> Vec<Id> {
    page.items.iter().map(|item| item.id).collect()
}

/// Exchanges have no equality of their own: floating details make none of them equal but in tests.
fn text(exchange: &Exchange) -> String {
    format!("{exchange:?}")
}

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn what_is_recorded_is_read() {
    let folder = Folder::new();
    let mut expected = vec![exchange(1), odd(2), exchange(3)];
    expected[1].replay.as_mut().unwrap().of = id(1);
    expected[2].request.body.frames = vec![Bytes::from(vec![b'a'; 70_000]), Bytes::from(vec![b'b'; 9])].into();
    expected[2].request.body.size = 99_999_999;
    expected[2].request.body.truncated = true;
    expected[2].decision.delivery_id = None;
    expected[2].arrived = std::time::UNIX_EPOCH - Duration::from_nanos(5);
    for store in [open(&folder.file()), in_memory()] {
        record(&store, expected.clone());
        for (expected, number) in expected.iter().zip(1..) {
            let mut expected = expected.clone();
            expected.stored = true;
            let joined = expected.request.body.to_bytes();
            expected.request.body.frames = if joined.is_empty() { vec![] } else { vec![joined] }.into();
            let found = store.reader().get(id(number)).unwrap().unwrap();
            assert_eq!(text(&found), text(&expected));
        }
        assert!(store.reader().get(id(9)).unwrap().is_none());
        let statistics = store.statistics();
        assert_eq!((statistics.count, statistics.queued_count, statistics.queued_bytes), (3, 0, 0));
        assert!(statistics.bytes > 70_000 && statistics.bytes < 80_000);
        assert!(store.finish(PATIENCE));
    }
    // Ended cleanly: one file, and the same content when it is opened anew.
    assert_eq!(
        fs::read_dir(&folder.0).unwrap().filter(|entry| entry.as_ref().unwrap().metadata().unwrap().len() > 0).count(),
        1
    );
    let store = open(&folder.file());
    assert_eq!(store.newest(), Some(id(3)));
    assert_eq!(store.statistics().count, 3);
    assert_eq!(ids(&store.reader().list(&Query::default()).unwrap()), [id(3), id(2), id(1)]);
}

#[test]
fn events_tell_of_what_is_committed() {
    let store = in_memory();
    let mut events = store.subscribe();
    record(&store, [exchange(1), exchange(2)]);
    let Ok(Event::Added(added)) = events.try_recv() else { panic!("no event") };
    assert_eq!(added.iter().map(|exchange| exchange.id).collect::<Vec<_>>(), [id(1), id(2)]);
    assert!(added.iter().all(|exchange| exchange.stored && exchange.request.body.frames.is_empty()));
    assert_eq!(added[0].request.body.size, 43);

    store.recorder().explain(id(2), "{\"code\":\"trailing-newline\"}".into());
    store.recorder().explain(id(7), "{}".into());
    store.reader().flush(PATIENCE).unwrap();
    let Ok(Event::Changed(changed)) = events.try_recv() else { panic!("no event") };
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].explanation.as_deref(), Some("{\"code\":\"trailing-newline\"}"));

    assert!(store.reader().delete(id(1)).unwrap());
    assert!(!store.reader().delete(id(1)).unwrap());
    assert!(matches!(events.try_recv(), Ok(Event::Deleted(deleted)) if deleted == id(1)));
    assert_eq!(store.reader().clear().unwrap(), 1);
    assert!(matches!(events.try_recv(), Ok(Event::Cleared)));
    assert!(matches!(events.try_recv(), Err(TryRecvError::Empty)));
    let statistics = store.statistics();
    assert_eq!((statistics.count, statistics.bytes), (0, 0));
}

#[test]
fn nothing_secret_is_written() {
    let folder = Folder::new();
    let secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let redactor = Redactor::new([secret.as_bytes()], []);
    let store = Store::open(&Location::File(folder.file()), Limits::FILE, redactor, |_| {}).unwrap();
    let mut leaky = exchange(1);
    leaky.request.head =
        format!("POST /?token={secret} HTTP/1.1\r\nCookie: session=c00k1e\r\nX-Token: {secret}\r\n\r\n").into();
    let (first, second) = secret.split_at(9);
    leaky.request.body.frames = vec![first.to_owned().into(), second.to_owned().into()].into();
    leaky.decision.public_url = Some(format!("https://example.com/?token={secret}"));
    record(&store, [leaky]);
    store.recorder().explain(id(1), format!("{{\"signed\":\"{secret}\"}}").into());
    store.reader().flush(PATIENCE).unwrap();
    let found = store.reader().get(id(1)).unwrap().unwrap();
    assert!(found.redacted);
    assert_eq!(found.target(), "/?token=[secret]");
    assert_eq!(found.request.body.to_bytes(), &b"[secret]"[..]);
    assert_eq!(found.explanation.as_deref(), Some("{\"signed\":\"[secret]\"}"));
    // Also not in the log beside the file, nor in a page that was freed.
    let files = fs::read_dir(&folder.0).unwrap();
    let bytes: Vec<u8> = files.flat_map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    for word in [secret, second, "c00k1e"] {
        assert!(memchr::memmem::find(&bytes, word.as_bytes()).is_none(), "{word}");
    }
    assert!(memchr::memmem::find(&bytes, b"[redacted]").is_some());
}

#[test]
fn the_oldest_go_first() {
    let folder = Folder::new();
    let store = open_with(&folder.file(), Limits { count: 10, ..Limits::FILE });
    let mut events = store.subscribe();
    record(&store, (1..=25).map(exchange));
    let page = store.reader().list(&Query::default()).unwrap();
    assert_eq!(ids(&page), (16..=25).rev().map(id).collect::<Vec<_>>());
    assert_eq!(store.statistics().count, 10);
    // What went at once was never said to be stored.
    let mut added = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::Added(exchanges) = event {
            added.extend(exchanges.iter().map(|exchange| exchange.id));
        }
    }
    assert!(added.ends_with(&(16..=25).map(id).collect::<Vec<_>>()));
    assert!(store.finish(PATIENCE));

    // Lowered limits hold from the opening on, and large bodies go with their exchanges.
    let store = open_with(&folder.file(), Limits { bytes: 200_000, ..Limits::FILE });
    for number in 26..30 {
        let mut large = exchange(number);
        large.request.body.frames = vec![vec![7; 90_000].into()].into();
        record(&store, [large]);
    }
    assert_eq!(ids(&store.reader().list(&Query::default()).unwrap()), [id(29), id(28)]);
    assert!(store.statistics().bytes <= 200_000);
    assert!(store.finish(PATIENCE));
    let store = open_with(&folder.file(), Limits { count: 1, ..Limits::FILE });
    record(&store, []);
    store.reader().on_writer(|connection| {
        let bodies: i64 = connection.query_row("SELECT count(*) FROM bodies", [], |row| row.get(0)).unwrap();
        assert_eq!(bodies, 1);
    });
    assert_eq!(store.statistics().count, 1);
}

#[test]
fn space_is_given_back() {
    let folder = Folder::new();
    let store = open(&folder.file());
    record(
        &store,
        (1..=300).map(|number| {
            let mut large = exchange(number);
            large.request.body.frames = vec![vec![7; 20_000].into()].into();
            large
        }),
    );
    let size = || fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum::<u64>();
    assert!(size() > 6_000_000);
    assert_eq!(store.reader().clear().unwrap(), 300);
    assert!(store.finish(PATIENCE));
    assert!(size() < 400_000, "{}", size());
}

#[test]
fn what_is_deleted_is_gone_from_the_disk() {
    let folder = Folder::new();
    let store = open(&folder.file());
    let marked = |number: u32, mark: &str, size: usize| {
        let mut exchange = exchange(number);
        exchange.request.body.frames = vec![mark.repeat(size).into()].into();
        exchange
    };
    let found = |mark: &str| {
        let files = fs::read_dir(&folder.0).unwrap();
        files
            .map(|entry| fs::read(entry.unwrap().path()).unwrap())
            .any(|file| memchr::memmem::find(&file, mark.as_bytes()).is_some())
    };
    record(&store, [marked(1, "small", 1), exchange(2), marked(3, "large", 5_000), marked(4, "huge", 50_000)]);
    for (number, mark) in [(1, "small"), (3, "large"), (4, "huge")] {
        assert!(found(mark));
        assert!(store.reader().delete(id(number)).unwrap());
        assert!(!found(mark), "{mark}");
    }
    record(&store, (10..50).map(|number| marked(number, "many", 1_000)));
    assert!(found("many"));
    assert_eq!(store.reader().clear().unwrap(), 41);
    assert!(!found("many"));
}

#[test]
fn retries_are_counted() {
    let store = in_memory();
    let sent = |number: u32, delivery: &str| {
        let mut exchange = exchange(number);
        exchange.decision.delivery_id = Some(delivery.to_owned());
        exchange
    };
    let mut replay = sent(5, "a");
    replay.replay = Some(Replay { of: id(1), signing: "fresh".into() });
    let mut elsewhere = sent(6, "a");
    elsewhere.route = "other".into();
    record(&store, [sent(1, "a"), sent(2, "b"), sent(3, "a"), sent(4, "a"), replay, elsewhere]);
    let reader = store.reader();
    let retry = |number| reader.get(id(number)).unwrap().unwrap().retry_of;
    let found: Vec<_> = (1..=6).map(retry).collect();
    assert_eq!(found, [None, None, Some((id(1), 2)), Some((id(1), 3)), None, None]);
    let related = |number| reader.related(&reader.get(id(number)).unwrap().unwrap()).unwrap();
    assert_eq!(related(1), Related { replays: vec![id(5)], retries: vec![id(3), id(4)] });
    assert_eq!(related(4), Related { replays: vec![], retries: vec![id(1), id(3)] });

    // The first is gone; the next one still knows that it is the fourth.
    reader.delete(id(1)).unwrap();
    record(&store, [sent(7, "a")]);
    assert_eq!(retry(7), Some((id(1), 4)));
    assert_eq!(related(7).retries, [id(3), id(4)]);

    // One that came before the others, and ended after them.
    let mut events = store.subscribe();
    record(&store, [sent(12, "c"), sent(13, "c"), sent(11, "c")]);
    assert_eq!([11, 12, 13].map(retry), [None, Some((id(11), 2)), Some((id(11), 3))]);
    assert!(matches!(events.try_recv(), Ok(Event::Added(_))));
    let Ok(Event::Changed(changed)) = events.try_recv() else { panic!("no event") };
    assert_eq!(changed.iter().map(|exchange| exchange.id).collect::<Vec<_>>(), [id(12), id(13)]);
}

#[test]
fn a_full_queue_drops_and_counts() {
    let limits = Limits { queued_count: 10, queued_bytes: 1 << 20, ..Limits::FILE };
    let notices = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&notices);
    let store =
        Store::open(&Location::Memory, limits, Redactor::default(), move |text| told.lock().unwrap().push(text))
            .unwrap();
    let (recorder, reader) = (store.recorder(), store.reader());
    let (begin, began) = std::sync::mpsc::channel();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let stuck = {
        let reader = reader.clone();
        std::thread::spawn(move || {
            reader.on_writer(move |_| {
                begin.send(()).unwrap();
                let _ = held.recv();
            });
        })
    };
    began.recv().unwrap();
    // The store is as slow as can be: memory stays bounded.
    (1..=25).for_each(|number| recorder.record(exchange(number)));
    let mut large = exchange(26);
    large.request.body.frames = vec![vec![7; 2 << 20].into()].into();
    recorder.record(large);
    let statistics = store.statistics();
    assert_eq!((statistics.queued_count, statistics.dropped), (10, 16));
    assert!(matches!(reader.flush(Duration::from_millis(1)), Err(StoreError::TimedOut)));
    drop(hold);
    stuck.join().unwrap();
    reader.flush(PATIENCE).unwrap();
    assert_eq!(store.statistics().count, 10);
    assert_eq!(store.statistics().queued_bytes, 0);
    assert!(store.finish(PATIENCE));
    recorder.record(exchange(30));
    assert_eq!(store.statistics().dropped, 17);
    assert!(matches!(reader.clear(), Err(StoreError::Closed)));
    assert_eq!(*notices.lock().unwrap(), ["16 exchanges were not captured: the store is slower than the traffic"]);
}

#[test]
fn stores_that_keep_nothing() {
    let store = Store::open(&Location::None, Limits::FILE, Redactor::default(), |_| {}).unwrap();
    assert!(!store.recorder().is_on());
    record(&store, [exchange(1)]);
    assert_eq!(store.reader().list(&Query::default()).unwrap().items.len(), 0);
    let statistics = store.statistics();
    assert_eq!((statistics.kind, statistics.count, statistics.dropped), ("none", 0, 0));
    assert!(store.finish(PATIENCE));
}

#[test]
fn imports_get_ids_of_their_own() {
    let store = in_memory();
    record(&store, [exchange(1)]);
    let mut imported: Vec<_> = (0..1200).map(|_| exchange(1)).collect();
    imported.iter_mut().for_each(|exchange| exchange.decision.delivery_id = None);
    assert_eq!(store.reader().import(imported).unwrap(), 1200);
    let statistics = store.statistics();
    assert_eq!((statistics.count, statistics.queued_count, statistics.failed), (1201, 0, 0));
    let page = store.reader().list(&Query { limit: 1000, ..Query::default() }).unwrap();
    assert_eq!(page.items.len(), 1000);
    let rest = store.reader().list(&Query { limit: 1000, before: page.next, ..Query::default() }).unwrap();
    assert_eq!((rest.items.len(), rest.next), (201, None));
}

#[tokio::test]
async fn reading_in_async_code() {
    let store = in_memory();
    store.recorder().record(exchange(1));
    let found = store.reader().run(|reader| reader.get(id(1))).await.unwrap();
    assert_eq!(found.unwrap().id, id(1));
}
