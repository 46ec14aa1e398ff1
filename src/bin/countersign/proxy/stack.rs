//! What happens to a request, top to bottom.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use countersign::{
    Rejection,
    middleware::{ResponseBody, VerifyWebhook},
};
use http::{Request, Response};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use tower::{Layer, ServiceExt};

use super::{
    Observer, Tracker, answers,
    capture::{Capture, CapturedRoute, Captures, Half, Salvage, Source, Tap, read_unread},
    forward::{AppBody, Forward},
    observe::Observation,
    peer::Peer,
};
use crate::{
    config::RouteConfig,
    store::{Id, Replay},
};

/// The body of any answer.
pub(crate) type Body = Tap<Answer>;

type Answer = Either<ResponseBody<AppBody>, AppBody>;

/// The layers of one route. Clones share everything.
#[derive(Clone)]
pub(crate) struct Stack(Arc<Layers>);

struct Layers {
    observer: Arc<dyn Observer>,
    captures: Option<Arc<Captures>>,
    captured_route: CapturedRoute,
    route: Route,
}

enum Route {
    Open(Forward),
    Verified(VerifyWebhook<Forward>),
}

impl Stack {
    pub(crate) fn new(
        config: Arc<RouteConfig>,
        observer: Arc<dyn Observer>,
        captures: Option<Arc<Captures>>,
        tracker: &Tracker,
    ) -> Self {
        let verification = config.verification.as_ref().map(|verification| verification.layer.clone());
        let captured_route = CapturedRoute {
            name: Arc::clone(&config.name),
            provider: config.verification.as_ref().map(|verification| verification.provider.id),
            public_url: config.verification.as_ref().map(|verification| verification.public_url.clone()),
        };
        let forward = Forward::new(config, tracker.clone());
        let route = match verification {
            Some(layer) => Route::Verified(layer.layer(forward)),
            None => Route::Open(forward),
        };
        Self(Arc::new(Layers { observer, captures, captured_route, route }))
    }

    pub(super) fn observer(&self) -> &dyn Observer {
        &*self.0.observer
    }

    /// Serves a request that came through a socket.
    pub(crate) async fn serve(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        self.pass(request.map(Either::Left), peer, None).await.0
    }

    /// Sends a request through the same layers as a delivery, up to the end of its answer. Returns the name under
    /// which it was captured, if there are captures.
    pub(crate) async fn replay(&self, request: Request<Bytes>, peer: SocketAddr, replay: Replay) -> Option<Id> {
        let request = request.map(|body| Either::Right(Full::new(body)));
        let (answer, id) = self.pass(request, Peer::new(peer), Some(replay)).await;
        let mut body = answer.into_body();
        while let Some(Ok(_)) = body.frame().await {}
        id
    }

    async fn pass(&self, request: Request<Source>, peer: Peer, replay: Option<Replay>) -> (Response<Body>, Option<Id>) {
        let Layers { observer, captures, captured_route, route } = &*self.0;

        // 1. Capture and observation stand outside of everything: what is refused is what people need to see.
        let capture = captures.as_ref().map(|captures| captures.begin(&request, captured_route, &peer, replay));
        let id = capture.as_ref().map(Capture::id);
        let observation = Observation::begin(&**observer, &request, &peer, id);
        let mut request = request.map(|body| Tap::new(body, Half::Request, capture.clone()));

        // 2. What a reverse proxy never forwards goes before anything is spent on it.
        if let Some(answer) = answers::to_what_is_not_forwarded(request.method(), request.uri()) {
            observation.finish_undecided(&answer, capture.as_ref());
            return (answer.map(|text| Tap::new(own(text), Half::Response, capture)), id);
        }
        request.extensions_mut().insert(peer);
        if let Some(capture) = &capture {
            request.extensions_mut().insert(capture.clone());
        }

        // 3. Verification sees the request as it came: before `forward` touches a header. It bounds what it reads.
        //    A route without it has no layer at all, so that bodies stream.
        // 4. Forwarding is last: only what passed reaches the app.
        let answer = match route {
            Route::Verified(verified) => verified.clone().oneshot(request).await.map(|answer| answer.map(Either::Left)),
            Route::Open(forward) => forward.clone().oneshot(request).await.map(|answer| answer.map(Either::Right)),
        };
        let mut answer = answer.unwrap_or_else(|never| match never {});
        observation.finish(&mut answer, capture.as_ref());
        if let Some(capture) = &capture
            && answer.extensions().get::<Rejection>().is_some()
        {
            tokio::spawn(read_unread(capture.clone()));
        }
        (answer.map(|body| Tap::new(body, Half::Response, capture)), id)
    }
}

impl Salvage for Answer {
    fn salvage(self, _: &Capture) {}
}

fn own(text: Bytes) -> Answer {
    Either::Right(Either::Right(text.into()))
}
