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
    layer::Settings,
    response::{default_response, into_own},
    service::original_uri,
};
use crate::{
    Rejection, RejectionKind, Verdict,
    request::{RawBody, RequestHead, WebhookRequest},
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
        Refused { response: Option<Response<Bytes>> },
        Collecting {
            // Taken when the body is complete.
            rest: Option<Rest<S>>,
            collected: BufferedBody,
            #[pin]
            body: B,
            // Made when the body first makes us wait.
            #[pin]
            deadline: Option<Sleep>,
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
        Self { state: State::Refused { response: Some(refuse(rejection, settings)) } }
    }

    pub(super) fn collecting(ready: S, parts: Parts, body: B, settings: Arc<Settings>, max_body: usize) -> Self {
        let collected = BufferedBody::new(settings.budget.reservation());
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
                StateProjection::Refused { response } => {
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
                    let collected = std::mem::take(collected);
                    let next = match complete.and_then(|()| decide(&rest, &collected)) {
                        Ok(Decision::Answer(response)) => State::Refused { response: Some(response) },
                        Ok(Decision::Call(note)) => State::Calling { future: call(rest, collected, note) },
                        Err(rejection) => State::Refused { response: Some(refuse(rejection, &rest.settings)) },
                    };
                    state.set(next);
                }
                StateProjection::Calling { future } => {
                    let response = ready!(future.poll(cx))?;
                    return Poll::Ready(Ok(response.map(|body| ResponseBody::inner(body))));
                }
            }
        }
    }
}

/// What the inner service finds in the request's extensions.
enum Note {
    Observed(Rejection),
    Verified(crate::Verified),
}

enum Decision {
    Answer(Response<Bytes>),
    Call(Note),
}

fn poll_collect<S, B: Body>(
    cx: &mut TaskContext<'_>,
    collected: &mut BufferedBody,
    mut body: Pin<&mut B>,
    mut deadline: Pin<&mut Option<Sleep>>,
    bounds: &Rest<S>,
) -> Poll<Result<(), Rejection>> {
    loop {
        let frame = match body.as_mut().poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => frame,
            Poll::Ready(Some(Err(_))) => return Poll::Ready(Err(RejectionKind::BodyIncomplete.into())),
            Poll::Ready(None) => return Poll::Ready(Ok(())),
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

fn decide<S>(rest: &Rest<S>, collected: &BufferedBody) -> Result<Decision, Rejection> {
    let Rest { parts, settings, .. } = rest;
    let url = settings.public_url.resolve(original_uri(parts), &parts.headers);
    let head = RequestHead::new(&parts.method, url, &parts.headers);
    let request = WebhookRequest::from_head(head, RawBody::from(collected.frames()));
    let context = Context::at(settings.clock.now()).tolerance(settings.tolerance);
    match settings.verifier.verify(&request, &context) {
        Ok(Verdict::Accept(verified)) => {
            crate::trace::accepted(&verified);
            Ok(Decision::Call(Note::Verified(verified)))
        }
        Ok(Verdict::Answer(response)) => {
            crate::trace::answered(settings.verifier.provider());
            Ok(Decision::Answer(*response))
        }
        Err(rejection) if settings.observe_only => {
            crate::trace::observed(settings.verifier.provider(), &rejection);
            Ok(Decision::Call(Note::Observed(rejection)))
        }
        Err(rejection) => Err(rejection),
    }
}

fn call<S: Service<Request<BufferedBody>>>(mut rest: Rest<S>, body: BufferedBody, note: Note) -> S::Future {
    match note {
        Note::Observed(rejection) => drop(rest.parts.extensions.insert(rejection)),
        Note::Verified(verified) => drop(rest.parts.extensions.insert(verified)),
    }
    rest.ready.call(Request::from_parts(rest.parts, body))
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
