//! What `sign` makes is accepted by `verify`: each valid vector, signed anew with its own secret and options, passes;
//! signed with another secret, it does not.

use std::path::Path;

use countersign::{
    Secret, Verdict, WebhookVerifier,
    clock::UnixTime,
    providers::{self, Provider},
    request::WebhookRequest,
    scheme::{Options, SignError, SigningContext},
    vectors::{Expectation, Vector, VectorFile},
    verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

#[test]
fn signed_anew() {
    let files = VectorFile::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")).expect("vectors");
    for file in files {
        let provider = providers::by_id(&file.id).expect("a provider");
        let mut signed = 0;
        let mut valid = file.vectors.iter().filter(|vector| vector.expect == Expectation::Valid).peekable();
        assert!(valid.peek().is_some(), "{} has a valid vector", file.id);
        for vector in valid {
            match sign_and_verify(provider, vector) {
                Ok(()) => signed += 1,
                Err(SignError::ProviderOnly) => continue,
                Err(error) => panic!("{}: {}: {error}", file.id, vector.name),
            }
        }
        println!("{}: {signed}", file.id);
    }
}

/// The nonce of Plivo's signatures, of whichever version.
#[test]
fn plivos_nonce_is_the_delivery_id() {
    let body = "Text=Hello";
    let url = "https://hooks.example.com/sms";
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    let secret = Secret::new("token").expect("a secret");
    let context = SigningContext { now: UnixTime::from_secs(0).expect("a time"), delivery_id: "05429567804466091622" };
    let request = WebhookRequest::new(&Method::POST, url, &headers, body);
    let signed = providers::PLIVO.sign(&secret, &Options::new(), &request, &context).expect("a signature");
    let mut fresh = headers.clone();
    signed.apply(&mut fresh);
    let verifier = providers::PLIVO.verifier(secret, &Options::new()).expect("a verifier");
    let request = WebhookRequest::new(&Method::POST, url, &fresh, body);
    match verifier.verify(&request, &Context::default()) {
        Ok(Verdict::Accept(verified)) => assert_eq!(verified.delivery_id().expect("an id"), context.delivery_id),
        other => panic!("{other:?}"),
    }
}

fn sign_and_verify(provider: &Provider, vector: &Vector) -> Result<(), SignError> {
    let options = options(provider, vector);
    let verifier = vector.verifier(provider).expect("a verifier");
    let case = format!("{}: {}", provider.id, vector.name);

    let secret = Secret::new(&vector.secrets[0]).expect("a secret");
    assert_eq!(verdict(provider, vector, &options, &secret, &*verifier)?, Ok(()), "{case}");

    // Base64 and hexadecimal at once, so that it makes a key of every scheme.
    let other = Secret::new("0f1e2d3c4b5a69788796a5b4c3d2e1f0").expect("a secret");
    if let Ok(verdict) = verdict(provider, vector, &options, &other, &*verifier) {
        assert!(verdict.is_err(), "{case}: another secret");
    }
    Ok(())
}

/// Signs with `secret`, then verifies.
fn verdict(
    provider: &Provider,
    vector: &Vector,
    options: &Options,
    secret: &Secret,
    verifier: &dyn WebhookVerifier,
) -> Result<Result<(), &'static str>, SignError> {
    let method = Method::from_bytes(vector.request.method.as_bytes()).expect("a method");
    let mut headers = HeaderMap::new();
    for (name, value) in &vector.request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    let body = vector.request.body().expect("a body");
    let now = UnixTime::from_secs(vector.now.unwrap_or(1_760_000_000)).expect("a time");
    let request = WebhookRequest::new(&method, vector.request.url.as_str(), &headers, &body[..]);
    let context = SigningContext { now, delivery_id: "0b5f7a3e" };
    let signed = provider.sign(secret, options, &request, &context)?;

    let mut fresh = headers.clone();
    signed.apply(&mut fresh);
    let url = signed.url.as_deref().unwrap_or(&vector.request.url);
    let body = signed.body.as_deref().unwrap_or(&body);
    let request = WebhookRequest::new(&method, url, &fresh, body);
    let verdict = verifier.verify_head(request.head());
    let verdict = verdict.and_then(|()| verifier.verify(&request, &Context::at(Some(now))));
    Ok(verdict.map(drop).map_err(|rejection| rejection.kind().as_str()))
}

fn options(provider: &Provider, vector: &Vector) -> Options {
    let mut options = Options::new();
    for (name, value) in &vector.options {
        let spec = provider.options.iter().find(|spec| spec.name == name).expect("an option");
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if let Some(value) = spec.kind.parse(&text) {
            options = options.with(name, value);
        }
    }
    options
}
