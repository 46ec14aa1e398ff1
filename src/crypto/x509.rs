//! X.509 certificates, as far as they name a key, a holder and a lifetime.
//!
//! The chain is not followed: whoever fetched the certificate did so over TLS from a host that is pinned, and it is that
//! connection which vouches for it.

use x509_cert::{Certificate as X509, der::Encode, ext::pkix::SubjectAltName, ext::pkix::name::GeneralName};

use super::RsaKey;
use crate::clock::UnixTime;

/// A certificate with an RSA key.
pub(crate) struct Certificate {
    key: RsaKey,
    not_before: i64,
    not_after: i64,
    names: Vec<String>,
}

impl Certificate {
    /// The first certificate of a PEM text: in a bundle, the holder's own stands first.
    pub(crate) fn from_pem(text: &[u8]) -> Option<Self> {
        let certificate = X509::load_pem_chain(text).ok()?.into_iter().next()?.tbs_certificate;
        let key = RsaKey::from_der(&certificate.subject_public_key_info.to_der().ok()?)?;
        let secs = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).ok();
        let alternative = match certificate.get::<SubjectAltName>().ok()? {
            Some((_, names)) => names.0,
            None => Vec::new(),
        };
        let mut names: Vec<String> = alternative
            .iter()
            .filter_map(|name| match name {
                GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
                _ => None,
            })
            .collect();
        // The common name counts only where there is no other, as everywhere (RFC 6125 section 6.4.4).
        if names.is_empty() {
            let attributes = certificate.subject.0.iter().flat_map(|set| set.0.iter());
            let common = attributes.filter(|attribute| attribute.oid == COMMON_NAME);
            names = common
                .filter_map(|attribute| str::from_utf8(attribute.value.value()).ok().map(str::to_owned))
                .collect();
        }
        let validity = certificate.validity;
        Some(Self { key, not_before: secs(validity.not_before)?, not_after: secs(validity.not_after)?, names })
    }

    pub(crate) fn key(&self) -> &RsaKey {
        &self.key
    }

    /// Whether the time lies within the certificate's lifetime.
    pub(crate) fn is_valid_at(&self, time: UnixTime) -> bool {
        (self.not_before..=self.not_after).contains(&time.as_secs())
    }

    /// The last second of the certificate's lifetime.
    pub(crate) fn not_after(&self) -> i64 {
        self.not_after
    }

    /// The host names that it was made out to.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

const COMMON_NAME: x509_cert::der::asn1::ObjectIdentifier =
    x509_cert::der::asn1::ObjectIdentifier::new_unwrap("2.5.4.3");
