//! The future: reads the body within its bounds, asks the verifier, calls the inner service.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as TaskContext, Poll, ready},
};

use bytes::{Buf, Bytes};
use http::{Request, Response, request::Parts};
use http_body::Body;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tower_service::Service;

use super::{
    BufferedBody, ResponseBody,
    body::Collector,
    layer::Settings,
    response::{default_response, into_own},
    service::original_uri,
};
use crate::{
    Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    key_fetcher::FetchFuture,
    request::{RawBody, RequestHead, WebhookRequest},
    secret::resolver::{BoxError, ResolveFuture},
    verifier::Context,
};

pin_project! {
    /// The future of [`VerifyWebhook`](super::VerifyWebhook). Dropping it at any point drops all it holds.
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<BufferedBody>>,
    {
        #[pin]
        state: State<S, B, S::Future>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B, F> {
        Answered { response: Option<Response<Bytes>> },
        Collecting {
            // Taken when the body is complete.
            rest: Option<Rest<S>>,
            collected: Collector,
            #[pin]
            body: B,
            // Made when the body first makes us wait.
            #[pin]
            deadline: Option<Sleep>,
        },
        Resolving {
            rest: Option<Rest<S>>,
            collected: BufferedBody,
            future: ResolveFuture,
        },
        Fetching {
            rest: Option<Rest<S>>,
            collected: BufferedBody,
            verifier: Arc<dyn WebhookVerifier>,
            future: FetchFuture,
        },
        Calling { #[pin] future: F },
    }
}

struct Rest<S> {
    ready: S,
    parts: Parts,
    settings: Arc<Settings>,
    max_body: usize,
}

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<BufferedBody>>,
{
    pub(super) fn refused(rejection: Rejection, settings: &Settings) -> Self {
        Self { state: State::Answered { response: Some(refuse(rejection, settings)) } }
    }

    pub(super) fn collecting(ready: S, parts: Parts, body: B, settings: Arc<Settings>, max_body: usize) -> Self {
        let collected = Collector::new(settings.budget.reservation());
        let rest = Some(Rest { ready, parts, settings, max_body });
        Self { state: State::Collecting { rest, collected, body, deadline: None } }
    }
}

impl<S, B, R> Future for ResponseFuture<S, B>
where
    S: Service<Request<BufferedBody>, Response = Response<R>>,
    B: Body,
    R: Body<Data = Bytes>,
{
    type Output = Result<Response<ResponseBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProjection::Answered { response } => {
                    #[allow(clippy::expect_used, reason = "the contract of futures")]
                    let response = response.take().expect("a future is not polled after it was ready");
                    return Poll::Ready(Ok(into_own(response)));
                }
                StateProjection::Collecting { rest, collected, body, deadline } => {
                    #[allow(clippy::expect_used, reason = "the state changes when it is taken")]
                    let bounds = rest.as_ref().expect("it is taken only when the state changes");
                    let complete = ready!(poll_collect(cx, collected, body, deadline, bounds));
                    #[allow(clippy::expect_used, reason = "looked at in the line before")]
                    let rest = rest.take().expect("it is taken only when the state changes");
                    let next = match (complete, &rest.settings.resolver) {
                        (Err(rejection), _) => State::Answered { response: Some(refuse(rejection, &rest.settings)) },
                        (Ok(collected), Some(resolver)) => {
                            let future = resolver.resolve(&rest.view(&collected));
                            State::Resolving { rest: Some(rest), collected, future }
                        }
                        (Ok(collected), None) => decide(rest, collected, None),
                    };
                    state.set(next);
                }
                StateProjection::Resolving { rest, collected, future } => {
                    let secrets = ready!(future.as_mut().poll(cx));
                    #[allow(clippy::expect_used, reason = "the state changes when it is taken")]
                    let rest = rest.take().expect("it is taken only when the state changes");
                    let collected = std::mem::take(collected);
                    let next = match rest.resolved(secrets) {
                        Ok(verifier) => decide(rest, collected, Some(verifier)),
                        Err(rejection) => proceed(rest, collected, Err(rejection)),
                    };
                    state.set(next);
                }
                StateProjection::Fetching { rest, collected, verifier, future } => {
                    let fetched = ready!(future.as_mut().poll(cx));
                    #[allow(clippy::expect_used, reason = "the state changes when it is taken")]
                    let rest = rest.take().expect("it is taken only when the state changes");
                    let collected = std::mem::take(collected);
                    let verdict = match fetched {
                        Ok(()) => rest.verify(verifier, &collected),
                        Err(error) => {
                            crate::trace::unfetched(verifier.provider(), &*error);
                            Err(RejectionKind::KeyUnavailable.into())
                        }
                    };
                    state.set(proceed(rest, collected, verdict));
                }
                StateProjection::Calling { future } => {
                    let response = ready!(future.poll(cx))?;
                    return Poll::Ready(Ok(response.map(|body| ResponseBody::inner(body))));
                }
            }
        }
    }
}

impl<S> Rest<S> {
    fn view<'a>(&'a self, collected: &'a BufferedBody) -> WebhookRequest<'a> {
        let Self { parts, settings, .. } = self;
        let url = settings.public_url.resolve(original_uri(parts), &parts.headers);
        let head = RequestHead::new(&parts.method, url, &parts.headers);
        WebhookRequest::from_head(head, RawBody::from(collected.frames()))
    }

    fn verify(&self, verifier: &dyn WebhookVerifier, collected: &BufferedBody) -> Result<Verdict, Rejection> {
        let context = Context::at(self.settings.clock.now()).tolerance(self.settings.tolerance);
        verifier.verify(&self.view(collected), &context)
    }

    /// The verifier for the secrets that were looked up.
    fn resolved(&self, secrets: Result<Option<Secrets>, BoxError>) -> Result<Arc<dyn WebhookVerifier>, Rejection> {
        let provider = self.settings.verifier.provider();
        match secrets {
            Ok(Some(secrets)) => self.settings.verifier.with_secrets(&secrets).map_err(|error| {
                crate::trace::unresolved(provider, &error);
                RejectionKind::NoSecret.into()
            }),
            Ok(None) => Err(RejectionKind::NoSecret.into()),
            Err(error) => {
                crate::trace::unresolved(provider, &*error);
                Err(RejectionKind::SecretUnavailable.into())
            }
        }
    }
}

/// Asks the verifier, the layer's own unless there is one for this request, and has a key fetched that it misses.
fn decide<S, B>(
    rest: Rest<S>,
    collected: BufferedBody,
    resolved: Option<Arc<dyn WebhookVerifier>>,
) -> State<S, B, S::Future>
where
    S: Service<Request<BufferedBody>>,
{
    let verifier = resolved.as_ref().unwrap_or(&rest.settings.verifier);
    let verdict = rest.verify(verifier, &collected);
    if let (Err(rejection), Some(fetcher)) = (&verdict, &rest.settings.key_fetcher)
        && rejection.kind() == RejectionKind::NoSecret
        && let Some(id) = verifier.missing_key(&rest.view(&collected))
    {
        let (verifier, future) = (Arc::clone(verifier), fetcher.fetch(&id));
        return State::Fetching { rest: Some(rest), collected, verifier, future };
    }
    proceed(rest, collected, verdict)
}

/// What follows from a verdict.
fn proceed<S, B>(
    mut rest: Rest<S>,
    collected: BufferedBody,
    verdict: Result<Verdict, Rejection>,
) -> State<S, B, S::Future>
where
    S: Service<Request<BufferedBody>>,
{
    let provider = rest.settings.verifier.provider();
    match verdict {
        Ok(Verdict::Accept(verified)) => {
            crate::trace::accepted(&verified);
            rest.parts.extensions.insert(verified);
        }
        Ok(Verdict::Answer(response)) => {
            crate::trace::answered(provider);
            return State::Answered { response: Some(*response) };
        }
        Err(rejection) if rest.settings.observe_only => {
            crate::trace::observed(provider, &rejection);
            // An outer layer's verdict is not this one's.
            rest.parts.extensions.remove::<Verified>();
            rest.parts.extensions.insert(rejection);
        }
        Err(rejection) => return State::Answered { response: Some(refuse(rejection, &rest.settings)) },
    }
    State::Calling { future: rest.ready.call(Request::from_parts(rest.parts, collected)) }
}

fn poll_collect<S, B: Body>(
    cx: &mut TaskContext<'_>,
    collected: &mut Collector,
    mut body: Pin<&mut B>,
    mut deadline: Pin<&mut Option<Sleep>>,
    bounds: &Rest<S>,
) -> Poll<Result<BufferedBody, Rejection>> {
    loop {
        let frame = match body.as_mut().poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => frame,
            Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(RejectionKind::BodyIncomplete.into())),
            Poll::Ready(None) => {
                let body = collected.finish();
                return Poll::Ready(body.ok_or_else(|| RejectionKind::BufferExhausted.into()));
            }
            Poll::Pending => {
                if deadline.is_none() {
                    deadline.set(Some(sleep(bounds.settings.body_timeout)));
                }
                if let Some(deadline) = deadline.as_mut().as_pin_mut() {
                    ready!(deadline.poll(cx));
                }
                return Poll::Ready(Err(RejectionKind::BodyTimeout.into()));
            }
        };
        match frame.into_data() {
            Ok(mut data) => {
                let size = data.remaining();
                if collected.len().saturating_add(size as u64) > bounds.max_body as u64 {
                    return Poll::Ready(Err(RejectionKind::BodyTooLarge.into()));
                }
                if !collected.push(data.copy_to_bytes(size)) {
                    return Poll::Ready(Err(RejectionKind::BufferExhausted.into()));
                }
            }
            Err(frame) => {
                if let Ok(trailers) = frame.into_trailers() {
                    collected.push_trailers(trailers);
                }
            }
        }
    }
}

fn refuse(rejection: Rejection, settings: &Settings) -> Response<Bytes> {
    crate::trace::refused(settings.verifier.provider(), &rejection);
    let mut response = match &settings.on_rejection {
        Some(on_rejection) => on_rejection.respond(&rejection),
        None => default_response(&rejection, &*settings.verifier),
    };
    response.extensions_mut().insert(rejection);
    response
}

impl<S: Service<Request<BufferedBody>>, B> fmt::Debug for ResponseFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
