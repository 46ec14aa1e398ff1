//! The inspector: see what came, why it was refused, and send it again.
//!
//! ```text
//! guard ─┬─ api    /api/…            ngrok's API and more (api/mod.rs lists the paths)
//!        └─ ui     / /inspect/http /status /ui/*    the page
//! ```
//!
//! It runs on a thread of its own, so that a large answer of its never delays a delivery. What it shows is hostile text:
//! nothing of it is ever rendered.

mod api;
mod edits;
mod export;
mod guard;
mod imported;
mod metrics;
mod render;
mod replay;
mod server;
mod splice;
mod ui;
mod view;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::runtime::Handle;

use self::api::ApiError;
pub(crate) use self::{guard::Guard, metrics::Metrics, server::Server};
use crate::{
    config::RouteConfig,
    proxy::{Captures, Stack, Tracker},
    store::{Exchange, Store},
};

/// What the inspector shows. Clones share it.
#[derive(Clone)]
pub(crate) struct Inspector(Arc<Shared>);

struct Shared {
    store: Arc<Store>,
    captures: Option<Arc<Captures>>,
    routes: Vec<Route>,
    data_plane: Handle,
    began: Instant,
}

/// One way from a listener to an app.
pub(crate) struct Route {
    pub(crate) config: Arc<RouteConfig>,
    pub(crate) listening: SocketAddr,
    pub(crate) stack: Stack,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) tracker: Tracker,
}

impl Inspector {
    /// `data_plane` is the runtime that serves deliveries.
    pub(crate) fn new(
        store: Arc<Store>,
        captures: Option<Arc<Captures>>,
        routes: Vec<Route>,
        data_plane: Handle,
    ) -> Self {
        Self(Arc::new(Shared { store, captures, routes, data_plane, began: Instant::now() }))
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn routes(&self) -> &[Route] {
        &self.0.routes
    }

    fn data_plane(&self) -> &Handle {
        &self.0.data_plane
    }

    fn uptime(&self) -> Duration {
        self.0.began.elapsed()
    }

    /// The route of this name, with or without what ngrok adds to it.
    fn route(&self, name: &str) -> Result<&Route, ApiError> {
        let plain = name.strip_suffix(" (http)").unwrap_or(name);
        let found = self.routes().iter().find(|route| &*route.config.name == plain);
        found.ok_or_else(|| {
            let names: Vec<_> = self.routes().iter().map(|route| &*route.config.name).collect();
            ApiError::not_found(format_args!(
                "there is no route `{plain}` in this process; there is {}",
                names.join(", ")
            ))
        })
    }

    /// Exchanges that have not ended, redacted like those in the store; the newest last.
    fn under_way(&self) -> Vec<Exchange> {
        let captures = self.0.captures.as_ref();
        let mut exchanges = captures.map(|captures| captures.under_way_now()).unwrap_or_default();
        exchanges.iter_mut().for_each(|exchange| self.store().redactor().exchange(exchange));
        exchanges
    }
}

impl Route {
    /// The URL that providers call, or where it listens if that is not known.
    fn public_url(&self) -> String {
        match &self.config.public_origin {
            Some(origin) => origin.url.clone(),
            None => format!("http://{}", self.listening),
        }
    }
}
