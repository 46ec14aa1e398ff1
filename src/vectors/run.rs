//! Runs a vector through the verifier that serves real requests.

use std::{collections::BTreeMap, fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use serde_json::Value;

use super::{Answer, Expectation, Outbound, ParseError, Vector};
use crate::{
    Rejection, Secrets, Verdict, WebhookVerifier,
    clock::UnixTime,
    providers::Provider,
    request::WebhookRequest,
    scheme::{OptionValue, Options},
    verifier::Context,
};

/// What a vector expects and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What is due.
    pub expected: String,
    /// What came.
    pub found: String,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Disagreement {}

impl From<ParseError> for Disagreement {
    fn from(error: ParseError) -> Self {
        Self { expected: "a vector that can be run".to_owned(), found: error.to_string() }
    }
}

impl Vector {
    /// The name in the form of an identifier: letters and digits, everything else a dash.
    #[must_use]
    pub fn slug(&self) -> String {
        let words = self.name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
    }

    /// Verifies the delivery and compares the verdict.
    ///
    /// # Errors
    /// [`Disagreement`] when another verdict came, another reason, or another answer.
    pub fn run(&self, provider: &'static Provider) -> Result<(), Disagreement> {
        let verdict = match self.verifier(provider) {
            Ok(verifier) => self.verdict(&*verifier)?,
            // A secret that makes no key refuses every request.
            Err(error) if self.expect == Expectation::Invalid && self.reason.is_none() => {
                let _ = error;
                return Ok(());
            }
            Err(error) => return Err(ParseError::new(error.to_string()).into()),
        };
        self.judge(&verdict)?;
        self.judge_finding(provider)
    }

    /// Why the delivery is refused, as of the vector's own time; `None` if it is not.
    ///
    /// # Errors
    /// [`ParseError`] when the vector cannot be made into a request.
    #[cfg(feature = "explain")]
    pub fn finding(&self, provider: &'static Provider) -> Result<Option<crate::explain::Finding>, ParseError> {
        use crate::{
            clock::FixedClock,
            explain::{Budget, Delivery, Explainer},
        };

        let secrets: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        let explainer = Explainer::provider(provider, secrets).map_err(|error| ParseError::new(error.to_string()))?;
        let explainer = explainer
            .options(self.options())
            .clock(FixedClock(self.now.and_then(UnixTime::from_secs)))
            .budget(Budget::THOROUGH);
        let (method, headers, body) = self.parts()?;
        Ok(explainer.explain(&Delivery::at(&method, &self.request.url, &headers, &body[..])))
    }

    #[cfg(feature = "explain")]
    fn judge_finding(&self, provider: &'static Provider) -> Result<(), Disagreement> {
        let Some(expected) = &self.explain else { return Ok(()) };
        let found = match self.finding(provider)? {
            Some(finding) if finding.code.as_str() == expected => return Ok(()),
            Some(finding) => format!("the finding {}", finding.code),
            None => "no refusal".to_owned(),
        };
        Err(Disagreement { expected: format!("the finding {expected}"), found })
    }

    /// Findings are not looked at without the feature.
    #[cfg(not(feature = "explain"))]
    fn judge_finding(&self, _: &'static Provider) -> Result<(), Disagreement> {
        Ok(())
    }

    /// The verifier that the vector describes.
    ///
    /// # Errors
    /// What is wrong with its secrets or options.
    pub fn verifier(&self, provider: &Provider) -> Result<Arc<dyn WebhookVerifier>, crate::ConfigError> {
        let secrets: Vec<&str> = self.secrets.iter().map(String::as_str).collect();
        provider.verifier(Secrets::try_from(secrets)?, &self.options())
    }

    fn options(&self) -> Options {
        let mut options = Options::new();
        for (name, value) in &self.options {
            if let Some(value) = option_value(value) {
                options = options.with(name, value);
            }
        }
        options
    }

    /// Method, headers and body.
    fn parts(&self) -> Result<(Method, HeaderMap, Vec<u8>), ParseError> {
        let bad = |what: &str| ParseError::new(format!("{what} cannot be sent"));
        let method = Method::from_bytes(self.request.method.as_bytes()).map_err(|_| bad("the method"))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.request.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("a header name"))?;
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad("a header value"))?);
        }
        Ok((method, headers, self.request.body()?))
    }

    /// What a verifier says of the delivery.
    ///
    /// # Errors
    /// [`ParseError`] when the vector cannot be made into a request.
    pub fn verdict(&self, verifier: &dyn WebhookVerifier) -> Result<Result<Verdict, Rejection>, ParseError> {
        let (method, headers, body) = self.parts()?;
        let request = WebhookRequest::new(&method, self.request.url.as_str(), &headers, &body[..]);
        // The layer asks both; what the first refuses, the second must refuse too.
        if let Err(rejection) = verifier.verify_head(request.head()) {
            return Ok(Err(rejection));
        }
        let now = self.now.and_then(UnixTime::from_secs);
        Ok(verifier.verify(&request, &Context::at(now)))
    }

    fn judge(&self, verdict: &Result<Verdict, Rejection>) -> Result<(), Disagreement> {
        let found = match verdict {
            Ok(Verdict::Accept(_)) => "valid".to_owned(),
            Ok(Verdict::Answer(response)) => match (&self.response, self.expect) {
                (Some(answer), Expectation::Challenge) => {
                    compare(answer, response)?;
                    return compare_outbound(self.outbound.as_ref(), outbound_of(response).as_ref());
                }
                _ => format!("challenge with status {}", response.status().as_u16()),
            },
            Err(rejection) => format!("invalid ({})", rejection.kind()),
        };
        let fits = match (self.expect, verdict) {
            (Expectation::Valid, Ok(Verdict::Accept(_))) => true,
            (Expectation::Invalid, Err(rejection)) => {
                let word = rejection.kind().as_str();
                self.reason.as_ref().is_none_or(|reason| reason == word)
                    || self.also_accepted_reasons.iter().any(|reason| reason == word)
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err(Disagreement { expected: self.expected(), found }) }
    }

    fn expected(&self) -> String {
        match (self.expect, &self.reason) {
            (Expectation::Challenge, _) => "challenge".to_owned(),
            (Expectation::Invalid, Some(reason)) => format!("invalid ({reason})"),
            (Expectation::Invalid, None) => "invalid".to_owned(),
            (Expectation::Valid, _) => "valid".to_owned(),
        }
    }
}

/// JSON answers are compared as JSON, others exactly.
fn compare(expected: &Answer, found: &Response<Bytes>) -> Result<(), Disagreement> {
    let differ = |what: &str, expected: &str, found: &str| {
        Err(Disagreement { expected: format!("{what} {expected:?}"), found: format!("{found:?}") })
    };
    if expected.status != found.status().as_u16() {
        return differ("status", &expected.status.to_string(), found.status().as_str());
    }
    for (name, value) in &expected.headers {
        let found = found.headers().get(name).map(HeaderValue::as_bytes).unwrap_or_default();
        if found != value.as_bytes() {
            return differ(name, value, &String::from_utf8_lossy(found));
        }
    }
    let same = match (serde_json::from_str::<Value>(&expected.body), serde_json::from_slice::<Value>(found.body())) {
        (Ok(expected), Ok(found)) if expected.is_object() => expected == found,
        _ => expected.body.as_bytes() == &found.body()[..],
    };
    if same { Ok(()) } else { differ("body", &expected.body, &String::from_utf8_lossy(found.body())) }
}

fn compare_outbound(expected: Option<&Outbound>, found: Option<&Outbound>) -> Result<(), Disagreement> {
    let describe = |outbound: Option<&Outbound>| match outbound {
        Some(Outbound { method, url }) => format!("an outbound {method} {url}"),
        None => "no outbound request".to_owned(),
    };
    if expected == found {
        return Ok(());
    }
    Err(Disagreement { expected: describe(expected), found: describe(found) })
}

/// The request that an answer asks for.
#[cfg(feature = "x509")]
fn outbound_of(response: &Response<Bytes>) -> Option<Outbound> {
    let confirm = response.extensions().get::<crate::providers::sns::ConfirmSubscription>()?;
    Some(Outbound { method: "GET".to_owned(), url: confirm.url().to_owned() })
}

/// No provider asks for any without the feature `x509`.
#[cfg(not(feature = "x509"))]
fn outbound_of(_: &Response<Bytes>) -> Option<Outbound> {
    None
}

fn option_value(value: &Value) -> Option<OptionValue> {
    Some(match value {
        Value::Bool(on) => OptionValue::Bool(*on),
        Value::Number(number) => OptionValue::Secs(number.as_u64()?),
        Value::String(text) => OptionValue::Text(text.clone()),
        Value::Object(members) => {
            let texts: BTreeMap<_, _> = members
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
                .collect();
            OptionValue::Map(texts)
        }
        _ => return None,
    })
}
