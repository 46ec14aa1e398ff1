//! `countersign http`: forwards until a signal ends it.

use std::{net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};

use tokio::{net::TcpListener, runtime::Handle};

use super::{
    inspect::{self, Inspection},
    runtime,
    signals::Signals,
};
use crate::{
    background::come_first,
    cli::HttpArgs,
    config::HttpConfig,
    console::{Banner, Console},
    errors::Failure,
    proxy::{Stack, Tracker, accept},
};

pub(crate) fn run(arguments: &HttpArgs) -> Result<ExitCode, Failure> {
    let config = HttpConfig::parse(arguments)?;
    let runtime = runtime::new()?;
    let ended = runtime.block_on(serve(config))?;
    // What still runs is cut off here, and says so. No thread that asks for a name is waited for.
    runtime.shutdown_background();
    ended.inspection.finish(LONGEST_FLUSH);
    ended.console.finish(LONGEST_FLUSH);
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: HttpConfig) -> Result<Ended, Failure> {
    let listener = bind(config.listen).await?;
    let listening = listener.local_addr().map_err(Failure::running)?;
    let web = inspect::bind(config.inspect.web)?;
    let mut signals = Signals::catch().map_err(Failure::running)?;
    let route = Arc::new(config.route);
    let console = Arc::new(Console::start(config.log, inspect::redactor(&route)).map_err(Failure::running)?);
    let tracker = Tracker::new();
    let inspection = Inspection::start(&config.inspect, &route, &console, &tracker)?;

    let stack = Stack::new(Arc::clone(&route), inspection.observer(), inspection.captures(), &tracker);
    let shown = inspection.route(Arc::clone(&route), listening, &stack, &tracker);
    let inspector = inspection.serve(web, &config.inspect, vec![shown], Handle::current())?;
    console.banner(&Banner {
        listening,
        route: &route,
        inspector: inspector.as_ref().map(|inspector| inspector.url()),
    });
    // All other threads are there.
    come_first();
    tokio::select! {
        never = accept(listener, stack, tracker.clone()) => match never {},
        () = signals.next() => {}
    }

    tracker.end();
    if tracker.count() > 0 {
        console.notice("ending: finishing what runs; a second signal ends at once");
    }
    tokio::select! {
        () = tracker.idle() => {}
        () = tokio::time::sleep(LONGEST_END) => {
            let (count, s) = (tracker.count(), if tracker.count() == 1 { "" } else { "s" });
            console.notice(format!("ended with {count} connection{s} still open"));
        }
        () = signals.next() => {}
    }
    tracker.cut_off();
    drop(inspector);
    Ok(Ended { inspection, console })
}

/// What is left when nothing is forwarded any more.
struct Ended {
    inspection: Inspection,
    console: Arc<Console>,
}

pub(super) async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "; another program listens there: end it, or choose another --listen",
            std::io::ErrorKind::PermissionDenied => "; ports below 1024 need privileges: choose another --listen",
            _ => "",
        };
        Failure::usage(format_args!("cannot listen on {address}: {error}{hint}"))
    })
}

/// For requests that run when the end begins. Service managers kill after 10 s (Docker) or more.
const LONGEST_END: Duration = Duration::from_secs(9);
const LONGEST_FLUSH: Duration = Duration::from_secs(1);
