//! What a verifier may see of a request.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::{Rejection, RejectionKind, public_url::RequestUrl};

/// A borrowed view of a request whose body has arrived in full: method, public URL, headers and the raw body.
///
/// Nothing in it was decoded or changed on the way.
#[derive(Clone, Copy, Debug)]
pub struct WebhookRequest<'a> {
    head: RequestHead<'a>,
    body: RawBody<'a>,
}

impl<'a> WebhookRequest<'a> {
    /// Puts a view together. `url` is the URL that the provider requested, as far as it is known.
    #[must_use]
    pub fn new(
        method: &'a Method,
        url: impl Into<RequestUrl<'a>>,
        headers: &'a HeaderMap,
        body: impl Into<RawBody<'a>>,
    ) -> Self {
        Self { head: RequestHead { method, url: url.into(), headers }, body: body.into() }
    }

    pub(crate) fn from_head(head: RequestHead<'a>, body: RawBody<'a>) -> Self {
        Self { head, body }
    }

    /// Everything but the body.
    #[must_use]
    pub fn head(&self) -> &RequestHead<'a> {
        &self.head
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.head.method
    }

    /// The URLs that the provider may have requested.
    #[must_use]
    pub fn url(&self) -> &RequestUrl<'a> {
        &self.head.url
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.head.headers
    }

    /// The one value of a header; see [`RequestHead::header`].
    ///
    /// # Errors
    /// [`RejectionKind::MalformedSignature`] when the header stands there more than once with differing values.
    pub fn header(&self, name: &HeaderName) -> Result<Option<&'a [u8]>, Rejection> {
        self.head.header(name)
    }

    /// The bytes of the body as they came.
    #[must_use]
    pub fn body(&self) -> RawBody<'a> {
        self.body
    }
}

/// A request before its body was read.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    method: &'a Method,
    url: RequestUrl<'a>,
    headers: &'a HeaderMap,
}

impl<'a> RequestHead<'a> {
    /// Puts a view together.
    #[must_use]
    pub fn new(method: &'a Method, url: impl Into<RequestUrl<'a>>, headers: &'a HeaderMap) -> Self {
        Self { method, url: url.into(), headers }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The URLs that the provider may have requested.
    #[must_use]
    pub fn url(&self) -> &RequestUrl<'a> {
        &self.url
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The one value of a header that a signature depends on; `None` if it is absent.
    ///
    /// A header that is repeated with the same value counts once: proxies do that.
    ///
    /// # Errors
    /// [`RejectionKind::MalformedSignature`] when it is repeated with differing values, since two readers could then
    /// disagree about which one counts.
    pub fn header(&self, name: &HeaderName) -> Result<Option<&'a [u8]>, Rejection> {
        self.values(name).one()
    }

    /// The values of one header.
    pub(crate) fn values(&self, name: &HeaderName) -> HeaderValues<'a> {
        // There may be many of both where the sender says which headers are signed.
        if self.headers.keys_len() > FEW_HEADERS {
            let mut all = self.headers.get_all(name).iter();
            let first = all.next();
            return HeaderValues { first, differ: all.any(|other| first != Some(other)) };
        }
        let [values] = self.find([name]);
        values
    }

    /// The values of several headers, in one pass over all: names as long as providers' take longer to hash than to
    /// compare with those that are there.
    pub(crate) fn find<const N: usize>(&self, names: [&HeaderName; N]) -> [HeaderValues<'a>; N] {
        let mut found = [HeaderValues::default(); N];
        for (name, value) in self.headers {
            for (values, _) in found.iter_mut().zip(names).filter(|(_, wanted)| name == *wanted) {
                match values.first {
                    None => values.first = Some(value),
                    Some(first) => values.differ |= first != value,
                }
            }
        }
        found
    }

    /// Whether the media type of the body is `wanted` (lower case), whatever its parameters.
    ///
    /// Differing `Content-Type` headers are no media type at all.
    #[must_use]
    pub fn has_content_type(&self, wanted: &str) -> bool {
        let Ok(Some(value)) = self.header(&http::header::CONTENT_TYPE) else { return false };
        let Some((essence, rest)) = value.trim_ascii_start().split_at_checked(wanted.len()) else { return false };
        essence.eq_ignore_ascii_case(wanted.as_bytes()) && matches!(rest.trim_ascii_start(), [] | [b';', ..])
    }

    /// Whether the request asks to become a WebSocket.
    #[must_use]
    pub fn is_websocket_upgrade(&self) -> bool {
        crate::public_url::is_websocket_upgrade(self.headers)
    }
}

impl fmt::Debug for RequestHead<'_> {
    /// Shows no value of a header: some are as good as secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", self.method)
            .field("url", &self.url)
            .field("headers", &Names(self.headers))
            .finish()
    }
}

/// The names of headers, for `Debug`.
pub(crate) struct Names<'a>(pub(crate) &'a HeaderMap);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// So many names are looked at in about the time that hashing one takes.
const FEW_HEADERS: usize = 16;

/// What a request has of one header.
#[derive(Clone, Copy, Default)]
pub(crate) struct HeaderValues<'a> {
    /// The one that stands first.
    pub(crate) first: Option<&'a HeaderValue>,
    /// Whether others differ from it.
    differ: bool,
}

impl<'a> HeaderValues<'a> {
    /// The one value; see [`RequestHead::header`].
    pub(crate) fn one(self) -> Result<Option<&'a [u8]>, Rejection> {
        if self.differ {
            return Err(Rejection::new(RejectionKind::MalformedSignature));
        }
        Ok(self.first.map(HeaderValue::as_bytes))
    }
}

/// The bytes of a body, in the pieces in which they arrived.
#[derive(Clone, Copy)]
pub struct RawBody<'a>(Pieces<'a>);

#[derive(Clone, Copy)]
enum Pieces<'a> {
    One(&'a [u8]),
    Many(&'a [Bytes]),
}

impl<'a> RawBody<'a> {
    /// The pieces in order.
    pub fn pieces(self) -> impl Iterator<Item = &'a [u8]> + Clone {
        let count = match self.0 {
            Pieces::One(_) => 1,
            Pieces::Many(frames) => frames.len(),
        };
        (0..count).filter_map(move |index| self.piece(index))
    }

    /// One of the pieces.
    pub(crate) fn piece(self, index: usize) -> Option<&'a [u8]> {
        match self.0 {
            Pieces::One(bytes) => Some(bytes).filter(|_| index == 0),
            Pieces::Many(frames) => frames.get(index).map(|frame| &frame[..]),
        }
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(self) -> usize {
        match self.0 {
            Pieces::One(bytes) => bytes.len(),
            Pieces::Many(frames) => frames.iter().map(Bytes::len).sum(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The body in one piece: borrowed when it came in one, else joined. For verifiers that must parse it.
    #[must_use]
    pub fn contiguous(self) -> Cow<'a, [u8]> {
        match self.0 {
            Pieces::One(bytes) => Cow::Borrowed(bytes),
            Pieces::Many([]) => Cow::Borrowed(&[]),
            Pieces::Many([frame]) => Cow::Borrowed(frame),
            Pieces::Many(frames) => Cow::Owned(frames.concat()),
        }
    }
}

impl fmt::Debug for RawBody<'_> {
    /// Shows how long it is and nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawBody").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<'a> From<&'a [u8]> for RawBody<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self(Pieces::One(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for RawBody<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self(Pieces::One(bytes))
    }
}

impl<'a> From<&'a str> for RawBody<'a> {
    fn from(text: &'a str) -> Self {
        Self(Pieces::One(text.as_bytes()))
    }
}

impl<'a> From<&'a [Bytes]> for RawBody<'a> {
    fn from(frames: &'a [Bytes]) -> Self {
        Self(Pieces::Many(frames))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens stand in headers, and in the bodies and queries of some.
    #[test]
    fn debug_output_shows_no_value_of_a_header_nothing_of_the_body_and_no_query() {
        let headers = HeaderMap::from_iter([(http::header::AUTHORIZATION, HeaderValue::from_static("s3cr3t"))]);
        let url = "https://user:s3cr3t@example.com/hook?secret=s3cr3t";
        let shown = format!("{:?}", WebhookRequest::new(&Method::POST, url, &headers, b"s3cr3t"));
        let bytes = format!("{:?}", b"s3cr3t");
        assert!(!shown.contains("s3cr3t") && !shown.contains(&bytes[1..bytes.len() - 1]), "{shown}");
        for told in ["POST", "https://example.com/hook", "authorization", "6"] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
    }

    /// Few headers are compared, many are hashed: what is found is the same.
    #[test]
    fn one_value_among_few_and_among_many() {
        const NAME: HeaderName = HeaderName::from_static("x-signature");
        for others in [0, FEW_HEADERS - 1, FEW_HEADERS, 4 * FEW_HEADERS] {
            let found = |values: &[&'static str]| {
                let mut headers = HeaderMap::new();
                for index in 0..others {
                    let name = HeaderName::try_from(format!("x-other-{index}")).expect("a name");
                    headers.insert(name, HeaderValue::from_static("other"));
                }
                for value in values {
                    headers.append(NAME, HeaderValue::from_static(value));
                }
                RequestHead::new(&Method::POST, "https://example.com/", &headers)
                    .header(&NAME)
                    .map(|value| value.map(<[u8]>::to_vec))
                    .map_err(|rejection| rejection.kind())
            };
            assert_eq!(found(&[]), Ok(None), "{others}");
            assert_eq!(found(&["one"]), Ok(Some(b"one".to_vec())), "{others}");
            assert_eq!(found(&["one", "one"]), Ok(Some(b"one".to_vec())), "{others}");
            assert_eq!(found(&["one", "one", "two"]), Err(RejectionKind::MalformedSignature), "{others}");
        }
    }
}
