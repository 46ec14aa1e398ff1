//! nginx and HAProxy as they run in front of apps: they end TLS for `hooks.example.com`.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::{client::HOST, support::DEADLINE};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nginx,
    Haproxy,
}

/// A running proxy; killed, and its files removed, when dropped.
pub(crate) struct Front {
    process: Child,
    folder: PathBuf,
    pub(crate) address: SocketAddr,
    /// Who issued its certificate.
    pub(crate) authority: Vec<u8>,
}

impl Kind {
    pub(crate) const fn program(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
        }
    }

    fn command(self, folder: &Path) -> Command {
        let config = folder.join("proxy.conf");
        let mut command = Command::new(self.program());
        match self {
            Self::Nginx => command.arg("-e").arg(folder.join("error.log")).arg("-p").arg(folder).arg("-c").arg(config),
            Self::Haproxy => command.arg("-db").arg("-q").arg("-f").arg(config),
        };
        command
    }

    /// The configuration: `rules` stand in the server block, or in the frontend. `UPSTREAM` in them is the app's address.
    fn config(self, folder: &Path, port: u16, rules: &str, upstream: SocketAddr) -> String {
        let rules = rules.replace("UPSTREAM", &upstream.to_string());
        let folder = folder.display();
        match self {
            Self::Nginx => format!(
                "daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
                events {{ worker_connections 64; }}
                http {{
                    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                    client_body_buffer_size 64k;
                    server {{
                        listen 127.0.0.1:{port} ssl; server_name {HOST};
                        ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;
                        {rules}
                    }}
                }}\n"
            ),
            Self::Haproxy => format!(
                "global\n  noreuseport\n  expose-experimental-directives\n\
                 defaults\n  mode http\n  timeout connect 5s\n  timeout client 20s\n  timeout server 20s\n\
                 frontend public\n  bind 127.0.0.1:{port} ssl crt {folder}/server.pem\n  default_backend app\n{rules}\n\
                 backend app\n  server app {upstream}\n"
            ),
        }
    }
}

impl Front {
    /// Starts a proxy with these rules in front of `upstream`.
    pub(crate) fn start(kind: Kind, rules: &str, upstream: SocketAddr) -> Self {
        // The port is free when it is looked for, and may be taken a moment later.
        for _ in 0..10 {
            let folder = new_folder();
            let authority = certify(&folder);
            let port = free_port();
            fs::write(folder.join("proxy.conf"), kind.config(&folder, port, rules, upstream)).unwrap();
            let log = fs::File::create(folder.join("output.log")).unwrap();
            let output = log.try_clone().unwrap();
            let process = kind.command(&folder).stdin(Stdio::null()).stdout(output).stderr(log).spawn().unwrap();
            let address = SocketAddr::from(([127, 0, 0, 1], port));
            let mut front = Self { process, folder, address, authority };
            if front.is_ready() {
                return front;
            }
            let said = front.said();
            assert!(said.contains("in use") || said.contains("cannot bind"), "{said}");
        }
        panic!("no port is free");
    }

    /// Waits until it listens; false if it has ended.
    fn is_ready(&mut self) -> bool {
        let end = Instant::now() + DEADLINE;
        while Instant::now() < end {
            let listens = TcpStream::connect_timeout(&self.address, DEADLINE).is_ok();
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if listens {
                return true;
            }
            // It has no way to tell.
            thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not listen: {}", self.said());
    }

    /// What it has to say.
    pub(crate) fn said(&self) -> String {
        let logs = ["output.log", "error.log"];
        logs.iter().filter_map(|log| fs::read_to_string(self.folder.join(log)).ok()).collect()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn new_folder() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("front-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a certificate and its key, and returns the authority that issued it.
fn certify(folder: &Path) -> Vec<u8> {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = ca.self_signed(&ca_key).unwrap().der().to_vec();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([HOST.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem() + &key.serialize_pem()).unwrap();
    authority
}
