//! Choices of ours in schemes that sign parts of a request: stricter than the providers' own code, and so in no vector.

use countersign::{
    Secret, Verdict,
    clock::UnixTime,
    providers::{ADYEN, CONTENTFUL, HUBSPOT, MAILCHIMP, Provider},
    request::WebhookRequest,
    scheme::{OptionValue, Options, Signed, SigningContext},
    verifier::Context,
};
use http::{HeaderMap, HeaderValue, Method};
use sha2::{Digest, Sha256};

const NOW: UnixTime = UnixTime::from_millis(1_790_000_000_000);
const FORM: &str = "application/x-www-form-urlencoded";

struct Delivery {
    url: &'static str,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Delivery {
    fn new(url: &'static str, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static(content_type));
        Self { url, headers, body: body.into() }
    }

    fn request(&self) -> WebhookRequest<'_> {
        WebhookRequest::new(&Method::POST, self.url, &self.headers, &self.body[..])
    }

    fn sign(&mut self, provider: &Provider, secret: &str) -> bool {
        let context = SigningContext { now: NOW, delivery_id: "1" };
        let secret = Secret::new(secret).expect("a secret");
        let signed: Option<Signed> = provider.sign(&secret, &Options::new(), &self.request(), &context).ok();
        if let Some(signed) = &signed {
            signed.apply(&mut self.headers);
            self.body = signed.body.clone().map_or_else(|| self.body.clone(), |body| body.to_vec());
        }
        signed.is_some()
    }

    fn verdict(&self, provider: &Provider, secret: &str, options: &Options) -> &'static str {
        let verifier = provider.verifier(secret, options).expect("a verifier");
        match verifier.verify(&self.request(), &Context::at(Some(NOW))) {
            Ok(Verdict::Accept(_)) => "accepted",
            Ok(_) => "answered",
            Err(rejection) => rejection.kind().as_str(),
        }
    }
}

#[test]
fn a_lengthened_digest_of_hubspot_is_refused() {
    let none = Options::new();
    for (body, expected) in [(&b"[{}]"[..], "accepted"), (b"[{}]\x80\0\0\0\0\0\0\0\x40more", "malformed-body")] {
        let mut delivery = Delivery::new("https://h.example/", "application/json", body);
        let digest = Sha256::new().chain_update("secret").chain_update(body).finalize();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        delivery.headers.insert("x-hubspot-signature", hex.parse().expect("a value"));
        assert_eq!(delivery.verdict(&HUBSPOT, "secret", &none), "malformed-signature", "no version");
        delivery.headers.insert("x-hubspot-signature-version", HeaderValue::from_static("v1"));
        assert_eq!(delivery.verdict(&HUBSPOT, "secret", &none), expected);
        let strict = none.clone().with("require_v3", OptionValue::Bool(true));
        assert_eq!(delivery.verdict(&HUBSPOT, "secret", &strict), "unsupported-algorithm");
    }
}

#[test]
fn fields_of_adyen_cannot_wander() {
    let notification = |reference: &str, account: &str| {
        let item = format!(
            r#"{{"pspReference":"p","merchantAccountCode":"{account}","merchantReference":"{reference}",
                "amount":{{"value":1,"currency":"EUR"}},"eventCode":"A","success":"true"}}"#
        );
        format!(r#"{{"live":"false","notificationItems":[{{"NotificationRequestItem":{item}}}]}}"#)
    };
    let key = "00ff".repeat(16);
    let mut delivery = Delivery::new("https://h.example/", "application/json", notification("b:c", "a"));
    assert!(delivery.sign(&ADYEN, &key));
    assert_eq!(delivery.verdict(&ADYEN, &key, &Options::new()), "accepted");
    let moved = String::from_utf8(delivery.body.clone()).expect("text").replace("\"a\"", "\"a:b\"").replace("b:c", "c");
    delivery.body = moved.into_bytes();
    assert_eq!(delivery.verdict(&ADYEN, &key, &Options::new()), "malformed-body", "the signed text is the same");
}

#[test]
fn what_contentful_does_not_sign_is_refused() {
    let body = "{}";
    let mut delivery = Delivery::new("https://h.example/a?b=c", "application/json", body);
    assert!(delivery.sign(&CONTENTFUL, "secret"));
    assert_eq!(delivery.verdict(&CONTENTFUL, "secret", &Options::new()), "accepted");
    delivery.url = "https://h.example/a?b=c?d=e";
    assert_eq!(delivery.verdict(&CONTENTFUL, "secret", &Options::new()), "signature-mismatch");
}

#[test]
fn a_name_that_stands_twice_and_a_form_that_says_nothing() {
    let sign = |body: &str| Delivery::new("https://h.example/", FORM, body).sign(&MAILCHIMP, "key");
    assert!(sign("a=1&b=2"));
    assert!(!sign("a=1&a=2"));
    let mut delivery = Delivery::new("https://h.example/", FORM, "");
    assert!(delivery.sign(&MAILCHIMP, "key"));
    assert_eq!(delivery.verdict(&MAILCHIMP, "key", &Options::new()), "accepted");
    delivery.body = b"=&=".to_vec();
    assert_eq!(delivery.verdict(&MAILCHIMP, "key", &Options::new()), "malformed-body");
}
