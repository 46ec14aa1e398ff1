//! One test for each report and each finding of the fuzzer.

#![cfg(feature = "signing")]

use countersign::{
    Secret,
    clock::UnixTime,
    providers::{PLIVO, TWILIO},
    request::WebhookRequest,
    scheme::{Format, Options, Part, Recipe, SignError, Signature, SigningContext},
    verifier::Context,
};
use http::{HeaderMap, HeaderValue, Method};

/// An empty nonce was signed although no verifier accepts one.
#[test]
fn an_empty_delivery_id_is_not_signed() {
    const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::DeliveryId, Part::Body], Signature::hex(&["s"], Format::Bare))
        .delivery_id(&["id"])
        .check();
    let headers = HeaderMap::new();
    let request = WebhookRequest::new(&Method::POST, "https://a.example/", &headers, b"");
    let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: "" };
    let secret = Secret::new("a secret").unwrap();
    assert_eq!(PLIVO.sign(&secret, &Options::new(), &request, &context).unwrap_err(), SignError::Unwritable);
    assert_eq!(RECIPE.sign(&secret, &request, &context).unwrap_err(), SignError::Unwritable);
}

/// A form of nothing but separators was signed without the hash that stands for such a body.
#[test]
fn a_form_without_parameters_is_signed_by_its_hash() {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    let request = WebhookRequest::new(&Method::POST, "https://a.example/", &headers, b"&");
    let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: "1" };
    let secret = Secret::new("a secret").unwrap();
    let signed = TWILIO.sign(&secret, &Options::new(), &request, &context).unwrap();
    let url = signed.url.clone().unwrap();
    assert!(url.contains("bodySHA256="), "{url}");
    signed.apply(&mut headers);
    let request = WebhookRequest::new(&Method::POST, url.as_str(), &headers, b"&");
    let verifier = TWILIO.verifier(secret, &Options::new()).unwrap();
    assert!(verifier.verify(&request, &Context::default()).is_ok());
}
