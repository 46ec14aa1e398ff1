//! Connections to the target, with TLS where its URL asks for it.

use std::{fmt, io, path::Path, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use super::target::Target;
use crate::errors::Failure;

/// Makes connections to one target.
pub(in crate::commands) struct Connector {
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// What a connection can carry.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Connector {
    pub(in crate::commands) fn new(target: &Target, ca: Option<&Path>) -> Result<Self, Failure> {
        let tls = target.is_tls.then(|| Self::tls(target, ca)).transpose()?;
        Ok(Self { host: target.host.clone(), port: target.port, tls })
    }

    fn tls(target: &Target, ca: Option<&Path>) -> Result<(TlsConnector, ServerName<'static>), Failure> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = ca {
            let failed =
                |error: &dyn fmt::Display| Failure::usage(format_args!("--ca: the file {}: {error}", path.display()));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
                let certificate = certificate.map_err(|error| failed(&error))?;
                roots.add(certificate).map_err(|error| failed(&error))?;
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Failure::running)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(target.host.clone()).map_err(|_| {
            Failure::usage(format_args!("--to: `{}` is no name that a certificate can have", target.host))
        })?;
        Ok((TlsConnector::from(Arc::new(config)), name))
    }

    /// A connection of one's own; it ends when what is returned is dropped.
    pub(super) async fn connect(&self) -> io::Result<SendRequest<Full<Bytes>>> {
        let socket = TcpStream::connect((self.host.as_str(), self.port)).await?;
        socket.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.tls {
            Some((tls, name)) => {
                let secured = tls.connect(name.clone(), socket).await;
                Box::new(secured.map_err(|error| io::Error::other(format!("TLS: {error}")))?)
            }
            None => Box::new(socket),
        };
        let handshake = http1::Builder::new().title_case_headers(true).handshake(TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(io::Error::other)?;
        // A broken connection is told by the request that was on it.
        tokio::spawn(connection.with_upgrades());
        Ok(sender)
    }
}
