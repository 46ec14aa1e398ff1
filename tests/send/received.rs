//! What an app received, as a verifier sees it.

use std::collections::BTreeMap;

use bytes::Bytes;
use countersign::{
    RejectionKind, Verdict, WebhookVerifier,
    clock::{Clock, SystemClock},
    request::WebhookRequest,
    verifier::Context,
};
use http::{HeaderName, HeaderValue, Request};

use crate::support::Answer;

/// The message as a request.
pub(crate) fn request(message: &Answer) -> Request<Bytes> {
    let mut start = message.start.split(' ');
    let mut request = Request::new(Bytes::from(message.raw.clone()));
    *request.method_mut() = start.next().unwrap().parse().unwrap();
    *request.uri_mut() = start.next().unwrap().parse().unwrap();
    for line in &message.headers {
        let (name, value) = line.split_once(':').unwrap();
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().append(name, HeaderValue::from_str(value.trim()).unwrap());
    }
    request
}

/// What a verifier says now of a request to `origin`.
pub(crate) fn verdict(verifier: &dyn WebhookVerifier, origin: &str, message: &Answer) -> Result<(), RejectionKind> {
    let request = request(message);
    let url = format!("{origin}{}", request.uri());
    let view = WebhookRequest::new(request.method(), url.as_str(), request.headers(), &request.body()[..]);
    let context = Context::at(SystemClock.now());
    let verdict = verifier.verify_head(view.head()).and_then(|()| verifier.verify(&view, &context));
    match verdict.map_err(|rejection| rejection.kind())? {
        Verdict::Accept(_) | Verdict::Answer(_) => Ok(()),
        other => panic!("{other:?}"),
    }
}

/// The fields of a form.
pub(crate) fn form(message: &Answer) -> BTreeMap<String, String> {
    form_urlencoded::parse(&message.raw).into_owned().collect()
}
