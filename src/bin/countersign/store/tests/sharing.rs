//! Several on one file.

use super::*;

#[test]
fn two_writers_share_a_file() {
    let folder = Folder::new();
    let limits = Limits { count: 100_000, ..Limits::FILE };
    let stores = [open_with(&folder.file(), limits), open_with(&folder.file(), limits)];
    // With the same ids, as if two processes had started in the same microsecond.
    std::thread::scope(|scope| {
        for store in &stores {
            scope.spawn(|| {
                for round in 0..20 {
                    record(store, (round * 100..round * 100 + 100).map(exchange));
                }
            });
        }
    });
    for store in &stores {
        let mut query = Query { limit: 1000, bodies: false, ..Query::default() };
        let mut found = Vec::new();
        loop {
            let page = store.reader().list(&query).unwrap();
            found.extend(page.items.into_iter().map(|item| item.decision.delivery_id.unwrap()));
            query.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(found.len(), 4000);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), 2000);
        assert_eq!((store.statistics().failed, store.statistics().dropped), (0, 0));
        store.reader().on_writer(|connection| {
            let totals: (i64, i64) = connection
                .query_row("SELECT count, bytes FROM totals", [], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            let counted = connection
                .query_row("SELECT count(*), sum(bytes) FROM exchanges", [], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            assert_eq!(totals, counted);
            assert_eq!(totals.0, 4000);
        });
    }
    // One sees what the other did, and both are bounded by what is there.
    assert!(stores[0].reader().clear().unwrap() == 4000);
    assert_eq!(stores[1].reader().list(&Query::default()).unwrap().items.len(), 0);
    assert!(stores[0].finish(PATIENCE));
    record(&stores[1], [exchange(1)]);
    assert_eq!(stores[1].statistics().count, 1);
}

#[test]
fn many_open_one_new_file_at_once() {
    let folder = Folder::new();
    std::thread::scope(|scope| {
        for number in 0..6 {
            let path = folder.file();
            scope.spawn(move || {
                let store = open(&path);
                record(&store, [exchange(number)]);
                assert!(store.finish(PATIENCE));
            });
        }
    });
    assert_eq!(open(&folder.file()).statistics().count, 6);
}
