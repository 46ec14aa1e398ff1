//! What happens to a request, top to bottom.

use std::sync::Arc;

use bytes::Bytes;
use countersign::middleware::{ResponseBody, VerifyWebhook};
use http::{Request, Response};
use http_body_util::Either;
use hyper::body::Incoming;
use tower::{Layer, ServiceExt};

use super::{
    Observer, Tracker, answers,
    forward::{AppBody, Forward},
    observe::Observation,
    peer::Peer,
};
use crate::{config::RouteConfig, keys::Subscriptions};

/// The body of any answer.
pub(crate) type Body = Either<ResponseBody<AppBody>, AppBody>;

/// The layers of one route. Clones share everything.
#[derive(Clone)]
pub(crate) struct Stack(Arc<Layers>);

struct Layers {
    observer: Arc<dyn Observer>,
    route: Route,
    subscriptions: Option<Arc<Subscriptions>>,
}

enum Route {
    Open(Forward),
    Verified(VerifyWebhook<Forward>),
}

impl Stack {
    pub(crate) fn new(config: RouteConfig, observer: Arc<dyn Observer>, tracker: &Tracker) -> Self {
        let verification = config.verification.as_ref().map(|verification| verification.layer.clone());
        let subscriptions = config.verification.as_ref().and_then(|verification| verification.report_to(&observer));
        let forward = Forward::new(config, tracker.clone());
        let route = match verification {
            Some(layer) => Route::Verified(layer.layer(forward)),
            None => Route::Open(forward),
        };
        Self(Arc::new(Layers { observer, route, subscriptions }))
    }

    pub(super) fn observer(&self) -> &dyn Observer {
        &*self.0.observer
    }

    pub(crate) async fn serve(&self, mut request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let Layers { observer, route, subscriptions } = &*self.0;

        // 1. Observation stands outside of everything: what is refused is what people need to see.
        let observation = Observation::begin(&**observer, &request, &peer);

        // 2. What a reverse proxy never forwards goes before anything is spent on it.
        if let Some(answer) = answers::to_what_is_not_forwarded(request.method(), request.uri()) {
            observation.finish_undecided(answer.status());
            return answer.map(own);
        }
        request.extensions_mut().insert(peer);

        let asks_to_confirm = subscriptions.as_ref().is_some_and(|known| known.is_asked(request.headers()));

        // 3. Verification sees the request as it came: before `forward` touches a header. It bounds what it reads.
        //    A route without it has no layer at all, so that bodies stream.
        // 4. Forwarding is last: only what passed reaches the app.
        let answer = match route {
            Route::Verified(verified) => verified.clone().oneshot(request).await.map(|answer| answer.map(Either::Left)),
            Route::Open(forward) => forward.clone().oneshot(request).await.map(|answer| answer.map(Either::Right)),
        };
        let mut answer = answer.unwrap_or_else(|never| match never {});

        // 5. A verified message may ask for more than an answer: to confirm a subscription.
        if let Some(subscriptions) = subscriptions {
            subscriptions.follow_up(asks_to_confirm, &mut answer).await;
        }
        observation.finish(&mut answer);
        answer
    }
}

fn own(text: Bytes) -> Body {
    Either::Right(Either::Right(text.into()))
}
