//! Filters, cursors and searches.

use super::*;

fn find(store: &Store, pairs: &[(&str, &str)]) -> Vec<u32> {
    let page = store.reader().list(&Query::parse(pairs.iter().copied()).unwrap()).unwrap();
    assert_eq!(page.next, None);
    (1..=20).filter(|number| ids(&page).contains(&id(*number))).collect()
}

#[test]
fn filters() {
    let folder = Folder::new();
    let store = open(&folder.file());
    let mut other = exchange(3);
    other.request.head = Bytes::from_static(b"GET /Callback HTTP/1.1\r\nX-Trace: One Two\r\n\r\n");
    other.response.as_mut().unwrap().head = Bytes::from_static(b"HTTP/1.1 404 Not Found\r\nEtag: 7\r\n\r\n");
    other.route = "second".into();
    let mut large = exchange(4);
    large.response.as_mut().unwrap().body.frames =
        vec![vec![b'x'; 70_000].into(), Bytes::from_static(b"NEEDLE")].into();
    record(&store, [exchange(1), odd(2), other, large]);
    for (pairs, expected) in [
        (&[][..], &[1, 2, 3, 4][..]),
        (&[("tunnel_name", "second")], &[3]),
        (&[("status", "4xx")], &[3]),
        (&[("status", "none")], &[2]),
        (&[("status", "200-299")], &[1, 4]),
        (&[("method", "get")], &[3]),
        (&[("path", "callBACK")], &[3]),
        (&[("path", "^/Call")], &[3]),
        (&[("path", "^/call")], &[]),
        (&[("path", "number=7")], &[1, 2, 4]),
        (&[("verdict", "refused,undecided")], &[2]),
        (&[("provider", "twilio"), ("status", "200")], &[1, 4]),
        (&[("header", "x-trace")], &[3]),
        (&[("header", "X-Trace: two")], &[3]),
        (&[("header", "x-trace:three")], &[]),
        (&[("header", "ETAG")], &[3]),
        (&[("body", "hello wörld")], &[1, 3, 4]),
        (&[("body", "sm00000003")], &[3]),
        (&[("body", "xneedle")], &[4]),
        (&[("q", "not found")], &[3]),
        (&[("q", "SM00000004")], &[4]),
        (&[("q", "needle")], &[4]),
        (&[("q", "no such thing")], &[]),
        (&[("replay", "true")], &[2]),
        (&[("replay", "false"), ("status", "404")], &[3]),
        (&[("until", "1795000000.000001")], &[1]),
        (&[("since", "2026-11-18T08:26:40Z")], &[1, 2, 3, 4]),
        (&[("since", "2036-11-18T08:26:40Z")], &[]),
        (&[("tunnel_name", "'; DROP TABLE exchanges; --")], &[]),
    ] {
        assert_eq!(find(&store, pairs), expected, "{pairs:?}");
    }
    let text = id(3).to_string();
    assert_eq!(find(&store, &[("q", &text)]), [3]);
    assert_eq!(find(&store, &[("before", &text)]), [1, 2]);
    assert_eq!(find(&store, &[("after", &text)]), [4]);

    let summary = store.reader().list(&Query::parse([("view", "summary")]).unwrap()).unwrap();
    assert!(summary.items.iter().all(|item| item.request.body.frames.is_empty()));
    assert_eq!(summary.items[3].request.body.size, 43);
}

#[test]
fn pages() {
    let store = in_memory();
    record(&store, (1..=20).map(exchange));
    let mut query = Query { limit: 7, after: Some(id(2)), ..Query::default() };
    let mut found = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let page = store.reader().list(&query).unwrap();
        found.extend(ids(&page));
        sizes.push(page.items.len());
        // What comes in between moves nothing.
        record(&store, [exchange(30 + u32::try_from(sizes.len()).unwrap())]);
        query.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [7, 7, 4]);
    assert_eq!(found, (3..=20).rev().map(id).collect::<Vec<_>>());
}

#[test]
fn searches_that_take_too_long_say_where_to_go_on() {
    let store = in_memory();
    record(&store, (1..=1900).map(exchange));
    let mut query = Query { text: Some("sm00000003".to_owned()), patience: Duration::ZERO, ..Query::default() };
    let mut rounds = 0;
    let found = loop {
        let page = store.reader().list(&query).unwrap();
        rounds += 1;
        if !page.items.is_empty() {
            break ids(&page);
        }
        assert!(page.cut_short && page.next < query.before.or(Some(id(4000))));
        query.before = page.next;
    };
    assert_eq!(found, [id(3)]);
    assert!(rounds > 2);
}
