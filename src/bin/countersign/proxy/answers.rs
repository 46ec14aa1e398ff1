//! Answers of our own: plain text that says what to check.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::observe::Trouble;

pub(super) fn not_a_forward_proxy() -> Response<Bytes> {
    let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "This is no forward proxy\n".to_owned());
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"));
    response
}

/// The app at `address` could not be asked, or did not answer.
pub(super) fn app_trouble(trouble: Trouble, address: &str) -> Response<Bytes> {
    let (status, text) = match trouble {
        Trouble::Broken => (
            StatusCode::BAD_GATEWAY,
            format!(
                "countersign: the app at {address} closed the connection without an answer.\n\
                 Look into its log: did it crash, or is it something other than an HTTP server?\n"
            ),
        ),
        Trouble::Unreachable => (
            StatusCode::BAD_GATEWAY,
            format!(
                "countersign: no connection to the app at {address}.\n\
                 Is it running, and does it listen on this port?\n"
            ),
        ),
        Trouble::TimedOut => (
            StatusCode::GATEWAY_TIMEOUT,
            format!(
                "countersign: the app at {address} did not answer in time.\n\
                 Is it stuck, or stopped in a debugger? --upstream-timeout changes how long it may take.\n"
            ),
        ),
    };
    plain(status, text)
}

fn plain(status: StatusCode, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
