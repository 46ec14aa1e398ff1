//! Who connected to us.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use http::HeaderValue;

/// The other end of the client's connection. In the request's extensions; clones share what is said of it there.
#[derive(Clone, Debug)]
pub(crate) struct Peer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    name: HeaderValue,
    node: String,
}

impl Peer {
    pub(crate) fn new(address: SocketAddr) -> Self {
        // A socket that listens on [::] shows IPv4 peers as mapped addresses.
        let ip = address.ip().to_canonical();
        let name = HeaderValue::try_from(ip.to_string()).unwrap_or_else(|_| HeaderValue::from_static("unknown"));
        Self(Arc::new(Shared { address: SocketAddr::new(ip, address.port()), name, node: node(ip) }))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Its IP address, as `X-Forwarded-For` has it.
    pub(crate) fn name(&self) -> &HeaderValue {
        &self.0.name
    }

    /// Its IP address, as `Forwarded` has it.
    pub(crate) fn node(&self) -> &str {
        &self.0.node
    }

    /// Whether it is on this machine: a tunnel's agent or a reverse proxy, whose word about the client counts.
    pub(crate) fn is_local(&self) -> bool {
        self.0.address.ip().is_loopback()
    }
}

/// An address in the words of RFC 7239.
pub(super) fn node(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("for={address}"),
        IpAddr::V6(address) => format!("for=\"[{address}]\""),
    }
}
