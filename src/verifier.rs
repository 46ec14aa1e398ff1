//! The decision: [`WebhookVerifier`].

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::{
    ConfigError, Rejection, Secrets, Verdict,
    clock::UnixTime,
    request::{RequestHead, WebhookRequest},
};

/// Decides whether the provider sent a request.
///
/// A verifier is pure: it does no I/O, never awaits, and takes the time as an argument. The layer, the conformance
/// vectors, the fuzzer and the command line all call these functions.
///
/// # Rules
/// 1. What is not certain is refused.
/// 2. The bytes of the body are hashed as they came.
/// 3. Signatures are compared in constant time, and every secret is tried whether or not one has matched.
pub trait WebhookVerifier: Send + Sync {
    /// The provider's id, a constant kebab- or snake-case word such as `twilio`.
    fn provider(&self) -> &'static str;

    /// What can be told before the body is read, at least that a signature is there at all.
    ///
    /// The layer asks this first, so that strangers cannot make it hold bodies. What is accepted here is verified
    /// in full afterwards. Where secrets are looked up for each request, the layer asks the verifier of the default ones
    /// and takes no notice of a [`SignatureMismatch`](crate::RejectionKind::SignatureMismatch) or
    /// [`NoSecret`](crate::RejectionKind::NoSecret): nothing else that is refused here may depend on the secrets.
    ///
    /// # Errors
    /// The [`Rejection`] that [`verify`](Self::verify) would return for every body.
    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        let _ = head;
        Ok(())
    }

    /// Decides.
    ///
    /// # Errors
    /// A [`Rejection`] for what is to be refused.
    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection>;

    /// The same verifier for other secrets: for tenants that have their own.
    ///
    /// # Errors
    /// [`ConfigError::SecretsFixed`] if it has no such thing, else what the constructor says of the secrets.
    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let _ = secrets;
        Err(ConfigError::SecretsFixed)
    }

    /// The id of the published key that this request names and that the verifier does not know.
    ///
    /// A layer with a [`KeyFetcher`](crate::key_fetcher::KeyFetcher) asks this after a refusal with
    /// [`NoSecret`](crate::RejectionKind::NoSecret), has the key fetched, and then verifies once more. The id must be one
    /// of the provider's, held to its hosts and paths if it is a URL: it is fetched on a stranger's word.
    fn missing_key(&self, request: &WebhookRequest<'_>) -> Option<String> {
        let _ = request;
        None
    }

    /// The most bytes of a body that are worth reading, where the head tells that this is an unsigned endpoint
    /// challenge and no delivery. `None`, the default, leaves it at the layer's own limit.
    ///
    /// Challenges come from anybody: without this, a stranger who writes one could make the layer hold large bodies.
    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        let _ = head;
        None
    }

    /// The status with which the provider wants refusals answered; 403 unless it demands another.
    fn refusal_status(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    /// Changes the default answer to a refused signature where the provider demands more than a status, such as
    /// `WWW-Authenticate`. It must not tell the reason. Not asked where the user makes the answers.
    fn shape_refusal(&self, response: &mut Response<Bytes>) {
        let _ = response;
    }
}

impl<V: WebhookVerifier + ?Sized> WebhookVerifier for Arc<V> {
    fn provider(&self) -> &'static str {
        (**self).provider()
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        (**self).verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        (**self).verify(request, context)
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        (**self).with_secrets(secrets)
    }

    fn missing_key(&self, request: &WebhookRequest<'_>) -> Option<String> {
        (**self).missing_key(request)
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        (**self).body_limit(head)
    }

    fn refusal_status(&self) -> StatusCode {
        (**self).refusal_status()
    }

    fn shape_refusal(&self, response: &mut Response<Bytes>) {
        (**self).shape_refusal(response);
    }
}

/// What a verification needs besides the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    pub(crate) now: Option<UnixTime>,
    pub(crate) tolerance: Option<Duration>,
}

impl Context {
    /// A verification at the time `now`; without one, schemes that sign a time refuse.
    #[must_use]
    pub const fn at(now: Option<UnixTime>) -> Self {
        Self { now, tolerance: None }
    }

    /// How far a signed time may lie from now, on either side, instead of the provider's own window.
    #[must_use]
    pub const fn tolerance(mut self, tolerance: Option<Duration>) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The time of the verification.
    #[must_use]
    pub const fn now(&self) -> Option<UnixTime> {
        self.now
    }
}
