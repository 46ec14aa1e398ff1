//! One test for each report and each finding of the fuzzer.

#![cfg(feature = "signing")]

use countersign::{
    Secret,
    clock::UnixTime,
    providers::{PLIVO, SHOPIFY, TWILIO},
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

/// A stale hash in the URL was signed along when the body had been removed.
#[test]
fn a_stale_body_hash_is_replaced() {
    let secret = Secret::new("a secret").unwrap();
    let verifier = TWILIO.verifier(secret.clone(), &Options::new()).unwrap();
    let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: "1" };
    for name in ["bodySHA256", "body%53HA256"] {
        let url =
            format!("https://a.example/?{name}=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620&b=1");
        let mut headers = HeaderMap::new();
        let request = WebhookRequest::new(&Method::POST, url.as_str(), &headers, b"");
        let signed = TWILIO.sign(&secret, &Options::new(), &request, &context).unwrap();
        signed.apply(&mut headers);
        let url = signed.url.unwrap();
        assert!(url.starts_with("https://a.example/?b=1&bodySHA256="), "{url}");
        let request = WebhookRequest::new(&Method::POST, url.as_str(), &headers, b"");
        assert!(verifier.verify(&request, &Context::default()).is_ok());
    }
}

/// Shopify's own SDK refused what was signed: in the header of a developer preview it looks for others of that preview.
#[test]
fn shopify_deliveries_are_signed_in_the_header_that_shops_send() {
    let headers = HeaderMap::new();
    let request = WebhookRequest::new(&Method::POST, "https://a.example/", &headers, b"{}");
    let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: "1" };
    let secret = Secret::new("a secret").unwrap();
    let signed = SHOPIFY.sign(&secret, &Options::new(), &request, &context).unwrap();
    let names: Vec<_> = signed.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["x-shopify-hmac-sha256"]);
    // What arrived as an event of the preview stays one.
    let headers = HeaderMap::from_iter([("shopify-hmac-sha256".parse().unwrap(), HeaderValue::from_static("old"))]);
    let request = WebhookRequest::new(&Method::POST, "https://a.example/", &headers, b"{}");
    let signed = SHOPIFY.sign(&secret, &Options::new(), &request, &context).unwrap();
    assert_eq!(signed.headers[0].0.as_str(), "shopify-hmac-sha256");
}
