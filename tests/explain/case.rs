//! The format of the cases, and how one is run.

use std::{collections::BTreeMap, path::Path, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{
    Explainer, PublicUrl, Secret, Secrets,
    clock::{FixedClock, UnixTime},
    explain::{Budget, Code, Delivery, Elsewhere, Finding, History},
    providers,
    scheme::{OptionValue, Options},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The cases of one provider.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) provider: String,
    pub(crate) cases: Vec<Case>,
}

/// A refused delivery, the settings of the verifier, and the finding that is due.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// What happened to the delivery between the provider and the verifier.
    pub(crate) mutation: String,
    pub(crate) secrets: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) options: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) elsewhere: Vec<Other>,
    /// The fixed public URL that is configured; the request's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) public_url: Option<String>,
    /// The hosts that are believed in `X-Forwarded-Host`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) forwarded_hosts: Vec<String>,
    pub(crate) now: i64,
    /// How far other deliveries' times lay in the future.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) history: Vec<i64>,
    pub(crate) request: Request,
    pub(crate) expect: Expect,
}

/// Another route's secrets, or another account's if no provider is named.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Other {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    pub(crate) secrets: Vec<String>,
}

/// The request as it arrived: with its target, or with the whole URL as somebody wrote it down.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body_base64: Option<String>,
}

/// The finding that is due; what is absent does not matter.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) code: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) also: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) flag: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    /// As expected.
    Named,
    /// Nothing was found where something is.
    Missed(#[allow(dead_code, reason = "shown when the test fails")] String),
    /// Something else was found.
    Wrong(String),
}

impl File {
    pub(crate) fn load(folder: &Path) -> Vec<Self> {
        let entries = std::fs::read_dir(folder).expect("the folder of the cases");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let read = |path| serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("cases");
        paths.iter().map(read).collect()
    }
}

impl Request {
    pub(crate) fn body(&self) -> Vec<u8> {
        match (&self.body, &self.body_base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(text)) => STANDARD.decode(text).expect("base64"),
            (None, None) => Vec::new(),
        }
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        }
        map
    }
}

impl Case {
    pub(crate) fn explainer(&self, provider: &str) -> Explainer {
        let provider = providers::by_id(provider).expect("a provider");
        let mut options = Options::new();
        for (name, value) in &self.options {
            options = options.with(
                name,
                match value {
                    Value::Bool(on) => OptionValue::Bool(*on),
                    Value::Number(number) => OptionValue::Secs(number.as_u64().expect("seconds")),
                    other => OptionValue::Text(other.as_str().expect("a text").to_owned()),
                },
            );
        }
        let url = match &self.public_url {
            Some(url) => PublicUrl::fixed(url).expect("a URL"),
            None if !self.forwarded_hosts.is_empty() => PublicUrl::forwarded(&self.forwarded_hosts).expect("hosts"),
            None => PublicUrl::from_request(),
        };
        let mut explainer = Explainer::provider(provider, self.secrets.clone())
            .expect("secrets")
            .options(options)
            .public_url(url)
            .clock(FixedClock(UnixTime::from_secs(self.now)))
            // Attempts alone count here: the machine may be busy.
            .budget(Budget::new(Budget::LIVE.attempts(), Duration::from_secs(60)));
        for other in &self.elsewhere {
            let secrets = Secrets::new(other.secrets.iter().map(|text| Secret::new(text).expect("a secret")));
            let secrets = secrets.expect("secrets");
            explainer = explainer.elsewhere(match &other.provider {
                Some(id) => Elsewhere::route(&*other.name, providers::by_id(id).expect("a provider"), secrets),
                None => Elsewhere::account(&*other.name, secrets),
            });
        }
        explainer
    }

    pub(crate) fn finding(&self, provider: &str) -> Option<Finding> {
        let method = Method::from_bytes(self.request.method.as_bytes()).expect("a method");
        let (headers, body) = (self.request.headers(), self.request.body());
        let mut history = History::new();
        self.history.iter().for_each(|skew| history.record(*skew));
        let explainer = self.explainer(provider);
        match (&self.request.url, &self.request.target) {
            (Some(url), _) => explainer.explain_with(&Delivery::at(&method, url, &headers, &body[..]), &history),
            (None, target) => {
                let uri: Uri = target.as_deref().unwrap_or("/").parse().expect("a target");
                explainer.explain_with(&Delivery::new(&method, &uri, &headers, &body[..]), &history)
            }
        }
    }

    pub(crate) fn run(&self, provider: &str) -> Outcome {
        let Some(finding) = self.finding(provider) else { return Outcome::Wrong("it is accepted".to_owned()) };
        let described = || format!("{} {:?}: {finding} {:?}", finding.code, finding.also, finding.tried);
        let matched = finding.matched.as_ref();
        let as_expected = finding.code.as_str() == self.expect.code
            && self.expect.also.iter().all(|code| finding.also.iter().any(|also| also.as_str() == code))
            && self.expect.url.as_ref().is_none_or(|url| matched.and_then(|m| m.url.as_ref()) == Some(url))
            && self.expect.provider.as_ref().is_none_or(|id| matched.and_then(|m| m.provider) == Some(id))
            && self.expect.hint.as_ref().is_none_or(|hint| finding.hint == Some(hint))
            && self.expect.flag.as_ref().is_none_or(|flag| finding.fix.flag.as_ref() == Some(flag));
        if as_expected {
            let json = finding.to_json().to_string();
            // Whatever was found, nothing of a secret is in it.
            for secret in self.secrets.iter().chain(self.elsewhere.iter().flat_map(|other| &other.secrets)) {
                let bare = secret.trim().trim_start_matches("whsec_").trim_matches(['"', '\'']);
                if bare.len() > 7 && (json.contains(bare) || finding.to_string().contains(bare)) {
                    return Outcome::Wrong(format!("a secret is shown: {}", described()));
                }
            }
            Outcome::Named
        } else if finding.code == Code::NoMatch {
            Outcome::Missed(described())
        } else {
            Outcome::Wrong(described())
        }
    }
}
