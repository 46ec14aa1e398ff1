//! Connections to the app.

use std::{
    future::Future,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use tower::Service;

use super::forward::RequestBody;

/// A client that keeps connections open. A request that finds its pooled connection dead before a byte of it was
/// sent goes out on another one; what may have been received is never sent twice.
pub(super) type AppClient = Client<HttpConnector<Resolver>, RequestBody>;

pub(super) fn client() -> AppClient {
    let mut connector = HttpConnector::new_with_resolver(Resolver);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(POOL_MAX_IDLE)
        .http1_preserve_header_case(true)
        .http1_title_case_headers(true)
        .build(connector)
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
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(found.into_iter())
        })
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Shorter than what common app servers keep idle connections for (gunicorn 2 s, Node and uvicorn 5 s): a connection
/// that the app closes at the moment when a request is on its way costs that request.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_millis(1_500);
const POOL_MAX_IDLE: usize = 512;
