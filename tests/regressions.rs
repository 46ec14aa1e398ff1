//! One test for each report and each finding of the fuzzer.

#![cfg(feature = "signing")]

use countersign::{
    Secret,
    clock::UnixTime,
    providers::PLIVO,
    request::WebhookRequest,
    scheme::{Format, Options, Part, Recipe, SignError, Signature, SigningContext},
};
use http::{HeaderMap, Method};

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
