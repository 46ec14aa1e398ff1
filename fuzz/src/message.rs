//! A request as text: `POST https://host/path`, header lines, an empty line, the body. Bytes may be anything.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// A request that could be sent.
#[derive(Debug)]
pub struct Message {
    pub method: Method,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Message {
    /// `None` for what no HTTP library would hand on.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (start, mut rest) = split_line(text)?;
        let space = start.iter().position(|byte| *byte == b' ')?;
        let method = Method::from_bytes(&start[..space]).ok()?;
        let url = std::str::from_utf8(&start[space + 1..]).ok()?.to_owned();
        let mut headers = HeaderMap::new();
        loop {
            let (line, after) = split_line(rest)?;
            rest = after;
            if line.is_empty() {
                return Some(Self { method, url, headers, body: rest.to_vec() });
            }
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            headers.append(name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?);
        }
    }

    /// The text that [`parse`](Self::parse) reads.
    pub fn write(&self) -> Vec<u8> {
        let mut text = format!("{} {}\n", self.method, self.url).into_bytes();
        for (name, value) in &self.headers {
            text.extend_from_slice(name.as_str().as_bytes());
            text.push(b':');
            text.extend_from_slice(value.as_bytes());
            text.push(b'\n');
        }
        text.push(b'\n');
        text.extend_from_slice(&self.body);
        text
    }
}

/// The body in frames, of `length` bytes and every third of none.
pub fn frames(body: &[u8], length: usize) -> Vec<Bytes> {
    let mut frames = Vec::new();
    for (index, chunk) in body.chunks(length.max(1)).enumerate() {
        if index % 3 == 0 {
            frames.push(Bytes::new());
        }
        frames.push(Bytes::copy_from_slice(chunk));
    }
    frames
}

fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    Some((&text[..end], &text[end + 1..]))
}
