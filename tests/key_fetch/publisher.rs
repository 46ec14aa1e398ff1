//! AWS and PayPal, as far as they publish: a TLS server with an authority of its own.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, channel},
    },
    thread,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use super::{
    PAYPAL_HOST, SNS_HOST,
    support::{App, DEADLINE},
};

/// What is answered to a path; nothing for one means 404.
pub enum Reply {
    Text(u16, String),
    /// These bytes as they are.
    Raw(Vec<u8>),
    /// The text, once the gate is opened.
    Held(Arc<Gate>, String),
    /// The beginning of an answer, and no more until the gate is opened.
    Begun(Arc<Gate>),
}

/// Something that others wait for.
#[derive(Default)]
pub struct Gate(Mutex<bool>, Condvar);

impl Gate {
    pub fn open(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }

    fn wait(&self) {
        let (open, waited) = self.1.wait_timeout_while(self.0.lock().unwrap(), DEADLINE, |open| !*open).unwrap();
        assert!(*open && !waited.timed_out(), "the gate stayed shut");
    }
}

type Replies = Arc<Mutex<HashMap<String, Reply>>>;

pub struct Publisher {
    pub address: SocketAddr,
    authority: PathBuf,
    replies: Replies,
    requests: Receiver<String>,
    connections: Arc<AtomicUsize>,
}

impl Publisher {
    /// A server with certificates for the providers' hosts.
    pub fn new() -> Self {
        Self::named(&[SNS_HOST, PAYPAL_HOST, "evil.example", "sns.us-east-1.amazonaws.com.evil.example"])
    }

    pub fn named(hosts: &[&str]) -> Self {
        let authority = Authority::new();
        let config = authority.server(hosts);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (send, requests) = channel();
        let (replies, connections) = (Replies::default(), Arc::new(AtomicUsize::new(0)));
        let (known, count) = (Arc::clone(&replies), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::Relaxed);
                let (config, known, send) = (config.clone(), known.clone(), send.clone());
                thread::spawn(move || {
                    // Connections that break off are the other side's to judge.
                    let _ = serve(stream.unwrap(), config, &known, |path| drop(send.send(path)));
                });
            }
        });
        Self { address, authority: authority.file, replies, requests, connections }
    }

    pub fn reply(&self, path: &str, reply: Reply) {
        self.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    /// Publishes a certificate.
    pub fn publish(&self, path: &str, pem: String) {
        self.reply(path, Reply::Text(200, pem));
    }

    /// The path of the next request.
    pub fn request(&self) -> String {
        self.requests.recv_timeout(DEADLINE).expect("a request at the publisher")
    }

    /// The paths of all requests that were not looked at.
    pub fn requests(&self) -> Vec<String> {
        self.requests.try_iter().collect()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub fn ca_file(&self) -> &PathBuf {
        &self.authority
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.authority);
    }
}

/// An authority, and a file with its certificate.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub file: PathBuf,
}

impl Authority {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let name = format!("key_fetch-{}-{}.pem", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&file, issuer.pem()).unwrap();
        Self { issuer, file }
    }

    fn server(&self, hosts: &[&str]) -> Arc<ServerConfig> {
        let hosts: Vec<_> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(hosts).unwrap().signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key);
        Arc::new(config.unwrap())
    }
}

fn serve(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    replies: &Replies,
    mut report: impl FnMut(String),
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.set_write_timeout(Some(DEADLINE))?;
    let connection = ServerConnection::new(config).unwrap();
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let mut start = String::new();
    stream.read_line(&mut start)?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? <= 2 {
            break;
        }
    }
    let path = start.split(' ').nth(1).unwrap_or_default().to_owned();
    assert!(start.starts_with("GET /") && start.ends_with(" HTTP/1.1\r\n"), "{start}");
    report(path.clone());
    let response = |status: u16, text: &str| {
        format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nLocation: https://{SNS_HOST}/elsewhere\r\n\r\n{text}",
            text.len()
        )
    };
    let (gate, bytes) = match replies.lock().unwrap().get(&path) {
        None => (None, response(404, "nothing").into_bytes()),
        Some(Reply::Text(status, text)) => (None, response(*status, text).into_bytes()),
        Some(Reply::Raw(bytes)) => (None, bytes.clone()),
        Some(Reply::Held(gate, text)) => (Some(gate.clone()), response(200, text).into_bytes()),
        Some(Reply::Begun(gate)) => {
            stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n-----BEGIN")?;
            stream.get_mut().flush()?;
            (Some(gate.clone()), Vec::new())
        }
    };
    if let Some(gate) = gate {
        gate.wait();
    }
    let stream = stream.get_mut();
    stream.write_all(&bytes)?;
    stream.conn.send_close_notify();
    stream.flush()?;
    // Until the other side has gone, so that nothing it sent is answered with a reset.
    let _ = stream.sock.read(&mut [0; 64]);
    Ok(())
}

/// A server that accepts connections and says nothing; it counts them.
pub fn silent() -> (App, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let connections = count.clone();
    let app = App::raw(move |_, wire, _| {
        connections.fetch_add(1, Ordering::Relaxed);
        let _ = wire.rest();
    });
    (app, count)
}
