//! Whose word counts about a server's identity.

use std::sync::Arc;

use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, pem::PemObject},
    },
};

use crate::errors::Failure;

/// The authorities that servers' certificates must come from.
pub(crate) struct Trust {
    pub(super) connector: TlsConnector,
    /// Whether there are others than the public ones: a network that inspects TLS, or a test.
    pub(super) is_extended: bool,
}

impl Trust {
    /// The authorities that browsers trust, and those in a PEM file.
    pub(crate) fn new(ca_file: Option<&str>) -> Result<Self, Failure> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = ca_file {
            add(&mut roots, path).map_err(|problem| Failure::usage(format_args!("--ca-file: {path}: {problem}")))?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::running(format_args!("TLS cannot be set up: {error}")))?;
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), is_extended: ca_file.is_some() })
    }
}

fn add(roots: &mut RootCertStore, path: &str) -> Result<(), String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let mut count = 0;
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|error| format!("no PEM: {error}"))?;
        roots.add(certificate).map_err(|error| format!("no authority's certificate: {error}"))?;
        count += 1;
    }
    if count == 0 { Err("there is no certificate in it".to_owned()) } else { Ok(()) }
}
