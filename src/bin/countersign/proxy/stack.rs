//! What happens to a request, top to bottom.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use countersign::{VerifyWebhookLayer, middleware::ResponseBody};
use http::{Request, Response};
use http_body_util::Either;
use hyper::body::Incoming;
use tower::{Layer, Service};

use super::{
    Observer, Tracker, answers,
    forward::{App, AppBody},
    observe::Observation,
    peer::Peer,
};
use crate::config::RouteConfig;

/// The body of any answer.
pub(crate) type Body = Either<ResponseBody<AppBody>, AppBody>;

/// The layers of one route. Clones share everything.
#[derive(Clone)]
pub(crate) struct Stack(Arc<Layers>);

struct Layers {
    observer: Arc<dyn Observer>,
    verification: Option<VerifyWebhookLayer>,
    app: App,
}

impl Stack {
    pub(crate) fn new(config: RouteConfig, observer: Arc<dyn Observer>, tracker: &Tracker) -> Self {
        let verification = config.verification.as_ref().map(|verification| verification.layer.clone());
        Self(Arc::new(Layers { observer, verification, app: App::new(config, tracker.clone()) }))
    }

    pub(super) fn observer(&self) -> &dyn Observer {
        &*self.0.observer
    }

    pub(crate) async fn serve(&self, request: Request<Incoming>, peer: Peer) -> Response<Body> {
        let Layers { observer, verification, app } = &*self.0;

        // 1. Observation stands outside of everything: what is refused is what people need to see.
        let observation = Observation::begin(&**observer, &request, &peer);

        // 2. What a reverse proxy never forwards goes before anything is spent on it.
        if let Some(answer) = answers::to_what_is_not_forwarded(request.method(), request.uri()) {
            observation.finish_undecided(answer.status());
            return answer.map(own);
        }

        // 3. Verification sees the request as it came: before `forward` touches a header. It bounds what it reads.
        //    A route without it has no layer at all, so that bodies stream.
        // 4. Forwarding is last: only what passed reaches the app.
        let passage = OnceLock::new();
        let mut forward = app.forward(&peer, &passage);
        // Both are always ready.
        let answer = match verification {
            Some(layer) => layer.layer(forward).call(request).await.map(|answer| answer.map(Either::Left)),
            None => forward.call(request).await.map(|answer| answer.map(Either::Right)),
        };
        let answer = answer.unwrap_or_else(|never| match never {});
        observation.finish(&answer, passage.into_inner());
        answer
    }
}

fn own(text: Bytes) -> Body {
    Either::Right(Either::Right(text.into()))
}
