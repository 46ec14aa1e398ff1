//! Answers that do not come from the inner service.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use pin_project_lite::pin_project;

use crate::{Rejection, RejectionKind, WebhookVerifier};

/// The text of every refusal about a signature.
pub const REFUSAL_TEXT: &str = "Request failed webhook verification\n";

pin_project! {
    /// The inner service's body, or one of ours. Nothing is boxed.
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = Projected]
    #[derive(Debug)]
    enum Kind<B> {
        Inner { #[pin] body: B },
        Own { #[pin] body: Full<Bytes> },
    }
}

impl<B> ResponseBody<B> {
    pub(super) fn inner(body: B) -> Self {
        Self { kind: Kind::Inner { body } }
    }

    fn own(bytes: Bytes) -> Self {
        Self { kind: Kind::Own { body: Full::new(bytes) } }
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            Projected::Inner { body } => body.poll_frame(cx),
            Projected::Own { body } => body.poll_frame(cx).map_err(|never| match never {}),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Inner { body } => body.is_end_stream(),
            Kind::Own { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner { body } => body.size_hint(),
            Kind::Own { body } => body.size_hint(),
        }
    }
}

/// Makes the answer to a refused request. Implemented for closures.
///
/// The [`Rejection`] is put into the response's extensions whatever this returns.
pub trait OnRejection: Send + Sync {
    /// The answer. Do not tell the caller the reason: it would learn how to come nearer.
    fn respond(&self, rejection: &Rejection) -> Response<Bytes>;
}

impl<F> OnRejection for F
where
    F: Fn(&Rejection) -> Response<Bytes> + Send + Sync,
{
    fn respond(&self, rejection: &Rejection) -> Response<Bytes> {
        self(rejection)
    }
}

/// The default answer; for everything that concerns the signature it has the form that the provider demands.
pub(super) fn default_response(rejection: &Rejection, verifier: &dyn WebhookVerifier) -> Response<Bytes> {
    let own = match rejection.kind() {
        RejectionKind::BodyIncomplete
        | RejectionKind::BufferExhausted
        | RejectionKind::KeyUnavailable
        | RejectionKind::SecretUnavailable => Some("Try again\n"),
        RejectionKind::BodyTimeout => Some("The request body did not arrive in time\n"),
        RejectionKind::BodyTooLarge => Some("The request body is too large\n"),
        _ => None,
    };
    let (status, text) = match own {
        Some(text) => (rejection.kind().status(), text),
        None => (verifier.refusal_status(), REFUSAL_TEXT),
    };
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if own.is_none() {
        verifier.shape_refusal(&mut response);
    }
    response
}

pub(super) fn into_own<B>(response: Response<Bytes>) -> Response<ResponseBody<B>> {
    response.map(ResponseBody::own)
}
