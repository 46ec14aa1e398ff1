//! The service: what can be decided before the body is read.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, Uri, request::Parts};
use http_body::Body;
use tower_service::Service;

use super::{BufferedBody, ResponseBody, ResponseFuture, layer::Settings};
use crate::{RejectionKind, request::RequestHead};

/// The service that [`VerifyWebhookLayer`](super::VerifyWebhookLayer) makes.
#[derive(Clone, Debug)]
pub struct VerifyWebhook<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> VerifyWebhook<S> {
    pub(super) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
    }

    /// The service behind.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service behind.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service behind.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, R> Service<Request<B>> for VerifyWebhook<S>
where
    S: Service<Request<BufferedBody>, Response = Response<R>> + Clone,
    B: Body,
    R: Body<Data = Bytes>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let settings = &self.settings;
        let (parts, body) = request.into_parts();
        let head = RequestHead::new(
            &parts.method,
            settings.public_url.resolve(original_uri(&parts), &parts.headers),
            &parts.headers,
        );
        if !settings.observe_only
            && let Err(rejection) = settings.verifier.verify_head(&head)
            && !may_change(rejection.kind(), settings)
        {
            return ResponseFuture::refused(rejection, settings);
        }
        let max_body = match settings.verifier.body_limit(&head) {
            // Observed requests reach the app whole, whatever they are.
            Some(limit) if !settings.observe_only => limit.min(settings.max_body),
            _ => settings.max_body,
        };
        if body.size_hint().lower() > max_body as u64 {
            return ResponseFuture::refused(RejectionKind::BodyTooLarge.into(), settings);
        }
        // The future takes the service that was polled ready; the clone that stays is polled before its own call.
        let clone = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, clone);
        ResponseFuture::collecting(ready, parts, body, Arc::clone(settings), max_body)
    }
}

/// Whether a head that was refused may be accepted yet: keys that are not known can be fetched, and secrets that are
/// looked up are not those that it was judged with. All the rest of it was found in order.
fn may_change(refusal: RejectionKind, settings: &Settings) -> bool {
    match refusal {
        RejectionKind::NoSecret => settings.key_fetcher.is_some() || settings.resolver.is_some(),
        RejectionKind::SignatureMismatch => settings.resolver.is_some(),
        _ => false,
    }
}

/// The target as it arrived, before a router stripped the prefix of a nested one.
pub(super) fn original_uri(parts: &Parts) -> &Uri {
    #[cfg(feature = "axum")]
    if let Some(original) = parts.extensions.get::<axum::extract::OriginalUri>() {
        return &original.0;
    }
    &parts.uri
}
