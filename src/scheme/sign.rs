//! Recipes run forwards: what a provider would send.
//!
//! For tests of your own handlers, and for replaying deliveries that were edited. Whoever can call this has the secret
//! already; even so it is the only code that makes a signature readable, and it is behind the feature `signing`.

use std::fmt;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

use super::{
    content::{Companions, Part, feed},
    recipe::Recipe,
    timestamp::Location,
};
use crate::{ConfigError, Rejection, RejectionKind, Secret, clock::UnixTime, crypto::Key, request::WebhookRequest};

/// What a signature may need besides the request and the secret.
#[derive(Clone, Copy, Debug)]
pub struct SigningContext<'a> {
    /// The time of signing.
    pub now: UnixTime,
    /// The delivery's id, or the nonce of schemes that have one. Used unless the request has one already.
    pub delivery_id: &'a str,
}

/// What signing adds to a request.
#[derive(Clone, Debug, Default)]
pub struct Signed {
    /// Headers to set, replacing those of the same names.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Headers to take away: they belong to an older signature.
    pub removed: Vec<HeaderName>,
    /// The URL to request instead, where the scheme writes something into it (Twilio's `bodySHA256`).
    pub url: Option<String>,
    /// The body to send instead, where the signature or what it covers stands in the body. Its `Content-Type` stays,
    /// its length is another: a `Content-Length` must be set anew.
    pub body: Option<Bytes>,
}

impl Signed {
    /// Sets and removes the headers.
    pub fn apply(&self, headers: &mut http::HeaderMap) {
        for name in &self.removed {
            headers.remove(name);
        }
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
    }

    pub(crate) fn header(&mut self, name: HeaderName, value: &str) -> Result<(), SignError> {
        self.headers.push((name, HeaderValue::from_str(value).map_err(|_| SignError::Unwritable)?));
        Ok(())
    }
}

/// Why a request could not be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The secret, the options or the URL cannot be used.
    Configuration(ConfigError),
    /// A header that no request can have. Its value is not told.
    Header {
        /// Its name.
        name: String,
    },
    /// The secret makes no key of this scheme.
    MalformedSecret,
    /// The request lacks something that the scheme signs.
    Request(RejectionKind),
    /// Only the provider can sign: the scheme's private key is theirs.
    ProviderOnly,
    /// The signature or its companions cannot stand in a header.
    Unwritable,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration(error) => error.fmt(f),
            Self::Header { name } => write!(f, "the header `{name}` cannot stand in a request"),
            Self::MalformedSecret => f.write_str("the secret is not one of this provider's"),
            Self::Request(kind) => write!(f, "the request cannot be signed: {}", kind.explanation()),
            Self::ProviderOnly => f.write_str("nobody but the provider can sign: the private key is theirs"),
            Self::Unwritable => f.write_str("the signature cannot be written into a header"),
        }
    }
}

impl std::error::Error for SignError {}

impl From<ConfigError> for SignError {
    fn from(error: ConfigError) -> Self {
        Self::Configuration(error)
    }
}

impl From<Rejection> for SignError {
    fn from(rejection: Rejection) -> Self {
        Self::Request(rejection.kind())
    }
}

impl From<RejectionKind> for SignError {
    fn from(kind: RejectionKind) -> Self {
        Self::Request(kind)
    }
}

impl Recipe {
    /// Signs a request as the provider would.
    ///
    /// Of the URL's candidates the first is signed.
    ///
    /// # Errors
    /// [`SignError`] when the secret or the request does not fit the scheme.
    pub fn sign(
        &self,
        secret: &Secret,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = self.key.decode(secret.expose()).ok_or(SignError::MalformedSecret)?;
        let key = Key::new(self.algorithm, &key).ok_or(SignError::MalformedSecret)?;
        let mut signed = Signed::default();

        let mut time = None;
        if let Some(timestamp) = self.timestamp.filter(|_| self.content.contains(&Part::Timestamp)) {
            let text = timestamp.unit.write(context.now);
            match timestamp.location {
                Location::Headers(names) => {
                    signed.header(first(names)?, &text)?;
                    signed.removed.extend(rest(names));
                    time = Some((None, text));
                }
                Location::Pair(name) => time = Some((Some(name), text)),
            }
        }
        let mut delivery_id: &[u8] = context.delivery_id.as_bytes();
        if self.content.contains(&Part::DeliveryId) {
            let present = self.delivery_id.iter().find_map(|name| request.headers().get(*name));
            match present {
                Some(value) if !value.is_empty() => delivery_id = value.as_bytes(),
                // What has no id is refused, so that it cannot be signed either.
                _ if delivery_id.is_empty() => return Err(SignError::Unwritable),
                _ => signed.header(first(self.delivery_id)?, context.delivery_id)?,
            }
        }
        let companions = Companions { timestamp: time.as_ref().map_or(&[], |(_, text)| text.as_bytes()), delivery_id };
        let names: Vec<_> = self
            .content
            .iter()
            .filter_map(|part| match part {
                Part::Header(name) => Some(HeaderName::from_static(name)),
                _ => None,
            })
            .collect();
        let url = request.url().candidates().next();
        let mut outcome = Ok(());
        let tag = key.sign(|sink| {
            outcome = feed(self.content, &names, request, url.as_ref(), companions, sink);
        });
        outcome?;
        let pair = time.as_ref().and_then(|(name, text)| Some(((*name)?, text.as_str())));
        let value = self.signature.format.write(&self.signature.encoding.encode(&tag), pair);
        let header = self.header_to_sign(request)?;
        signed.removed.extend(headers(self.signature.headers).filter(|other| *other != header));
        signed.header(header, &value)?;
        for (name, value) in self.required {
            signed.header(HeaderName::from_static(name), value)?;
        }
        if let Some(legacy) = self.legacy {
            signed.removed.extend(legacy.recipe.signature.headers.iter().map(|name| HeaderName::from_static(name)));
        }
        Ok(signed)
    }

    /// The headers whose delivery id is signed.
    pub(crate) fn signed_ids(&self) -> &'static [&'static str] {
        if self.content.contains(&Part::DeliveryId) { self.delivery_id } else { &[] }
    }

    /// The header that decides: where kinds of deliveries have headers of their own, the kind stays what it is.
    fn header_to_sign(&self, request: &WebhookRequest<'_>) -> Result<HeaderName, SignError> {
        let mut present = self.signature.headers.iter().filter(|name| request.headers().contains_key(**name));
        match present.next() {
            Some(name) if !self.signature.any => Ok(HeaderName::from_static(name)),
            _ => first(self.signature.headers),
        }
    }
}

fn headers(names: &[&'static str]) -> impl Iterator<Item = HeaderName> {
    names.iter().map(|name| HeaderName::from_static(name))
}

fn first(names: &[&'static str]) -> Result<HeaderName, SignError> {
    names.first().map(|name| HeaderName::from_static(name)).ok_or(SignError::Unwritable)
}

fn rest(names: &[&'static str]) -> impl Iterator<Item = HeaderName> {
    headers(names).skip(1)
}
