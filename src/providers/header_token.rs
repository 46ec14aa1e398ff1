//! The secret itself in a header: providers that sign nothing, or not unless asked.

use std::sync::Arc;

use http::HeaderName;

use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::Tokens,
    request::{RequestHead, WebhookRequest},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed},
};

/// Compares a header with the secret. Covers nothing of the request: whoever saw one delivery can send any other.
pub(super) struct HeaderToken {
    provider: &'static str,
    header: HeaderName,
    tokens: Tokens,
}

impl HeaderToken {
    pub(super) fn new(provider: &'static str, header: HeaderName, secrets: &Secrets) -> Self {
        Self { provider, header, tokens: Tokens::new(secrets) }
    }

    fn find(&self, head: &RequestHead<'_>) -> Result<usize, Rejection> {
        let token = head.header(&self.header)?.filter(|token| !token.is_empty());
        let found = self.tokens.find(token.ok_or(RejectionKind::MissingSignature)?);
        found.ok_or_else(|| RejectionKind::SignatureMismatch.into())
    }
}

impl WebhookVerifier for HeaderToken {
    fn provider(&self) -> &'static str {
        self.provider
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.find(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let index = self.find(request.head())?;
        Ok(Verdict::Accept(Verified::new(self.provider, self.tokens.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(self.provider, self.header.clone(), secrets)))
    }
}

/// Writes the secret into the header.
#[cfg(feature = "signing")]
pub(super) fn present(header: HeaderName, secret: &Secret) -> Result<Signed, SignError> {
    let mut value = http::HeaderValue::from_bytes(secret.expose()).map_err(|_| SignError::Unwritable)?;
    value.set_sensitive(true);
    Ok(Signed { headers: vec![(header, value)], ..Signed::default() })
}
