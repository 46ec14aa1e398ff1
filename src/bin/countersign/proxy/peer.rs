//! Who connected to us.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
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
    forwarded: Mutex<Option<Element>>,
    alarm: Alarm,
    progress: Progress,
    has_left: AtomicBool,
}

/// An element of `Forwarded`, and what it was made of.
#[derive(Debug)]
struct Element {
    host: Option<HeaderValue>,
    proto: &'static str,
    text: HeaderValue,
}

impl Peer {
    pub(crate) fn new(address: SocketAddr) -> Self {
        // A socket that listens on [::] shows IPv4 peers as mapped addresses.
        let ip = address.ip().to_canonical();
        let name = HeaderValue::try_from(ip.to_string()).unwrap_or_else(|_| HeaderValue::from_static("unknown"));
        let address = SocketAddr::new(ip, address.port());
        let (alarm, progress) = (Alarm::default(), Progress::default());
        let forwarded = Mutex::default();
        Self(Arc::new(Shared {
            address,
            name,
            node: node(ip),
            forwarded,
            alarm,
            progress,
            has_left: AtomicBool::new(false),
        }))
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

    /// What `Forwarded` says of its request for that host, which `make` makes.
    pub(super) fn forwarded(
        &self,
        host: Option<&HeaderValue>,
        proto: &'static str,
        make: impl FnOnce() -> String,
    ) -> Option<HeaderValue> {
        let mut kept = self.0.forwarded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(element) = kept.as_ref().filter(|kept| kept.host.as_ref() == host && kept.proto == proto) {
            return Some(element.text.clone());
        }
        let text = HeaderValue::try_from(make()).ok()?;
        // A copy: a clone would keep the whole buffer alive that the request was read into.
        let host = host.and_then(|host| HeaderValue::from_bytes(host.as_bytes()).ok());
        Some(kept.insert(Element { host, proto, text }).text.clone())
    }

    /// Whether it is on this machine: a tunnel's agent or a reverse proxy, whose word about the client counts.
    pub(crate) fn is_local(&self) -> bool {
        self.0.address.ip().is_loopback()
    }

    /// It has closed its side of the connection.
    pub(super) fn leaves(&self) {
        self.0.has_left.store(true, Ordering::Relaxed);
    }

    /// Whether it has closed its side: it may still read, but mostly nobody is there any more.
    pub(crate) fn has_left(&self) -> bool {
        self.0.has_left.load(Ordering::Relaxed)
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
