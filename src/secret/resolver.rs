//! Secrets that depend on the request: one endpoint for many tenants.

use std::{future::Future, pin::Pin};

use super::Secrets;
use crate::request::WebhookRequest;

/// Any error of a look-up. It is logged, never shown to the caller.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a [`SecretResolver`] returns.
pub type ResolveFuture = Pin<Box<dyn Future<Output = Result<Option<Secrets>, BoxError>> + Send>>;

/// Finds the secrets for a request, for example by a path segment, a header, or Twilio's `AccountSid`.
///
/// It is asked once the body has arrived and the head was found well-formed, and what it looks at is **not verified
/// yet**: use it to choose, never to trust. `Ok(None)` refuses the request with
/// [`RejectionKind::NoSecret`](crate::RejectionKind::NoSecret); an error answers 503, so that the provider tries again.
///
/// Implemented for closures that return a future:
///
/// ```
/// use countersign::{Secrets, VerifyWebhookLayer, request::WebhookRequest};
///
/// let layer = VerifyWebhookLayer::github("the default").secret_resolver(|request: &WebhookRequest<'_>| {
///     let tenant = request.headers().get("x-tenant").and_then(|name| name.to_str().ok()).map(str::to_owned);
///     async move {
///         // Look it up in a database here.
///         Ok(match tenant.as_deref() {
///             Some("acme") => Some(Secrets::try_from("acme's secret")?),
///             _ => None,
///         })
///     }
/// });
/// # let _ = layer;
/// ```
pub trait SecretResolver: Send + Sync {
    /// The secrets for this request. What the future needs of the request must be copied out first.
    fn resolve(&self, request: &WebhookRequest<'_>) -> ResolveFuture;
}

impl<F, Fut> SecretResolver for F
where
    F: Fn(&WebhookRequest<'_>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<Option<Secrets>, BoxError>> + Send + 'static,
{
    fn resolve(&self, request: &WebhookRequest<'_>) -> ResolveFuture {
        Box::pin(self(request))
    }
}
