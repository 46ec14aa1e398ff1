//! Keys that a provider publishes and a request names: certificates by their URL, key sets by key id.
//!
//! Amazon SNS and PayPal send the URL of the certificate that they signed with; Plaid sends the id of a key. This crate
//! opens no connection: a verifier asks a [`KeySource`] that the application keeps, and refuses what the source does
//! not know.
//!
//! 1. A verifier holds a URL to the provider's hosts and paths *before* it asks, so that a source may fetch what it is
//!    asked for. Fetch it over TLS, with a limit in time and size, and not for each request.
//! 2. Look-ups are synchronous. For a key that a source does not know yet it returns `None`, and the delivery is refused;
//!    with a [`KeyFetcher`](crate::key_fetcher::KeyFetcher) the layer has the key fetched first, while the delivery waits.
//! 3. Strangers can make a verifier ask for any id of the right form. Bound how many are fetched at a time, and how many
//!    failures are remembered.
//! 4. A key is parsed when it is made, not for each request.
//!
//! [`StaticKeys`] holds what it was given:
//!
//! ```
//! use countersign::key_source::{KeySource, StaticKeys};
//!
//! assert!(StaticKeys::new().key("https://sns.us-east-1.amazonaws.com/unknown.pem").is_none());
//! ```

use std::{collections::BTreeMap, fmt, sync::Arc};

#[cfg(feature = "x509")]
use crate::crypto::Certificate;
use crate::{ConfigError, clock::UnixTime};
#[cfg(feature = "ecdsa")]
use crate::{
    crypto::{EcdsaKey, decode_strict_base64url},
    scheme::json::Object,
};

/// Knows the keys of a provider.
pub trait KeySource: Send + Sync {
    /// The key of this id: a certificate's URL, or a JWT's `kid`. `None` makes the verifier refuse.
    fn key(&self, id: &str) -> Option<ProviderKey>;
}

/// A key that a provider published. Cheap to clone.
#[derive(Clone)]
pub struct ProviderKey(Arc<Material>);

enum Material {
    #[cfg(feature = "x509")]
    Certificate(Certificate),
    #[cfg(feature = "ecdsa")]
    P256 { key: EcdsaKey, is_expired: bool },
}

impl ProviderKey {
    /// Reads an X.509 certificate with an RSA key of 2048 to 4096 bits from PEM. Of several the first counts.
    ///
    /// # Errors
    /// [`ConfigError::MalformedKey`] when it is none.
    #[cfg(feature = "x509")]
    pub fn certificate(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let certificate = Certificate::from_pem(pem.as_ref());
        let certificate =
            certificate.ok_or(ConfigError::MalformedKey { expected: "a certificate with an RSA key in PEM" })?;
        Ok(Self(Arc::new(Material::Certificate(certificate))))
    }

    /// Reads a JSON Web Key on the curve P-256 (`kty` `EC`, `crv` `P-256`, `alg` absent or `ES256`).
    ///
    /// A key whose `expired_at` is set verifies nothing.
    ///
    /// # Errors
    /// [`ConfigError::MalformedKey`] when it is none.
    #[cfg(feature = "ecdsa")]
    pub fn jwk(json: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let jwk = Object::parse(json.as_ref());
        jwk.as_ref().and_then(Self::from_jwk).ok_or(ConfigError::MalformedKey { expected: "a JSON Web Key on P-256" })
    }

    #[cfg(feature = "ecdsa")]
    fn from_jwk(jwk: &Object<'_>) -> Option<Self> {
        let is = |name, wanted| jwk.text(name).is_some_and(|text| text == wanted);
        let fits = |name, wanted| jwk.get(name).is_none() || is(name, wanted);
        if !(is("kty", "EC") && is("crv", "P-256") && fits("alg", "ES256") && fits("use", "sig")) {
            return None;
        }
        let coordinate = |name| decode_strict_base64url(jwk.text(name)?.as_bytes());
        let key = EcdsaKey::from_coordinates(&coordinate("x")?, &coordinate("y")?)?;
        let is_expired = jwk.get("expired_at").is_some_and(|value| !value.is_null());
        Some(Self(Arc::new(Material::P256 { key, is_expired })))
    }

    /// The end of a certificate's lifetime; `None` for what names none.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        match &*self.0 {
            #[cfg(feature = "x509")]
            Material::Certificate(certificate) => UnixTime::from_secs(certificate.not_after()),
            #[cfg(feature = "ecdsa")]
            Material::P256 { .. } => None,
        }
    }

    #[cfg(feature = "x509")]
    pub(crate) fn as_certificate(&self) -> Option<&Certificate> {
        match &*self.0 {
            Material::Certificate(certificate) => Some(certificate),
            #[cfg(feature = "ecdsa")]
            Material::P256 { .. } => None,
        }
    }

    /// The key, unless it has expired.
    #[cfg(feature = "ecdsa")]
    pub(crate) fn as_p256(&self) -> Option<&EcdsaKey> {
        match &*self.0 {
            Material::P256 { key, is_expired } => (!is_expired).then_some(key),
            #[cfg(feature = "x509")]
            Material::Certificate(_) => None,
        }
    }
}

impl fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &*self.0 {
            #[cfg(feature = "x509")]
            Material::Certificate(_) => "ProviderKey(certificate)",
            #[cfg(feature = "ecdsa")]
            Material::P256 { .. } => "ProviderKey(P-256)",
        })
    }
}

/// Keys that do not change.
#[derive(Clone, Debug, Default)]
pub struct StaticKeys(BTreeMap<String, ProviderKey>);

impl StaticKeys {
    /// No keys.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a key under its id: a certificate's URL, or a `kid`.
    #[must_use]
    pub fn with(mut self, id: impl Into<String>, key: ProviderKey) -> Self {
        self.0.insert(id.into(), key);
        self
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Certificates by their URL.
    ///
    /// # Errors
    /// [`ConfigError::MalformedKey`] when one of them is none.
    #[cfg(feature = "x509")]
    pub fn certificates<I, U, P>(certificates: I) -> Result<Self, ConfigError>
    where
        I: IntoIterator<Item = (U, P)>,
        U: Into<String>,
        P: AsRef<[u8]>,
    {
        let mut keys = Self::new();
        for (url, pem) in certificates {
            keys = keys.with(url, ProviderKey::certificate(pem)?);
        }
        Ok(keys)
    }

    /// The `keys` of a JSON Web Key Set: a JSON array, each key with its `kid`.
    ///
    /// # Errors
    /// [`ConfigError::MalformedKey`] when one of them is no key on P-256.
    #[cfg(feature = "ecdsa")]
    pub fn jwk_array(json: &str) -> Result<Self, ConfigError> {
        let malformed =
            || ConfigError::MalformedKey { expected: "an array of JSON Web Keys on P-256, each with its kid" };
        // The strict reader begins at objects.
        let set = format!("{{\"keys\":{json}}}");
        let set = Object::parse(set.as_bytes()).ok_or_else(malformed)?;
        let mut keys = Self::new();
        for key in set.get("keys").and_then(|keys| keys.array()).ok_or_else(malformed)? {
            let jwk = key.object().ok_or_else(malformed)?;
            let id = jwk.text("kid").ok_or_else(malformed)?;
            keys = keys.with(id, ProviderKey::from_jwk(&jwk).ok_or_else(malformed)?);
        }
        Ok(keys)
    }
}

impl KeySource for StaticKeys {
    fn key(&self, id: &str) -> Option<ProviderKey> {
        self.0.get(id).cloned()
    }
}

impl<S: KeySource + ?Sized> KeySource for Arc<S> {
    fn key(&self, id: &str) -> Option<ProviderKey> {
        (**self).key(id)
    }
}
