//! A request, whatever it came from.

use std::fmt;

use bytes::Bytes;
use countersign::clock::UnixTime;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// One of the requests in a file or an inspector.
#[derive(Debug)]
pub(crate) struct Item {
    /// What it is called there, for example `entry 3`.
    pub(crate) label: String,
    pub(crate) request: Result<Imported, ImportError>,
}

/// A request that was recorded.
#[derive(Clone, Debug)]
pub(crate) struct Imported {
    pub(crate) method: Method,
    /// An absolute URL, or a path with its query, as it was written.
    pub(crate) target: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    /// Whether the end of the body is missing.
    pub(crate) is_cut: bool,
    /// When it arrived.
    pub(crate) time: Option<UnixTime>,
    /// What a reader should know of how it was read.
    pub(crate) notes: Vec<String>,
    /// What came back, as far as it was recorded and can be read.
    pub(crate) answer: Option<Answer>,
}

/// An answer that was recorded.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Imported {
    /// A request without headers and body.
    pub(crate) fn new(method: &[u8], target: String) -> Result<Self, ImportError> {
        let method = Method::from_bytes(method).map_err(|_| ImportError::new("the method cannot be sent"))?;
        if !target.starts_with('/') && !is_absolute(&target) {
            return Err(ImportError::new("the target is neither a URL (https://…) nor a path (/…)"));
        }
        if target.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(ImportError::new("the target holds white space or control characters"));
        }
        Ok(Self {
            method,
            target,
            headers: Vec::new(),
            body: Bytes::new(),
            is_cut: false,
            time: None,
            notes: Vec::new(),
            answer: None,
        })
    }

    /// Adds a header; white space around the value is no part of it.
    pub(crate) fn push_header(&mut self, name: &[u8], value: &[u8]) -> Result<(), ImportError> {
        if self.headers.len() >= MAX_HEADERS {
            return Err(ImportError::new(format_args!("there are more than {MAX_HEADERS} headers")));
        }
        self.headers.push(parse_header(name, value)?);
        Ok(())
    }

    /// The headers as a verifier reads them.
    pub(crate) fn header_map(&self) -> HeaderMap {
        // There are fewer than a map can hold.
        self.headers.iter().cloned().collect()
    }

    /// Compares the body with what the header of its length says.
    pub(crate) fn check_length(&mut self) {
        let mut lengths = self.headers.iter().filter(|(name, _)| *name == header::CONTENT_LENGTH);
        let Some(declared) = lengths.next().and_then(|(_, value)| value.to_str().ok()?.parse::<usize>().ok()) else {
            return;
        };
        let there = self.body.len();
        self.is_cut |= there < declared;
        if there != declared {
            self.notes.push(format!("Content-Length says {declared} bytes, and the body has {there}"));
        }
    }
}

/// A request that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImportError(String);

impl ImportError {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ImportError {}

/// A header; white space around the value is no part of it.
pub(super) fn parse_header(name: &[u8], value: &[u8]) -> Result<(HeaderName, HeaderValue), ImportError> {
    let parsed = HeaderName::from_bytes(name).map_err(|_| {
        let name = String::from_utf8_lossy(name.get(..MAX_SHOWN).unwrap_or(name));
        ImportError::new(format_args!("`{}` is no header name", name.escape_debug()))
    })?;
    let value = HeaderValue::from_bytes(value.trim_ascii())
        .map_err(|_| ImportError::new(format_args!("the header {parsed} has a value that cannot be sent")))?;
    Ok((parsed, value))
}

fn is_absolute(target: &str) -> bool {
    countersign::public_url::SignedUrl::parse(target).is_some()
}

/// Far more than a server takes, far less than a map can hold.
pub(super) const MAX_HEADERS: usize = 1_000;
const MAX_SHOWN: usize = 60;
