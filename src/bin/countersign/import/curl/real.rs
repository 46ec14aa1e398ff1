//! What a command means, held to what bash and the real curl make of it.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::Command,
    sync::mpsc::channel,
    thread,
    time::Duration,
};

use crate::import::{Imported, raw};

/// `HOST` stands for the server's address, `FILE` for a file.
const COMMANDS: &[&str] = &[
    "curl http://HOST/a?b=c",
    "curl HOST",
    "curl 'http://HOST?a=1&b=%20#f'",
    "curl -d a=1 -d 'b= ü&' http://HOST/",
    "curl -X PUT http://HOST/x -d ''",
    "curl -XDELETE http://HOST/x",
    "curl -I http://HOST/x",
    "curl http://HOST/ -H 'X-Signature: s' -H 'x-signature:t' -H 'X-Empty;' -H 'Accept:' -H 'nonsense' -H 'Gone: '",
    "curl http://HOST/ -d '{}' -H 'content-type: application/json; charset=utf-8'",
    "curl http://HOST/ -d '{}' -H 'Content-Type:'",
    "curl --json '{\"a\":' --json '1}' http://HOST/",
    "curl --json '{}' -H 'Accept: text/plain' http://HOST/",
    "curl http://HOST/ -d @FILE",
    "curl http://HOST/ --data-binary @FILE",
    "curl http://HOST/ --data-raw @FILE",
    "curl http://HOST/ --data-ascii @FILE --data-binary x",
    "curl http://HOST/ --data-urlencode 'a=b c&ü~/' --data-urlencode '=x=y' --data-urlencode 'p q' --data-urlencode n@FILE",
    "curl -G http://HOST/p?x=1 -d a=1 --data-urlencode 'b=c d'",
    "curl -G http://HOST -d a",
    "curl --url-query 'a=b c' --url-query +d=e http://HOST/p",
    "curl -u me:s3cret http://HOST/",
    "curl http://me:a%20b%3A@HOST/x",
    "curl --oauth2-bearer abc http://HOST/",
    "curl -A me/1 -e http://there/ -b a=1 -b 'b=2; c=3' -r 0-9 http://HOST/",
    "curl --compressed -sSLkg 'http://HOST/?a[]={1}'",
    "curl http://HOST/a/../b/./c/..",
    "curl --path-as-is http://HOST/a/../b",
    "curl http://HOST/a --request-target '/b?c'",
    "curl http://HOST/ --data-raw $'it\\'s\\u0021 \\x41\\101\\n\\t\\u00fc\\\\'",
    "curl http://HOST/ \\\n  -H \"X-A: \\\"q\\\" \\$ 'x'\" \\\n  --data-raw 'a'\"b\"c\\ d # e",
    "curl http://HOST/ -da=1 -HX-A:\\ b -o/dev/null",
    "curl -H 'Content-Length: 3' http://HOST/ -d abc",
    "curl http://HOST/ 2>/dev/null | cat",
];

#[test]
fn the_real_curl_sends_the_same() {
    let tools = ["bash", "curl"];
    let missing = tools.iter().find(|tool| Command::new(tool).arg("--version").output().is_err());
    if let Some(tool) = missing {
        assert!(std::env::var_os("COUNTERSIGN_REQUIRE_TOOLS").is_none(), "needs {tool}");
        eprintln!("left out: needs {tool}");
        return;
    }
    let file = File::new(b"one\r\ntwo=\xc3\xbc&three\n");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let (send, received) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = send.send(record(stream.unwrap()));
        }
    });
    for command in COMMANDS {
        let command = command.replace("HOST", &host).replace("FILE", file.0.to_str().unwrap());
        // `~/.curlrc` and proxies would change what is sent.
        let mut bash = Command::new("bash");
        bash.args(["-c", &command]).env("CURL_HOME", "/nowhere").env("HOME", "/nowhere").env("no_proxy", "*");
        bash.env("LC_ALL", "C.UTF-8").output().unwrap();
        let sent = received.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("nothing sent: {command}"));
        let sent = raw::parse(&sent).unwrap();
        let meant = super::parse(command.as_bytes(), &|path| std::fs::read(path)).unwrap();
        assert_eq!(meant.method, sent.method, "{command}");
        assert_eq!(on_the_wire(&meant.target), sent.target, "{command}");
        assert_eq!(meant.body, sent.body, "{command}");
        assert_eq!(telling(&meant), telling(&sent), "{command}");
    }
}

/// The bytes of one request.
fn record(mut stream: TcpStream) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut message = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let is_whole = message.windows(4).any(|end| end == b"\r\n\r\n")
            && raw::parse(&message).is_ok_and(|request| !request.is_cut);
        if is_whole {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            return message;
        }
        match stream.read(&mut buffer).unwrap() {
            0 => return message,
            count => message.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Path and query as a client sends them.
fn on_the_wire(url: &str) -> String {
    let rest = url.split_once("://").unwrap().1;
    let target = &rest[rest.find(['/', '?']).unwrap_or(rest.len())..];
    if target.starts_with('/') { target.to_owned() } else { format!("/{target}") }
}

/// The headers that say something: not those that every client adds, nor what this build of curl can decompress.
fn telling(request: &Imported) -> Vec<String> {
    let mut lines: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .filter(|(name, value)| match *name {
            "host" | "content-length" | "expect" => false,
            "user-agent" => !value.starts_with("curl/"),
            _ => true,
        })
        .map(|(name, value)| if name == "accept-encoding" { name.to_owned() } else { format!("{name}: {value}") })
        .collect();
    lines.sort();
    lines
}

/// A file, removed at the end.
struct File(PathBuf);

impl File {
    fn new(content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-curl-{}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
