//! `countersign demo`: a sample app, the proxy in front of it, and deliveries through real sockets.

mod app;
mod deliveries;
mod show;

use std::{
    net::SocketAddr,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use self::{
    deliveries::{Delivery, deliveries},
    show::Show,
};
use super::{
    http::bind,
    inspect::{self, Inspection},
    runtime,
    send::{Client, Connector, Target},
    signals::Signals,
};
use crate::{
    cli::{DemoArgs, DemoProvider, HttpArgs, InspectArgs, LogArgs},
    config::{HttpConfig, LogConfig},
    console::Console,
    errors::Failure,
    proxy::{Observer, Outcome, Record, Stack, Tracker, accept},
    store::Redactor,
};

pub(crate) fn run(arguments: &DemoArgs) -> Result<ExitCode, Failure> {
    runtime::new()?.block_on(demo(arguments))
}

async fn demo(arguments: &DemoArgs) -> Result<ExitCode, Failure> {
    let mut signals = Signals::catch().map_err(Failure::running)?;
    let console = Arc::new(Console::start(LogConfig::for_people(), Redactor::default()).map_err(Failure::running)?);
    let show = Show::new(console.clone());

    // The same path as `countersign http PORT --verify-webhook … --url …`.
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let app_listener = bind(any_port).await?;
    let app_port = app_listener.local_addr().map_err(Failure::running)?.port();
    let config = HttpConfig::parse(&equivalent(arguments, app_port))?;
    let listener = bind(config.listen).await?;
    let proxy = listener.local_addr().map_err(Failure::running)?;
    let web = inspect::bind(config.inspect.web)?;
    show.beginning(arguments.provider, app_port, proxy);

    let route = Arc::new(config.route);
    let tracker = Tracker::new();
    let inspection = Inspection::start(&config.inspect, &route, &console, &tracker)?;
    let (records, mut observed) = unbounded_channel();
    let scripted = Arc::new(Scripted { on: AtomicBool::new(true), records, observer: inspection.observer() });
    let stack = Stack::new(Arc::clone(&route), scripted.clone(), inspection.captures(), &tracker);
    let shown = inspection.route(route, proxy, &stack, &tracker);
    let inspector = inspection.serve(web, &config.inspect, vec![shown], Handle::current())?;
    tokio::spawn(app::serve(app_listener, arguments.provider));
    let accepting = tokio::spawn(accept(listener, stack, tracker.clone()));

    let deliveries = deliveries(arguments.provider)?;
    let fitting = tokio::select! {
        fitting = play(&deliveries, proxy, &mut observed, &show) => fitting?,
        () = signals.next() => return Ok(ExitCode::SUCCESS),
    };
    show.summary(fitting, deliveries.len());
    if !arguments.once {
        show.curl(proxy, &deliveries);
        if let Some(inspector) = &inspector {
            show.inspector(&inspector.url());
        }
        scripted.on.store(false, Ordering::Relaxed);
        signals.next().await;
    }
    accepting.abort();
    tracker.end();
    let _ = tokio::time::timeout(LONGEST_END, tracker.idle()).await;
    drop(inspector);
    console.finish(LONGEST_END);
    Ok(if fitting == deliveries.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sends each delivery and shows what came of it; how many met the verdict that was due.
async fn play(
    deliveries: &[Delivery],
    proxy: SocketAddr,
    observed: &mut UnboundedReceiver<Record>,
    show: &Show,
) -> Result<usize, Failure> {
    let connector = Connector::new(&Target::parse(&format!("http://{proxy}"))?, None)?;
    let mut fitting = 0;
    for (index, delivery) in deliveries.iter().enumerate() {
        // On a connection of its own, as providers send.
        let answer = Client::new(&connector, LONGEST_DELIVERY).deliver(&delivery.request).await;
        let answer = answer.map_err(Failure::running)?;
        let record = tokio::time::timeout(LONGEST_DELIVERY, observed.recv()).await.ok().flatten();
        let record = record.ok_or_else(|| Failure::running("the proxy reported nothing"))?;
        let reason = match &record.outcome {
            Outcome::Refused(rejection) => Some(rejection.kind()),
            _ => None,
        };
        let accepted = matches!(record.outcome, Outcome::Accepted(_));
        let fits = reason == delivery.expected && accepted == delivery.expected.is_none();
        fitting += usize::from(fits);
        show.delivery(index + 1, delivery, &answer, reason, fits);
    }
    Ok(fitting)
}

/// What one would type to get the demo's proxy.
fn equivalent(arguments: &DemoArgs, app_port: u16) -> HttpArgs {
    HttpArgs {
        upstream: app_port.to_string(),
        listen: "127.0.0.1:0".to_owned(),
        url: Some(deliveries::PUBLIC_URL.to_owned()),
        verify_webhook: Some(arguments.provider.id().to_owned()),
        verify_webhook_secret: vec![deliveries::TOKEN.to_owned()],
        verify_webhook_option: Vec::new(),
        fetch_timeout: "8s".to_owned(),
        ca_file: None,
        connect_to: Vec::new(),
        host_header: "preserve".to_owned(),
        max_body: "1MiB".to_owned(),
        body_timeout: "15s".to_owned(),
        upstream_timeout: "60s".to_owned(),
        inspect: InspectArgs::of_a_demo(arguments.once),
        log: LogArgs::default(),
    }
}

/// Hands records to the script, and to the console when it is over.
struct Scripted {
    on: AtomicBool,
    // As many as there are deliveries.
    records: UnboundedSender<Record>,
    observer: Arc<dyn Observer>,
}

impl Observer for Scripted {
    fn request(&self, record: Record) {
        if self.on.load(Ordering::Relaxed) {
            let _ = self.records.send(record);
        } else {
            self.observer.request(record);
        }
    }

    fn broken_connection(&self, peer: SocketAddr, error: &hyper::Error) {
        self.observer.broken_connection(peer, error);
    }

    fn accept_failed(&self, error: &std::io::Error) {
        self.observer.accept_failed(error);
    }

    fn notice(&self, text: &str) {
        self.observer.notice(text);
    }

    fn warning(&self, text: &str) {
        self.observer.warning(text);
    }
}

impl DemoProvider {
    fn id(self) -> &'static str {
        match self {
            Self::Plivo => "plivo",
            Self::Twilio => "twilio",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plivo => "Plivo",
            Self::Twilio => "Twilio",
        }
    }
}

const LONGEST_DELIVERY: Duration = Duration::from_secs(10);
const LONGEST_END: Duration = Duration::from_secs(2);
