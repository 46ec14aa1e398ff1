//! A webhook on its way, and what both sides think of it.

use bytes::Bytes;
use countersign::{
    Rejection, RejectionKind, Secret, Verdict,
    clock::UnixTime,
    providers::{PLIVO, Provider, TWILIO},
    request::{RawBody, WebhookRequest},
    scheme::{OptionValue, Options, SignError, SigningContext},
    verdict::UrlForm,
    verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::tools::Tool;

/// Where the workers are, and what they need.
pub(crate) const WORKERS: &str = "tests/sdk";
/// What the worker for Node needs; one process serves both SDKs.
pub(crate) const NODE_SDKS: &[Tool] = &[Tool::Node, Tool::NodePackage("plivo"), Tool::NodePackage("twilio")];
/// What the worker for Python needs.
pub(crate) const PYTHON_SDKS: &[Tool] = &[Tool::Python, Tool::PythonPackage("plivo"), Tool::PythonPackage("twilio")];

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The schemes for which there is an SDK to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Twilio,
    PlivoV2,
    PlivoV3,
}

/// A request as it arrives, its URL being the public one.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub scheme: Scheme,
    pub method: &'static str,
    pub url: String,
    pub content_type: Option<&'static str>,
    pub body: Vec<u8>,
    /// Into pieces of how many bytes the network cuts the body; one piece if 0.
    pub piece: usize,
    pub token: String,
    pub signature: String,
    /// Plivo's.
    pub nonce: String,
    /// Plivo's `Ma-` header in place of the other.
    pub main_account: bool,
    /// Twilio's `X-Twilio-Webhooks-Signature-Settings`.
    pub settings: Option<&'static str>,
}

impl Scheme {
    const fn provider(self) -> &'static Provider {
        match self {
            Self::Twilio => &TWILIO,
            Self::PlivoV2 | Self::PlivoV3 => &PLIVO,
        }
    }

    fn options(self) -> Options {
        match self {
            Self::PlivoV2 => Options::new().with("allow_v2", OptionValue::Bool(true)),
            _ => Options::new(),
        }
    }
}

impl Delivery {
    /// Unsigned.
    pub(crate) fn new(scheme: Scheme, method: &'static str, url: &str) -> Self {
        Self {
            scheme,
            method,
            url: url.to_owned(),
            content_type: None,
            body: Vec::new(),
            piece: 0,
            token: "12345678901234567890123456789012".to_owned(),
            signature: String::new(),
            nonce: "05429567804466091622".to_owned(),
            main_account: false,
            settings: None,
        }
    }

    pub(crate) fn form(mut self, body: &str) -> Self {
        self.content_type = Some(FORM);
        self.body = body.into();
        self
    }

    pub(crate) fn json(mut self, body: &str) -> Self {
        self.content_type = Some("application/json");
        self.body = body.into();
        self
    }

    pub(crate) fn is_form(&self) -> bool {
        let essence = self.content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
        essence.trim().eq_ignore_ascii_case(FORM)
    }

    /// Writes the body's hash into the query, as Twilio does for what is no form.
    pub(crate) fn add_body_hash(&mut self) {
        let hash: String = Sha256::digest(&self.body).iter().map(|byte| format!("{byte:02x}")).collect();
        let separator = if self.query().is_some() { '&' } else { '?' };
        self.url = format!("{}{separator}bodySHA256={hash}", self.url);
    }

    /// Path and query.
    pub(crate) fn target(&self) -> &str {
        let after_scheme = self.url.find("://").map_or(0, |at| at + 3);
        let rest = &self.url[after_scheme..];
        rest.find(['/', '?']).map_or("", |at| &rest[at..])
    }

    pub(crate) fn authority(&self) -> &str {
        let after_scheme = self.url.find("://").map_or(0, |at| at + 3);
        &self.url[after_scheme..self.url.len() - self.target().len()]
    }

    pub(crate) fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    pub(crate) fn query(&self) -> Option<&str> {
        self.target().split_once('?').map(|(_, query)| query)
    }

    /// What a worker needs to know.
    pub(crate) fn question(&self, call: &str) -> Value {
        json!({
            "call": call,
            "scheme": match self.scheme {
                Scheme::Twilio => "twilio",
                Scheme::PlivoV2 => "plivo-v2",
                Scheme::PlivoV3 => "plivo-v3",
            },
            "method": self.method,
            "url": self.url,
            "is_form": self.is_form(),
            "body": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &self.body),
            "token": self.token,
            "signature": self.signature,
            "nonce": self.nonce,
            "settings": self.settings,
        })
    }

    /// All headers, the signature included.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = self.unsigned_headers();
        let (signature, nonce) = match (self.scheme, self.main_account) {
            (Scheme::Twilio, _) => ("x-twilio-signature", None),
            (Scheme::PlivoV2, false) => ("x-plivo-signature-v2", Some("x-plivo-signature-v2-nonce")),
            (Scheme::PlivoV2, true) => ("x-plivo-signature-ma-v2", Some("x-plivo-signature-v2-nonce")),
            (Scheme::PlivoV3, false) => ("x-plivo-signature-v3", Some("x-plivo-signature-v3-nonce")),
            (Scheme::PlivoV3, true) => ("x-plivo-signature-ma-v3", Some("x-plivo-signature-v3-nonce")),
        };
        headers.insert(HeaderName::from_static(signature), value(&self.signature));
        if let Some(nonce) = nonce {
            headers.insert(HeaderName::from_static(nonce), value(&self.nonce));
        }
        headers
    }

    /// Our verdict: the form of the URL that matched, or the reason for the refusal.
    pub(crate) fn verify(&self) -> Result<Option<UrlForm>, RejectionKind> {
        let verifier =
            self.scheme.provider().verifier(self.token.as_str(), &self.scheme.options()).expect("a verifier");
        let (method, headers, pieces) = (self.method(), self.headers(), self.pieces());
        let request = WebhookRequest::new(&method, self.url.as_str(), &headers, RawBody::from(&pieces[..]));
        let verdict = verifier
            .verify_head(request.head())
            .and_then(|()| verifier.verify(&request, &Context::at(None)))
            .map_err(|rejection: Rejection| rejection.kind())?;
        match verdict {
            Verdict::Accept(verified) => Ok(verified.url().map(|url| url.form)),
            other => panic!("{other:?}"),
        }
    }

    /// Signs with our signer; for Twilio that may write the body's hash into the URL.
    ///
    /// # Errors
    /// When there is nothing that the scheme can sign.
    pub(crate) fn sign(&mut self) -> Result<(), SignError> {
        assert!(self.scheme != Scheme::PlivoV2, "we make no V2 signatures");
        let secret = Secret::new(&self.token).expect("a token");
        let (method, headers, pieces) = (self.method(), self.unsigned_headers(), self.pieces());
        let request = WebhookRequest::new(&method, self.url.as_str(), &headers, RawBody::from(&pieces[..]));
        let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: &self.nonce };
        let signed = self.scheme.provider().sign(&secret, &self.scheme.options(), &request, &context)?;
        let mut headers = HeaderMap::new();
        signed.apply(&mut headers);
        let name = if self.scheme == Scheme::Twilio { "x-twilio-signature" } else { "x-plivo-signature-v3" };
        headers[name].to_str().expect("text").clone_into(&mut self.signature);
        if let Some(url) = signed.url {
            self.url = url;
        }
        Ok(())
    }

    fn unsigned_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = self.content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(settings) = self.settings {
            headers.insert("x-twilio-webhooks-signature-settings", HeaderValue::from_static(settings));
        }
        headers
    }

    fn method(&self) -> Method {
        self.method.parse().expect("a method")
    }

    fn pieces(&self) -> Vec<Bytes> {
        let size = if self.piece == 0 { self.body.len().max(1) } else { self.piece };
        self.body.chunks(size).map(Bytes::copy_from_slice).collect()
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a header's value")
}
