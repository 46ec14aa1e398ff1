//! Keys that are fetched while a delivery waits: what the layer asks a fetcher for, and what follows.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use countersign::{
    Rejection, RejectionKind, Secrets, Verified, VerifyWebhookLayer, WebhookVerifier,
    clock::{FixedClock, UnixTime},
    key_source::{KeySource, ProviderKey},
    providers,
    request::WebhookRequest,
    scheme::Options,
    vectors::{Expectation, Vector, VectorFile},
};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tokio::sync::Notify;
use tower::{ServiceBuilder, ServiceExt, service_fn};

const PROVIDERS: [&str; 3] = ["sns", "paypal", "plaid"];

/// Keys that come to be known, and what was asked for.
#[derive(Default)]
struct Keys {
    known: Mutex<Vec<(String, ProviderKey)>>,
    fetched: Mutex<Vec<String>>,
}

impl KeySource for Keys {
    fn key(&self, id: &str) -> Option<ProviderKey> {
        self.known.lock().unwrap().iter().find(|(known, _)| known == id).map(|(_, key)| key.clone())
    }
}

fn vectors(id: &str) -> Vec<Vector> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(format!("{id}.json"));
    VectorFile::load(&path).expect("the file").remove(0).vectors
}

fn genuine(id: &str) -> Vector {
    vectors(id).into_iter().find(|vector| vector.expect == Expectation::Valid).expect("a vector")
}

/// The keys that a vector's options hold, by id.
fn published(vector: &Vector) -> Vec<(String, ProviderKey)> {
    let texts = |name: &str| vector.options.get(name).and_then(|map| map.as_object()).into_iter().flatten();
    let certificates = texts("certificates")
        .filter_map(|(url, pem)| Some((url.clone(), ProviderKey::certificate(pem.as_str()?).ok()?)));
    let one =
        |jwk: &serde_json::Value| Some((jwk["kid"].as_str()?.to_owned(), ProviderKey::jwk(jwk.to_string()).ok()?));
    let jwks = texts("jwks").filter_map(|(_, array)| array.as_array()).flatten().filter_map(one);
    certificates.chain(jwks).collect()
}

fn verifier(vector: &Vector, id: &str, keys: &Arc<Keys>) -> Arc<dyn WebhookVerifier> {
    let secrets: Vec<&str> = vector.secrets.iter().map(String::as_str).collect();
    let keys: Arc<dyn KeySource> = keys.clone();
    providers::by_id(id).unwrap().verifier_with_keys(secrets, &Options::new(), keys).expect("a verifier")
}

fn layer(vector: &Vector, id: &str, keys: &Arc<Keys>) -> VerifyWebhookLayer {
    let now = vector.now.and_then(UnixTime::from_secs);
    VerifyWebhookLayer::new(verifier(vector, id, keys)).clock(FixedClock(now))
}

fn request(vector: &Vector) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(vector.request.method.as_str()).uri(&vector.request.url);
    for (name, value) in &vector.request.headers {
        request = request.header(name, value);
    }
    request.body(Full::from(vector.request.body().unwrap().to_vec())).expect("a request")
}

/// Status and reason of the answer, and whether the app was asked.
async fn ask(layer: VerifyWebhookLayer, request: Request<Full<Bytes>>) -> (StatusCode, Option<RejectionKind>, bool) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let app = ServiceBuilder::new().layer(layer).service(service_fn(move |request: Request<_>| {
        assert!(request.extensions().get::<Verified>().is_some());
        count.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
    }));
    let answer = app.oneshot(request).await.unwrap();
    let reason = answer.extensions().get::<Rejection>().map(Rejection::kind);
    (answer.status(), reason, asked.load(Ordering::Relaxed) > 0)
}

/// A fetcher that finds what the vector has published.
fn finder(keys: &Arc<Keys>, vector: &Vector) -> impl Fn(&str) -> FetchOutcome + Send + Sync + use<> {
    let (keys, published) = (keys.clone(), published(vector));
    move |id: &str| {
        keys.fetched.lock().unwrap().push(id.to_owned());
        let found = published.iter().find(|(known, _)| known == id).cloned();
        let keys = keys.clone();
        Box::pin(async move {
            tokio::task::yield_now().await;
            keys.known.lock().unwrap().extend(found);
            Ok(())
        })
    }
}

type FetchOutcome = countersign::key_fetcher::FetchFuture;

#[tokio::test]
async fn a_missing_key_is_fetched_once_and_then_known() {
    for id in PROVIDERS {
        let vector = genuine(id);
        let keys = Arc::new(Keys::default());
        let layer = layer(&vector, id, &keys).key_fetcher(finder(&keys, &vector));
        for _ in 0..3 {
            assert_eq!(ask(layer.clone(), request(&vector)).await, (StatusCode::OK, None, true), "{id}");
        }
        assert_eq!(keys.fetched.lock().unwrap().len(), 1, "{id}");
    }
}

#[tokio::test]
async fn without_a_fetcher_it_is_refused() {
    for id in PROVIDERS {
        let vector = genuine(id);
        let layer = layer(&vector, id, &Arc::default());
        let expected = (StatusCode::FORBIDDEN, Some(RejectionKind::NoSecret), false);
        assert_eq!(ask(layer, request(&vector)).await, expected, "{id}");
    }
}

/// Only what verification would ask for is fetched, and only if nothing else is wrong so far.
#[tokio::test]
async fn fetchers_are_asked_for_pinned_ids_only() {
    for id in PROVIDERS {
        let mut fetched_at_all = false;
        for vector in vectors(id) {
            let keys = Arc::new(Keys::default());
            let layer = layer(&vector, id, &keys).key_fetcher(finder(&keys, &vector));
            let (_, reason, asked) = ask(layer, request(&vector)).await;
            let has_other_options = vector.options.keys().any(|name| name != "certificates" && name != "jwks");
            if !has_other_options {
                assert_eq!(asked, vector.expect == Expectation::Valid, "{id}: {}", vector.name);
            }
            let fetched = keys.fetched.lock().unwrap();
            assert!(fetched.len() <= 1, "{id}: {}", vector.name);
            for key in fetched.iter() {
                fetched_at_all = true;
                let is_pinned = match id {
                    "sns" => key.starts_with("https://sns.") && key.contains(".amazonaws.com"),
                    "paypal" => key.starts_with("https://api") && key.contains(".paypal.com/v1/notifications/certs/"),
                    _ => !key.contains(['/', ':', '.']),
                };
                assert!(is_pinned, "{id}: {key}");
            }
            if vector.name.contains("attacker's") || vector.name.contains("another account") {
                assert!(fetched.is_empty() && reason.is_some(), "{id}: {}", vector.name);
            }
        }
        assert!(fetched_at_all, "{id}");
    }
}

#[tokio::test]
async fn what_does_not_verify_with_the_fetched_key_is_refused() {
    for id in PROVIDERS {
        let vector = genuine(id);
        let text = String::from_utf8(vector.request.body().unwrap().to_vec()).unwrap();
        let forged = text.replacen("Hello", "Hallo", 1).replacen("\"id\"", "\"ID\"", 1).replacen("item_", "ITEM_", 1);
        assert_ne!(forged, text, "{id}");
        let keys = Arc::new(Keys::default());
        let layer = layer(&vector, id, &keys).key_fetcher(finder(&keys, &vector));
        let (status, reason, asked) = ask(layer, request(&vector).map(|_| Full::from(forged))).await;
        assert_eq!((status, asked), (StatusCode::FORBIDDEN, false), "{id}");
        assert_eq!(reason, Some(RejectionKind::SignatureMismatch), "{id}");
        assert_eq!(keys.fetched.lock().unwrap().len(), 1, "{id}");
    }
}

#[tokio::test]
async fn no_such_key_and_no_answer_are_told_apart() {
    let vector = genuine("sns");
    let keys = Arc::new(Keys::default());
    let none = layer(&vector, "sns", &keys).key_fetcher(|_: &str| async { Ok(()) });
    let refused = (StatusCode::FORBIDDEN, Some(RejectionKind::NoSecret), false);
    assert_eq!(ask(none, request(&vector)).await, refused);
    // The provider tries again later.
    let broken = layer(&vector, "sns", &keys).key_fetcher(|_: &str| async { Err("no route to host".into()) });
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, Some(RejectionKind::KeyUnavailable), false);
    assert_eq!(ask(broken, request(&vector)).await, unavailable);
}

#[tokio::test]
async fn a_tenants_verifier_has_its_key_fetched_too() {
    let vector = genuine("paypal");
    let keys = Arc::new(Keys::default());
    let mut default = vector.clone();
    default.secrets = vec!["NOBODYS".to_owned()];
    let own = vector.secrets[0].clone();
    let layer = layer(&default, "paypal", &keys).key_fetcher(finder(&keys, &vector)).secret_resolver(
        move |_: &WebhookRequest<'_>| {
            let own = own.clone();
            async move { Ok(Some(Secrets::try_from(own)?)) }
        },
    );
    assert_eq!(ask(layer, request(&vector)).await, (StatusCode::OK, None, true));
    assert_eq!(keys.fetched.lock().unwrap().len(), 1);
}

/// The fetch belongs to the request: dropped with it, and the app is never asked.
#[tokio::test]
async fn a_request_that_goes_away_drops_its_fetch() {
    struct Dropped(Arc<Notify>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    let (began, dropped) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let vector = genuine("sns");
    let layer = layer(&vector, "sns", &Arc::default()).key_fetcher({
        let (began, dropped) = (began.clone(), dropped.clone());
        move |_: &str| {
            let (began, guard) = (began.clone(), Dropped(dropped.clone()));
            async move {
                let _guard = guard;
                began.notify_one();
                std::future::pending().await
            }
        }
    });
    let asking = tokio::spawn(ask(layer, request(&vector)));
    began.notified().await;
    asking.abort();
    dropped.notified().await;
}
