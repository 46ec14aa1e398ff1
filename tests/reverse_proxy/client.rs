//! A provider: signs a delivery for the public URL, and speaks TLS.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use countersign::{
    Secret,
    clock::{Clock, SystemClock},
    providers::Provider,
    request::WebhookRequest,
    scheme::{Options, SigningContext},
};
use http::{HeaderMap, HeaderValue, Method, header};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring, pki_types::CertificateDer,
};

use crate::{front::Front, support::DEADLINE};

pub(crate) const HOST: &str = "hooks.example.com";

/// A signed request, as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) request: String,
    pub(crate) body: String,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) provider: &'static Provider,
    pub(crate) secret: &'static str,
    pub(crate) method: &'static str,
    /// Path and query.
    pub(crate) target: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) body: &'static str,
}

impl Sent {
    pub(crate) fn sign(&self, options: &Options) -> Delivery {
        let url = format!("https://{HOST}{}", self.target);
        let method: Method = self.method.parse().unwrap();
        let mut headers = HeaderMap::new();
        if !self.body.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        }
        let now = SystemClock.now().unwrap();
        let context = SigningContext { now, delivery_id: "12051823182034034" };
        let request = WebhookRequest::new(&method, url.as_str(), &headers, self.body);
        let signed = self.provider.sign(&Secret::new(self.secret).unwrap(), options, &request, &context).unwrap();
        assert!(signed.url.is_none(), "the signature stands in the headers");
        signed.apply(&mut headers);
        let mut request = format!("{method} {} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n", self.target);
        if !self.body.is_empty() {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(self.body.len()));
        }
        for (name, value) in &headers {
            request += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        Delivery { request: request + "\r\n", body: self.body.to_owned() }
    }
}

impl Delivery {
    /// Sends it over TLS, and returns the answer's status.
    pub(crate) fn send_through(&self, front: &Front) -> u16 {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(front.authority.clone())).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), HOST.try_into().unwrap()).unwrap();
        self.exchange(StreamOwned::new(connection, connect(front.address)))
    }

    fn exchange(&self, mut stream: impl Read + Write) -> u16 {
        stream.write_all(format!("{}{}", self.request, self.body).as_bytes()).unwrap();
        stream.flush().unwrap();
        let mut answer = Vec::new();
        // Servers may close without TLS's own goodbye; what came before it counts.
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_else(|| panic!("no answer: {text}"))
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}
