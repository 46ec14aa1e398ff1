//! Targets and headers: what is handed on byte for byte, and what changes because it must.

use crate::support::{App, Countersign, Wire};

/// What the proxy adds for a client on this machine. Names are sent in lower case.
const ADDED: [&str; 4] = [
    "x-forwarded-for: 127.0.0.1",
    "x-forwarded-proto: http",
    "x-forwarded-host: hooks.example.com",
    "forwarded: for=127.0.0.1;host=\"hooks.example.com\";proto=http",
];

#[test]
fn target_headers_and_body_are_the_same_bytes() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    let target = "//a/../b/./c%2Fd;p=1/{\"|\\^~é}?x=%2f&&'{}|\\^`&é=日本&y=a+b%20c?d";
    let head = format!(
        "PATCH {target} HTTP/1.1\r\nHost: hooks.example.com\r\nX-First: 1\r\nx-CASE: a, b\r\nX-First: 2\r\n\
         Empty:\r\nContent-Type: text/x; a=\"b\"\r\nContent-Length: 6\r\n\r\n"
    );
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(b"\0\xff\r\n\x80!");
    assert_eq!(Wire::connect(proxy.address).ask(bytes).status(), 200);

    let received = app.received().message;
    assert_eq!(received.start, format!("PATCH {target} HTTP/1.1"));
    let own = [
        "host: hooks.example.com",
        // Values of one name stay in order; they move up to the first of them.
        "x-first: 1",
        "x-first: 2",
        "x-case: a, b",
        "empty: ",
        "content-type: text/x; a=\"b\"",
        "content-length: 6",
    ];
    assert_eq!(received.headers, [&own[..], &ADDED[..]].concat());
    assert_eq!(received.raw, b"\0\xff\r\n\x80!");
}

#[test]
fn targets_that_no_uri_can_be_are_refused_by_the_parser() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    for target in ["/a<b", "/a`b", "/a>b", "/a b", "/a\x01", "no-slash", "/?<", "/?>", "/?\""] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_eq!(Wire::connect(proxy.address).ask(request).status(), 400, "{target:?}");
    }
    let mut bytes = b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
    assert_eq!(Wire::connect(proxy.address).ask(&bytes).status(), 400);
    // A fragment is the client's own matter: it ends the target.
    bytes = b"GET /a?b#c HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
    assert_eq!(Wire::connect(proxy.address).ask(&bytes).status(), 200);
    assert_eq!(app.received().message.start, "GET /a?b HTTP/1.1");
}

#[test]
fn other_forms_of_targets() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    let mut client = Wire::connect(proxy.address);
    // The absolute form's host counts, not the header's.
    client.ask("GET http://absolute.example/x?y HTTP/1.1\r\nHost: other.example\r\n\r\n");
    let received = app.received().message;
    assert_eq!((received.start.as_str(), received.header("host")), ("GET /x?y HTTP/1.1", Some("absolute.example")));
    // Without who asks, which is no part of a host.
    client.ask("GET http://user:password@absolute.example:81/x HTTP/1.1\r\nHost: other.example\r\n\r\n");
    let received = app.received().message;
    assert_eq!(received.header("host"), Some("absolute.example:81"));
    assert_eq!(received.header("x-forwarded-host"), Some("absolute.example:81"));
    client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(app.received().message.start, "OPTIONS * HTTP/1.1");
    assert_eq!(client.ask("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n").status(), 405);
    assert!(app.has_nothing_more());
}

#[test]
fn hop_by_hop_headers_end_here_in_both_directions() {
    let app = App::answering(
        "HTTP/1.1 200 Fine\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive, X-Private\r\nX-Private: 1\r\n\
         Set-Cookie: a=1\r\nX-Reply: y\r\nSet-Cookie: b=2\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    );
    let proxy = Countersign::http(app.port, &[]);
    let answer = Wire::connect(proxy.address).ask(
        "GET / HTTP/1.1\r\nHost: hooks.example.com\r\nConnection: X-Secret-Hop, close, host\r\nX-Secret-Hop: 1\r\n\
         Keep-Alive: timeout=9\r\nProxy-Connection: keep-alive\r\nTE: gzip\r\nUpgrade: h2c\r\n\
         X-Countersign-Verified: yes\r\nX_Countersign_Verified: yes\r\nX-Kept: 1\r\n\r\n",
    );
    let received = app.received().message;
    assert_eq!(received.headers, [&["host: hooks.example.com", "x-kept: 1"][..], &ADDED[..]].concat());
    assert_eq!(answer.start, "HTTP/1.1 200 Fine");
    let kept: Vec<_> = answer.headers.iter().filter(|line| !line.starts_with("date:")).collect();
    assert_eq!(kept, ["set-cookie: a=1", "set-cookie: b=2", "x-reply: y", "connection: close", "content-length: 0"]);
}

#[test]
fn a_proxy_on_this_machine_is_believed_and_the_configured_url_more() {
    let app = App::ok();
    let request = "GET / HTTP/1.1\r\nHost: hooks.example.com\r\nX-Forwarded-For: 192.0.2.9\r\n\
                   X-Forwarded-Proto: https\r\nX-Forwarded-Host: tunnel.example\r\n\r\n";
    for (arguments, host) in
        [(&[][..], "tunnel.example"), (&["--url", "https://configured.example"][..], "configured.example")]
    {
        let proxy = Countersign::http(app.port, arguments);
        Wire::connect(proxy.address).ask(request);
        let received = app.received().message;
        assert_eq!(received.header("x-forwarded-for"), Some("192.0.2.9, 127.0.0.1"));
        assert_eq!(received.header("x-forwarded-proto"), Some("https"));
        assert_eq!(received.header("x-forwarded-host"), Some(host));
        let forwarded = format!("for=192.0.2.9, for=127.0.0.1;host=\"{host}\";proto=https");
        assert_eq!(received.header("forwarded"), Some(forwarded.as_str()));
    }
}

#[test]
fn the_host_header() {
    let app = App::ok();
    let own = format!("127.0.0.1:{}", app.port);
    for (choice, expected) in [("preserve", "hooks.example.com"), ("rewrite", own.as_str()), ("a.test:1", "a.test:1")] {
        let proxy = Countersign::http(app.port, &["--host-header", choice]);
        Wire::connect(proxy.address).ask("GET / HTTP/1.1\r\nHost: hooks.example.com\r\n\r\n");
        let received = app.received().message;
        assert_eq!(received.header("host"), Some(expected));
        assert_eq!(received.header("x-forwarded-host"), Some("hooks.example.com"), "{choice}");
    }
}

#[test]
fn redirects_are_handed_back() {
    let app = App::answering("HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    let proxy = Countersign::http(app.port, &[]);
    let answer = Wire::connect(proxy.address).ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((answer.status(), answer.header("location")), (307, Some("/elsewhere")));
    app.received();
    assert!(app.has_nothing_more());
}

#[test]
fn the_log_shows_no_query_and_no_raw_control_character() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    Wire::connect(proxy.address).ask("GET /\u{9b}31m\u{202e}x?secret=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    // The helper asserts that each line is ASCII.
    let record = proxy.record();
    assert_eq!(record["path"], "/\u{9b}31m\u{202e}x");
    assert_eq!((&record["method"], &record["verdict"]), (&"GET".into(), &"unverified".into()));
    assert!(!record.to_string().contains("secret=1"));
}

#[test]
fn a_host_is_told_once_and_is_one() {
    let app = App::ok();
    let proxy = Countersign::http(app.port, &[]);
    for hosts in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nX: 1\r\nHost: b\r\n",
        "Host: a b\r\n",
        "Host: a/b\r\n",
        "Host: user@a\r\n",
        "Host: http://a\r\n",
        "Host: a?b\r\n",
        "Host: a#b\r\n",
        "Host: a:b\r\n",
        "Host: a:1:2\r\n",
        "Host: [::1\r\n",
        "Host: [::1]x\r\n",
        "Host: ::1\r\n",
        "Host: a\"b\r\n",
        "Host: \u{fc}.example\r\n",
    ] {
        for target in ["/x", "http://absolute.example/x"] {
            let answer = Wire::connect(proxy.address).ask(format!("GET {target} HTTP/1.1\r\n{hosts}\r\n"));
            assert_eq!(answer.status(), 400, "{hosts:?}");
            assert!(answer.text().contains("Host"), "{}", answer.text());
            assert_eq!(proxy.record()["status"], 400);
        }
    }
    let twice = "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n";
    assert_eq!(Wire::connect(proxy.address).ask(twice).status(), 400);
    assert!(app.has_nothing_more());
    let mut client = Wire::connect(proxy.address);
    for host in
        ["a", "A.example.", "a_b-c.example:81", "a:", "127.0.0.1:4000", "[::1]:80", "[fe80::1%25eth0]", "%41", ""]
    {
        assert_eq!(client.ask(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")).status(), 200, "{host:?}");
        assert_eq!(app.received().message.header("host"), Some(host));
    }
}
