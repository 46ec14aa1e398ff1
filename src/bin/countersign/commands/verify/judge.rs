//! The verdict on a recorded request, by the verifier that serves real ones.

use std::{collections::BTreeMap, sync::Arc};

use countersign::{
    Explainer, PublicUrl, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::{Clock, SystemClock, UnixTime},
    explain::{Budget, Finding},
    providers::{self, Provider},
    request::WebhookRequest,
    secret::shape::oddities,
    verifier::Context,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::{
    address::{Address, Public, shown},
    explain::explain,
};
use crate::{
    cli::VerifyArgs,
    config::{find_provider, parse_options, read_secrets},
    errors::Failure,
    import::{Imported, Item},
};

/// Knows what the arguments say of all requests.
pub(super) struct Judge<'a> {
    arguments: &'a VerifyArgs,
    provider: Option<&'static Provider>,
    public: Option<Public>,
    at: Option<UnixTime>,
    budget: Budget,
    /// By the provider's id; what cannot be made is an error for every request of that provider.
    endpoints: BTreeMap<&'static str, Result<Endpoint, String>>,
}

/// What stands for the endpoint that the provider called.
#[derive(Clone)]
struct Endpoint {
    /// Some secrets make none; an explanation may tell why.
    verifier: Result<Arc<dyn WebhookVerifier>, String>,
    explainer: Explainer,
    /// What is odd about its secrets.
    oddities: Vec<String>,
}

/// A request and what came of it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) label: String,
    pub(super) provider: Option<&'static Provider>,
    pub(super) is_guessed: bool,
    pub(super) method: String,
    /// Without userinfo; the path alone where the host is unknown.
    pub(super) url: String,
    pub(super) has_userinfo: bool,
    /// As of when it was verified.
    pub(super) at: Option<UnixTime>,
    pub(super) outcome: Outcome,
    /// Why it was refused.
    pub(super) explanation: Option<Finding>,
    pub(super) notes: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Accepted(Verified),
    Answered(StatusCode),
    Refused(Rejection),
    /// It could not be verified at all.
    Undecided(String),
}

impl Outcome {
    fn is_good(&self) -> bool {
        matches!(self, Self::Accepted(_) | Self::Answered(_))
    }
}

impl<'a> Judge<'a> {
    pub(super) fn new(arguments: &'a VerifyArgs) -> Result<Self, Failure> {
        let provider = arguments.provider.as_deref().map(|id| find_provider("--provider: ", id)).transpose()?;
        let public = arguments.public_url.as_deref().map(Public::parse).transpose()?;
        let at = match arguments.at.as_deref() {
            Some(text) => Some(parse_time(text)?),
            None => SystemClock.now().filter(|_| arguments.now),
        };
        let budget = Budget::THOROUGH;
        let mut this = Self { arguments, provider, public, at, budget, endpoints: BTreeMap::new() };
        if let Some(provider) = provider {
            // A mistake in the arguments is told before anything is read.
            this.endpoint(provider).map_err(Failure::usage)?;
        }
        Ok(this)
    }

    /// How much work an explanation may be.
    pub(super) fn set_budget(&mut self, budget: Budget) {
        self.budget = budget;
    }

    pub(super) fn decide(&mut self, item: Item) -> Judged {
        let Item { label, request } = item;
        let request = match request {
            Ok(request) => request,
            Err(error) => return undecided(label, format!("it cannot be read: {error}")),
        };
        let headers = request.header_map();
        let now = self.at.or(request.time).or_else(|| SystemClock.now());
        let addresses = Address::all(&request, &headers, self.public.as_ref());
        let mut first = None;
        for address in &addresses {
            let judged = self.decide_at(&label, &request, &headers, address, now);
            if judged.outcome.is_good() {
                return judged;
            }
            first.get_or_insert((judged, address));
        }
        let Some((mut judged, address)) = first else {
            return undecided(label, "its target cannot be requested".to_owned());
        };
        let endpoint = judged.provider.and_then(|provider| self.endpoints.get(provider.id));
        if let Some(Ok(endpoint)) = endpoint.filter(|_| !self.arguments.no_explain) {
            judged.explanation = explain(&endpoint.explainer, &request, &headers, address, now, self.budget);
        }
        judged
    }

    fn decide_at(
        &mut self,
        label: &str,
        request: &Imported,
        headers: &HeaderMap,
        address: &Address,
        now: Option<UnixTime>,
    ) -> Judged {
        let from_request = PublicUrl::from_request();
        let url = address.resolve(&from_request, headers);
        let view = WebhookRequest::new(&request.method, url, headers, &request.body[..]);
        let (provider, outcome) = self.outcome(request, &view, now);
        let mut notes = request.notes.clone();
        if let (Outcome::Refused(_), Some(Ok(endpoint))) = (&outcome, provider.and_then(|p| self.endpoints.get(p.id))) {
            notes.extend(endpoint.oddities.iter().cloned());
        }
        let matched = match &outcome {
            Outcome::Accepted(verified) => verified.url().map(|matched| matched.scheme),
            _ => None,
        };
        let candidates = || url.candidates();
        let signed = candidates().find(|url| Some(url.scheme.as_str()) == matched).or_else(|| candidates().next());
        Judged {
            label: label.to_owned(),
            provider,
            is_guessed: self.provider.is_none(),
            method: request.method.to_string(),
            url: signed.map_or_else(|| request.target.clone(), |url| shown(&url)),
            has_userinfo: signed.is_some_and(|url| url.authority.contains('@')),
            at: now,
            outcome,
            explanation: None,
            notes,
        }
    }

    /// Providers share headers: the likeliest that accepts it sent it; if none does, the likeliest of all is told.
    fn outcome(
        &mut self,
        request: &Imported,
        view: &WebhookRequest<'_>,
        now: Option<UnixTime>,
    ) -> (Option<&'static Provider>, Outcome) {
        let candidates = match self.provider {
            Some(provider) => vec![provider],
            None => providers::guess(view.headers()),
        };
        let mut first = None;
        for provider in candidates {
            let outcome = match self.endpoint(provider) {
                Ok(Endpoint { verifier: Ok(verifier), .. }) => verify(&*verifier, request, view, now),
                Ok(Endpoint { verifier: Err(problem), .. }) | Err(problem) => Outcome::Undecided(problem),
            };
            if outcome.is_good() {
                return (Some(provider), outcome);
            }
            first.get_or_insert((Some(provider), outcome));
        }
        first.unwrap_or_else(|| {
            let problem = "no header tells whose delivery it is; name the provider with --provider";
            (None, Outcome::Undecided(problem.to_owned()))
        })
    }

    fn endpoint(&mut self, provider: &'static Provider) -> Result<Endpoint, String> {
        let arguments = self.arguments;
        let make = || {
            let mut warnings = Vec::new();
            let mut secrets = Vec::new();
            for (secret, label) in read_secrets("--secret", provider, &arguments.secret)? {
                let oddities = oddities(provider.id, &secret);
                warnings.extend(oddities.iter().map(|oddity| format!("the secret from {label}: {oddity}")));
                secrets.push(secret);
            }
            let options = parse_options("--option", provider, &arguments.option)?;
            let secrets = Secrets::new(secrets)?;
            let explainer = Explainer::provider(provider, secrets.clone())?.options(options.clone());
            let verifier = provider.verifier(secrets, &options);
            let verifier = verifier.map_err(|error| format!("{error} (it is found at: {})", provider.secret.location));
            Ok(Endpoint { verifier, explainer, oddities: warnings })
        };
        let made = || make().map_err(|failure: Failure| failure.to_string());
        self.endpoints.entry(provider.id).or_insert_with(made).clone()
    }
}

fn verify(
    verifier: &dyn WebhookVerifier,
    request: &Imported,
    view: &WebhookRequest<'_>,
    now: Option<UnixTime>,
) -> Outcome {
    // The layer asks both, and refuses in between what did not arrive in full.
    let verdict = verifier.verify_head(view.head()).and_then(|()| {
        if request.is_cut {
            return Err(RejectionKind::BodyIncomplete.into());
        }
        verifier.verify(view, &Context::at(now))
    });
    match verdict {
        Ok(Verdict::Accept(verified)) => Outcome::Accepted(verified),
        Ok(Verdict::Answer(response)) => Outcome::Answered(response.status()),
        // The library may learn to say more.
        Ok(_) => Outcome::Undecided("the verdict is not known to this version".to_owned()),
        Err(rejection) => Outcome::Refused(rejection),
    }
}

fn undecided(label: String, problem: String) -> Judged {
    Judged {
        label,
        provider: None,
        is_guessed: false,
        method: String::new(),
        url: String::new(),
        has_userinfo: false,
        at: None,
        outcome: Outcome::Undecided(problem),
        explanation: None,
        notes: Vec::new(),
    }
}

fn parse_time(text: &str) -> Result<UnixTime, Failure> {
    let seconds = text.parse().ok().and_then(UnixTime::from_secs);
    let written = || text.parse::<Timestamp>().ok().map(|time| UnixTime::from_millis(time.as_millisecond()));
    seconds.or_else(written).ok_or_else(|| {
        Failure::usage(format_args!("--at: `{text}` is no time; write 2026-01-02T03:04:05Z or Unix seconds"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for text in ["1767323045", "2026-01-02T03:04:05Z", "2026-01-02T04:04:05+01:00"] {
            assert_eq!(parse_time(text).map(UnixTime::as_secs), Ok(1_767_323_045), "{text}");
        }
        for text in ["", "soon", "2026-01-02", "99999999999999999999"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
