//! What happens to a request, top to bottom.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Instant, SystemTime},
};

use bytes::Bytes;
use countersign::{Rejection, VerifyWebhookLayer, middleware::ResponseBody};
use http::{Request, Response, header};
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use tower::{Layer, Service};

use super::{
    Observer, Tracker, answers,
    capture::{Capture, CapturedRoute, Captures, Half, Salvage, Source, Tap, read_unread},
    forward::{App, AppBody},
    observe::{Observation, Passage},
    peer::Peer,
};
use crate::{
    config::RouteConfig,
    keys::Subscriptions,
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
    verification: Option<VerifyWebhookLayer>,
    subscriptions: Option<Arc<Subscriptions>>,
    app: App,
    tracker: Tracker,
}

/// Whether a request has to be verified on a route that verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    /// For replays, which the user of the inspector sends, of what was verified once and cannot be signed again.
    Unverified,
    Verified,
}

impl Stack {
    pub(crate) fn new(
        config: Arc<RouteConfig>,
        observer: Arc<dyn Observer>,
        captures: Option<Arc<Captures>>,
        tracker: &Tracker,
    ) -> Self {
        let verification = config.verification.as_ref().map(|verification| verification.layer.clone());
        let subscriptions = config.verification.as_ref().and_then(|verification| verification.report_to(&observer));
        let captured_route = CapturedRoute {
            name: Arc::clone(&config.name),
            provider: config.verification.as_ref().map(|verification| verification.provider.id),
            public_url: config.verification.as_ref().map(|verification| verification.public_url.clone()),
        };
        let app = App::new(config, tracker.clone());
        let tracker = tracker.clone();
        Self(Arc::new(Layers { observer, captures, captured_route, verification, subscriptions, app, tracker }))
    }

    pub(super) fn observer(&self) -> &dyn Observer {
        &*self.0.observer
    }

    /// Serves a request that came through a socket.
    pub(crate) async fn serve(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        self.pass(request.map(Either::Left), peer, Passing::Verified, None).await.0
    }

    /// Sends a request through the same layers as a delivery, up to the end of its answer. Returns the name under
    /// which it was captured, if there are captures.
    pub(crate) async fn replay(
        &self,
        request: Request<Bytes>,
        peer: SocketAddr,
        replay: Replay,
        passing: Passing,
    ) -> Option<Id> {
        let request = request.map(|body| Either::Right(Full::new(body)));
        let (answer, id) = self.pass(request, Peer::new(peer), passing, Some(replay)).await;
        let mut body = answer.into_body();
        while let Some(Ok(_)) = body.frame().await {}
        id
    }

    async fn pass(
        &self,
        request: Request<Source>,
        peer: Peer,
        passing: Passing,
        replay: Option<Replay>,
    ) -> (Response<Body>, Option<Id>) {
        let Layers { observer, captures, captured_route, verification, subscriptions, app, tracker } = &*self.0;

        // 1. Capture and observation stand outside of everything: what is refused is what people need to see.
        let is_replay = replay.is_some();
        let is_waiting = request.headers().contains_key(header::EXPECT);
        let now = (SystemTime::now(), Instant::now());
        let capture = captures.as_ref().map(|captures| captures.begin(&request, captured_route, &peer, replay, now));
        let id = capture.as_ref().map(Capture::id);
        let passage = Passage::default();
        let observation = Observation::begin(&**observer, tracker, &request, &peer, &passage, capture.as_ref(), now);
        let request = request.map(|body| Tap::new(body, Half::Request, capture.clone()));

        // 2. What a reverse proxy never forwards goes before anything is spent on it.
        if let Some(answer) = answers::to_what_is_not_forwarded(&request) {
            observation.finish_undecided(&answer);
            return (answer.map(|text| Tap::new(own(text), Half::Response, capture)), id);
        }
        let asks_to_confirm = subscriptions.as_ref().is_some_and(|known| known.is_asked(request.headers()));

        // 3. Verification sees the request as it came: before `forward` touches a header. It bounds what it reads.
        //    A route without it has no layer at all, so that bodies stream.
        // 4. Forwarding is last: only what passed reaches the app.
        let mut forward = app.forward(&peer, &passage, capture.as_ref());
        // Both are always ready.
        let answer = match verification {
            Some(layer) if passing == Passing::Verified => {
                layer.layer(forward).call(request).await.map(|answer| answer.map(Either::Left))
            }
            _ => forward.call(request).await.map(|answer| answer.map(Either::Right)),
        };
        let mut answer = answer.unwrap_or_else(|never| match never {});

        // 5. A verified message may ask for more than an answer: to confirm a subscription.
        if let Some(subscriptions) = subscriptions {
            subscriptions.follow_up(asks_to_confirm, &mut answer).await;
        }
        observation.finish(&answer);
        if let Some(capture) = &capture
            && answer.extensions().get::<Rejection>().is_some()
            // Reading would ask a client for its body that waits to be asked.
            && !is_waiting
        {
            let reading = read_unread(capture.clone());
            // Who replays waits for the whole; a client waits for nothing.
            if is_replay { reading.await } else { drop(tokio::spawn(reading)) }
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
