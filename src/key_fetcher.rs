//! [`KeyFetcher`]: keys that are fetched while a delivery waits.
//!
//! Some providers publish the key that they sign with and name it in each delivery. Verification is synchronous and asks
//! a source that has the key or has it not; what is not there is refused. A layer with a fetcher does more:
//!
//! 1. The verifier refuses with [`NoSecret`](crate::RejectionKind::NoSecret), and names the key that it
//!    [misses](crate::WebhookVerifier::missing_key). It holds the name to the provider's hosts and paths.
//! 2. The fetcher gets the key, and puts it where the verifier's source finds it.
//! 3. The verifier is asked once more, and that is the verdict.
//!
//! Deliveries whose key is known never come here, and cost nothing more.
//!
//! # What a fetcher must bound
//! The name comes from a request that **is not verified yet**: a stranger can send any name of the right form, and as
//! many as they like. So a fetcher follows no redirects, checks TLS, limits the time and the size of an answer, fetches a
//! key once however many deliveries wait for it, limits how many keys are fetched and how many deliveries wait, and
//! remembers for a while what it could not get. The delivery's body is held meanwhile; the layer's
//! [`BufferBudget`](crate::middleware::BufferBudget) counts it.

use std::{future::Future, pin::Pin};

use crate::secret::resolver::BoxError;

/// What a [`KeyFetcher`] returns.
pub type FetchFuture = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

/// Gets a key that a verifier misses. See the [module](self).
///
/// Implemented for closures that return a future:
///
/// ```
/// use std::{collections::HashMap, sync::{Arc, Mutex}};
///
/// use countersign::{Rejection, RejectionKind, Verdict, VerifyWebhookLayer, WebhookVerifier};
/// use countersign::{request::WebhookRequest, verifier::Context};
///
/// type Keys = Arc<Mutex<HashMap<String, Vec<u8>>>>;
///
/// /// A provider of your own, which names its keys in a header.
/// struct Acme(Keys);
///
/// fn key_id(request: &WebhookRequest<'_>) -> Option<String> {
///     let id = request.headers().get("acme-key")?.to_str().ok()?;
///     (id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| id.to_owned())
/// }
///
/// impl WebhookVerifier for Acme {
///     fn provider(&self) -> &'static str {
///         "acme"
///     }
///
///     fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
///         let id = key_id(request).ok_or(RejectionKind::MalformedSignature)?;
///         let keys = self.0.lock().map_err(|_| RejectionKind::NoSecret)?;
///         let _key = keys.get(&id).ok_or(RejectionKind::NoSecret)?;
///         Err(RejectionKind::SignatureMismatch.into()) // Verify the signature with the key here.
///     }
///
///     fn missing_key(&self, request: &WebhookRequest<'_>) -> Option<String> {
///         key_id(request)
///     }
/// }
///
/// let keys = Keys::default();
/// let layer = VerifyWebhookLayer::new(Acme(keys.clone())).key_fetcher(move |id: &str| {
///     let (id, keys) = (id.to_owned(), keys.clone());
///     async move {
///         // Fetch it here, within the bounds that the module names.
///         keys.lock().map_err(|_| "poisoned")?.insert(id, b"the key".to_vec());
///         Ok(())
///     }
/// });
/// # let _ = layer;
/// ```
pub trait KeyFetcher: Send + Sync {
    /// Ends when the verifier's source knows the key, or knows that there is none.
    ///
    /// An error is for what may be otherwise soon: the delivery is answered with 503
    /// ([`KeyUnavailable`](crate::RejectionKind::KeyUnavailable)), so that the provider tries again. It is logged, never
    /// shown to the caller. What the future needs of the id must be copied out first.
    fn fetch(&self, id: &str) -> FetchFuture;
}

impl<F, Fut> KeyFetcher for F
where
    F: Fn(&str) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    fn fetch(&self, id: &str) -> FetchFuture {
        Box::pin(self(id))
    }
}
