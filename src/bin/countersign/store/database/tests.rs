//! Files of all kinds.

use super::*;
use crate::store::{Exchange, Limits, Location, Redactor, Store, Tunnel, Verdict, samples::id, tests::Folder};

fn refusal(path: &Path) -> String {
    let before = fs::read(path).ok();
    let error = open_file(path).unwrap_err();
    assert_eq!(fs::read(path).ok(), before, "nothing is touched");
    error.to_string()
}

#[test]
fn new_files_are_private_and_set_up() {
    let folder = Folder::new();
    let path = folder.0.join("a").join("b").join("captures.db");
    let (connection, path) = open_file(&path).unwrap();
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(pragma("page_size"), 16384);
    assert_eq!(pragma("auto_vacuum"), 2);
    assert_eq!(pragma("synchronous"), 1);
    assert_eq!(pragma("user_version"), 2);
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
}

#[test]
fn files_that_are_refused() {
    let folder = Folder::new();
    let path = |name: &str| folder.0.join(name);

    fs::write(path("text"), b"hello").unwrap();
    assert!(refusal(&path("text")).contains("is no database"));
    assert!(refusal(&folder.0).contains("is no database"));

    let other = Connection::open(path("other")).unwrap();
    other.execute_batch("CREATE TABLE people (name); INSERT INTO people VALUES ('Ada')").unwrap();
    drop(other);
    assert!(refusal(&path("other")).contains("another program"));

    drop(open_file(&path("newer")).unwrap());
    let newer = Connection::open(path("newer")).unwrap();
    newer.pragma_update(None, "user_version", 7).unwrap();
    newer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE").unwrap();
    drop(newer);
    assert!(refusal(&path("newer")).contains("a newer countersign (schema 7, this one knows 2)"));

    drop(open_file(&path("damaged")).unwrap());
    let mut bytes = fs::read(path("damaged")).unwrap();
    bytes.iter_mut().skip(100).for_each(|byte| *byte = 0xa5);
    fs::write(path("damaged"), bytes).unwrap();
    assert!(refusal(&path("damaged")).contains("is damaged"));

    drop(open_file(&path("torn")).unwrap());
    let bytes = fs::read(path("torn")).unwrap();
    fs::write(path("torn"), &bytes[..20_000]).unwrap();
    assert!(refusal(&path("torn")).contains("is damaged"));

    // A file where a folder should be.
    assert!(refusal(&path("text").join("captures.db")).contains("cannot be opened"));
}

#[cfg(unix)]
#[test]
fn pipes_are_not_waited_for() {
    let folder = Folder::new();
    let path = folder.0.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert!(open_file(&path).unwrap_err().to_string().contains("is no database"));
}

#[cfg(target_os = "linux")]
#[test]
fn folders_that_cannot_be_written() {
    // Not even root may: no privileges change what this test shows.
    let error = open_file(Path::new("/proc/self/captures.db")).unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
    assert!(open_file(Path::new("/proc/self/a/captures.db")).is_err());
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.0.join("captures.db");
    drop(open_file(&path).unwrap());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    // For root there is no such file.
    let is_privileged = OpenOptions::new().append(true).open(&path).is_ok();
    match open_file(&path) {
        Ok(_) => assert!(is_privileged),
        Err(error) => assert!(!is_privileged && error.to_string().contains("cannot be written"), "{error}"),
    }
}

/// Version 1 as it was released. It is never changed: if this test fails, the schema was edited where a migration was
/// called for.
const FILE_OF_VERSION_1: &str = "
PRAGMA application_id = 1668507502;
PRAGMA user_version = 1;
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, arrived INTEGER NOT NULL, route TEXT NOT NULL, provider TEXT,
    delivery_id TEXT, replay_of INTEGER, replay_signing TEXT, retry_of INTEGER, attempt INTEGER, method TEXT NOT NULL,
    target TEXT NOT NULL, status INTEGER, verdict TEXT NOT NULL, reason TEXT, peer TEXT NOT NULL, forwarded INTEGER,
    answered INTEGER, done INTEGER, secret_index INTEGER, secret_label TEXT, signed_at INTEGER, public_url TEXT,
    url_form TEXT, trouble TEXT, abandoned INTEGER NOT NULL, redacted INTEGER NOT NULL, frames_from_client INTEGER,
    bytes_from_client INTEGER, frames_from_app INTEGER, bytes_from_app INTEGER, request_size INTEGER NOT NULL,
    request_complete INTEGER NOT NULL, request_truncated INTEGER NOT NULL, response_size INTEGER,
    response_complete INTEGER, response_truncated INTEGER, explanation TEXT, request_head BLOB NOT NULL,
    response_head BLOB, request_body BLOB, response_body BLOB
) STRICT;
CREATE INDEX replays ON exchanges (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX retries ON exchanges (retry_of) WHERE retry_of IS NOT NULL;
CREATE TABLE bodies (exchange INTEGER PRIMARY KEY, request BLOB, response BLOB) STRICT;
CREATE TABLE totals (only INTEGER PRIMARY KEY CHECK (only = 1), count INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES (1, 1, 400);
INSERT INTO exchanges (id, bytes, arrived, route, method, target, verdict, peer, abandoned, redacted, request_size,
    request_complete, request_truncated, request_head)
VALUES (1882193920000001024, 400, 1795000000000001000, 'command_line', 'POST', '/old', 'refused', '127.0.0.1:9', 0, 0,
    70000, 1, 0, x'504f5354202f6f6c6420485454502f312e310d0a0d0a');
INSERT INTO bodies VALUES (1882193920000001024, x'6f6c64', NULL);
";

/// Every column of version 1 that its other row leaves away.
const FULL_ROW_OF_VERSION_1: &str = "
UPDATE totals SET count = 3, bytes = 2000;
INSERT INTO exchanges VALUES (1882193920000002048, 700, 1795000000000002000, 'command_line', 'twilio', 'SM7',
    1882193920000001024, 'fresh', 1882193920000001024, 2, 'POST', '/new', 201, 'accepted', NULL, '[2001:db8::1]:443',
    1000, 2000000, 3000000001, 1, 'new', 1795000000, 'https://example.com/new', 'with-port', 'broken', 1, 1, 1, 2, 3,
    4, 3, 1, 0, 9, 0, 1, '{}', x'504f5354202f6e657720485454502f312e310d0a0d0a',
    x'485454502f312e3120323031204372656174656420200d0a0d0a', x'613d31', x'6f6b');
INSERT INTO exchanges SELECT id + 9999, bytes, arrived, route, provider, delivery_id, replay_of, replay_signing,
    retry_of, attempt, method, target, status, verdict, reason, 'nobody', forwarded, answered, done, secret_index,
    secret_label, signed_at, public_url, url_form, trouble, abandoned, redacted, frames_from_client,
    bytes_from_client, frames_from_app, bytes_from_app, request_size, request_complete, request_truncated,
    response_size, response_complete, response_truncated, explanation, request_head, response_head, request_body,
    response_body
FROM exchanges WHERE id = 1882193920000002048;
";

#[test]
fn files_of_version_1_are_read() {
    let folder = Folder::new();
    let path = folder.0.join("captures.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(FILE_OF_VERSION_1).unwrap();
    connection.execute_batch(FULL_ROW_OF_VERSION_1).unwrap();
    drop(connection);
    let store = Store::open(&Location::File(path.clone()), Limits::FILE, Redactor::default(), |_| {}).unwrap();
    let old = store.reader().get(id(1)).unwrap().unwrap();
    assert_eq!((old.method(), old.target()), ("POST", "/old"));
    assert_eq!(old.request.body.to_bytes(), &b"old"[..]);
    assert_eq!((old.request.body.size, old.request.body.complete), (70_000, true));
    assert!(old.replay.is_none() && old.tunnel.is_none() && old.response.is_none() && old.decision.secret.is_none());
    // A row that makes no sense was none before, and is none now.
    assert_eq!((store.statistics().count, store.statistics().bytes), (2, 1100));

    let new = store.reader().get(id(2)).unwrap().unwrap();
    let Exchange { timings, decision, replay, tunnel, .. } = &new;
    assert_eq!((new.method(), new.target(), new.status()), ("POST", "/new", Some(201)));
    assert_eq!((&*new.route, new.peer.to_string()), ("command_line", "[2001:db8::1]:443".to_owned()));
    let times = [timings.forwarded, timings.answered, timings.done].map(|time| time.unwrap().as_nanos());
    assert_eq!(times, [1000, 2_000_000, 3_000_000_001]);
    assert_eq!(decision.verdict, Verdict::Accepted);
    assert_eq!((decision.provider.as_deref(), decision.delivery_id.as_deref()), (Some("twilio"), Some("SM7")));
    assert_eq!((decision.secret.clone(), decision.signed_at), (Some((1, Some("new".into()))), Some(1_795_000_000)));
    assert_eq!(decision.public_url.as_deref(), Some("https://example.com/new"));
    assert_eq!((decision.url_form.as_deref(), new.trouble.as_deref()), (Some("with-port"), Some("broken")));
    assert_eq!(replay.as_ref().map(|replay| (replay.of, &*replay.signing)), Some((id(1), "fresh")));
    assert_eq!(new.retry_of, Some((id(1), 2)));
    let counts = |tunnel: &Tunnel| {
        [tunnel.frames_from_client, tunnel.bytes_from_client, tunnel.frames_from_app, tunnel.bytes_from_app]
    };
    assert_eq!(tunnel.as_ref().map(counts), Some([1, 2, 3, 4]));
    assert!(new.abandoned && new.redacted);
    let response = new.response.as_ref().unwrap();
    assert_eq!((response.body.size, response.body.complete, response.body.truncated), (9, false, true));
    assert_eq!((&new.request.body.to_bytes()[..], &response.body.to_bytes()[..]), (&b"a=1"[..], &b"ok"[..]));
    assert_eq!(new.explanation.as_deref(), Some("{}"));
    let related = store.reader().related(&new).unwrap();
    assert_eq!(related.retries, [id(1)]);
    drop(store);

    // It is no other file than one that was new with this version.
    let schema = |connection: &Connection| -> Vec<String> {
        let mut statement = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY name").unwrap();
        let texts = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        texts.map(|text| text.unwrap().split_whitespace().collect()).collect()
    };
    let fresh = folder.0.join("fresh.db");
    let schemas = [path, fresh].map(|path| schema(&open_file(&path).unwrap().0));
    assert_eq!(schemas[0], schemas[1]);
}

#[test]
fn older_files_are_brought_up_to_date() {
    let folder = Folder::new();
    let path = folder.0.join("captures.db");
    Connection::open(&path).unwrap().execute_batch(FILE_OF_VERSION_1).unwrap();
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).unwrap()
    };
    let note = "ALTER TABLE exchanges ADD COLUMN note TEXT; UPDATE exchanges SET note = method || target;";
    let index = "CREATE INDEX notes ON exchanges (note);";
    let with = |more: [&'static str; 2]| [MIGRATIONS, &more.map(Migration::Sql)].concat();

    // All or nothing: a migration that fails leaves the file as it was.
    assert!(open_with(&path, &with([note, "CREATE INDEX notes ON nothing (note);"])).is_err());
    assert_eq!(version(&Connection::open(&path).unwrap()), 1);

    for _ in 0..2 {
        let (connection, _) = open_with(&path, &with([note, index])).unwrap();
        let note: String = connection.query_row("SELECT note FROM exchanges", [], |row| row.get(0)).unwrap();
        assert_eq!(note, "POST/old");
        assert_eq!(version(&connection), MIGRATIONS.len() as i64 + 2);
    }
    assert!(open_file(&path).unwrap_err().to_string().contains("newer"));
}

#[test]
fn the_log_is_no_longer_than_befits_the_file() {
    let folder = Folder::new();
    let (connection, _) = open_file(&folder.0.join("captures.db")).unwrap();
    for (kept, pages) in [(512 << 20, 4096), (u64::MAX, 4096), (64 << 20, 1024), (0, 256)] {
        bound_log(&connection, kept).unwrap();
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((pragma("wal_autocheckpoint"), pragma("journal_size_limit")), (pages, pages * 16384));
    }
}

#[test]
fn names_that_look_like_uris_are_names() {
    let folder = Folder::new();
    let path = folder.0.join("file:memory?mode=memory");
    drop(open_file(&path).unwrap());
    assert!(path.is_file());
}
