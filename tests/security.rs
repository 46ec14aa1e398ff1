//! Attacks that must not work, each found by thinking about how two readers could disagree.

#![cfg(feature = "signing")]

use countersign::{
    PublicUrl, RejectionKind, Secret, Secrets, Verdict, VerifyWebhookLayer,
    clock::UnixTime,
    providers::{self, Provider},
    request::WebhookRequest,
    scheme::{Options, SigningContext},
    verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};

const TOKEN: &str = "f0a1b2c3d4e5f60718293a4b5c6d7e8f";

/// The headers of a genuine delivery, and the URL that it goes to.
fn signed(provider: &Provider, url: &str, content_type: &'static str, body: &[u8]) -> (HeaderMap, String) {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(content_type));
    let request = WebhookRequest::new(&Method::POST, url, &headers, body);
    let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: "1" };
    let signed =
        provider.sign(&Secret::new(TOKEN).unwrap(), &Options::new(), &request, &context).expect("it can be signed");
    let url = signed.url.clone().unwrap_or_else(|| url.to_owned());
    signed.apply(&mut headers);
    (headers, url)
}

fn verdict(provider: &Provider, url: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), RejectionKind> {
    let verifier = provider.verifier(TOKEN, &Options::new()).unwrap();
    let request = WebhookRequest::new(&Method::POST, url, headers, body);
    match verifier.verify(&request, &Context::at(None)) {
        Ok(Verdict::Accept(_)) => Ok(()),
        Ok(other) => panic!("{other:?}"),
        Err(rejection) => Err(rejection.kind()),
    }
}

#[test]
fn a_signed_url_does_not_carry_a_form_that_says_nothing() {
    let (mut headers, url) = signed(&providers::TWILIO, "https://example.com/hook", "application/json", b"{\"pay\":1}");
    assert_eq!(verdict(&providers::TWILIO, &url, &headers, b"{\"pay\":1}"), Ok(()));
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    for body in [&b""[..], b"&&", b"=", b"=&=&="] {
        assert_eq!(
            verdict(&providers::TWILIO, &url, &headers, body),
            Err(RejectionKind::SignatureMismatch),
            "{body:?}"
        );
    }
}

/// Found by fuzzing: the signer must cover such a form by its hash, as the verifier wants it.
#[test]
fn a_form_that_says_nothing_is_signed_by_its_hash() {
    for body in [&b"="[..], b"&", b"=&="] {
        let form = "application/x-www-form-urlencoded";
        let (headers, url) = signed(&providers::TWILIO, "https://example.com/hook?bodySHA256=0", form, body);
        assert_eq!(verdict(&providers::TWILIO, &url, &headers, body), Ok(()), "{body:?}");
    }
}

#[test]
fn plivo_forms_that_say_nothing_are_refused() {
    let form = "application/x-www-form-urlencoded";
    let (headers, url) = signed(&providers::PLIVO, "https://example.com/hook", form, b"");
    assert_eq!(verdict(&providers::PLIVO, &url, &headers, b""), Ok(()));
    for body in [&b"&&"[..], b"=", b"=&="] {
        assert!(verdict(&providers::PLIVO, &url, &headers, body).is_err(), "{body:?}");
    }
}

/// `Host: a.example/x` and the path `/y` would hash like `a.example` and `/x/y`.
#[test]
fn a_host_cannot_take_bytes_from_the_path() {
    let public_url = PublicUrl::from_request();
    let uri = "/y".parse().unwrap();
    for host in ["example.com/x", "example.com?x", "example.com#", "u@example.com", "exa mple.com", "", "a,b", "a\\b"] {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_str(host).unwrap());
        assert!(public_url.resolve(&uri, &headers).is_unknown(), "{host}");
    }
    let mut headers = HeaderMap::new();
    headers.append("host", HeaderValue::from_static("a.example"));
    headers.append("host", HeaderValue::from_static("b.example"));
    assert!(public_url.resolve(&uri, &headers).is_unknown());
}

#[test]
fn forwarded_hosts_must_be_listed_and_the_last_one_counts() {
    let public_url = PublicUrl::forwarded(["hooks.example.com"]).unwrap();
    let uri = "/y".parse().unwrap();
    let resolve = |pairs: &[(&'static str, &'static str)]| {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let url = public_url.resolve(&uri, &headers);
        url.candidates().map(|url| url.pieces().concat()).collect::<Vec<_>>()
    };
    let wanted = ["https://hooks.example.com/y"];
    assert_eq!(
        resolve(&[("x-forwarded-proto", "http, https"), ("x-forwarded-host", "evil, hooks.example.com")]),
        wanted
    );
    assert_eq!(resolve(&[("forwarded", "proto=http;host=evil, for=1;proto=https;host=\"hooks.example.com\"")]), wanted);
    for refused in [
        &[("x-forwarded-proto", "https"), ("x-forwarded-host", "hooks.example.com, evil")][..],
        &[("x-forwarded-proto", "https")],
        &[("x-forwarded-host", "hooks.example.com")],
        &[("x-forwarded-proto", "gopher"), ("x-forwarded-host", "hooks.example.com")],
        &[("forwarded", "proto=https;host=hooks.example.com;host=hooks.example.com")],
        &[("host", "hooks.example.com")],
        &[],
    ] {
        assert!(resolve(refused).is_empty(), "{refused:?}");
    }
}

#[test]
fn no_provider_takes_an_empty_secret() {
    for provider in providers::ALL {
        for secrets in [vec![""], vec!["a", ""], vec![]] {
            assert!(provider.verifier(secrets.clone(), &Options::new()).is_err(), "{} {secrets:?}", provider.id);
        }
    }
}

#[tokio::test]
async fn tenants_have_their_own_secrets() {
    let layer = VerifyWebhookLayer::github("nobody's").secret_resolver(|request: &WebhookRequest<'_>| {
        let tenant = request.headers().get("x-tenant").cloned();
        async move {
            match tenant.as_ref().map(HeaderValue::as_bytes) {
                Some(b"acme") => Ok(Some(Secrets::try_from(TOKEN)?)),
                Some(b"down") => Err("the database is down".into()),
                _ => Ok(None),
            }
        }
    });
    let app = layer.layer(service_fn(async |request: Request<countersign::middleware::BufferedBody>| {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        Ok::<_, std::convert::Infallible>(Response::new(Full::new(body)))
    }));
    let (headers, _) = signed(&providers::GITHUB, "https://example.com/", "application/json", b"{}");
    for (tenant, body, status) in [
        ("acme", "{}", StatusCode::OK),
        ("acme", "{ }", StatusCode::FORBIDDEN),
        ("other", "{}", StatusCode::FORBIDDEN),
        ("down", "{}", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let mut request = Request::post("/").body(Full::<bytes::Bytes>::from(body)).unwrap();
        *request.headers_mut() = headers.clone();
        request.headers_mut().insert("x-tenant", HeaderValue::from_static(tenant));
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status, "{tenant} {body}");
    }
}
