//! Answers of our own: plain text that says what to check.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};

use super::{
    host::{self, Misfit},
    observe::Trouble,
};

/// The answer to a request that no reverse proxy hands on.
pub(super) fn to_what_is_not_forwarded<B>(request: &Request<B>) -> Option<Response<Bytes>> {
    let (uri, headers) = (request.uri(), request.headers());
    if request.method() == Method::CONNECT {
        return Some(not_a_forward_proxy());
    }
    // `GET example.com`: a host where a path should be. There is no path to forward, and none is invented.
    if uri.scheme().is_none() && uri.authority().is_some() {
        return Some(plain(StatusCode::BAD_REQUEST, "The request target is no path\n".to_owned()));
    }
    if let Some(misfit) = host::misfit(request.version(), headers) {
        return Some(misfit_host(misfit));
    }
    // The chunks end here; what else was done to the body would be handed on as if it were the body (RFC 9112, 6.1).
    (!is_at_most_chunked(headers)).then(|| {
        let text = "countersign: of all transfer codings, chunked alone is supported.\n";
        plain(StatusCode::NOT_IMPLEMENTED, text.to_owned())
    })
}

/// Whether a message has no transfer coding but `chunked`.
pub(super) fn is_at_most_chunked(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let is_chunked = |coding: &HeaderValue| coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked");
    codings.next().is_none_or(is_chunked) && codings.next().is_none()
}

fn misfit_host(misfit: Misfit) -> Response<Bytes> {
    let text = match misfit {
        Misfit::Missing => "countersign: the request has no Host header.\n",
        Misfit::Repeated => "countersign: the request has more than one Host header.\n",
        Misfit::Invalid => "countersign: the request's Host header is no host.\n",
    };
    plain(StatusCode::BAD_REQUEST, text.to_owned())
}

fn not_a_forward_proxy() -> Response<Bytes> {
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
        Trouble::ClientBrokeOff => {
            (StatusCode::BAD_REQUEST, "countersign: the request's body did not arrive to its end.\n".to_owned())
        }
        // Nobody is left to whom it could be said.
        Trouble::Ended => (StatusCode::SERVICE_UNAVAILABLE, "countersign: the proxy ended.\n".to_owned()),
        Trouble::InvalidAnswer => (
            StatusCode::BAD_GATEWAY,
            format!(
                "countersign: the answer of the app at {address} is not valid HTTP/1.1.\n\
                 Ask it with `curl -i`: is a header malformed, are there two lengths, a transfer coding beside chunked, or over 100 headers?\n"
            ),
        ),
        Trouble::Unresolved => (
            StatusCode::BAD_GATEWAY,
            format!(
                "countersign: the name of the app at {address} cannot be resolved.\n\
                 Is it spelled right, and known to this machine?\n"
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
