//! A signed request.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use countersign::{
    Secret, Secrets, Verdict, WebhookVerifier,
    clock::{Clock, SystemClock},
    providers,
    request::WebhookRequest,
    scheme::{Options, SigningContext},
    verifier::Context,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use sha1::Sha1;
use sha2::Sha256;

pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const URL: &str = "https://hooks.example.com/sms/in";
const NONCE: &str = "12345678901234567890";

/// A request as hyper hands it over, signed now.
pub(crate) struct Delivery {
    pub(crate) provider: &'static str,
    pub(crate) label: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    method: Method,
}

/// The MAC alone.
pub(crate) struct Floor {
    signed: Vec<u8>,
    key: FloorKey,
}

enum FloorKey {
    Sha1(Hmac<Sha1>, Vec<u8>),
    Sha256(Hmac<Sha256>, Vec<u8>),
}

impl Delivery {
    pub(crate) fn sign(provider: &'static str, label: &str, content_type: &'static str, body: String) -> Self {
        let mut delivery = Self {
            provider,
            label: label.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::from(body),
            method: Method::POST,
        };
        for (name, value) in common_headers(content_type, delivery.body.len()) {
            delivery.set(name, &value);
        }
        let scheme = providers::by_id(provider).expect("a provider");
        let now = SystemClock.now().expect("a time");
        let context = SigningContext { now, delivery_id: NONCE };
        let secret = Secret::new(SECRET).expect("a secret");
        let request = WebhookRequest::new(&delivery.method, URL, &delivery.headers, &delivery.body[..]);
        let signed = scheme.sign(&secret, &Options::new(), &request, &context).expect("a signature");
        for (name, value) in &signed.headers {
            delivery.set(name.clone(), value.to_str().expect("a text"));
        }
        delivery.add_companions();
        assert!(delivery.verify(&*delivery.verifier(1)), "{provider} {label}");
        delivery
    }

    /// A verifier with `count` secrets, of which the last is right.
    pub(crate) fn verifier(&self, count: usize) -> Arc<dyn WebhookVerifier> {
        let others = (1..count).map(|index| Secret::new(format!("{index:032}")).expect("a secret"));
        let right = Secret::new(SECRET).expect("a secret");
        let secrets = Secrets::new(others.chain([right])).expect("secrets");
        let provider = providers::by_id(self.provider).expect("a provider");
        provider.verifier(secrets, &Options::new()).expect("a verifier")
    }

    pub(crate) fn request(&self) -> WebhookRequest<'_> {
        WebhookRequest::new(&self.method, URL, &self.headers, &self.body[..])
    }

    /// Verifies as the layer does: the clock is read where the scheme signs a time.
    pub(crate) fn verify(&self, verifier: &dyn WebhookVerifier) -> bool {
        self.verify_request(verifier, &self.request())
    }

    pub(crate) fn verify_request(&self, verifier: &dyn WebhookVerifier, request: &WebhookRequest<'_>) -> bool {
        let now = if let "slack" | "stripe" = self.provider { SystemClock.now() } else { None };
        matches!(verifier.verify(request, &Context::at(now)), Ok(Verdict::Accept(_)))
    }

    /// The bytes that are signed, made the plain way: that the floor verifies proves them right.
    fn signed_content(&self) -> Vec<u8> {
        let text = |name| self.headers.get(name).and_then(|value| value.to_str().ok()).expect("a header");
        let body = &self.body[..];
        match self.provider {
            "plivo" => [format!("{URL}?").as_bytes(), &sorted(body), b".", NONCE.as_bytes()].concat(),
            "slack" => [b"v0:", text("x-slack-request-timestamp").as_bytes(), b":", body].concat(),
            "stripe" => {
                let time = text("stripe-signature").split(',').find_map(|pair| pair.strip_prefix("t="));
                [time.expect("a time").as_bytes(), b".", body].concat()
            }
            "twilio" => [URL.as_bytes(), &sorted(body)].concat(),
            _ => body.to_vec(),
        }
    }

    pub(crate) fn floor(&self) -> Floor {
        let signed = self.signed_content();
        let key = if self.provider == "twilio" {
            let mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).expect("a key");
            let tag = mac.clone().chain_update(&signed).finalize().into_bytes().to_vec();
            FloorKey::Sha1(mac, tag)
        } else {
            let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
            let tag = mac.clone().chain_update(&signed).finalize().into_bytes().to_vec();
            FloorKey::Sha256(mac, tag)
        };
        Floor { signed, key }
    }

    /// Headers that stand beside the signature and are not signed.
    fn add_companions(&mut self) {
        const ID: &str = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
        match self.provider {
            "github" => self.set(HeaderName::from_static("x-github-delivery"), ID),
            "shopify" => self.set(HeaderName::from_static("x-shopify-webhook-id"), ID),
            _ => {}
        }
    }

    fn set(&mut self, name: HeaderName, value: &str) {
        // Shared bytes, as hyper makes them of its read buffer: cloning one counts and does not allocate.
        let shared = Bytes::from(value.as_bytes().to_vec());
        drop(shared.clone());
        self.headers.insert(name, HeaderValue::from_maybe_shared(shared).expect("a header value"));
    }
}

impl Floor {
    pub(crate) fn verify(&self) -> bool {
        match &self.key {
            FloorKey::Sha1(mac, tag) => mac.clone().chain_update(&self.signed).verify_slice(tag).is_ok(),
            FloorKey::Sha256(mac, tag) => mac.clone().chain_update(&self.signed).verify_slice(tag).is_ok(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.signed.len()
    }
}

fn sorted(form: &[u8]) -> Vec<u8> {
    let mut pairs: Vec<_> = form_urlencoded::parse(form).collect();
    pairs.sort();
    pairs.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]).flatten().copied().collect()
}

/// What comes with every delivery.
fn common_headers(content_type: &str, length: usize) -> Vec<(HeaderName, String)> {
    let all = [
        ("host", "hooks.example.com".to_owned()),
        ("user-agent", "Provider-Hookshot/044aadd".to_owned()),
        ("accept", "*/*".to_owned()),
        ("accept-encoding", "gzip".to_owned()),
        ("content-length", length.to_string()),
        ("content-type", content_type.to_owned()),
        ("x-event-type", "invoice.paid".to_owned()),
        ("x-home-region", "us1".to_owned()),
        ("x-forwarded-for", "192.0.2.7".to_owned()),
        ("x-forwarded-proto", "https".to_owned()),
    ];
    all.into_iter().map(|(name, value)| (HeaderName::from_static(name), value)).collect()
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.provider, self.label)
    }
}
