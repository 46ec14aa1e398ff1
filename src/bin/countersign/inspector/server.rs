//! The inspector's own thread.

use std::{io, net::SocketAddr, thread};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use tokio::{net::TcpListener, runtime::Builder, sync::oneshot};

use super::{
    Inspector, api,
    guard::{self, Guard},
    ui,
};

/// A running inspector. It ends when this is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    _end: oneshot::Sender<()>,
}

impl Server {
    /// Serves on a socket that listens already.
    ///
    /// # Errors
    /// When no thread or runtime can be had.
    pub(crate) fn start(inspector: Inspector, listener: std::net::TcpListener, guard: Guard) -> io::Result<Self> {
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let (end, ended) = oneshot::channel();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name("inspector".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    // Live streams have no end: what is open is cut off.
                    served = axum::serve(listener, router(inspector, guard)) => drop(served),
                    _ = ended => {}
                }
            });
        })?;
        Ok(Self { address, _end: end })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

fn router(inspector: Inspector, guard: Guard) -> Router {
    Router::new()
        .merge(api::routes())
        .merge(ui::routes())
        .fallback(guard::nothing_here)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(middleware::from_fn_with_state(guard, guard::guard))
        .with_state(inspector)
}

/// For edited bodies in base64, and for imports.
const MOST_BODY: usize = 64 << 20;
