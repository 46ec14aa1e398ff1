//! What it costs. Run by hand, in release: `cargo test --release --features cli --bin countersign store::tests::measure
//! -- --ignored --nocapture --test-threads 1`

use std::time::Instant;

use cpu_time::{ProcessTime, ThreadTime};

use super::*;

/// 2 KiB of body, 400 bytes of head, as in the comparison of databases.
fn delivery(number: u32) -> Exchange {
    let mut delivery = exchange(number);
    delivery.decision.delivery_id = Some(format!("SM{:016x}", u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let filler = "a".repeat(320);
    delivery.request.head =
        format!("POST /sms HTTP/1.1\r\nHost: example.com\r\nX-Filler: {filler}\r\nCookie: a=b\r\n\r\n").into();
    let body: String = (0..2048).map(|at| if at % 40 == 0 { '&' } else { 'x' }).collect();
    delivery.request.body.frames = vec![body.into()].into();
    delivery
}

fn redactor() -> Redactor {
    Redactor::new([&b"0f1e2d3c4b5a69788796a5b4c3d2e1f0"[..], b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], [])
}

#[test]
#[ignore = "a measurement"]
fn flood() {
    const RECORDS: u32 = 100_000;
    let folder = Folder::new();
    let limits = Limits { count: 20_000, ..Limits::FILE };
    let store = Store::open(&Location::File(folder.file()), limits, redactor(), |_| {}).unwrap();
    let recorder = store.recorder();
    let mut prepared: Vec<_> = (0..RECORDS).map(delivery).collect();
    let began = Instant::now();
    let (cpu, own) = (ProcessTime::now(), ThreadTime::now());
    for exchange in prepared.drain(..) {
        while store.statistics().queued_count > 3000 {
            std::thread::sleep(Duration::from_millis(1));
        }
        recorder.record(exchange);
    }
    store.reader().flush(PATIENCE).unwrap();
    let (wall, own) = (began.elapsed(), own.elapsed());
    let writer = cpu.elapsed().saturating_sub(own);
    println!(
        "flood: {:.0} records/s, writer {:.2} µs CPU a record, {} kept",
        f64::from(RECORDS) / wall.as_secs_f64(),
        writer.as_secs_f64() * 1e6 / f64::from(RECORDS),
        store.statistics().count
    );
    assert_eq!((store.statistics().dropped, store.statistics().failed), (0, 0));
}

#[test]
#[ignore = "a measurement"]
fn paced() {
    const RECORDS: u32 = 25_000;
    let folder = Folder::new();
    let limits = Limits { count: 20_000, ..Limits::FILE };
    let store = Store::open(&Location::File(folder.file()), limits, redactor(), |_| {}).unwrap();
    let recorder = store.recorder();
    let mut prepared: Vec<_> = (0..RECORDS).map(delivery).collect();
    let mut times = Vec::with_capacity(prepared.len());
    let (cpu, own) = (ProcessTime::now(), ThreadTime::now());
    let began = Instant::now();
    for (exchange, number) in prepared.drain(..).zip(0..) {
        // Five thousand a second.
        let due = Duration::from_micros(200) * number;
        if let Some(left) = due.checked_sub(began.elapsed()) {
            std::thread::sleep(left);
        }
        let start = Instant::now();
        recorder.record(exchange);
        times.push(start.elapsed());
    }
    store.reader().flush(PATIENCE).unwrap();
    let writer = cpu.elapsed().saturating_sub(own.elapsed());
    times.sort_unstable();
    let at = |part: usize| times[times.len() * part / 1000 - 1];
    println!(
        "paced at 5k/s: enqueue p50 {:?}, p99 {:?}, p99.9 {:?}; writer {:.2} µs CPU a record; peak {}",
        at(500),
        at(990),
        at(999),
        writer.as_secs_f64() * 1e6 / f64::from(RECORDS),
        peak()
    );
}

#[test]
#[ignore = "a measurement"]
fn opening_and_reading() {
    let folder = Folder::new();
    let limits = Limits { count: 1_000_000, bytes: 1 << 40, queued_count: 1 << 20, queued_bytes: 1 << 30 };
    let store = Store::open(&Location::File(folder.file()), limits, redactor(), |_| {}).unwrap();
    for chunk in 0..50 {
        record(&store, (chunk * 1000..chunk * 1000 + 1000).map(delivery));
    }
    // As `kill -9` would leave it.
    let killed = Folder::new();
    for entry in fs::read_dir(&folder.0).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), killed.0.join(entry.file_name())).unwrap();
    }
    let began = Instant::now();
    let reopened = Store::open(&Location::File(killed.file()), limits, redactor(), |_| {}).unwrap();
    println!("opening {} records after a kill: {:?}", reopened.statistics().count, began.elapsed());
    assert!(store.finish(PATIENCE) && reopened.finish(PATIENCE));
    drop((store, reopened));
    let began = Instant::now();
    let store = Store::open(&Location::File(folder.file()), limits, redactor(), |_| {}).unwrap();
    println!("opening {} records: {:?}", store.statistics().count, began.elapsed());
    for pairs in [
        &[][..],
        &[("view", "summary"), ("limit", "1000")],
        &[("limit", "1000")],
        &[("status", "404")],
        &[("path", "nowhere"), ("verdict", "refused")],
        &[("q", "not to be found")],
        &[("header", "x-none")],
    ] {
        let query = Query::parse(pairs.iter().copied()).unwrap();
        let began = Instant::now();
        let page = store.reader().list(&query).unwrap();
        println!("{pairs:?}: {} found, cut short: {}, {:?}", page.items.len(), page.cut_short, began.elapsed());
    }
    println!("file: {} MiB, peak {}", fs::metadata(folder.file()).unwrap().len() >> 20, peak());
}

#[test]
#[ignore = "a measurement"]
fn redaction() {
    let redactor = redactor();
    let form: String =
        form_urlencoded::byte_serialize("Hello, wörld! How are you today? ".repeat(60).as_bytes()).collect();
    let json = "{\"text\":\"Hello \\\"world\\\"\",\"number\":12345,\"url\":\"https://example.com/\"},".repeat(28);
    let letters = "x".repeat(2048);
    for (name, body) in [("form", form), ("JSON", json), ("letters", letters)] {
        for times in [1, 512] {
            let body = Bytes::from(body.repeat(times));
            let rounds = 2048 / times;
            let began = ThreadTime::now();
            for _ in 0..rounds {
                let _ = std::hint::black_box(redactor.bytes(std::hint::black_box(&body)));
            }
            let each = began.elapsed() / u32::try_from(rounds).unwrap();
            println!(
                "{name}, {} bytes: {each:?}, {:.0} MB/s",
                body.len(),
                body.len() as f64 / each.as_secs_f64() / 1e6
            );
        }
    }
    let head = exchange(1).request.head;
    let began = ThreadTime::now();
    for number in 0..1000 {
        let mut sample = exchange(number);
        sample.request.head = head.clone();
        redactor.exchange(&mut sample);
    }
    println!("an exchange: {:?} with making it", began.elapsed() / 1000);
}

fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("unknown").to_owned()
}

/// What SQLite alone takes for as many bytes, in batches of 512 and pruned as ours: the floor, in the same run.
#[test]
#[ignore = "a measurement"]
fn floor() {
    const RECORDS: i64 = 100_000;
    let folder = Folder::new();
    let mut connection = rusqlite::Connection::open(folder.file()).unwrap();
    connection
        .execute_batch(
            "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE records (id INTEGER PRIMARY KEY, status INTEGER, path TEXT, head BLOB, body BLOB);
             CREATE INDEX by_status ON records (status, path);",
        )
        .unwrap();
    let (head, body) = (vec![b'h'; 400], vec![b'b'; 2048]);
    let cpu = ThreadTime::now();
    let began = Instant::now();
    for batch in 0..RECORDS / 512 {
        let transaction = connection.transaction().unwrap();
        let mut insert = transaction.prepare_cached("INSERT INTO records VALUES (?1, ?2, ?3, ?4, ?5)").unwrap();
        for number in batch * 512..batch * 512 + 512 {
            insert.execute(rusqlite::params![number, 200, "/sms", head, body]).unwrap();
        }
        drop(insert);
        transaction.execute("DELETE FROM records WHERE id < ?1", [batch * 512 - 20_000]).unwrap();
        transaction.commit().unwrap();
    }
    println!(
        "floor: {:.0} records/s, {:.2} µs CPU a record",
        RECORDS as f64 / began.elapsed().as_secs_f64(),
        cpu.elapsed().as_secs_f64() * 1e6 / RECORDS as f64
    );
}

/// The writer's work in parts.
#[test]
#[ignore = "a measurement"]
fn parts() {
    const BATCHES: u32 = 100;
    let run = |name: &str, redactor: &Redactor, count: u64, with_id: bool| {
        let folder = Folder::new();
        let (mut connection, _) = database::open_file(&folder.file()).unwrap();
        let limits = Limits { count, bytes: 1 << 40, ..Limits::FILE };
        let mut spent = Duration::ZERO;
        let mut deliveries = retries::Deliveries::default();
        for batch in 0..BATCHES {
            let mut jobs: Vec<_> = (batch * 512..batch * 512 + 512)
                .map(|number| {
                    let mut exchange = delivery(number);
                    if !with_id {
                        exchange.decision.delivery_id = None;
                    }
                    queue::Job::Record { exchange: Box::new(exchange), size: None }
                })
                .collect();
            let cpu = ThreadTime::now();
            let transaction = connection.transaction().unwrap();
            let mut at = 0;
            while at < jobs.len() {
                at += batch::write(&transaction, &mut jobs[at..], redactor, &mut deliveries, &limits, || ())
                    .unwrap()
                    .jobs;
            }
            transaction.commit().unwrap();
            spent += cpu.elapsed();
        }
        println!("{name}: {:.2} µs a record", spent.as_secs_f64() * 1e6 / f64::from(BATCHES * 512));
    };
    let nothing = Redactor::default();
    run("insert", &nothing, 1 << 40, false);
    run("insert with delivery ids", &nothing, 1 << 40, true);
    run("insert with delivery ids, prune", &nothing, 20_000, true);
    run("all, redacted", &redactor(), 20_000, true);
}
