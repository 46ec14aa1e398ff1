//! Who connected to us.

use std::net::SocketAddr;

/// The other end of the client's connection. In the request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
}

impl Peer {
    pub(crate) fn new(address: SocketAddr) -> Self {
        // A socket that listens on [::] shows IPv4 peers as mapped addresses.
        Self { address: SocketAddr::new(address.ip().to_canonical(), address.port()) }
    }

    /// Whether it is on this machine: a tunnel's agent or a reverse proxy, whose word about the client counts.
    pub(crate) fn is_local(&self) -> bool {
        self.address.ip().is_loopback()
    }
}
