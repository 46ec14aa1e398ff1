//! A request or a response as it is kept: its head as text, its body as bytes.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, Version};
use smallvec::{SmallVec, smallvec};

/// One half of an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// The start line and the headers in order, with their duplicates, as HTTP/1.1 writes them, ended by an empty
    /// line. Names are spelled as ngrok and Go do (`X-Twilio-Signature`): names have no case.
    pub(crate) head: Bytes,
    pub(crate) body: CapturedBody,
}

/// Most bodies come in one piece.
pub(crate) type Frames = SmallVec<[Bytes; 1]>;

/// A body as far as it was captured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CapturedBody {
    /// The pieces in order.
    pub(crate) frames: Frames,
    /// How long the body was as far as it came, captured or not.
    pub(crate) size: u64,
    /// Whether it ended as HTTP wants it; `false` when an end went away, or nobody read it.
    pub(crate) complete: bool,
    /// Whether more came than the limit allows to keep.
    pub(crate) truncated: bool,
}

impl Message {
    pub(crate) fn request(method: &Method, uri: &Uri, version: Version, headers: &HeaderMap) -> Self {
        let target = match uri.path_and_query() {
            Some(target) if uri.authority().is_none() => Cow::Borrowed(target.as_str()),
            _ => Cow::Owned(uri.to_string()),
        };
        Self::with_head([method.as_str(), &target, name(version)], headers)
    }

    pub(crate) fn response(status: StatusCode, version: Version, headers: &HeaderMap) -> Self {
        Self::with_head([name(version), status.as_str(), status.canonical_reason().unwrap_or_default()], headers)
    }

    fn with_head(start_line: [&str; 3], headers: &HeaderMap) -> Self {
        // Exactly as long as it takes: there is one for each half of each exchange.
        let start_length: usize = start_line.iter().map(|word| word.len() + 1).sum();
        let headers_length: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let mut head = Vec::with_capacity(start_length + 1 + headers_length + 2);
        let [first, second, third] = start_line.map(str::as_bytes);
        for part in [first, b" ", second, b" ", third, b"\r\n"] {
            head.extend_from_slice(part);
        }
        write_headers(headers, &mut head);
        Self { head: head.into(), body: CapturedBody::default() }
    }

    /// The start line, without its end.
    pub(crate) fn start_line(&self) -> &[u8] {
        let line = match memchr::memchr(b'\n', &self.head) {
            Some(end) => self.head.get(..end).unwrap_or_default(),
            None => &self.head,
        };
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// The headers in order. Values are bytes: not every client sends text.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let lines = self.head.split(|byte| *byte == b'\n').skip(1);
        lines.filter_map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at_checked(colon)?;
            Some((std::str::from_utf8(name).ok()?, value.strip_prefix(b": ").unwrap_or_default()))
        })
    }

    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl CapturedBody {
    /// The whole, copied only if it is in more than one piece.
    pub(crate) fn to_bytes(&self) -> Bytes {
        match self.frames.as_slice() {
            [] => Bytes::new(),
            [one] => one.clone(),
            many => many.concat().into(),
        }
    }

    /// Makes one piece of it, in place.
    pub(crate) fn join(&mut self) -> &[u8] {
        if self.frames.len() > 1 {
            self.frames = smallvec![self.to_bytes()];
        }
        self.joined()
    }

    /// The only piece of a body that was joined.
    pub(crate) fn joined(&self) -> &[u8] {
        debug_assert!(self.frames.len() < 2, "a body in pieces");
        self.frames.first().map_or(&[], |piece| piece)
    }

    /// How many bytes are kept.
    pub(crate) fn kept(&self) -> usize {
        self.frames.iter().map(Bytes::len).sum()
    }
}

fn name(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        Version::HTTP_3 => "HTTP/3.0",
        _ => "HTTP/1.1",
    }
}

fn write_headers(headers: &HeaderMap, out: &mut Vec<u8>) {
    for (name, value) in headers {
        let start = out.len();
        out.extend_from_slice(name.as_str().as_bytes());
        capitalise(out.get_mut(start..).unwrap_or_default());
        out.extend_from_slice(b": ");
        // The parser let no line ends through.
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes the first letter of each part large.
pub(super) fn capitalise(name: &mut [u8]) {
    let mut at_start = true;
    for byte in name {
        if at_start {
            byte.make_ascii_uppercase();
        }
        at_start = *byte == b'-';
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn heads_keep_order_duplicates_and_bytes() {
        let mut headers = HeaderMap::new();
        headers.append("x-b", HeaderValue::from_static("1"));
        headers.append("x-a", HeaderValue::from_bytes(b"\xff: c").unwrap());
        headers.append("x-b", HeaderValue::from_static(""));
        let uri = "/a//b?x=%2f".parse().unwrap();
        let message = Message::request(&Method::POST, &uri, Version::HTTP_11, &headers);
        assert_eq!(message.start_line(), b"POST /a//b?x=%2f HTTP/1.1");
        let all: Vec<_> = message.headers().collect();
        assert_eq!(all, [("X-B", &b"1"[..]), ("X-B", b""), ("X-A", b"\xff: c")]);
        assert_eq!(message.header("x-a"), Some(&b"\xff: c"[..]));
        assert!(message.head.ends_with(b"\r\n\r\n"));
    }

    #[test]
    fn responses() {
        let headers = HeaderMap::from_iter([(HeaderName::from_static("etag"), HeaderValue::from_static("\"1\""))]);
        let message = Message::response(StatusCode::NOT_FOUND, Version::HTTP_11, &headers);
        assert_eq!(&message.head[..], b"HTTP/1.1 404 Not Found\r\nEtag: \"1\"\r\n\r\n");
    }
}
