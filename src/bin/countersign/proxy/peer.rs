//! Who connected to us.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use http::HeaderValue;

use super::{alarm::Alarm, progress::Progress};

/// The other end of the client's connection, with what its requests need one after the other and which is made once.
#[derive(Clone, Debug)]
pub(crate) struct Peer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    name: HeaderValue,
    node: String,
    alarm: Alarm,
    progress: Progress,
}

impl Peer {
    pub(crate) fn new(address: SocketAddr) -> Self {
        // A socket that listens on [::] shows IPv4 peers as mapped addresses.
        let ip = address.ip().to_canonical();
        let name = HeaderValue::try_from(ip.to_string()).unwrap_or_else(|_| HeaderValue::from_static("unknown"));
        let address = SocketAddr::new(ip, address.port());
        let (alarm, progress) = (Alarm::default(), Progress::default());
        Self(Arc::new(Shared { address, name, node: node(ip), alarm, progress }))
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

    /// For what is waited for on its connection.
    pub(super) fn alarm(&self) -> &Alarm {
        &self.0.alarm
    }

    /// How far the bodies of its requests have come.
    pub(super) fn progress(&self) -> &Progress {
        &self.0.progress
    }
}

/// An address in the words of RFC 7239.
pub(super) fn node(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("for={address}"),
        IpAddr::V6(address) => format!("for=\"[{address}]\""),
    }
}
