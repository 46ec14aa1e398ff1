//! Answers to endpoint challenges. None can be taken for HTML.

use bytes::Bytes;
use http::{HeaderValue, Response, header};

/// 200 with a text that came from the provider.
pub(crate) fn plain_text(text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::copy_from_slice(text.as_bytes()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// 200 without a body.
pub(crate) fn empty() -> Response<Bytes> {
    Response::new(Bytes::new())
}
