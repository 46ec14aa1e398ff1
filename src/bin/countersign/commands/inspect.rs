//! Captures and the inspector, beside what forwards.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use countersign::{Secret, Secrets, explain::Finding, sign};
use tokio::runtime::Handle;

use crate::{
    config::{InspectConfig, RouteConfig, WebAddress},
    console::Console,
    errors::Failure,
    explaining::{Explaining, Listener},
    inspector::{Guard, Inspector, Metrics, Route, Server},
    proxy::{Captures, Observer, Record, Recorder, Stack, Tracker},
    store::{self, Exchange, Id, Location, Redactor, Store},
};

/// What is kept, and who keeps it.
pub(super) struct Inspection {
    /// Absent where nothing is kept and nobody looks: a database costs a megabyte of memory even when it is empty.
    store: Option<Arc<Store>>,
    captures: Option<Arc<Captures>>,
    metrics: Arc<Metrics>,
    console: Arc<Console>,
}

/// A running inspector.
pub(super) struct Shown {
    server: Server,
    token: Option<String>,
}

impl Inspection {
    /// Opens the store. One that cannot be opened is said so, and replaced by one in memory: forwarding goes on.
    pub(super) fn start(
        config: &InspectConfig,
        route: &RouteConfig,
        console: &Arc<Console>,
        tracker: &Tracker,
    ) -> Result<Self, Failure> {
        let (console, metrics) = (Arc::clone(console), Arc::new(Metrics::new()));
        if config.store == Location::None && config.web == WebAddress::Off {
            return Ok(Self { store: None, captures: None, metrics, console });
        }
        let store = Arc::new(open(config, route, &console)?);
        let recorder = store.recorder();
        let captures = recorder.is_on().then(|| {
            let findings = Findings {
                console: Arc::clone(&console),
                store: recorder.clone(),
                redactor: Arc::clone(store.redactor()),
            };
            let explaining = config.explains.then(|| Explaining::start(route, Arc::new(findings))).flatten();
            let recorders = Arc::new(Recorders { store: recorder, explaining });
            Captures::new(recorders, config.body_limit, store.newest(), tracker.clone())
        });
        Ok(Self { store: Some(store), captures, metrics, console })
    }

    pub(super) fn observer(&self) -> Arc<dyn Observer> {
        if self.store.is_none() {
            // Nobody will ask for the figures.
            return Arc::clone(&self.console) as _;
        }
        Arc::new(Observers { console: Arc::clone(&self.console), metrics: Arc::clone(&self.metrics) })
    }

    pub(super) fn captures(&self) -> Option<Arc<Captures>> {
        self.captures.clone()
    }

    /// What the inspector shows of a route.
    pub(super) fn route(
        &self,
        config: Arc<RouteConfig>,
        listening: SocketAddr,
        stack: &Stack,
        tracker: &Tracker,
    ) -> Route {
        let (stack, tracker) = (stack.clone(), tracker.clone());
        Route { config, listening, stack, metrics: Arc::clone(&self.metrics), tracker }
    }

    /// Shows what is kept, if somebody wants to see it.
    pub(super) fn serve(
        &self,
        web: Option<TcpListener>,
        config: &InspectConfig,
        routes: Vec<Route>,
        data_plane: Handle,
    ) -> Result<Option<Shown>, Failure> {
        let (Some(listener), Some(store)) = (web, &self.store) else { return Ok(None) };
        let address = listener.local_addr().map_err(Failure::running)?;
        let given = config.token.as_ref().map(|token| token.0.clone());
        // Off loopback strangers can reach it.
        let token = given.or_else(|| (!address.ip().is_loopback()).then(sign::unique_id));
        let guard = Guard::new(address, &config.allowed_hosts, token.clone());
        let inspector = Inspector::new(Arc::clone(store), self.captures.clone(), routes, data_plane);
        let server = Server::start(inspector, listener, guard)
            .map_err(|error| Failure::running(format_args!("the inspector cannot be started: {error}")))?;
        let token = token.filter(|_| config.token.is_none());
        Ok(Some(Shown { server, token }))
    }

    /// Writes what is still on its way to the store.
    pub(super) fn finish(&self, limit: Duration) {
        if self.store.as_ref().is_some_and(|store| !store.finish(limit)) {
            self.console.notice("the last captures could not be written in time");
        }
    }
}

impl Shown {
    pub(super) fn url(&self) -> String {
        let address = self.server.address();
        // Nobody can open 0.0.0.0.
        let host = if address.ip().is_unspecified() { "localhost".to_owned() } else { address.ip().to_string() };
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        match &self.token {
            Some(token) => format!("http://{host}:{} with the token {token}", address.port()),
            None => format!("http://{host}:{}", address.port()),
        }
    }
}

/// Takes the inspector's socket before anything else is started.
pub(super) fn bind(web: WebAddress) -> Result<Option<TcpListener>, Failure> {
    let failed = |address: SocketAddr, error: io::Error| {
        Failure::usage(format_args!(
            "the inspector cannot listen on {address}: {error}; choose another --web-addr, or --web-addr false"
        ))
    };
    match web {
        WebAddress::Off => Ok(None),
        WebAddress::At(address) => TcpListener::bind(address).map(Some).map_err(|error| failed(address, error)),
        WebAddress::Usual => {
            let mut address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), FIRST_PORT);
            loop {
                match TcpListener::bind(address) {
                    Ok(listener) => return Ok(Some(listener)),
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse && address.port() < LAST_PORT => {
                        address.set_port(address.port() + 1);
                    }
                    Err(error) => return Err(failed(address, error)),
                }
            }
        }
    }
}

fn open(config: &InspectConfig, route: &RouteConfig, console: &Arc<Console>) -> Result<Store, Failure> {
    let open = |location: &Location| {
        let console = Arc::clone(console);
        Store::open(location, config.limits, redactor(route), move |text| console.notice(text))
    };
    open(&config.store).or_else(|error| {
        console.notice(format!("{error}. Until then captures are kept in memory only"));
        open(&Location::Memory).map_err(Failure::running)
    })
}

/// Knows the route's secrets, so that none of them is written.
pub(super) fn redactor(route: &RouteConfig) -> Redactor {
    let Some(verification) = &route.verification else { return Redactor::new([], []) };
    let texts = verification.provider.options.iter().filter_map(|spec| verification.options.text(spec.name));
    // Words of a choice are no secrets, and short: they would turn up everywhere.
    let tokens = texts.filter(|text| text.len() >= SHORTEST_TOKEN).map(str::as_bytes);
    let secrets = verification.secrets.iter().flat_map(Secrets::iter).map(Secret::expose);
    Redactor::new(secrets.chain(tokens).collect::<Vec<_>>(), [])
}

/// Everybody who wants to know of each request.
struct Observers {
    console: Arc<Console>,
    metrics: Arc<Metrics>,
}

impl Observer for Observers {
    fn request(&self, record: Record) {
        self.metrics.request(&record);
        self.console.request(record);
    }

    fn broken_connection(&self, peer: SocketAddr, error: &hyper::Error) {
        self.console.broken_connection(peer, error);
    }

    fn accept_failed(&self, error: &io::Error) {
        self.console.accept_failed(error);
    }

    fn notice(&self, text: &str) {
        Observer::notice(&*self.console, text);
    }

    fn warning(&self, text: &str) {
        self.console.warning(text);
    }
}

/// Everybody who wants to have finished exchanges.
struct Recorders {
    store: store::Recorder,
    explaining: Option<Explaining>,
}

impl Recorder for Recorders {
    fn record(&self, exchange: Box<Exchange>) {
        let refused = self.explaining.as_ref().and_then(|explaining| explaining.see(&exchange));
        self.store.record(exchange);
        if let (Some(explaining), Some(refused)) = (&self.explaining, refused) {
            explaining.explain(refused);
        }
    }
}

/// Everybody who wants to know why.
struct Findings {
    console: Arc<Console>,
    store: store::Recorder,
    redactor: Arc<Redactor>,
}

impl Listener for Findings {
    fn explained(&self, id: Id, target: &str, finding: &Finding) {
        self.console.explained(id, target, finding);
        let mut json = finding.to_json();
        if finding.views.as_ref().is_some_and(|views| views.arrived.bytes().len() > MOST_VIEWED) {
            json["views"] = serde_json::Value::Null;
        }
        self.store.explain(id, self.redactor.text(&json.to_string()).into());
    }
}

const FIRST_PORT: u16 = 4040;
const LAST_PORT: u16 = 4059;
const SHORTEST_TOKEN: usize = 12;
/// Signed bytes that are kept with an explanation; the request has them all.
const MOST_VIEWED: usize = 256 << 10;
