//! The signing API: requests built from nothing, and captured ones signed anew.

use std::path::Path;

use bytes::Bytes;
use countersign::{
    ConfigError, RejectionKind, Secret, Verdict, Verified, WebhookVerifier,
    clock::{Clock, SystemClock, UnixTime},
    providers::{self, Provider},
    request::WebhookRequest,
    scheme::{Format, OptionValue, Options, Part, Recipe, SchemeVerifier, Signature, Timestamp},
    sign::{SignError, SignedRequest, SigningContext, other_secret, resign},
    vectors::{Expectation, Vector, VectorFile},
    verifier::Context,
};
use http::{HeaderName, HeaderValue, Method, Request, header};

const URL: &str = "https://hooks.example.com/in";
const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn what_a_client_sends_is_there() {
    let form = post("twilio", URL).form([("Body", "Ä & b"), ("To", "+1*")]).build().unwrap();
    assert_eq!((form.method(), form.uri().to_string().as_str()), (&Method::POST, "/in"));
    assert_eq!(form.body(), "Body=%C3%84+%26+b&To=%2B1*");
    assert_eq!(form.headers()[header::CONTENT_TYPE], FORM);
    assert_eq!(form.headers()[header::CONTENT_LENGTH], "26");
    assert_eq!(form.headers()[header::HOST], "hooks.example.com");
    verified("twilio", URL, &form).unwrap();

    let json = post("github", "http://127.0.0.1:3000").json("{}").build().unwrap();
    assert_eq!((json.uri().path(), &json.headers()[header::HOST]), ("/", &value("127.0.0.1:3000")));
    assert_eq!(json.headers()[header::CONTENT_TYPE], "application/json");

    let raw = post("github", URL).body(vec![0xff, 0]).header("content-type", "a/b").build().unwrap();
    assert_eq!((&raw.body()[..], &raw.headers()[header::CONTENT_TYPE]), (&[0xff, 0][..], &value("a/b")));
    let own_type = post("github", URL).header("content-type", "application/vnd.x+json").json("{}").build().unwrap();
    assert_eq!(own_type.headers().get_all(header::CONTENT_TYPE).iter().count(), 1);
    assert_eq!(own_type.headers()[header::CONTENT_TYPE], "application/vnd.x+json");

    let get = SignedRequest::get(&providers::TWILIO, URL).secret("12345").build().unwrap();
    assert!(get.body().is_empty() && !get.headers().contains_key(header::CONTENT_LENGTH));
    let empty = post("twilio", URL).build().unwrap();
    assert_eq!(empty.headers()[header::CONTENT_LENGTH], "0");
}

#[test]
fn the_url_is_signed_as_it_is_requested() {
    for (url, target, requested) in [
        ("https://hooks.example.com", "/", "https://hooks.example.com/"),
        ("https://hooks.example.com?a=b", "/?a=b", "https://hooks.example.com/?a=b"),
        (
            "https://hooks.example.com/a//b%20/?q=%7E&q#f",
            "/a//b%20/?q=%7E&q",
            "https://hooks.example.com/a//b%20/?q=%7E&q",
        ),
    ] {
        let request = post("twilio", url).form([("a", "b")]).build().unwrap();
        assert_eq!(request.uri(), target, "{url}");
        verified("twilio", requested, &request).unwrap();
    }
}

#[test]
fn user_and_password_are_signed_and_sent() {
    let url = "https://user%40x:p%3A@hooks.example.com/sms";
    let request = post("twilio", url).form([("a", "b")]).build().unwrap();
    assert_eq!(request.headers()[header::HOST], "hooks.example.com");
    // user@x:p:
    assert_eq!(request.headers()[header::AUTHORIZATION], "Basic dXNlckB4OnA6");
    verified("twilio", url, &request).unwrap();
    assert!(verified("twilio", "https://hooks.example.com/sms", &request).is_err());
}

#[test]
fn what_a_scheme_writes_into_url_and_body() {
    let json = post("twilio", &format!("{URL}?a=b")).json("{}").build().unwrap();
    let query = json.uri().query().unwrap();
    assert!(query.starts_with("a=b&bodySHA256="), "{query}");
    verified("twilio", &format!("{URL}?{query}"), &json).unwrap();

    let event = post("mailgun", URL).json(r#"{"event-data":{}}"#).delivery_id("0a1b").build().unwrap();
    assert!(str::from_utf8(event.body()).unwrap().contains(r#""token":"0a1b""#));
    assert_eq!(event.headers()[header::CONTENT_LENGTH], event.body().len().to_string().as_str());
    verified("mailgun", URL, &event).unwrap();

    let options = Options::new().with("scheme", OptionValue::Text("marketing".to_owned()));
    let marketing = post("mailchimp", URL).options(options.clone()).form([("type", "subscribe")]).build().unwrap();
    let signed_url = format!("https://hooks.example.com{}", marketing.uri());
    let verifier = by_id("mailchimp").verifier("12345", &options).unwrap();
    let now = SystemClock.now().unwrap();
    verify(&*verifier, &signed_url, &marketing, now).unwrap();
    assert!(verify(&*verifier, URL, &marketing, now).is_err());
}

#[test]
fn websocket_handshakes() {
    let url = "wss://media.example.com/stream";
    let request = SignedRequest::get(&providers::TWILIO, url).secret("12345").build().unwrap();
    let headers = request.headers();
    assert_eq!((&headers[header::UPGRADE], &headers[header::CONNECTION]), (&value("websocket"), &value("Upgrade")));
    assert_eq!(headers[header::SEC_WEBSOCKET_VERSION], "13");
    assert_eq!(headers[header::SEC_WEBSOCKET_KEY].len(), 24);
    verified("twilio", url, &request).unwrap();
    assert!(verified("twilio", "https://media.example.com/stream", &request).is_err());
}

#[test]
fn time_and_id() {
    let time = UnixTime::from_secs(1_700_000_000).unwrap();
    let chosen = post("svix", URL).secret(WHSEC).json("{}").time(time).delivery_id("msg_1").build().unwrap();
    assert_eq!(
        (&chosen.headers()["svix-id"], &chosen.headers()["svix-timestamp"]),
        (&value("msg_1"), &value("1700000000"))
    );
    assert_eq!(verdict(by_id("svix"), WHSEC, URL, &chosen, time).unwrap().signed_at(), Some(time));
    assert_eq!(verified_with("svix", WHSEC, URL, &chosen).unwrap_err(), RejectionKind::TimestampTooOld);

    let [one, two] = [(); 2].map(|()| post("svix", URL).secret(WHSEC).json("{}").build().unwrap());
    assert_ne!(one.headers()["svix-id"], two.headers()["svix-id"]);
    verified_with("svix", WHSEC, URL, &one).unwrap();
    let [one, two] = [(); 2].map(|()| post("plivo", URL).form([("a", "b")]).build().unwrap());
    assert_ne!(one.headers()["x-plivo-signature-v3-nonce"], two.headers()["x-plivo-signature-v3-nonce"]);
    verified("plivo", URL, &two).unwrap();
}

#[test]
fn recipes_of_ones_own() {
    const ACME: Recipe = Recipe::hmac_sha256(
        &[Part::Timestamp, Part::Literal("."), Part::Body],
        Signature::hex(&["acme-signature"], Format::Bare),
    )
    .timestamp(Timestamp::header(&["acme-time"]).tolerance_secs(60))
    .check();
    let request = SignedRequest::post(&ACME, URL).json("{}").secret("k").build().unwrap();
    let secrets = countersign::Secrets::try_from("k").unwrap();
    let verifier = SchemeVerifier::new("acme", &ACME, secrets).unwrap();
    let view = WebhookRequest::new(request.method(), URL, request.headers(), &request.body()[..]);
    assert!(matches!(verifier.verify(&view, &Context::at(SystemClock.now())), Ok(Verdict::Accept(_))));
}

#[test]
fn mistakes_are_told_by_build() {
    let cases: [(SignedRequest<'_>, SignError, &str); 8] = [
        (
            SignedRequest::post(&providers::TWILIO, URL),
            SignError::Configuration(ConfigError::NoSecret),
            "no secret was given",
        ),
        (post("twilio", URL).secret(""), SignError::Configuration(ConfigError::EmptySecret), "the secret is empty"),
        (post("svix", URL).secret("whsec_!"), SignError::MalformedSecret, "not one of this provider's"),
        (
            post("twilio", URL).header("a b", "c"),
            SignError::Header { name: "a b".to_owned() },
            "the header `a b` cannot stand in a request",
        ),
        (
            post("twilio", URL).header("x-token", "do-not-show\n"),
            SignError::Header { name: "x-token".to_owned() },
            "`x-token`",
        ),
        (post("mailgun", URL).body("x"), SignError::Request(RejectionKind::MalformedBody), "cannot be signed"),
        // The first mistake is the one that is told.
        (post("twilio", URL).secret("").header("a b", ""), SignError::Configuration(ConfigError::EmptySecret), "empty"),
        (
            SignedRequest::post(providers::by_id("wise").unwrap(), URL).secret("x"),
            SignError::ProviderOnly,
            "nobody but the provider",
        ),
    ];
    for (request, expected, text) in cases {
        let error = request.build().unwrap_err();
        assert_eq!(error, expected);
        assert!(error.to_string().contains(text) && !error.to_string().contains("do-not-show"), "{error}");
    }
    for url in ["", "hooks.example.com", "ftp://a/", "https://u:do-not-show@/x", "https://a b/", "https://a/ü b"] {
        let error = post("twilio", url).build().unwrap_err();
        assert!(matches!(error, SignError::Configuration(ConfigError::Url { .. })), "{url}: {error:?}");
        assert!(!error.to_string().contains("do-not-show"), "{error}");
    }
    let error = post("twilio", URL).option("no_such", OptionValue::Bool(true)).build().unwrap_err();
    assert!(matches!(error, SignError::Configuration(ConfigError::UnknownOption { .. })), "{error:?}");
}

#[test]
fn nothing_private_is_shown() {
    let request = post("twilio", "https://u:do-not-show@a.test/?do-not-show")
        .secret("do-not-show")
        .header("authorization", "do-not-show")
        .body("do-not-show");
    assert!(!format!("{request:?}").contains("do-not-show"), "{request:?}");
}

#[test]
fn every_valid_vector_is_signed_anew() {
    let (mut signed, mut ids) = (0, 0);
    for (provider, vector) in valid_vectors() {
        let case = format!("{}: {}", provider.id, vector.name);
        let options = vector_options(provider, &vector);
        let now = UnixTime::from_secs(vector.now.unwrap_or(1_760_000_000) + 86_400).unwrap();
        let mut request = captured(&vector);
        let context = SigningContext { now, delivery_id: "0b5f7a3e" };
        let secret = Secret::new(&vector.secrets[0]).unwrap();
        let changes = match resign(provider, &secret, &options, &vector.request.url, &mut request, &context) {
            Ok(changes) => changes,
            Err(SignError::ProviderOnly) => continue,
            Err(error) => panic!("{case}: {error}"),
        };
        signed += 1;
        let url = changes.url.as_deref().unwrap_or(&vector.request.url);
        let verifier = vector.verifier(provider).unwrap();
        let verified = verify(&*verifier, url, &request, now).unwrap_or_else(|kind| panic!("{case}: {kind}"));
        if let Some(time) = verified.signed_at() {
            assert_eq!(time.as_secs(), now.as_secs(), "{case}");
        }
        if let Some((_, name, _)) = SIGNED_IDS
            .iter()
            .find(|(id, _, signature)| *id == provider.id && changes.headers.iter().any(|(name, _)| name == signature))
        {
            assert_eq!(request.headers()[*name], "0b5f7a3e", "{case}");
            ids += 1;
        }
        if !request.body().is_empty() {
            assert_eq!(request.headers()[header::CONTENT_LENGTH], request.body().len().to_string().as_str(), "{case}");
        }
        assert_eq!(request.uri().path(), captured(&vector).uri().path(), "{case}");

        let other = other_secret(&secret);
        let mut wrong = captured(&vector);
        let changes = resign(provider, &other, &options, &vector.request.url, &mut wrong, &context)
            .unwrap_or_else(|error| panic!("{case}: the other secret has not the form: {error}"));
        let url = changes.url.as_deref().unwrap_or(&vector.request.url);
        assert!(verify(&*verifier, url, &wrong, now).is_err(), "{case}: another secret");
    }
    assert!(signed > 800 && ids > 80, "{signed}, {ids}");
}

#[test]
fn edited_requests_signed_anew() {
    // The app's own path lacks the prefix of the public one.
    let public = "https://hooks.example.com/prefix/sms?x=1";
    let secret = Secret::new("12345").unwrap();
    let context = SigningContext { now: UnixTime::from_secs(1).unwrap(), delivery_id: "n" };
    let mut request = Request::post("/sms?x=1")
        .header("content-type", "application/json")
        .header("content-length", "999")
        .header("x-twilio-signature", "old")
        .body(Bytes::from("{\"a\":1}"))
        .unwrap();
    let changes = resign(&providers::TWILIO, &secret, &Options::new(), public, &mut request, &context).unwrap();
    let signed_url = changes.url.unwrap();
    assert!(signed_url.starts_with("https://hooks.example.com/prefix/sms?x=1&bodySHA256="), "{signed_url}");
    assert!(request.uri().to_string().starts_with("/sms?x=1&bodySHA256="), "{}", request.uri());
    assert_eq!(request.headers()[header::CONTENT_LENGTH], "7");
    verified("twilio", &signed_url, &request).unwrap();

    // A chunked body stays one.
    request.headers_mut().remove(header::CONTENT_LENGTH);
    request.headers_mut().insert(header::TRANSFER_ENCODING, value("chunked"));
    resign(&providers::TWILIO, &secret, &Options::new(), &signed_url, &mut request, &context).unwrap();
    assert!(!request.headers().contains_key(header::CONTENT_LENGTH));

    // Older and stronger headers of another signature go.
    let mut plivo = Request::post("/in").header("content-type", FORM).body(Bytes::from("a=b")).unwrap();
    for name in ["x-plivo-signature-v2", "x-plivo-signature-v2-nonce", "x-plivo-signature-ma-v3"] {
        plivo.headers_mut().insert(HeaderName::from_static(name), value("old"));
    }
    resign(&providers::PLIVO, &secret, &Options::new(), URL, &mut plivo, &context).unwrap();
    assert!(!format!("{:?}", plivo.headers()).contains("old"), "{:?}", plivo.headers());
    verified("plivo", URL, &plivo).unwrap();

    // What cannot be signed stays as it was.
    let mut broken = Request::post("/in").header("content-type", "text/plain").body(Bytes::from("x")).unwrap();
    let before = format!("{broken:?}");
    assert!(resign(&providers::MAILGUN, &secret, &Options::new(), URL, &mut broken, &context).is_err());
    assert!(resign(&providers::TWILIO, &secret, &Options::new(), "/in", &mut broken, &context).is_err());
    assert_eq!(format!("{broken:?}"), before);
}

/// Providers that sign an id, its header, and the signature's.
const SIGNED_IDS: &[(&str, &str, &str)] = &[
    ("gitlab", "webhook-id", "webhook-signature"),
    ("openai", "webhook-id", "webhook-signature"),
    ("plivo", "x-plivo-signature-v3-nonce", "x-plivo-signature-v3"),
    ("resend", "svix-id", "svix-signature"),
    ("sinch", "x-sinch-webhook-signature-nonce", "x-sinch-webhook-signature"),
    ("standard_webhooks", "webhook-id", "webhook-signature"),
    ("svix", "svix-id", "svix-signature"),
];

const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn by_id(id: &str) -> &'static Provider {
    providers::by_id(id).unwrap()
}

fn post(id: &str, url: &str) -> SignedRequest<'static> {
    SignedRequest::post(by_id(id), url).secret("12345")
}

fn value(text: &'static str) -> HeaderValue {
    HeaderValue::from_static(text)
}

fn verified(id: &str, url: &str, request: &Request<Bytes>) -> Result<Verified, RejectionKind> {
    verified_with(id, "12345", url, request)
}

fn verified_with(id: &str, secret: &str, url: &str, request: &Request<Bytes>) -> Result<Verified, RejectionKind> {
    verdict(by_id(id), secret, url, request, SystemClock.now().unwrap())
}

fn verdict(
    provider: &Provider,
    secret: &str,
    url: &str,
    request: &Request<Bytes>,
    now: UnixTime,
) -> Result<Verified, RejectionKind> {
    verify(&*provider.verifier(secret, &Options::new()).unwrap(), url, request, now)
}

fn verify(
    verifier: &dyn WebhookVerifier,
    url: &str,
    request: &Request<Bytes>,
    now: UnixTime,
) -> Result<Verified, RejectionKind> {
    let view = WebhookRequest::new(request.method(), url, request.headers(), &request.body()[..]);
    let verdict = verifier.verify_head(view.head()).and_then(|()| verifier.verify(&view, &Context::at(Some(now))));
    match verdict.map_err(|rejection| rejection.kind())? {
        Verdict::Accept(verified) => Ok(verified),
        other => panic!("{other:?}"),
    }
}

fn valid_vectors() -> Vec<(&'static Provider, Vector)> {
    let files = VectorFile::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")).unwrap();
    let registered = files.into_iter().filter_map(|file| Some((providers::by_id(&file.id).ok()?, file.vectors)));
    registered
        .flat_map(|(provider, vectors)| vectors.into_iter().map(move |vector| (provider, vector)))
        .filter(|(_, vector)| vector.expect == Expectation::Valid)
        .collect()
}

fn captured(vector: &Vector) -> Request<Bytes> {
    let url = &vector.request.url;
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let target = url[after_scheme..].find(['/', '?']).map_or("/", |at| &url[after_scheme + at..]);
    let target = target.split('#').next().unwrap();
    let slash = if target.starts_with('/') { "" } else { "/" };
    let mut request = Request::new(Bytes::from(vector.request.body().unwrap()));
    *request.method_mut() = vector.request.method.parse().unwrap();
    *request.uri_mut() = format!("{slash}{target}").parse().unwrap_or_default();
    for (name, value) in &vector.request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    request
}

fn vector_options(provider: &Provider, vector: &Vector) -> Options {
    let mut options = Options::new();
    for (name, value) in &vector.options {
        let spec = provider.options.iter().find(|spec| spec.name == name).unwrap();
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let Some(value) = spec.kind.parse(&text) {
            options = options.with(name, value);
        }
    }
    options
}
