//! An HTTP/1.1 request as bytes.
//!
//! The head may have lines that end with LF only, as editors leave them. The bytes of the body are exact: what
//! `Content-Length` counts, the joined chunks, or everything after the head where neither is there.

use bytes::Bytes;
use http::header;

use super::{ImportError, Imported};

/// Reads one request.
pub(crate) fn parse(message: &[u8]) -> Result<Imported, ImportError> {
    let mut lines = Lines { rest: message.strip_prefix(b"\xef\xbb\xbf").unwrap_or(message), count: 0 };
    let start = loop {
        match lines.next() {
            Some([]) => {}
            Some(line) => break line,
            None => return Err(ImportError::new("there is no HTTP request in it")),
        }
    };
    let mut request = start_line(start)?;
    while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
        let number = lines.count;
        let at_line = |problem: &dyn std::fmt::Display| ImportError::new(format_args!("line {number}: {problem}"));
        let colon = line.iter().position(|byte| *byte == b':').filter(|colon| *colon > 0);
        let Some((name, [_, value @ ..])) = colon.and_then(|colon| line.split_at_checked(colon)) else {
            return Err(at_line(&"it is no header (Name: value), and no empty line ends the headers before it"));
        };
        request.push_header(name, value).map_err(|error| at_line(&error))?;
    }
    take_body(&mut request, lines.rest)?;
    Ok(request)
}

fn start_line(line: &[u8]) -> Result<Imported, ImportError> {
    let malformed = || ImportError::new("the first line is no request line (POST /path HTTP/1.1)");
    if line.starts_with(b"HTTP/") {
        return Err(ImportError::new("it is a response; the request is what was signed"));
    }
    let line = std::str::from_utf8(line).map_err(|_| malformed())?;
    let mut words = line.split_ascii_whitespace();
    let (Some(method), Some(target), version, None) = (words.next(), words.next(), words.next(), words.next()) else {
        return Err(malformed());
    };
    if version.is_some_and(|version| !version.starts_with("HTTP/")) {
        return Err(malformed());
    }
    let request = Imported::new(method.as_bytes(), target.to_owned());
    // Without a version it may be anything at all.
    if version.is_none() { request.map_err(|_| malformed()) } else { request }
}

fn take_body(request: &mut Imported, rest: &[u8]) -> Result<(), ImportError> {
    let is_chunked = request.headers.iter().any(|(name, value)| {
        let mut codings = value.as_bytes().split(|byte| *byte == b',');
        *name == header::TRANSFER_ENCODING
            && codings.next_back().is_some_and(|coding| coding.trim_ascii().eq_ignore_ascii_case(b"chunked"))
    });
    if is_chunked {
        match join_chunks(rest) {
            Chunks::Whole(body) => request.body = body.into(),
            Chunks::Cut(body) => {
                request.body = body.into();
                request.is_cut = true;
                request.notes.push("the last chunks of the body are missing".to_owned());
            }
            Chunks::None => {
                request.body = Bytes::copy_from_slice(rest);
                request.notes.push("the body is not chunked as the headers say; it is taken as it stands".to_owned());
            }
        }
        return Ok(());
    }
    let Some(length) = content_length(request)? else {
        request.body = Bytes::copy_from_slice(rest);
        return Ok(());
    };
    request.body = Bytes::copy_from_slice(rest.get(..length).unwrap_or(rest));
    request.is_cut = rest.len() < length;
    match rest.len().checked_sub(length) {
        Some(0) => {}
        Some(more) => request.notes.push(format!("{more} bytes follow the {length} that Content-Length counts")),
        None => request.notes.push(format!("Content-Length says {length} bytes; only {} are there", rest.len())),
    }
    Ok(())
}

fn content_length(request: &Imported) -> Result<Option<usize>, ImportError> {
    let mut found = None;
    for (_, value) in request.headers.iter().filter(|(name, _)| *name == header::CONTENT_LENGTH) {
        let length = value.to_str().ok().and_then(|text| text.parse::<usize>().ok());
        let length = length.ok_or_else(|| ImportError::new("Content-Length is no number"))?;
        if found.is_some_and(|found| found != length) {
            return Err(ImportError::new("there are two Content-Length headers that differ"));
        }
        found = Some(length);
    }
    Ok(found)
}

enum Chunks {
    Cut(Vec<u8>),
    /// There are none at all: many tools show bodies without their framing.
    None,
    Whole(Vec<u8>),
}

fn join_chunks(framed: &[u8]) -> Chunks {
    let mut lines = Lines { rest: framed, count: 0 };
    let mut body = Vec::new();
    let mut is_first = true;
    loop {
        let size = lines.next().and_then(|line| {
            let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
            let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            usize::from_str_radix(digits, 16).ok()
        });
        let size = match size {
            Some(size) => size,
            None if is_first => return Chunks::None,
            None => return Chunks::Cut(body),
        };
        // Trailers may follow; no provider signs them.
        if size == 0 {
            return Chunks::Whole(body);
        }
        let Some((chunk, rest)) = lines.rest.split_at_checked(size) else {
            body.extend_from_slice(lines.rest);
            return Chunks::Cut(body);
        };
        is_first = false;
        body.extend_from_slice(chunk);
        lines.rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
    }
}

/// Lines that end with CR LF or LF, and how many there were.
struct Lines<'a> {
    rest: &'a [u8],
    count: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.count += 1;
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) = match end.and_then(|end| self.rest.split_at_checked(end)) {
            Some((line, [_, rest @ ..])) => (line, rest),
            _ => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Imported {
        parse(message.as_bytes()).expect(message)
    }

    #[test]
    fn sized_and_unsized() {
        let request =
            read("\r\nPOST /a?b=1 HTTP/1.1\r\nHost: h\r\nX-A:  1 \r\nx-a: 2\r\nContent-Length: 4\r\n\r\n\r\nab");
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/a?b=1"));
        let headers: Vec<_> = request.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap())).collect();
        assert_eq!(headers, [("host", "h"), ("x-a", "1"), ("x-a", "2"), ("content-length", "4")]);
        assert_eq!((&request.body[..], request.is_cut), (&b"\r\nab"[..], false));
        // LF in the head, CR LF in the body.
        let request = read("POST http://h/ HTTP/1.0\nA: b\n\nx\r\ny\n");
        assert_eq!((&request.body[..], request.target.as_str()), (&b"x\r\ny\n"[..], "http://h/"));
        assert_eq!(read("GET /x HTTP/2\nA: b").body.len(), 0);
        let short = read("POST / HTTP/1.1\nContent-Length: 9\n\nabc");
        assert!(short.is_cut && short.body == "abc" && short.notes[0].contains("9 bytes; only 3"), "{short:?}");
        let long = read("POST / HTTP/1.1\nContent-Length: 2\n\nabc");
        assert!(!long.is_cut && long.body == "ab" && long.notes.len() == 1);
    }

    #[test]
    fn chunked() {
        let body = |rest: &str| {
            let request = read(&format!("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n{rest}"));
            (String::from_utf8(request.body.to_vec()).unwrap(), request.is_cut, request.notes.len())
        };
        assert_eq!(body("5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nT: 1\r\n\r\n"), ("hello!".to_owned(), false, 0));
        assert_eq!(body("A\n0123456789\n0\n\n"), ("0123456789".to_owned(), false, 0));
        assert_eq!(body("5\r\nhel"), ("hel".to_owned(), true, 1));
        assert_eq!(body("1\r\nh\r\n"), ("h".to_owned(), true, 1));
        assert_eq!(body("1\r\nh\r\nzz\r\n"), ("h".to_owned(), true, 1));
        assert_eq!(body("{\"a\":1}"), ("{\"a\":1}".to_owned(), false, 1));
        assert_eq!(body("ffffffffffffffff\r\nx"), ("x".to_owned(), true, 1));
        assert_eq!(body("fffffffffffffffff\r\nx"), ("fffffffffffffffff\r\nx".to_owned(), false, 1));
    }

    #[test]
    fn what_is_none() {
        for (message, expected) in [
            ("", "no HTTP request"),
            ("\n\n", "no HTTP request"),
            ("HTTP/1.1 200 OK\n\n", "a response"),
            ("{\"a\": 1}", "the first line"),
            ("POST / FTP/1", "the first line"),
            ("POST nowhere HTTP/1.1", "neither a URL"),
            ("PO\u{1}ST / HTTP/1.1", "the method"),
            ("POST / HTTP/1.1\nA: b\nnonsense\n\n", "line 3: it is no header"),
            ("POST / HTTP/1.1\n: b\n\n", "line 2: it is no header"),
            ("POST / HTTP/1.1\nA b: hush\n\n", "line 2: `A b` is no header name"),
            ("POST / HTTP/1.1\nA: hu\u{0}sh\n\n", "line 2: the header a has a value"),
            ("POST / HTTP/1.1\nContent-Length: -1\n\n", "no number"),
            ("POST / HTTP/1.1\nContent-Length: 1\nContent-Length: 2\n\na", "differ"),
        ] {
            let error = parse(message.as_bytes()).expect_err(message).to_string();
            assert!(error.contains(expected) && !error.contains("hush"), "{message:?}: {error}");
        }
        let many = format!("GET / HTTP/1.1\n{}\n", "A: b\n".repeat(2_000));
        assert!(parse(many.as_bytes()).expect_err("too many").to_string().contains("more than 1000 headers"));
    }

    proptest::proptest! {
        #[test]
        fn bodies_are_exact(body: Vec<u8>, cut in 1_usize..9) {
            let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len());
            proptest::prop_assert_eq!(&parse(&[head.as_bytes(), &body].concat()).unwrap().body[..], &body[..]);
            let mut chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            for chunk in body.chunks(cut) {
                chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                chunked.extend_from_slice(chunk);
                chunked.extend_from_slice(b"\r\n");
            }
            chunked.extend_from_slice(b"0\r\n\r\n");
            proptest::prop_assert_eq!(&parse(&chunked).unwrap().body[..], &body[..]);
        }

        #[test]
        fn hostile_bytes(message: Vec<u8>) {
            let _ = parse(&message);
            let _ = parse(&[b"POST / HTTP/1.1\r\n", &message[..]].concat());
            let _ = parse(&[b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", &message[..]].concat());
        }
    }
}
