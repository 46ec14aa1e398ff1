//! Endpoint challenges and refusals in the forms that providers demand, through the layer.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use countersign::{
    Rejection, RejectionKind, Secrets, VerifyWebhookLayer,
    middleware::{BufferedBody, REFUSAL_TEXT},
    providers::{self, OfferedSecret, Provider},
    scheme::{OptionValue, Options},
};
use http::{Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full};
use tower::{Layer, ServiceExt, service_fn};

/// A body that never ends and counts the bytes that were taken from it.
struct Endless(Arc<AtomicUsize>);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        const CHUNK: &[u8] = &[b'x'; 1024];
        self.0.fetch_add(CHUNK.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(CHUNK)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// The answer of the layer in front of an app that says 202; `true` if the app was asked.
async fn deliver<B>(layer: &VerifyWebhookLayer, request: Request<B>) -> (Response<Bytes>, bool)
where
    B: Body + 'static,
{
    let asked = Arc::new(AtomicUsize::new(0));
    let app = {
        let asked = Arc::clone(&asked);
        service_fn(move |_: Request<BufferedBody>| {
            asked.fetch_add(1, Ordering::Relaxed);
            async {
                let mut response = Response::new(Empty::<Bytes>::new());
                *response.status_mut() = StatusCode::ACCEPTED;
                Ok::<_, Infallible>(response)
            }
        })
    };
    let response = layer.layer(app).oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (Response::from_parts(parts, body), asked.load(Ordering::Relaxed) > 0)
}

fn layer(provider: &'static Provider, secret: &str, options: &Options) -> VerifyWebhookLayer {
    VerifyWebhookLayer::new(provider.verifier(Secrets::try_from(secret).expect("a secret"), options).expect("options"))
}

fn plain(provider: &'static Provider) -> VerifyWebhookLayer {
    layer(provider, "a secret", &Options::new())
}

#[tokio::test]
async fn a_challenge_needs_no_body() {
    let request =
        Request::get("https://example.com/hook?challenge=abc").body(Empty::<Bytes>::new()).expect("a request");
    let (response, asked) = deliver(&plain(&providers::DROPBOX), request).await;
    assert_eq!((response.status(), &response.body()[..], asked), (StatusCode::OK, &b"abc"[..], false));

    let request = Request::head("https://example.com/hook").body(Empty::<Bytes>::new()).expect("a request");
    let (response, asked) = deliver(&plain(&providers::TRELLO), request).await;
    assert_eq!((response.status(), asked), (StatusCode::OK, false));
}

/// Whatever a stranger writes into the head, little of the body is held, and nothing of that of a GET.
#[tokio::test]
async fn challenges_do_not_make_the_layer_hold_bodies() {
    let verify_token = Options::new().with("verify_token", OptionValue::Text("meatyhamhock".to_owned()));
    let hub = "https://example.com/hook?hub.mode=subscribe&hub.verify_token=meatyhamhock&hub.challenge=1";
    let form = (header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded");
    let json = (header::CONTENT_TYPE.as_str(), "application/json");
    let marketing = Options::new().with("scheme", OptionValue::Text("marketing".to_owned()));
    let braintree = "https://example.com/hook?bt_challenge=20f9f8ed05f77439fe955c977e4c8a53";
    let url = "https://example.com/hook";
    let cases = [
        (layer(&providers::BRAINTREE, "public:private", &Options::new()), "GET", braintree, ("accept", "*/*"), 1024),
        (plain(&providers::DROPBOX), "GET", "https://example.com/hook?challenge=a", ("accept", "*/*"), 1024),
        (layer(&providers::WHATSAPP, "a secret", &verify_token), "GET", hub, ("accept", "*/*"), 1024),
        (plain(&providers::MAILCHIMP), "HEAD", url, ("accept", "*/*"), 1024),
        (layer(&providers::MAILCHIMP, "a secret", &marketing), "GET", url, ("accept", "*/*"), 1024),
        (plain(&providers::TRELLO), "HEAD", url, ("accept", "*/*"), 1024),
        (plain(&providers::TWITTER), "GET", "https://example.com/hook?crc_token=a", ("accept", "*/*"), 1024),
        (plain(&providers::WORLDLINE), "GET", url, ("x-gcs-webhooks-endpoint-verification", "a"), 1024),
        (plain(&providers::OKTA), "GET", url, ("x-okta-verification-challenge", "a"), 1024),
        (plain(&providers::ASANA), "POST", url, ("x-hook-secret", "a"), 17 * 1024),
        (plain(&providers::MONDAY), "POST", url, json, 17 * 1024),
        (plain(&providers::NOTION), "POST", url, json, 17 * 1024),
        (plain(&providers::WOOCOMMERCE), "POST", url, form, 17 * 1024),
    ];
    for (layer, method, url, (name, value), most) in cases {
        let taken = Arc::new(AtomicUsize::new(0));
        let request = Request::builder().method(method).uri(url).header(name, value).body(Endless(Arc::clone(&taken)));
        let (response, asked) = deliver(&layer, request.expect("a request")).await;
        assert_eq!((response.status(), asked), (StatusCode::PAYLOAD_TOO_LARGE, false), "{layer:?}");
        assert!(taken.load(Ordering::Relaxed) <= most, "{layer:?}: {taken:?}");

        // What is declared is refused before it is read.
        let declared = Full::new(Bytes::from(vec![b'x'; most]));
        let request = Request::builder().method(method).uri(url).header(name, value).body(declared);
        let (response, _) = deliver(&layer, request.expect("a request")).await;
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE, "{layer:?}");
    }
}

/// The bound is for what cannot be a delivery; others keep the layer's own.
#[cfg(feature = "signing")]
#[tokio::test]
async fn signed_deliveries_may_be_large() {
    let body = vec![b'x'; 100 * 1024];
    for provider in [&providers::NOTION, &providers::ASANA, &providers::WOOCOMMERCE] {
        let request = signed(provider, "a secret", &Options::new(), &body);
        let (response, asked) = deliver(&plain(provider), request).await;
        assert_eq!((response.status(), asked), (StatusCode::ACCEPTED, true), "{}", provider.id);
    }
}

#[tokio::test]
async fn an_offered_secret_is_beside_the_answer() {
    let request = Request::post("https://example.com/hook")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from_static(br#"{"verification_token":"secret_of_a_stranger"}"#)));
    let (response, asked) = deliver(&plain(&providers::NOTION), request.expect("a request")).await;
    assert_eq!((response.status(), response.body().len(), asked), (StatusCode::OK, 0, false));
    let offered = response.extensions().get::<OfferedSecret>().map(OfferedSecret::expose);
    assert_eq!(offered, Some("secret_of_a_stranger"));
}

#[tokio::test]
async fn the_first_ping_of_a_shop_never_reaches_the_app() {
    for (body, status) in [("webhook_id=5", StatusCode::OK), ("webhook_id=5&a=1", StatusCode::FORBIDDEN)] {
        let request = Request::post("https://example.com/hook")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from_static(body.as_bytes())));
        let (response, asked) = deliver(&plain(&providers::WOOCOMMERCE), request.expect("a request")).await;
        assert_eq!((response.status(), asked), (status, false), "{body}");
    }
}

#[tokio::test]
async fn refusals_have_the_form_that_the_provider_demands() {
    let request = || Request::post("https://example.com/hook").body(Empty::<Bytes>::new()).expect("a request");
    let credentials = layer(&providers::VMWARE, "user::password", &Options::new());

    let (response, _) = deliver(&credentials, request()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let challenge = response.headers().get(header::WWW_AUTHENTICATE).expect("it is demanded");
    assert!(challenge.as_bytes().starts_with(b"Basic "));
    assert_eq!(response.body(), REFUSAL_TEXT.as_bytes());
    let kind = response.extensions().get::<Rejection>().map(Rejection::kind);
    assert_eq!(kind, Some(RejectionKind::MissingSignature));

    let (response, _) = deliver(&plain(&providers::XERO), request()).await;
    assert_eq!((response.status(), response.body().len()), (StatusCode::UNAUTHORIZED, 0));

    // What is not about the signature keeps its own form, and so do the user's answers.
    let large = Request::post("https://example.com/hook")
        .header(header::AUTHORIZATION, "Basic dXNlcjpwYXNzd29yZA==")
        .body(Full::new(Bytes::from_static(b"12345")));
    let (response, _) = deliver(&credentials.clone().max_body(4), large.expect("a request")).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE));

    let own = credentials.on_rejection(|_: &Rejection| Response::new(Bytes::new()));
    let (response, _) = deliver(&own, request()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE));
}

/// What is signed verifies, in pieces too, and another body does not.
#[cfg(feature = "signing")]
#[tokio::test]
async fn what_is_signed_verifies() {
    for (provider, secret) in SIGNERS {
        let covers_body =
            !(matches!(provider.id, "monday" | "okta" | "telegram" | "vmware") || *secret == "a secret token");
        for body in [&b"{\"a\":1}"[..], b"\x00\xff\r\n", b"a=1&b=2"] {
            let layer = layer(provider, secret, &Options::new());
            let request = signed(provider, secret, &Options::new(), body);
            let (parts, body) = request.into_parts();
            let (response, _) = deliver(&layer, Request::from_parts(parts.clone(), body)).await;
            assert_eq!(response.status(), StatusCode::ACCEPTED, "{}", provider.id);
            let (response, _) = deliver(&layer, Request::from_parts(parts, Full::new(Bytes::from_static(b"{}")))).await;
            assert_eq!(response.status() == StatusCode::ACCEPTED, !covers_body, "{}", provider.id);
        }
    }
}

/// The layer looks at the head with other secrets than those that are found for the request.
#[cfg(feature = "signing")]
#[tokio::test]
async fn secrets_may_be_looked_up() {
    for (provider, secret) in SIGNERS {
        let default = match provider.id {
            "vmware" => "another::one",
            "standard_webhooks" | "svix" => "whsec_YW5vdGhlciBvbmUsIGFub3RoZXIgb25l",
            _ => "another_one",
        };
        let layer = layer(provider, default, &Options::new()).secret_resolver(
            move |_: &countersign::request::WebhookRequest<'_>| async move { Ok(Some(Secrets::try_from(*secret)?)) },
        );
        let request = signed(provider, secret, &Options::new(), b"{\"a\":1}");
        let (response, asked) = deliver(&layer, request).await;
        assert_eq!((response.status(), asked), (StatusCode::ACCEPTED, true), "{}", provider.id);
    }
}

#[cfg(feature = "signing")]
const SIGNERS: &[(&Provider, &str)] = &[
    (&providers::AIRSHIP, "a secret"),
    (&providers::ASANA, "a secret"),
    (&providers::BIRD, "a signing key"),
    (&providers::BIRD, "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="),
    (&providers::DROPBOX, "a secret"),
    (&providers::FACEBOOK_GRAPH_API, "a secret"),
    (&providers::FACEBOOK_MESSENGER, "a secret"),
    (&providers::GITLAB, "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="),
    (&providers::GITLAB, "a secret token"),
    (&providers::INSTAGRAM, "a secret"),
    (&providers::MONDAY, "a secret"),
    (&providers::NETLIFY, "a secret"),
    (&providers::NOTION, "a secret"),
    (&providers::OKTA, "Basic YTpi"),
    (&providers::STANDARD_WEBHOOKS, "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="),
    (&providers::STRAVA, "a secret"),
    (&providers::TELEGRAM, "a_secret"),
    (&providers::TRELLO, "a secret"),
    (&providers::TWITTER, "a secret"),
    (&providers::VMWARE, "user::pass:word"),
    (&providers::VONAGE, "a secret"),
    (&providers::WHATSAPP, "a secret"),
    (&providers::WOOCOMMERCE, "a secret"),
    (&providers::WORLDLINE, "a secret"),
    (&providers::XERO, "a secret"),
    (&providers::ZOOM, "a secret"),
];

#[cfg(feature = "signing")]
fn signed(provider: &'static Provider, secret: &str, options: &Options, body: &[u8]) -> Request<Full<Bytes>> {
    use countersign::{
        Secret,
        clock::{Clock, SystemClock},
        request::WebhookRequest,
        scheme::SigningContext,
    };

    let url = "https://example.com/hook";
    let mut request = Request::post(url).body(Full::new(Bytes::copy_from_slice(body))).expect("a request");
    let context = SigningContext { now: SystemClock.now().expect("the time"), delivery_id: "msg_1" };
    let view = WebhookRequest::new(request.method(), url, request.headers(), body);
    let secret = Secret::new(secret).expect("a secret");
    let signed = provider.sign(&secret, options, &view, &context).expect("it can be signed");
    signed.apply(request.headers_mut());
    request
}
