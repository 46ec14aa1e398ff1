//! What the library logs of an explanation.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
};

use countersign::{Explainer, PublicUrl, explain::Delivery, providers::TWILIO};
use http::{HeaderMap, HeaderValue, Method, Uri};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::with_default,
};

const TOKEN: &str = "2bc9e43f7a06d1b8c5f0e19d3a7b4c62";
/// For `GET https://hooks.example.com/sms`.
const SIGNATURE: &str = "LgzjTC+EG7+vXZZZtilkTv1upDs=";

type Fields = BTreeMap<&'static str, String>;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Fields>>>);

struct Reader<'f>(&'f mut Fields);

impl Visit for Reader<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::from([("target", event.metadata().target().to_owned())]);
        event.record(&mut Reader(&mut fields));
        self.0.lock().unwrap().push(fields);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

fn explained(url: &str) -> Vec<Fields> {
    let explainer = Explainer::provider(&TWILIO, TOKEN).unwrap().public_url(PublicUrl::fixed(url).unwrap());
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-host", HeaderValue::from_static("hooks.example.com"));
    headers.insert("x-twilio-signature", HeaderValue::from_static(SIGNATURE));
    let (log, uri) = (Log::default(), Uri::from_static("/sms"));
    let finding = with_default(log.clone(), || explainer.explain(&Delivery::new(&Method::GET, &uri, &headers, b"")));
    let events = log.0.lock().unwrap().clone();
    assert_eq!(finding.is_some(), !events.is_empty());
    events
}

#[test]
fn a_finding_is_an_event() {
    let events = explained("http://10.0.0.7:3000");
    let [event] = &events[..] else { panic!("one event: {events:?}") };
    let field = |name: &str| event.get(name).map_or("", String::as_str);
    assert_eq!(field("message"), "refusal explained");
    assert_eq!((field("provider"), field("code")), ("twilio", "url-host"));
    assert_eq!(field("summary"), "signature matches for https://hooks.example.com/sms");
    assert_eq!(field("fix"), "use --url https://hooks.example.com instead of the configured URL");
    assert_eq!(field("flag"), "--url https://hooks.example.com");
    assert!(field("target").starts_with("countersign"), "{event:?}");
    assert!(!format!("{event:?}").contains(TOKEN) && !format!("{event:?}").contains(SIGNATURE), "{event:?}");
}

#[test]
fn what_is_accepted_is_none() {
    assert!(explained("https://hooks.example.com").is_empty());
}
