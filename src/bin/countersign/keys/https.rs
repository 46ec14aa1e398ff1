//! One GET over TLS, within bounds.

use std::{fmt, io, net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{client::TlsStream, rustls::pki_types::ServerName};

use super::{Trust, address::is_public};

/// A client that follows no redirects, keeps no connections and speaks nothing but HTTPS.
pub(crate) struct Https {
    trust: Trust,
    routes: Vec<Route>,
    limit: Duration,
}

/// Where a host is found instead of where DNS says: for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) host: String,
    pub(crate) address: SocketAddr,
}

/// An answer whose body has arrived.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum GetError {
    Connect(io::Error),
    Http(hyper::Error),
    NoPublicAddress,
    Resolve(io::Error),
    TimedOut,
    Tls(io::Error),
    TooLarge,
    Url,
}

impl Https {
    pub(crate) fn new(trust: Trust, routes: Vec<Route>, limit: Duration) -> Self {
        Self { trust, routes, limit }
    }

    /// The answer to a GET, whatever its status is.
    pub(super) async fn get(&self, url: &str) -> Result<Answer, GetError> {
        timeout(self.limit, self.attempt(url)).await.unwrap_or(Err(GetError::TimedOut))
    }

    async fn attempt(&self, url: &str) -> Result<Answer, GetError> {
        let uri: Uri = url.parse().map_err(|_| GetError::Url)?;
        let authority = uri.authority().ok_or(GetError::Url)?.as_str();
        // Neither a port nor userinfo: what a URL names here is a provider's host and nothing else.
        if uri.scheme_str() != Some("https") || uri.host() != Some(authority) {
            return Err(GetError::Url);
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let request = Request::get(path)
            .header(header::HOST, authority)
            .header(header::USER_AGENT, concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .header(header::ACCEPT, "*/*")
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|_| GetError::Url)?;

        let name = ServerName::try_from(authority.to_owned()).map_err(|_| GetError::Url)?;
        let stream = self.connect(authority).await?;
        let stream = self.trust.connector.connect(name, stream).await.map_err(GetError::Tls)?;
        exchange(stream, request).await
    }

    async fn connect(&self, host: &str) -> Result<TcpStream, GetError> {
        let mut failed = None;
        for address in self.addresses(host).await? {
            match timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failed = Some(GetError::Connect(error)),
                Err(_) => failed = Some(GetError::TimedOut),
            }
        }
        Err(failed.unwrap_or(GetError::NoPublicAddress))
    }

    async fn addresses(&self, host: &str) -> Result<Vec<SocketAddr>, GetError> {
        if let Some(route) = self.routes.iter().find(|route| route.host == host) {
            return Ok(vec![route.address]);
        }
        let found = lookup_host((host, HTTPS_PORT)).await.map_err(GetError::Resolve)?;
        // Networks that inspect TLS answer for public names from addresses of their own.
        let may_be_private = self.trust.is_extended;
        Ok(found.filter(|address| may_be_private || is_public(address.ip())).take(MOST_ADDRESSES).collect())
    }
}

async fn exchange(stream: TlsStream<TcpStream>, request: Request<Empty<Bytes>>) -> Result<Answer, GetError> {
    let mut client = http1::Builder::new();
    client.max_buf_size(MOST_HEAD_BYTES).max_headers(MOST_HEADERS);
    let (mut sender, connection) = client.handshake(TokioIo::new(stream)).await.map_err(GetError::Http)?;
    let answer = async move {
        let (head, body) = sender.send_request(request).await.map_err(GetError::Http)?.into_parts();
        Ok(Answer { status: head.status, body: collect(body).await? })
    };
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        // What it has read is still to be taken, and its error is reported there.
        _ = connection => answer.await,
    }
}

async fn collect(mut body: Incoming) -> Result<Bytes, GetError> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(GetError::Http)?.into_data() {
            if bytes.len() + data.len() > MOST_BODY_BYTES {
                return Err(GetError::TooLarge);
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.freeze())
}

impl fmt::Display for GetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => write!(f, "no connection: {error}"),
            Self::Http(error) => {
                let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
                write!(f, "the answer broke off: {error}{cause}")
            }
            Self::NoPublicAddress => f.write_str("its name resolves to no public address"),
            Self::Resolve(error) => write!(f, "its name cannot be resolved: {error}"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Tls(error) => write!(f, "TLS: {error}"),
            Self::TooLarge => write!(f, "the answer is larger than {} KiB", MOST_BODY_BYTES >> 10),
            Self::Url => f.write_str("no https:// URL of a host"),
        }
    }
}

const HTTPS_PORT: u16 = 443;
const MOST_ADDRESSES: usize = 4;
/// Of one address, so that there is time for another.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const MOST_HEAD_BYTES: usize = 16 << 10;
const MOST_HEADERS: usize = 64;
/// A chain of certificates has some 8 KiB.
const MOST_BODY_BYTES: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn https(routes: Vec<Route>) -> Https {
        Https::new(Trust::new(None).unwrap(), routes, Duration::from_secs(10))
    }

    #[tokio::test]
    async fn only_https_and_a_host() {
        let https = https(vec![Route { host: "a.example".to_owned(), address: ([127, 0, 0, 1], 1).into() }]);
        for url in [
            "http://a.example/",
            "https://a.example:443/",
            "https://u@a.example/",
            "https://a.example@b.example/",
            "a.example",
            "/",
            "",
            "https:///",
            "ftp://a.example/",
        ] {
            assert!(matches!(https.get(url).await, Err(GetError::Url)), "{url}");
        }
        assert!(matches!(https.get("https://a.example/").await, Err(GetError::Connect(_))));
    }

    #[tokio::test]
    async fn this_machine_is_not_asked() {
        let https = https(Vec::new());
        for url in ["https://localhost/", "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data"] {
            assert!(matches!(https.get(url).await, Err(GetError::NoPublicAddress)), "{url}");
        }
    }
}
