use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use proptest::prelude::*;
use sha2::Sha256;
use tokio::time::{Instant, Sleep, sleep};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_test::mock::{self, Mock};

use super::*;
use crate::{
    Rejection, RejectionKind, Secret, Secrets, Verified, WebhookVerifier,
    clock::{FixedClock, UnixTime},
    providers,
    scheme::Options,
};

const SECRET: &str = "It's a Secret to Everybody";

type Inner = Mock<Request<BufferedBody>, Response<Full<Bytes>>>;
type Handle = mock::Handle<Request<BufferedBody>, Response<Full<Bytes>>>;

#[tokio::test]
async fn the_inner_service_that_was_ready_is_the_one_that_is_called() {
    // The mock panics when it is called without having been polled ready.
    let (mut service, mut handle) = spawn(layer());
    handle.allow(1);
    ready(&mut service).await;
    let response = tokio::spawn(service.call(delivery("a body")));
    let (request, reply) = handle.next_request().await.expect("a request");
    assert_eq!(request.into_body().into_bytes(), "a body");
    reply.send_response(Response::new(Full::<Bytes>::from("done")));
    assert_eq!(text(response.await.expect("no panic").expect("a response")).await, "done");
}

#[tokio::test]
async fn readiness_is_the_inner_services() {
    let (mut service, mut handle) = spawn(layer());
    let mut cx = Context::from_waker(std::task::Waker::noop());
    handle.allow(0);
    let mut poll = || Service::<Request<Full<Bytes>>>::poll_ready(&mut service, &mut cx);
    assert!(poll().is_pending());
    handle.allow(1);
    assert!(matches!(poll(), Poll::Ready(Ok(()))));
    drop(handle);
    assert!(matches!(poll(), Poll::Ready(Err(_))));
}

#[tokio::test]
async fn a_service_and_its_clones_serve_side_by_side() {
    let (service, mut handle) = spawn(layer());
    let mut second = service.clone();
    let mut first = service;
    ready(&mut first).await;
    ready(&mut second).await;
    let first = tokio::spawn(first.call(delivery("first")));
    let second = tokio::spawn(second.call(delivery("second")));
    for _ in 0..2 {
        let (request, reply) = handle.next_request().await.expect("a request");
        reply.send_response(Response::new(Full::<Bytes>::from(request.into_body().into_bytes())));
    }
    assert_eq!(text(first.await.expect("no panic").expect("a response")).await, "first");
    assert_eq!(text(second.await.expect("no panic").expect("a response")).await, "second");
}

#[tokio::test]
async fn a_refused_call_leaves_the_service_usable() {
    let (mut service, mut handle) = spawn(layer());
    for _ in 0..2 {
        let response = ready(&mut service).await.call(Request::new(Full::<Bytes>::from("unsigned")));
        assert_eq!(response.await.expect("a response").status(), StatusCode::FORBIDDEN);
    }
    let response = tokio::spawn(ready(&mut service).await.call(delivery("signed")));
    let (request, reply) = handle.next_request().await.expect("a request");
    assert_eq!(request.into_body().into_bytes(), "signed");
    reply.send_response(Response::default());
    assert_eq!(response.await.expect("no panic").expect("a response").status(), StatusCode::OK);
}

#[tokio::test]
async fn the_inner_services_error_passes_through() {
    let (service, mut handle) = spawn(layer());
    let response = tokio::spawn(service.oneshot(delivery("a body")));
    handle.next_request().await.expect("a request").1.send_error("out of order");
    let error = response.await.expect("no panic").expect_err("an error");
    assert_eq!(error.to_string(), "out of order");
}

#[tokio::test]
async fn dropping_the_future_at_any_point_leaks_nothing() {
    struct Guard(Arc<AtomicUsize>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let budget = BufferBudget::default();
    let alive = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&alive);
    let service = layer().buffer_budget(budget.clone()).layer(service_fn(move |request: Request<BufferedBody>| {
        count.fetch_add(1, Ordering::Relaxed);
        let guard = Guard(Arc::clone(&count));
        async move {
            let _held = (request, guard);
            std::future::pending::<Result<Response<Full<Bytes>>, Infallible>>().await
        }
    }));
    let poll = |future: Pin<&mut _>| {
        assert!(std::future::Future::poll(future, &mut Context::from_waker(std::task::Waker::noop())).is_pending());
    };

    // Before the first poll.
    drop(service.clone().call(delivery("a body").map(Script::of)));
    assert_eq!((budget.used(), alive.load(Ordering::Relaxed)), (0, 0));

    // While the body is pending, and with bytes of it held.
    let stalled = Script::new([Step::Data("a ".into()), Step::Stall]);
    let polled = Arc::clone(&stalled.polled);
    let mut future = Box::pin(service.clone().call(signed("a body").body(stalled).expect("a request")));
    poll(future.as_mut());
    assert_eq!((budget.used(), alive.load(Ordering::Relaxed)), (2, 0));
    assert_eq!(polled.load(Ordering::Relaxed), 2);
    drop(future);
    assert_eq!((budget.used(), Arc::strong_count(&polled)), (0, 1), "the body was dropped");

    // While the inner call is pending.
    let mut future = Box::pin(service.clone().call(delivery("a body").map(Script::of)));
    poll(future.as_mut());
    assert_eq!((budget.used(), alive.load(Ordering::Relaxed)), (6, 1));
    drop(future);
    assert_eq!((budget.used(), alive.load(Ordering::Relaxed)), (0, 0));
}

#[tokio::test]
async fn what_the_head_tells_is_decided_before_the_body_is_read() {
    let send = async |request: http::request::Builder| {
        let body = Script::new([Step::Panic]);
        refusal(layer(), request.body(body).expect("a request")).await
    };
    assert_eq!(send(Request::post("/")).await, (StatusCode::FORBIDDEN, RejectionKind::MissingSignature));
    let empty = Request::post("/").header(SIGNATURE, "");
    assert_eq!(send(empty).await, (StatusCode::FORBIDDEN, RejectionKind::MissingSignature));
    let malformed = Request::post("/").header(SIGNATURE, "sha256=00");
    assert_eq!(send(malformed).await, (StatusCode::FORBIDDEN, RejectionKind::MalformedSignature));
    let twice = signed("a body").header(SIGNATURE, signature("another"));
    assert_eq!(send(twice).await, (StatusCode::FORBIDDEN, RejectionKind::MalformedSignature));
}

#[tokio::test]
async fn a_signature_header_repeated_with_the_same_value_counts_once() {
    let request = signed("a body").header(SIGNATURE, signature("a body")).body(Full::<Bytes>::from("a body"));
    let response = layer().layer(service_fn(echo)).oneshot(request.expect("a request")).await.expect("a response");
    assert_eq!(text(response).await, "a body");
}

#[tokio::test]
async fn a_declared_length_over_the_limit_is_refused_unread() {
    let mut body = Script::new([Step::Panic]);
    body.hint = SizeHint::with_exact(7);
    let request = signed("a body!").body(body).expect("a request");
    let refused = refusal(layer().max_body(6), request).await;
    assert_eq!(refused, (StatusCode::PAYLOAD_TOO_LARGE, RejectionKind::BodyTooLarge));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_while_it_is_read() {
    let body = Script::new([Step::Data("a bo".into()), Step::Data("dy!".into()), Step::Panic]);
    let polled = Arc::clone(&body.polled);
    let refused = refusal(layer().max_body(6), signed("a body!").body(body).expect("a request")).await;
    assert_eq!(refused, (StatusCode::PAYLOAD_TOO_LARGE, RejectionKind::BodyTooLarge));
    assert_eq!(polled.load(Ordering::Relaxed), 2, "no more is read than is needed to tell");
    let exactly = layer().max_body(6).layer(service_fn(echo)).oneshot(delivery("a body")).await;
    assert_eq!(exactly.expect("a response").status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_given_up() {
    let started = Instant::now();
    let body = Script::new([Step::Data("a ".into()), Step::Stall]);
    let layer = layer().body_timeout(Duration::from_secs(3));
    let refused = refusal(layer, signed("a body").body(body).expect("a request")).await;
    assert_eq!(refused, (StatusCode::REQUEST_TIMEOUT, RejectionKind::BodyTimeout));
    assert_eq!(started.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_given_up() {
    let started = Instant::now();
    let body = Script::new((0..1000).map(|_| Step::After(Duration::from_secs(1), "x".into())));
    let refused = refusal(layer(), signed("a body").body(body).expect("a request")).await;
    assert_eq!(refused, (StatusCode::REQUEST_TIMEOUT, RejectionKind::BodyTimeout));
    assert_eq!(started.elapsed().as_secs(), VerifyWebhookLayer::DEFAULT_BODY_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_within_the_time_is_accepted() {
    let body = Script::new(["a ", "bo", "dy"].map(|text| Step::After(Duration::from_secs(4), text.into())));
    let request = signed("a body").body(body).expect("a request");
    let response = layer().layer(service_fn(echo)).oneshot(request).await.expect("a response");
    assert_eq!(text(response).await, "a body");
}

#[tokio::test]
async fn a_spent_budget_is_503_until_a_body_is_given_back() {
    let budget = BufferBudget::new(10);
    let layer = layer().buffer_budget(budget.clone());
    let keep = service_fn(async |request: Request<BufferedBody>| {
        let mut response = Response::new(Full::<Bytes>::default());
        response.extensions_mut().insert(Arc::new(std::sync::Mutex::new(request.into_body())));
        Ok::<_, Infallible>(response)
    });
    let held = layer.layer(keep).oneshot(delivery("a body")).await.expect("a response");
    assert_eq!(budget.used(), 6);
    let refused = refusal(layer.clone(), delivery("a body").map(Script::of)).await;
    assert_eq!(refused, (StatusCode::SERVICE_UNAVAILABLE, RejectionKind::BufferExhausted));
    drop(held);
    assert_eq!(budget.used(), 0);
    let response = layer.layer(service_fn(echo)).oneshot(delivery("a body")).await.expect("a response");
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_verified() {
    let body = Script::new([Step::Data("a body".into()), Step::Fail]);
    let refused = refusal(layer(), signed("a body").body(body).expect("a request")).await;
    assert_eq!(refused, (StatusCode::BAD_REQUEST, RejectionKind::BodyIncomplete));
}

#[tokio::test]
async fn frames_and_trailers_reach_the_inner_service_as_they_came() {
    let mut trailers = HeaderMap::new();
    trailers.append("x-checksum", HeaderValue::from_static("1"));
    trailers.append("x-checksum", HeaderValue::from_static("2"));
    let mut steps = vec![Step::Data(Bytes::new())];
    for byte in b"a body in crumbs" {
        steps.extend([Step::Data(Bytes::from(vec![*byte])), Step::Data(Bytes::new())]);
    }
    steps.push(Step::Trailers(trailers.clone()));
    let service = layer().layer(service_fn(async |request: Request<BufferedBody>| {
        let body = request.into_body();
        assert_eq!(body.size_hint().exact(), Some(16));
        assert!(!body.is_end_stream());
        let collected = body.collect().await?;
        let trailers = collected.trailers().cloned();
        assert_eq!(collected.to_bytes(), "a body in crumbs");
        let mut response = Response::new(Full::<Bytes>::default());
        response.extensions_mut().insert(trailers.expect("trailers"));
        Ok::<_, Infallible>(response)
    }));
    let request = signed("a body in crumbs").body(Script::new(steps)).expect("a request");
    let response = service.oneshot(request).await.expect("a response");
    assert_eq!(response.extensions().get::<HeaderMap>(), Some(&trailers));
}

proptest! {
    #[test]
    fn any_body_in_any_frames_is_handed_on_byte_for_byte(frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..200)) {
        let whole = frames.concat();
        let request = signed(&whole).body(Script::new(frames.into_iter().map(|frame| Step::Data(frame.into()))));
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let echoed = runtime.block_on(async {
            let response = layer().layer(service_fn(echo)).oneshot(request.expect("a request")).await.expect("a response");
            response.into_body().collect().await.expect("a body").to_bytes()
        });
        prop_assert_eq!(echoed, whole);
    }
}

#[tokio::test]
async fn the_request_says_what_was_verified_and_the_response_why_it_was_refused() {
    let look = service_fn(async |request: Request<BufferedBody>| {
        let verified = request.extensions().get::<Verified>().expect("a verdict");
        assert_eq!((verified.provider(), verified.secret_index()), ("github", 1));
        assert_eq!(verified.secret_label(), Some("2026"));
        assert!(request.extensions().get::<Rejection>().is_none());
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let secrets = ["old", SECRET].map(|text| Secret::new(text).expect("a secret").label("2026"));
    let layer = VerifyWebhookLayer::github(Secrets::new(secrets).expect("secrets"));
    let response = layer.layer(look).oneshot(delivery("a body")).await.expect("a response");
    assert_eq!(response.status(), StatusCode::OK);
    let forged = signed("a body").body(Script::of(Full::<Bytes>::from("another"))).expect("a request");
    assert_eq!(refusal(layer, forged).await, (StatusCode::FORBIDDEN, RejectionKind::SignatureMismatch));
}

#[tokio::test]
async fn all_refusals_about_a_signature_look_alike() {
    let mut seen = Vec::new();
    for request in [Request::post("/"), Request::post("/").header(SIGNATURE, "sha1=00"), signed("another")] {
        let (service, _handle) = spawn(layer());
        let response = service.oneshot(request.body(Full::<Bytes>::from("a body")).expect("a request")).await;
        let (parts, body) = response.expect("a response").into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        seen.push((parts.status, parts.headers, body));
    }
    assert_eq!(seen[0].2, REFUSAL_TEXT);
    assert!(seen.iter().all(|response| *response == seen[0]), "{seen:?}");
}

#[tokio::test]
async fn on_rejection_replaces_the_answer_and_not_the_reason() {
    let layer = layer().on_rejection(|rejection: &Rejection| {
        let mut response = Response::new(Bytes::from(format!("no: {}", rejection.kind())));
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("9"));
        response
    });
    let (service, _handle) = spawn(layer);
    let response = service.oneshot(Request::new(Full::<Bytes>::from("unsigned"))).await.expect("a response");
    assert_eq!(
        (response.status(), &response.headers()[header::RETRY_AFTER]),
        (StatusCode::IM_A_TEAPOT, &"9".parse().expect("a value"))
    );
    assert_eq!(response.extensions().get::<Rejection>().map(Rejection::kind), Some(RejectionKind::MissingSignature));
    assert_eq!(text(response).await, "no: missing-signature");
}

#[tokio::test]
async fn observing_lets_through_what_it_marks() {
    let look = service_fn(async |request: Request<BufferedBody>| {
        let mut response = Response::new(Full::<Bytes>::default());
        assert!(request.extensions().get::<Verified>().is_none());
        response.extensions_mut().insert(*request.extensions().get::<Rejection>().expect("a reason"));
        Ok::<_, Infallible>(response)
    });
    let observed = async |request| {
        let response = layer().dangerous_observe_only().layer(look).oneshot(request).await.expect("a response");
        assert_eq!(response.status(), StatusCode::OK);
        response.extensions().get::<Rejection>().map(Rejection::kind)
    };
    let unsigned = Request::new(Full::<Bytes>::from("a body"));
    assert_eq!(observed(unsigned).await, Some(RejectionKind::MissingSignature));
    let forged = signed("a body").body(Full::<Bytes>::from("another")).expect("a request");
    assert_eq!(observed(forged).await, Some(RejectionKind::SignatureMismatch));
    let limited = layer().dangerous_observe_only().max_body(3);
    let refused = refusal(limited, delivery("a body").map(Script::of)).await;
    assert_eq!(refused.1, RejectionKind::BodyTooLarge);
}

#[tokio::test]
async fn a_challenge_is_answered_without_the_inner_service() {
    let now = UnixTime::from_secs(1_700_000_000);
    let layer = VerifyWebhookLayer::slack(SECRET).clock(FixedClock(now));
    let challenge = |secret: &str| {
        let body = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
        let tag = hmac_hex(secret.as_bytes(), format!("v0:1700000000:{body}").as_bytes());
        Request::post("/slack")
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-slack-request-timestamp", "1700000000")
            .header("x-slack-signature", format!("v0={tag}"))
            .body(Script::of(Full::<Bytes>::from(body)))
            .expect("a request")
    };
    let (service, mut handle) = spawn(layer.clone());
    let response = service.oneshot(challenge(SECRET)).await.expect("a response");
    assert_eq!((response.status(), text(response).await.as_str()), (StatusCode::OK, "3eZbrw1aB"));
    assert!(handle.next_request().await.is_none());
    assert_eq!(refusal(layer, challenge("another")).await.1, RejectionKind::SignatureMismatch);
}

#[test]
fn no_debug_output_shows_a_secret_or_how_long_it_is() {
    // A length that no setting has.
    let text = "hunter2-".repeat(641);
    let length = text.len().to_string();
    let check = |what: &str, shown: [String; 2]| {
        for shown in shown {
            assert!(!shown.contains("hunter2"), "{what}: {shown}");
            assert!(!shown.contains(&length), "{what}: {shown}");
        }
    };
    macro_rules! check {
        ($($value:expr),+ $(,)?) => {
            $(check(stringify!($value), [format!("{:?}", $value), format!("{:#?}", $value)]);)+
        };
    }
    let secret = || Secret::new(&text).expect("a secret").label("the new one");
    let secrets = Secrets::new([secret(), secret()]).expect("secrets");
    let layer = VerifyWebhookLayer::twilio(secrets.clone());
    let service = layer.layer(());
    let (mock, _handle) = mock::pair::<Request<BufferedBody>, Response<Full<Bytes>>>();
    let mut collecting = VerifyWebhookLayer::github(secrets.clone()).layer(mock);
    check!(
        secret(),
        secrets,
        layer,
        service,
        collecting.call(delivery("a body")),
        VerifyWebhookLayer::new(Echo(text.clone())),
        providers::twilio::Twilio::new(secrets.clone()).expect("a verifier"),
        providers::plivo::Plivo::new(secrets.clone()).expect("a verifier"),
        crate::scheme::SchemeVerifier::new("acme", &ACME, secrets.clone()).expect("a verifier"),
        Options::new(),
    );
}

const ACME: crate::scheme::Recipe = crate::scheme::Recipe::hmac_sha256(
    &[crate::scheme::Part::Body],
    crate::scheme::Signature::hex(&["acme-signature"], crate::scheme::Format::Bare),
)
.check();

/// A verifier of a user's own, which says nothing of itself.
struct Echo(String);

impl WebhookVerifier for Echo {
    fn provider(&self) -> &'static str {
        "acme"
    }

    fn verify(
        &self,
        _: &crate::request::WebhookRequest<'_>,
        _: &crate::verifier::Context,
    ) -> Result<crate::Verdict, Rejection> {
        Err(Rejection::new(if self.0.is_empty() { RejectionKind::NoSecret } else { RejectionKind::SignatureMismatch }))
    }
}

#[tokio::test]
async fn a_verifier_of_ones_own_decides_alone() {
    let (service, _handle) = {
        let (mock, handle) = mock::pair();
        let service: VerifyWebhook<Inner> = VerifyWebhookLayer::new(Echo("x".to_owned())).layer(mock);
        (service, handle)
    };
    let response = service.oneshot(delivery("a body")).await.expect("a response");
    assert_eq!(response.extensions().get::<Rejection>().map(Rejection::kind), Some(RejectionKind::SignatureMismatch));
}

#[tokio::test]
async fn it_stacks_with_towers_own_layers() {
    let service = ServiceBuilder::new().concurrency_limit(1).layer(layer()).concurrency_limit(1).service_fn(echo);
    for _ in 0..3 {
        let response = service.clone().oneshot(delivery("a body")).await.expect("a response");
        assert_eq!(text(response).await, "a body");
    }
}

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");

fn layer() -> VerifyWebhookLayer {
    VerifyWebhookLayer::github(SECRET)
}

fn spawn(layer: VerifyWebhookLayer) -> (VerifyWebhook<Inner>, Handle) {
    let (mock, handle) = mock::pair();
    (layer.layer(mock), handle)
}

async fn ready(service: &mut VerifyWebhook<Inner>) -> &mut VerifyWebhook<Inner> {
    ServiceExt::<Request<Full<Bytes>>>::ready(service).await.expect("ready")
}

/// The status and the reason of a request that must not reach the inner service.
async fn refusal(layer: VerifyWebhookLayer, request: Request<Script>) -> (StatusCode, RejectionKind) {
    let (service, mut handle) = spawn(layer);
    let response = service.oneshot(request).await.expect("a response");
    assert!(handle.next_request().await.is_none(), "the inner service was called");
    (response.status(), response.extensions().get::<Rejection>().expect("a reason").kind())
}

async fn echo(request: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::<Bytes>::from(request.into_body().into_bytes())))
}

async fn text<B: Body<Data = Bytes>>(response: Response<B>) -> String {
    let Ok(body) = response.into_body().collect().await else { panic!("the body broke off") };
    String::from_utf8(body.to_bytes().to_vec()).expect("a text")
}

fn hmac_hex(key: &[u8], content: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(content);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signature(body: impl AsRef<[u8]>) -> String {
    format!("sha256={}", hmac_hex(SECRET.as_bytes(), body.as_ref()))
}

fn signed(body: impl AsRef<[u8]>) -> http::request::Builder {
    Request::post("/hook").header(SIGNATURE, signature(body))
}

fn delivery(body: &'static str) -> Request<Full<Bytes>> {
    signed(body).body(Full::<Bytes>::from(body)).expect("a request")
}

enum Step {
    After(Duration, Bytes),
    Data(Bytes),
    Fail,
    Panic,
    Stall,
    Trailers(HeaderMap),
}

/// A body that does what it is told, and counts how often it was asked.
struct Script {
    steps: VecDeque<Step>,
    hint: SizeHint,
    polled: Arc<AtomicUsize>,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), hint: SizeHint::default(), polled: Arc::default(), waiting: None }
    }

    fn of(body: Full<Bytes>) -> Self {
        let bytes = body.collect();
        let Ok(collected) = futures_now(bytes);
        Self::new([Step::Data(collected.to_bytes())])
    }
}

/// The output of a future that need not wait.
fn futures_now<F: std::future::Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it had to wait"),
    }
}

impl Body for Script {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.polled.fetch_add(1, Ordering::Relaxed);
        if let Some(waiting) = &mut self.waiting {
            std::task::ready!(waiting.as_mut().poll(cx));
            self.waiting = None;
            if let Some(Step::After(_, data)) = self.steps.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
        }
        if let Some(Step::After(time, _)) = self.steps.front() {
            self.waiting = Some(Box::pin(sleep(*time)));
            return self.poll_frame(cx);
        }
        match self.steps.pop_front() {
            None => Poll::Ready(None),
            Some(Step::Data(data)) => Poll::Ready(Some(Ok(Frame::data(data)))),
            Some(Step::Trailers(trailers)) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Some(Step::Fail) => Poll::Ready(Some(Err("the connection was closed"))),
            Some(Step::Panic) => panic!("the body was read"),
            Some(step @ (Step::After(..) | Step::Stall)) => {
                self.steps.push_front(step);
                Poll::Pending
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}
