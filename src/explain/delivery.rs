//! What arrived.

use std::{borrow::Cow, fmt};

use http::{HeaderMap, Method, Uri};

use crate::{
    public_url::redact,
    request::{Names, RawBody},
};

/// A delivery as it arrived: method, target, headers with `Host` and whatever proxies added, and the raw body.
#[derive(Clone)]
pub struct Delivery<'a> {
    pub(super) method: &'a Method,
    pub(super) target: Target<'a>,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: Cow<'a, [u8]>,
    pub(super) body_is_whole: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Target<'a> {
    Request(&'a Uri),
    Url(&'a str),
}

impl<'a> Delivery<'a> {
    /// A delivery that a server received. `uri` is the request's target before any router stripped a prefix from it; the
    /// public URL is found as [`Explainer::public_url`](super::Explainer::public_url) says.
    #[must_use]
    pub fn new(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap, body: impl Into<RawBody<'a>>) -> Self {
        Self::with(method, Target::Request(uri), headers, body.into())
    }

    /// A delivery from a file or a form, with the whole public URL as somebody wrote it down.
    #[must_use]
    pub fn at(method: &'a Method, url: &'a str, headers: &'a HeaderMap, body: impl Into<RawBody<'a>>) -> Self {
        Self::with(method, Target::Url(url), headers, body.into())
    }

    /// Says that the body is not all of what came, as in a capture that was cut off: then it is not searched.
    #[must_use]
    pub fn with_partial_body(mut self) -> Self {
        self.body_is_whole = false;
        self
    }

    fn with(method: &'a Method, target: Target<'a>, headers: &'a HeaderMap, body: RawBody<'a>) -> Self {
        Self { method, target, headers, body: body.contiguous(), body_is_whole: true }
    }
}

impl fmt::Debug for Delivery<'_> {
    /// Shows no value of a header and nothing of the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("method", self.method)
            .field("target", &self.target)
            .field("headers", &Names(self.headers))
            .field("body", &RawBody::from(&self.body[..]))
            .field("body_is_whole", &self.body_is_whole)
            .finish()
    }
}

impl fmt::Debug for Target<'_> {
    /// Shows no query: it may hold what is private to a user.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(uri) => f.write_str(uri.path()),
            Self::Url(url) => f.write_str(&redact(url)),
        }
    }
}
