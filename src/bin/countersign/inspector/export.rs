//! Captures in forms that other tools read.

mod curl;
mod har;
mod vector;

use bytes::Bytes;

pub(crate) use self::{curl::curl, har::har, vector::vector};
use crate::store::Exchange;

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Curl,
    Har,
    Raw,
    Vector,
}

impl Form {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "curl" => Some(Self::Curl),
            "har" => Some(Self::Har),
            "raw" => Some(Self::Raw),
            "vector" => Some(Self::Vector),
            _ => None,
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Curl => "text/plain; charset=utf-8",
            Self::Har | Self::Vector => "application/json",
            Self::Raw => "application/octet-stream",
        }
    }

    /// How a file of this form is called.
    pub(crate) fn file_name(self, stem: &str) -> String {
        let extension = match self {
            Self::Curl => "sh",
            Self::Har => "har",
            Self::Raw => "http",
            Self::Vector => "json",
        };
        format!("{stem}.{extension}")
    }
}

/// The request as an HTTP/1.1 message with a body of known length, however it was framed when it came.
pub(crate) fn raw(exchange: &Exchange) -> Bytes {
    let body = exchange.request.body.to_bytes();
    let mut message = Vec::with_capacity(exchange.request.head.len() + body.len() + 32);
    message.extend_from_slice(exchange.request.start_line());
    message.extend_from_slice(b"\r\n");
    for (name, value) in exchange.request.headers() {
        let is_framing = ["content-length", "transfer-encoding"].iter().any(|other| name.eq_ignore_ascii_case(other));
        if !is_framing {
            message.extend_from_slice(name.as_bytes());
            message.extend_from_slice(b": ");
            message.extend_from_slice(value);
            message.extend_from_slice(b"\r\n");
        }
    }
    if !body.is_empty() || exchange.request.header("content-length").is_some() {
        message.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    message.extend_from_slice(b"\r\n");
    message.extend_from_slice(&body);
    message.into()
}

/// The URL that was requested, as far as it is known.
pub(crate) fn url(exchange: &Exchange) -> String {
    if let Some(url) = &exchange.decision.public_url {
        return url.clone();
    }
    let host = exchange.request.header("host").map_or("localhost".into(), String::from_utf8_lossy);
    format!("http://{host}{}", exchange.target())
}
