//! `https://` targets.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
    thread,
};

use rcgen::{CertificateParams, Issuer, KeyPair};
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::{
    stdout,
    support::{DEADLINE, Ends, countersign},
};

#[test]
fn a_certificate_is_verified() {
    let (port, ca) = serve();
    let path = std::env::temp_dir().join(format!("countersign-ca-{}.pem", std::process::id()));
    fs::write(&path, ca).unwrap();
    let ca = path.to_str().unwrap();
    let send = |host: &str, more: &[&str]| {
        let to = format!("https://{host}:{port}/sms");
        countersign().args(["send", "twilio", "--secret", "k", "--to", &to]).args(more).ends()
    };
    let trusted = send("localhost", &["--ca", ca]);
    assert_eq!(trusted.status.code(), Some(0), "{}", stdout(&trusted));
    let untrusted = send("localhost", &[]);
    assert_eq!(untrusted.status.code(), Some(1));
    assert!(stdout(&untrusted).contains("TLS"), "{}", stdout(&untrusted));
    let misnamed = send("127.0.0.1", &["--ca", ca]);
    assert_eq!(misnamed.status.code(), Some(1), "{}", stdout(&misnamed));
    fs::remove_file(&path).unwrap();
}

/// A server with a certificate for `localhost`, and the authority that issued it.
fn serve() -> (u16, String) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let socket = socket.unwrap();
            socket.set_read_timeout(Some(DEADLINE)).unwrap();
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, socket);
            // A client that does not trust us goes away.
            if stream.read(&mut [0; 64 << 10]).is_ok_and(|length| length > 0) {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
                let _ = stream.flush();
            }
        }
    });
    (port, ca_certificate.pem())
}
