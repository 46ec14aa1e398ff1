use std::io;

use proptest::prelude::*;

use super::*;

fn no_files(_: &Path) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

fn read(text: &str) -> Imported {
    parse(text.as_bytes(), &no_files).expect(text)
}

fn header<'a>(request: &'a Imported, name: &str) -> Vec<&'a str> {
    let headers = request.headers.iter().filter(|(found, _)| found == name);
    headers.map(|(_, value)| value.to_str().unwrap()).collect()
}

#[test]
fn defaults() {
    let get = read("curl https://h/a");
    assert_eq!((get.method.as_str(), get.target.as_str(), get.body.len()), ("GET", "https://h/a", 0));
    let post = read("$ curl h/a -d x=1 -d y -H 'X-Signature: s '");
    assert_eq!((post.method.as_str(), post.target.as_str(), &post.body[..]), ("POST", "http://h/a", &b"x=1&y"[..]));
    assert_eq!(header(&post, "content-type"), ["application/x-www-form-urlencoded"]);
    assert_eq!(header(&post, "x-signature"), ["s"]);
    let json = read("/usr/bin/curl --json '{\"a\":' --json '1}' http://h");
    assert_eq!((json.method.as_str(), &json.body[..]), ("POST", &b"{\"a\":1}"[..]));
    assert_eq!(
        (header(&json, "content-type"), header(&json, "accept")),
        (vec!["application/json"], vec!["application/json"])
    );
    assert_eq!(read("curl -I h").method, "HEAD");
    assert_eq!(read("curl -XPUT -d '' h").method, "PUT");
    assert_eq!(read("curl -sSLkd a -o x h --max-time 3 --no-progress-meter -vX PATCH").method, "PATCH");
    assert_eq!(read("curl -- -x").target, "http://-x");
}

#[test]
fn headers() {
    let request = read(
        "curl h -d a -H 'content-type: text/plain' -H 'Accept:' -H 'X-Empty;' -H 'nonsense' -H 'X: 1' -H 'x: 2' \
         -A me -e there -b a=1 -b 'b=2' -b jar.txt -u me: --compressed -r 0-9",
    );
    let found: Vec<_> = request.headers.iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect();
    let expected = [
        "authorization: Basic bWU6",
        "user-agent: me",
        "range: bytes=0-9",
        "accept-encoding: deflate, gzip, br, zstd",
        "referer: there",
        "cookie: a=1;b=2",
        "content-type: text/plain",
        "x-empty: ",
        "x: 1",
        "x: 2",
    ];
    assert_eq!(found, expected);
    assert_eq!(header(&read("curl --oauth2-bearer t h"), "authorization"), ["Bearer t"]);
    assert_eq!(header(&read("curl https://me:a%20b@h/"), "authorization"), ["Basic bWU6YSBi"]);
    assert!(header(&read("curl --digest -u me:x h"), "authorization").is_empty());
}

#[test]
fn urls() {
    for (text, expected) in [
        ("curl 'https://h?a=1#f'", "https://h?a=1"),
        ("curl -G h/p?a -d b=1 --data-urlencode 'c=d e'", "http://h/p?a&b=1&c=d+e"),
        ("curl -G h", "http://h"),
        ("curl --url-query 'a=ü' --url-query +b=c h/p", "http://h/p?a=%C3%BC&b=c"),
        ("curl h/a/../b/./c/%2e%2E/d/..", "http://h/b/"),
        ("curl --path-as-is h/a/../b", "http://h/a/../b"),
        ("curl h/a --request-target /b?c", "http://h/b?c"),
        ("curl -g 'h/?a[]={b}'", "http://h/?a[]={b}"),
        ("curl 'http://[::1]:80/x'", "http://[::1]:80/x"),
    ] {
        assert_eq!(read(text).target, expected, "{text}");
    }
}

#[test]
fn files() {
    let files = |path: &Path| match path.to_str() {
        Some("body") => Ok(b"a\r\nb\0c".to_vec()),
        Some("headers") => Ok(b"X-A: 1\r\n\r\nX-B: 2\n".to_vec()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    for (option, expected) in [
        ("-d @body", &b"abc"[..]),
        ("--data-binary @body", b"a\r\nb\0c"),
        ("--json @body", b"a\r\nb\0c"),
        ("--data-raw @body", b"@body"),
        ("--data-urlencode @body", b"a%0D%0Ab%00c"),
        ("--data-urlencode n@body", b"n=a%0D%0Ab%00c"),
        ("--data-urlencode n=@body", b"n=%40body"),
        ("--data-urlencode =a=b", b"a%3Db"),
        ("--data-urlencode 'a b~'", b"a+b~"),
    ] {
        let request = parse(format!("curl h {option}").as_bytes(), &files).expect(option);
        assert_eq!(request.body, expected, "{option}");
    }
    let request = parse(b"curl h -H @headers", &files).unwrap();
    assert_eq!((header(&request, "x-a"), header(&request, "x-b")), (vec!["1"], vec!["2"]));
    for (text, expected) in [("curl h -d @none", "none cannot be read"), ("curl h -d @-", "standard input")] {
        assert!(parse(text.as_bytes(), &files).expect_err(text).to_string().contains(expected), "{text}");
    }
}

/// As the inspector writes the commands of long bodies, and of those that are no text.
#[test]
fn bodies_that_are_piped_in() {
    for (text, expected) in [
        ("printf %s 'a|b \"c\"' | curl h --data-binary @-", &b"a|b \"c\""[..]),
        ("# a note\n$ printf %s 'AP8=' | base64 -d | curl -X POST h \\\n  --data-binary @-", b"\0\xff"),
        ("printf %s 'AP8=' | base64 --decode | curl h -d a -d @-", b"a&\xff"),
        ("printf %s a | curl h -d b | jq .", b"b"),
    ] {
        assert_eq!(read(text).body, expected, "{text}");
    }
    for (text, expected) in [
        ("printf %s 'A' | base64 -d | curl h -d @-", "no Base64"),
        ("printf %s a", "does not begin with `curl`"),
        ("printf a | curl h -d @-", "does not begin with `curl`"),
        ("base64 -d | curl h -d @-", "does not begin with `curl`"),
        ("cat body | curl h -d @-", "does not begin with `curl`"),
        ("printf %s a | printf %s b | curl h -d @-", "does not begin with `curl`"),
        ("printf %s a | curl h -d @- ; curl h", "several curl commands"),
    ] {
        let error = parse(text.as_bytes(), &no_files).expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

/// As Chrome, Firefox and Safari write them.
#[test]
fn what_browsers_copy() {
    let chrome = "curl 'https://h/sms?a=1' \\\n  -H 'accept: */*' \\\n  -H 'x-signature: s' \\\n  \
                  --data-raw $'{\"text\":\"it\\'s\\u0021\\\\n\\n\"}' ;\n";
    let request = read(chrome);
    assert_eq!((request.method.as_str(), &request.body[..]), ("POST", &b"{\"text\":\"it's!\\n\n\"}"[..]));
    assert_eq!(header(&request, "accept"), ["*/*"]);
    let windows = "curl ^\"https://h/sms?a=1^&b=2^\" ^\n  -X ^\"POST^\" ^\n  --data-raw ^\"^{^\\^\"a^\\^\":1^}^\"";
    let request = read(windows);
    assert_eq!((request.target.as_str(), &request.body[..]), ("https://h/sms?a=1&b=2", &b"{\"a\":1}"[..]));
    let firefox = "curl 'https://h/sms' --compressed -X POST -H 'User-Agent: Mozilla/5.0 (X11; Linux)' \
                   -H 'Content-Type: text/plain;charset=UTF-8' --data-raw 'a=b'";
    assert_eq!(header(&read(firefox), "user-agent"), ["Mozilla/5.0 (X11; Linux)"]);
    let safari = "curl 'https://h/sms' \\\n-X 'POST' \\\n-H 'Content-Type: text/plain' \\\n--data-binary 'a=b'";
    assert_eq!(read(safari).body, "a=b");
}

#[test]
fn what_is_refused() {
    for (text, expected) in [
        ("", "no curl command"),
        ("wget http://h", "does not begin with `curl`"),
        ("Invoke-WebRequest -Uri x", "not as PowerShell"),
        ("curl", "no URL"),
        ("curl h h", "several URLs"),
        ("curl h --next h", "second request"),
        ("curl h -F a=b", "multipart"),
        ("curl h -F", "multipart"),
        ("curl h -T x", "-X PUT"),
        ("curl h -K x", "-K"),
        ("curl h --hush-hush x", "--hush-hush is not known"),
        ("curl h -@", "-@ is not known"),
        ("curl h -d", "-d has no value"),
        ("curl h --data", "--data has no value"),
        ("curl h -I -d x", "exclude"),
        ("curl 'h/{a,b}'", "add -g"),
        ("curl 'h/a b'", "white space"),
        ("curl ''", "neither a URL"),
        ("curl ftp://h/", "neither a URL"),
        ("curl h -X 'A B'", "the method"),
        ("curl h -H 'a b: hush'", "`a b` is no header name"),
        ("curl h -H $'a: hu\\x01sh'", "the header a has a value"),
        ("curl $'http://h/\\xff'", "no UTF-8"),
    ] {
        let error = parse(text.as_bytes(), &no_files).expect_err(text).to_string();
        assert!(error.contains(expected) && !error.contains("hush\""), "{text}: {error}");
    }
}

proptest! {
    /// A body that a correct quoter wrote arrives as the same bytes.
    #[test]
    fn bodies_are_exact(body in proptest::collection::vec(1_u8.., 0..200)) {
        let quoted = shlex::bytes::try_quote(&body).unwrap();
        let text = [b"curl -X POST https://h/ --data-raw ", &quoted[..]].concat();
        prop_assert_eq!(&parse(&text, &no_files).unwrap().body[..], &body[..]);
    }

    #[test]
    fn hostile_bytes(text: Vec<u8>) {
        let _ = parse(&text, &no_files);
        let _ = parse(&[b"curl h ", &text[..]].concat(), &no_files);
        let _ = parse(&[b"curl h ^\"", &text[..]].concat(), &no_files);
    }

    #[test]
    fn hostile_commands(text in "curl( (-[dHXGIubA]|--[a-z-]{1,12}|'[^']{0,8}'|@-|http://[a-z{}\\[\\]./%]{0,9})){0,6}") {
        let _ = parse(text.as_bytes(), &no_files);
    }
}
