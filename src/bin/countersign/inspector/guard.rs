//! Who may ask the inspector.
//!
//! It listens on this machine, where any web page that is open in a browser can reach it:
//!
//! 1. `Host` must name the address that it listens on (or one that was allowed): a page whose own name was made to
//!    point here (DNS rebinding) sends that name.
//! 2. `Origin`, where there is one, must be the inspector's own, and a browser must not call the request cross-site.
//! 3. What changes something must be JSON, which no form can send.
//! 4. Off loopback, a token is needed for everything but the page's own files.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use subtle::ConstantTimeEq;

use super::api::ApiError;

/// The rules of one inspector.
#[derive(Clone, Debug)]
pub(crate) struct Guard(Arc<Rules>);

struct Rules {
    /// Names with which it may be called, in lower case, with the port.
    hosts: Vec<String>,
    token: Option<String>,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl Guard {
    /// For an inspector on `address`. `allowed` are further names; a `token` is asked for if there is one.
    pub(crate) fn new(address: SocketAddr, allowed: &[String], token: Option<String>) -> Self {
        let port = address.port();
        let mut hosts = Vec::new();
        let mut allow = |host: &str| {
            let host = host.to_ascii_lowercase();
            hosts.push(format!("{host}:{port}"));
            hosts.push(host);
        };
        ["localhost", "127.0.0.1", "[::1]"].into_iter().for_each(&mut allow);
        if !address.ip().is_unspecified() {
            allow(&match address {
                SocketAddr::V4(address) => address.ip().to_string(),
                SocketAddr::V6(address) => format!("[{}]", address.ip()),
            });
        }
        allowed.iter().for_each(|host| allow(host));
        Self(Arc::new(Rules { hosts, token }))
    }

    fn check(&self, request: &Request) -> Result<(), ApiError> {
        let (headers, uri) = (request.headers(), request.uri());
        let host = host(headers, uri).filter(|host| self.0.hosts.contains(&host.to_ascii_lowercase()));
        let Some(host) = host else {
            return Err(ApiError::forbidden(
                "this Host is not the inspector's: open it as localhost, or allow the name with --web-allow-host",
            ));
        };
        if !is_same_origin(headers, host) {
            return Err(ApiError::forbidden("only the inspector's own page may ask this from a browser"));
        }
        let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        if is_write && *request.method() != Method::DELETE && !is_json(headers) {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send JSON, with `Content-Type: application/json`",
            ));
        }
        match &self.0.token {
            Some(token) if uri.path().starts_with("/api") && !carries(headers, token) => Err(ApiError::new(
                StatusCode::UNAUTHORIZED,
                "send the token that was shown at the start, as `Authorization: Bearer TOKEN`",
            )),
            _ => Ok(()),
        }
    }
}

/// The middleware: refuses strangers, and tells browsers what they must not do with answers.
pub(crate) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match guard.check(&request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let mut all = headers.get_all(header::HOST).iter();
    let one = all.next().filter(|_| all.next().is_none());
    uri.authority().map(|authority| authority.as_str()).or_else(|| one?.to_str().ok())
}

fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    let origin_fits = headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    });
    let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    // Following a link from elsewhere to the page itself is `navigate`: it reads nothing and changes nothing.
    let navigates = headers.get(SEC_FETCH_MODE).is_some_and(|mode| mode == "navigate");
    origin_fits && (navigates || !matches!(site, Some(b"cross-site" | b"same-site")))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

fn carries(headers: &HeaderMap, token: &str) -> bool {
    let value = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    let given = value.strip_prefix(b"Bearer ").unwrap_or_default();
    given.ct_eq(token.as_bytes()).into()
}

/// An answer to a request that no route takes.
pub(crate) async fn nothing_here() -> Response<Body> {
    ApiError::new(StatusCode::NOT_FOUND, "there is nothing here; /api/openapi.json lists what is").into_response()
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SECURITY_HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
