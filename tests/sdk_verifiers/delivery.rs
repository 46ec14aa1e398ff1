//! A delivery: signed by us, and what both sides think of it.

use std::{
    collections::BTreeMap,
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{
    RejectionKind, Secret, Verdict,
    clock::UnixTime,
    request::WebhookRequest,
    scheme::{OptionValue, Options, SigningContext},
    verifier::Context,
};
use ed25519_dalek::Signer as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use p256::{ecdsa, pkcs8::EncodePublicKey};
use serde_json::{Value, json};

use crate::{
    samples::Sample,
    table::{PrivateKey, Sdk},
};

/// A request as it arrives, its URL being the public one.
#[derive(Clone)]
pub(crate) struct Delivery {
    sdk: &'static Sdk,
    /// What the receiver has.
    pub secret: String,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Delivery {
    /// Signed now, or so many seconds later.
    pub(crate) fn signed(sdk: &'static Sdk, sample: &Sample, later: i64) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(sample.content_type));
        for (name, value) in sdk.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let url = "https://hooks.example.com/in/b?x=1&y=%C3%BC".to_owned();
        let mut delivery = Self { sdk, secret: sdk.secrets[0].to_owned(), url, headers, body: sample.body.clone() };
        let now = UnixTime::from_millis(now().as_millis() + (sdk.ahead + later) * 1000);
        match sdk.private_key {
            Some(key) => delivery.sign_as_provider(key, now),
            None => delivery.sign(now),
        }
        delivery
    }

    fn sign(&mut self, now: UnixTime) {
        let secret = Secret::new(&self.secret).expect("a secret");
        let request = WebhookRequest::new(&Method::POST, self.url.as_str(), &self.headers, &self.body[..]);
        let context = SigningContext { now, delivery_id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W" };
        let signed = self.sdk.provider.sign(&secret, &self.options(), &request, &context).expect("a signature");
        signed.apply(&mut self.headers);
        if let Some(body) = signed.body {
            self.body = body.into();
        }
        if let Some(url) = signed.url {
            self.url = url;
        }
    }

    /// As the provider does with its private key, of which the receiver knows the public one.
    fn sign_as_provider(&mut self, key: PrivateKey, now: UnixTime) {
        let time = now.as_secs().to_string();
        let text = [time.as_bytes(), &self.body].concat();
        let (signature, time_header) = match key {
            PrivateKey::Ecdsa => {
                let key = ecdsa::SigningKey::from_slice(&[7; 32]).expect("a key");
                let public = key.verifying_key().to_public_key_der().expect("a public key");
                self.secret = STANDARD.encode(public.as_bytes());
                let signature: ecdsa::Signature = key.sign(&text);
                (STANDARD.encode(signature.to_der()), "x-twilio-email-event-webhook-timestamp")
            }
            PrivateKey::Ed25519 => {
                let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
                self.secret = hex(key.verifying_key().as_bytes());
                (hex(&key.sign(&text).to_bytes()), "x-signature-timestamp")
            }
        };
        self.set(self.sdk.signature.expect("a header"), &signature);
        self.set(time_header, &time);
    }

    /// The same with a receiver that has another secret.
    pub(crate) fn for_another(&self) -> Self {
        let secret = match self.sdk.private_key {
            Some(PrivateKey::Ecdsa) => {
                let other = ecdsa::SigningKey::from_slice(&[8; 32]).expect("a key");
                STANDARD.encode(other.verifying_key().to_public_key_der().expect("a public key").as_bytes())
            }
            Some(PrivateKey::Ed25519) => {
                hex(ed25519_dalek::SigningKey::from_bytes(&[8; 32]).verifying_key().as_bytes())
            }
            None => self.sdk.secrets[1].to_owned(),
        };
        Self { secret, ..self.clone() }
    }

    /// The same with another last digit in the body; none without a digit.
    pub(crate) fn with_another_body(&self) -> Option<Self> {
        let at = self.body.iter().rposition(u8::is_ascii_digit)?;
        let mut changed = self.clone();
        changed.body[at] ^= 1;
        Some(changed)
    }

    /// The same with one byte of the signature changed, near its end, where no other part of the header follows.
    pub(crate) fn with_another_signature(&self) -> Option<Self> {
        let name = self.sdk.signature?;
        let mut text = self.headers[name].to_str().expect("text").to_owned();
        // Hygraph's signature is the first of three parts.
        let end = text.find(", env=").unwrap_or(text.len());
        // The last character of base64 may hold bits that mean nothing.
        let at = end - 6;
        let other = if text.as_bytes()[at] == b'a' { "b" } else { "a" };
        text.replace_range(at..=at, other);
        let mut changed = self.clone();
        changed.set(name, &text);
        Some(changed)
    }

    /// The same at another path.
    pub(crate) fn with_another_url(&self) -> Self {
        Self { url: self.url.replace("/in/b", "/in/c"), ..self.clone() }
    }

    /// Our verdict.
    pub(crate) fn verify(&self) -> Result<(), RejectionKind> {
        let verifier = self.sdk.provider.verifier(self.secret.as_str(), &self.options()).expect("a verifier");
        let request = WebhookRequest::new(&Method::POST, self.url.as_str(), &self.headers, &self.body[..]);
        let context = Context::at(Some(now()));
        let verdict = verifier.verify_head(request.head()).and_then(|()| verifier.verify(&request, &context));
        match verdict.map_err(|rejection| rejection.kind())? {
            Verdict::Accept(_) => Ok(()),
            other => panic!("{other:?}"),
        }
    }

    /// What the worker needs to know.
    pub(crate) fn question(&self) -> Value {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
        json!({
            "verifier": self.sdk.verifier,
            "method": "POST",
            "url": self.url,
            "headers": headers.collect::<BTreeMap<_, _>>(),
            "body": STANDARD.encode(&self.body),
            "secret": self.secret,
        })
    }

    fn options(&self) -> Options {
        let text = |value: &str| OptionValue::Text(value.to_owned());
        self.sdk.options.iter().fold(Options::new(), |options, (name, value)| options.with(*name, text(value)))
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start: String = String::from_utf8_lossy(&self.body).chars().take(1000).collect();
        write!(f, "{start:?} ({} bytes) with {:?} at {} for {:?}", self.body.len(), self.headers, self.url, self.secret)
    }
}

fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock");
    UnixTime::from_millis(i64::try_from(since.as_millis()).expect("a time"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
