//! Asks an inspector for its captures, over plain HTTP and bounded in time and size.

use std::{fmt, net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header, uri::Authority};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{body::Body, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{ImportError, Item, ngrok};
use crate::console::escape;

/// An inspector with ngrok's API.
#[derive(Clone)]
pub(crate) struct Inspector {
    authority: Authority,
    is_remote_allowed: bool,
    token: Option<String>,
}

impl Inspector {
    /// Takes `http://host:port`, or `host:port` alone.
    ///
    /// Captures hold other people's data, and the connection is not encrypted: addresses beyond this machine must be
    /// allowed.
    pub(crate) fn new(url: &str, is_remote_allowed: bool) -> Result<Self, ImportError> {
        let malformed = || ImportError::new("the inspector's address has not the form http://host:port");
        let rest = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => {
                return Err(ImportError::new("an inspector is asked over http://, not https://"));
            }
            Some(_) => return Err(malformed()),
            None => url,
        };
        let authority: Authority = rest.strip_suffix('/').unwrap_or(rest).parse().map_err(|_| malformed())?;
        if authority.host().is_empty() || authority.as_str().contains('@') {
            return Err(malformed());
        }
        Ok(Self { authority, is_remote_allowed, token: None })
    }

    /// The same, with the token that it asks for.
    #[must_use]
    pub(crate) fn with_token(mut self, token: Option<String>) -> Self {
        self.token = token;
        self
    }

    /// Every capture that it keeps.
    pub(crate) async fn captures(&self) -> Result<Vec<Item>, ImportError> {
        ngrok::parse_list(&self.get("/api/requests/http").await?)
    }

    /// One capture.
    pub(crate) async fn capture(&self, id: &str) -> Result<Item, ImportError> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
            return Err(ImportError::new("a capture's id has letters, digits, `-`, `_` and `.` only"));
        }
        ngrok::parse_one(&self.get(&format!("/api/requests/http/{id}")).await?)
    }

    /// What it answers to a question of ours.
    pub(crate) async fn json(&self, path: &str) -> Result<Value, ImportError> {
        self.read(&self.get(path).await?)
    }

    /// What it answers to an order.
    pub(crate) async fn send_json(&self, method: Method, path: &str, body: &Value) -> Result<Value, ImportError> {
        let answer = self.within(LONGEST_ORDER, self.ask(method, path, Some(body.to_string()))).await?;
        self.read(&answer)
    }

    async fn get(&self, path: &str) -> Result<Bytes, ImportError> {
        self.within(LONGEST, self.ask(Method::GET, path, None)).await
    }

    fn read(&self, json: &[u8]) -> Result<Value, ImportError> {
        serde_json::from_slice(json).map_err(|error| self.failed(error))
    }

    async fn within(
        &self,
        limit: Duration,
        answer: impl Future<Output = Result<Bytes, ImportError>>,
    ) -> Result<Bytes, ImportError> {
        let answer = timeout(limit, answer).await;
        answer.unwrap_or_else(|_| Err(self.failed(format_args!("no answer within {} s", limit.as_secs()))))
    }

    async fn ask(&self, method: Method, path: &str, body: Option<String>) -> Result<Bytes, ImportError> {
        let stream = self.connect().await?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.failed(error))?;
        let exchange = async {
            let mut request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::HOST, self.authority.as_str())
                .header(header::ACCEPT, "application/json");
            if let Some(token) = &self.token {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            if body.is_some() {
                request = request.header(header::CONTENT_TYPE, "application/json");
            }
            let body = Full::new(Bytes::from(body.unwrap_or_default()));
            let request = request.body(body).map_err(|error| self.failed(error))?;
            let answer = sender.send_request(request).await.map_err(|error| self.failed(error))?;
            // Redirects are answers like any other: they could lead anywhere.
            let status = answer.status();
            let too_large = || self.failed(format_args!("its answer is larger than {} MiB", LARGEST >> 20));
            if answer.body().size_hint().lower() > LARGEST as u64 {
                return Err(too_large());
            }
            let body = Limited::new(answer.into_body(), LARGEST).collect().await;
            let body =
                body.map_err(|error| if error.is::<LengthLimitError>() { too_large() } else { self.failed(error) })?;
            let body = body.to_bytes();
            match status {
                StatusCode::OK => Ok(body),
                other => Err(self.failed(refusal(other, &body))),
            }
        };
        tokio::pin!(exchange);
        tokio::select! {
            answer = &mut exchange => answer,
            // The connection may end before its last answer was read.
            _ = connection => exchange.await,
        }
    }

    async fn connect(&self) -> Result<TcpStream, ImportError> {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = self.authority.port_u16().unwrap_or(80);
        let addresses: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(|error| self.failed(error))?.collect();
        if !self.is_remote_allowed && !addresses.iter().all(|address| address.ip().is_loopback()) {
            return Err(ImportError::new(format_args!(
                "{} is not on this machine; --allow-remote asks it all the same, unencrypted",
                self.authority
            )));
        }
        TcpStream::connect(&addresses[..]).await.map_err(|error| {
            self.failed(format_args!("{error}; does it run? Its address is shown where it was started"))
        })
    }

    fn failed(&self, problem: impl fmt::Display) -> ImportError {
        ImportError::new(format_args!("the inspector at http://{}: {problem}", self.authority))
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector").field("authority", &self.authority).finish_non_exhaustive()
    }
}

/// What an answer that is none says: in words, if it has ngrok's shape.
fn refusal(status: StatusCode, body: &[u8]) -> String {
    let told = serde_json::from_slice::<Value>(body).ok();
    let message = told.as_ref().and_then(|told| told["msg"].as_str()).filter(|message| !message.is_empty());
    match (message, status) {
        (Some(message), _) => escape(message, 500),
        (None, StatusCode::NOT_FOUND) => "it has no such capture (404)".to_owned(),
        (None, other) => format!("it answered {}", other.as_u16()),
    }
}

const LONGEST: Duration = Duration::from_secs(30);
/// For a replay: as long as the app may take, and a little more.
const LONGEST_ORDER: Duration = Duration::from_secs(180);
/// ngrok keeps 50 MB unless told otherwise, and base64 makes a third more of them.
const LARGEST: usize = 128 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for text in ["http://127.0.0.1:4040", "localhost:4040/", "HTTP://[::1]:4040", "http://127.0.0.1"] {
            assert!(Inspector::new(text, false).is_ok(), "{text}");
        }
        for text in ["", "https://127.0.0.1:4040", "ftp://a", "http://a/b", "http://u:hush@a", "http://", "a b"] {
            let error = Inspector::new(text, false).expect_err(text).to_string();
            assert!(error.contains("http://") && !error.contains("hush"), "{text}: {error}");
        }
    }

    #[tokio::test]
    async fn only_this_machine_unless_allowed() {
        // An address for documentation: nobody is asked.
        let inspector = Inspector::new("http://192.0.2.1:4040", false).unwrap();
        let error = inspector.captures().await.expect_err("it is not here").to_string();
        assert!(error.contains("--allow-remote"), "{error}");
        let error = inspector.capture("../status").await.expect_err("no id").to_string();
        assert!(error.contains("letters"), "{error}");
    }
}
