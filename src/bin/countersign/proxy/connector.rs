//! How connections to the app are made.

use std::{
    error::Error,
    fmt,
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use hyper_util::client::legacy::connect::{HttpConnector, dns::Name};
use tower::Service;

pub(super) type Connector = HttpConnector<Resolver>;

pub(super) fn connector() -> Connector {
    let mut connector = HttpConnector::new_with_resolver(Resolver);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector
}

/// `localhost` is both loopback addresses, in that order and without a thread: development servers listen on either.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver;

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            if name.as_str().eq_ignore_ascii_case("localhost") {
                let both: Vec<SocketAddr> = vec![(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
                return Ok(both.into_iter());
            }
            match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(found) => Ok(found.collect::<Vec<_>>().into_iter()),
                Err(error) => Err(io::Error::other(Unresolved(error))),
            }
        })
    }
}

/// There are no addresses of this name.
#[derive(Debug)]
struct Unresolved(io::Error);

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Unresolved {}

/// Whether a connection could not be made for want of an address.
pub(super) fn is_unresolved(error: &(dyn Error + 'static)) -> bool {
    let mut error = Some(error);
    while let Some(one) = error {
        let inner = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if inner.is_some_and(|inner| inner.is::<Unresolved>()) {
            return true;
        }
        error = one.source();
    }
    false
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
