//! The search: phase after phase until one finds what matches, or the budget is spent.

mod outcome;
mod secrets;

use std::{collections::BTreeSet, sync::Arc};

use http::{HeaderMap, Method};

use super::{
    body,
    budget::{Ended, Meter},
    code::Code,
    delivery::{Delivery, Target},
    explainer::Explainer,
    finding::{Finding, Tried},
    fix, header,
    scheme::{self, Version},
    secret::{self, Candidates, Owner},
    time::History,
    url::{self, Hints, UrlParts},
};
use crate::{
    PublicUrl, RejectionKind, Secrets, SignedUrl, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    providers::{self, Provider},
    public_url::{RequestUrl, Scheme},
    request::WebhookRequest,
    scheme::Options,
    verifier::Context,
};

pub(super) fn explain(explainer: &Explainer, delivery: &Delivery<'_>, history: &History) -> Option<Finding> {
    let mut search = Search::new(explainer, delivery);
    if search.is_accepted() {
        return None;
    }
    let found = search.run();
    Some(fix::finding(&mut search, found, history))
}

/// What the search works with.
pub(super) struct Search<'s> {
    pub(super) explainer: &'s Explainer,
    pub(super) delivery: &'s Delivery<'s>,
    /// The URLs that the verifier would have taken.
    pub(super) arrived: Vec<UrlParts>,
    /// The URL that edits start from.
    pub(super) base: Option<UrlParts>,
    /// Why the delivery is refused.
    pub(super) reason: Option<RejectionKind>,
    /// The providers that the headers point to.
    pub(super) guesses: Vec<&'static Provider>,
    hints: Hints,
    meter: Meter,
    dimensions: BTreeSet<&'static str>,
    now: Option<UnixTime>,
}

/// What matched, and by which change.
pub(super) struct Match {
    pub(super) verified: Verified,
    /// Whether the signed time would have been refused.
    pub(super) is_untimely: bool,
    pub(super) codes: Vec<Code>,
    pub(super) url: Option<UrlParts>,
    pub(super) method: Option<Method>,
    pub(super) body: Option<(&'static str, Vec<u8>)>,
    pub(super) headers: Option<HeaderMap>,
    pub(super) header: Option<&'static str>,
    pub(super) secret: Option<(String, Option<&'static str>, Option<Owner>)>,
    pub(super) version: Option<Version>,
    pub(super) provider: Option<&'static Provider>,
}

/// What is verified instead of the delivery, where it differs.
#[derive(Clone, Copy, Default)]
struct Trial<'t> {
    url: Option<&'t UrlParts>,
    method: Option<&'t Method>,
    headers: Option<&'t HeaderMap>,
    body: Option<&'t [u8]>,
}

/// A phase: what it found, if anything.
type Phase = fn(&mut Search<'_>) -> Option<Match>;

/// Of a dimension's variants, those from one place to another.
type Part = std::ops::Range<usize>;

impl<'s> Search<'s> {
    fn new(explainer: &'s Explainer, delivery: &'s Delivery<'s>) -> Self {
        let resolved = resolve(&explainer.public_url, delivery);
        let arrived: Vec<_> = resolved.candidates().map(|url| UrlParts::of(&url)).collect();
        let seen = match delivery.target {
            Target::Request(uri) => PublicUrl::seen(uri, delivery.headers).map(|url| UrlParts::of(&url)),
            Target::Url(url) => UrlParts::parse(url),
        };
        let base = arrived.first().cloned().or(seen);
        let hints = Hints::of(explainer, delivery, &arrived);
        Self {
            explainer,
            delivery,
            arrived,
            base,
            reason: None,
            guesses: providers::guess(delivery.headers),
            hints,
            meter: Meter::new(explainer.budget, &explainer.stopwatch),
            dimensions: BTreeSet::new(),
            now: explainer.clock.now(),
        }
    }

    /// Whether the delivery is fine as it stands; takes note of the reason otherwise.
    fn is_accepted(&mut self) -> bool {
        let Some(verifier) = self.explainer.verifier.clone() else { return false };
        self.meter.take();
        match self.verdict(&*verifier, Trial::default(), &self.context()) {
            Ok(_) => true,
            Err(kind) => {
                self.reason = Some(kind);
                false
            }
        }
    }

    fn run(&mut self) -> Option<Match> {
        let phases: &[Phase] = if self.is_unsigned() { UNSIGNED } else { SIGNED };
        phases.iter().find_map(|phase| if self.meter.is_over() { None } else { phase(self) })
    }

    /// Whether none of the provider's signature headers is there, though it has some.
    fn is_unsigned(&self) -> bool {
        let names = self.explainer.provider.map(Provider::signature_headers).unwrap_or_default();
        let is_there = |name: &&str| self.delivery.headers.get(*name).is_some_and(|value| !value.is_empty());
        !names.is_empty() && !names.iter().any(is_there)
    }

    pub(super) fn tried(&mut self, is_found: bool) -> Tried {
        Tried {
            attempts: self.meter.spent(),
            dimensions: self.dimensions.iter().copied().collect(),
            ended: if is_found { Ended::Found } else { self.meter.ended().unwrap_or(Ended::Exhausted) },
            took: self.meter.elapsed(),
        }
    }

    fn context(&self) -> Context {
        Context::at(self.now).tolerance(self.explainer.tolerance)
    }

    /// One attempt: whether the verifier takes the delivery with these changes, at its own time if need be.
    fn attempt(&mut self, verifier: &dyn WebhookVerifier, trial: Trial<'_>) -> Option<Match> {
        if !self.meter.take() {
            return None;
        }
        let untimely = |kind| {
            matches!(
                kind,
                RejectionKind::TimestampTooOld | RejectionKind::TimestampTooNew | RejectionKind::ClockUnavailable
            )
        };
        let (verified, is_untimely) = match self.verdict(verifier, trial, &self.context()) {
            Ok(Verdict::Accept(verified)) => (verified, false),
            Err(kind) if untimely(kind) => (self.whenever(verifier, trial)?, true),
            _ => return None,
        };
        Some(Match {
            verified,
            is_untimely,
            codes: Vec::new(),
            url: trial.url.cloned(),
            method: trial.method.cloned(),
            body: None,
            headers: trial.headers.cloned(),
            header: None,
            secret: None,
            version: None,
            provider: None,
        })
    }

    /// The same whatever the time is. Tokens that expire do so whatever the tolerance is: for them it is long ago.
    fn whenever(&self, verifier: &dyn WebhookVerifier, trial: Trial<'_>) -> Option<Verified> {
        let now = self.now.unwrap_or(UnixTime::from_millis(0));
        [now, UnixTime::from_millis(0)].into_iter().find_map(|now| {
            let context = Context::at(Some(now)).tolerance(Some(std::time::Duration::MAX));
            match self.verdict(verifier, trial, &context) {
                Ok(Verdict::Accept(verified)) => Some(verified),
                _ => None,
            }
        })
    }

    fn verdict(
        &self,
        verifier: &dyn WebhookVerifier,
        trial: Trial<'_>,
        context: &Context,
    ) -> Result<Verdict, RejectionKind> {
        let built = trial.url.map(UrlParts::build);
        let url = match &built {
            Some(built) => RequestUrl::from(built.signed_url()),
            None => resolve(&self.explainer.public_url, self.delivery),
        };
        let method = trial.method.unwrap_or(self.delivery.method);
        let headers = trial.headers.unwrap_or(self.delivery.headers);
        let request = WebhookRequest::new(method, url, headers, trial.body.unwrap_or(&self.delivery.body));
        let verdict = verifier.verify_head(request.head()).and_then(|()| verifier.verify(&request, context));
        verdict.map_err(|rejection| rejection.kind())
    }

    fn provider_id(&self) -> &'static str {
        self.explainer.provider.map_or_else(
            || self.explainer.verifier.as_ref().map_or("", |verifier| verifier.provider()),
            |provider| provider.id,
        )
    }

    fn signs_url(&self) -> bool {
        self.explainer.provider.is_none_or(Provider::signs_url)
    }

    /// The configured secrets with other options.
    fn verifier_of(&self, provider: &Provider, options: &Options) -> Option<Arc<dyn WebhookVerifier>> {
        let explainer = self.explainer;
        let any_text = secret::takes_any_text(explainer, provider, options);
        let usable = explainer.secrets.iter().filter(|key| !(any_text && secret::is_public(key, explainer.provider)));
        explainer.make(provider, &Secrets::new(usable.cloned()).ok()?, options)
    }

    /// The same signature at another time.
    fn as_it_stands(&mut self) -> Option<Match> {
        let verifier = self.explainer.verifier.clone()?;
        self.attempt(&*verifier, Trial::default())
    }

    /// Options that take the delivery as it is.
    fn allowed_versions(&mut self) -> Option<Match> {
        self.versions(&scheme::by_options(self.explainer.provider?, &self.explainer.options))
    }

    fn weaker_versions(&mut self) -> Option<Match> {
        let provider = self.explainer.provider?;
        self.versions(&scheme::by_headers(provider, &self.explainer.options, self.delivery.headers))
    }

    fn versions(&mut self, versions: &[Version]) -> Option<Match> {
        self.dimensions.insert("version");
        let provider = self.explainer.provider?;
        versions.iter().find_map(|version| {
            let verifier = self.verifier_of(provider, &version.options)?;
            let trial = Trial { headers: version.headers.as_ref(), ..Trial::default() };
            let found = self.attempt(&*verifier, trial)?;
            let version = Some(version.copy());
            // Plivo's option says which URL scheme is signed.
            let scheme = version.as_ref().and_then(|version| version.option.as_ref());
            let scheme = scheme.filter(|(name, ..)| *name == "websocket_scheme");
            if let Some(scheme) = scheme.and_then(|(_, word, _)| Scheme::parse(word)) {
                let url = self.base.clone().map(|base| UrlParts { scheme, ..base });
                return Some(Match { codes: vec![Code::UrlScheme], version, url, ..found });
            }
            Some(Match { codes: vec![Code::SchemeOtherVersion], version, ..found })
        })
    }

    fn urls(&mut self) -> Option<Match> {
        let verifier = self.explainer.verifier.clone()?;
        self.each_url(&*verifier, 0..LIKELY_URLS, Trial::default())
    }

    fn remaining_urls(&mut self) -> Option<Match> {
        let verifier = self.explainer.verifier.clone()?;
        self.each_url(&*verifier, LIKELY_URLS..usize::MAX, Trial::default())
    }

    /// Verifies under URL after URL.
    fn each_url(&mut self, verifier: &dyn WebhookVerifier, part: Part, trial: Trial<'_>) -> Option<Match> {
        if !self.signs_url() {
            return None;
        }
        self.dimensions.insert("url");
        let base = self.base.clone()?;
        let hints = std::mem::take(&mut self.hints);
        let mut found = None;
        let (mut count, id) = (0, self.provider_id());
        // The URL as it was seen counts as a variant where the verifier has none at all.
        if self.arrived.is_empty() && part.start == 0 {
            found = self.attempt(verifier, Trial { url: Some(&base), ..trial });
        }
        if found.is_none() {
            url::variants(&base, &hints, self.delivery, id, &mut |url| {
                count += 1;
                if count <= part.start {
                    return false;
                }
                found = self.attempt(verifier, Trial { url: Some(url), ..trial });
                found.is_some() || count >= part.end || self.meter.is_over()
            });
        }
        self.hints = hints;
        found.map(|found| self.with_url_codes(found))
    }

    fn with_url_codes(&self, mut found: Match) -> Match {
        let Some(signed) = &found.url else { return found };
        let differences = self.arrived.iter().map(|arrived| url::differences(arrived, signed));
        let codes = differences.min_by_key(Vec::len).unwrap_or_else(|| {
            let seen = self.base.as_ref().map(|base| url::differences(base, signed)).unwrap_or_default();
            // Where the URL could not be told at all, it is the host that was not.
            if seen.contains(&Code::UrlHost) { seen } else { [vec![Code::UrlHost], seen].concat() }
        });
        found.codes.extend(codes);
        found
    }

    fn bodies(&mut self) -> Option<Match> {
        let verifier = self.explainer.verifier.clone()?;
        let likely = if self.signs_url() { LIKELY_BODIES } else { 2 * LIKELY_BODIES };
        self.each_body(&*verifier, 0..likely, Trial::default())
    }

    fn remaining_bodies(&mut self) -> Option<Match> {
        let verifier = self.explainer.verifier.clone()?;
        self.each_body(&*verifier, LIKELY_BODIES..usize::MAX, Trial::default())
    }

    /// Verifies with body after body.
    fn each_body(&mut self, verifier: &dyn WebhookVerifier, part: Part, trial: Trial<'_>) -> Option<Match> {
        self.dimensions.insert("body");
        let mut found = None;
        let (mut count, id, delivery) = (0, self.provider_id(), self.delivery);
        body::variants(delivery, id, &mut |variant| {
            count += 1;
            if count <= part.start {
                return false;
            }
            let headers = variant.headers.as_ref().or(trial.headers);
            let matched = self.attempt(verifier, Trial { body: Some(&variant.body), headers, ..trial });
            found = matched.map(|mut matched| {
                matched.codes.push(variant.code);
                Match { body: Some((variant.what, variant.body.clone().into_owned())), ..matched }
            });
            found.is_some() || count >= part.end || self.meter.is_over()
        });
        found
    }

    fn methods(&mut self) -> Option<Match> {
        // What signs nothing takes any method, and was refused for something else.
        if self.reason != Some(RejectionKind::SignatureMismatch) {
            return None;
        }
        self.dimensions.insert("method");
        let verifier = self.explainer.verifier.clone()?;
        let found = METHODS
            .iter()
            .filter(|method| *method != self.delivery.method)
            .find_map(|method| self.attempt(&*verifier, Trial { method: Some(method), ..Trial::default() }));
        let mut found = match found {
            Some(found) => found,
            None => self.moved_parameters(&*verifier)?,
        };
        found.codes.push(Code::Method);
        Some(found)
    }

    /// A relay that changes the method moves the parameters with it: from the body into the query, or back.
    fn moved_parameters(&mut self, verifier: &dyn WebhookVerifier) -> Option<Match> {
        let base = self.arrived.first().cloned()?;
        let body = &self.delivery.body[..];
        let form = body::as_form(self.delivery.headers);
        let (method, url, body) = match &base.query {
            Some(query) if body.is_empty() => {
                (Method::POST, UrlParts { query: None, ..base.clone() }, query.clone().into_bytes())
            }
            None if body::is_form(self.delivery.headers) => {
                (Method::GET, UrlParts { query: Some(str::from_utf8(body).ok()?.to_owned()), ..base }, Vec::new())
            }
            _ => return None,
        };
        let (url, method, headers) = (Some(&url), Some(&method), Some(&form));
        let found = self.attempt(verifier, Trial { url, method, headers, body: Some(&body) })?;
        Some(Match { url: None, body: Some(("with its parameters moved between query and body", body)), ..found })
    }

    /// Plivo's JSON posts: a signature over the URL alone, or over the JSON's members as if they were parameters.
    fn uncovered_bodies(&mut self) -> Option<Match> {
        if self.provider_id() != "plivo" || body::is_form(self.delivery.headers) || self.delivery.body.is_empty() {
            return None;
        }
        let verifier = self.explainer.verifier.clone()?;
        let named = |what: &str| Version {
            options: self.explainer.options.clone(),
            headers: None,
            what: what.to_owned(),
            option: None,
        };
        let (alone, flattened) = (named("V3 over the URL alone"), named("V3 over the JSON's members"));
        if let Some(found) = self.attempt(&*verifier, Trial { body: Some(b""), ..Trial::default() }) {
            let body = Some(("without the body", Vec::new()));
            return Some(Match { codes: vec![Code::SchemeOtherVersion], version: Some(alone), body, ..found });
        }
        body::flattened(self.delivery).into_iter().find_map(|variant| {
            let trial = Trial { body: Some(&variant.body), headers: variant.headers.as_ref(), ..Trial::default() };
            let found = self.attempt(&*verifier, trial)?;
            let body = Some((variant.what, variant.body.clone().into_owned()));
            Some(Match { codes: vec![variant.code], version: Some(flattened.copy()), body, ..found })
        })
    }

    /// Whether it is right for another provider, with any secret at hand.
    fn other_providers(&mut self) -> Option<Match> {
        self.dimensions.insert("provider");
        let own = self.provider_id();
        let explainer = self.explainer;
        let routes = explainer.elsewhere.iter().filter_map(|route| Some((route.provider?, route.options.clone())));
        let guesses = self.guesses.iter().map(|guess| (*guess, Options::new()));
        let others: Vec<_> =
            routes.chain(guesses).filter(|(provider, _)| provider.id != own).take(MANY_PROVIDERS).collect();
        let all = explainer.secrets.iter().enumerate().map(|(index, secret)| (index, secret, None));
        let elsewhere = explainer.elsewhere.iter().flat_map(|route| {
            route.secrets.iter().enumerate().map(move |(index, secret)| (index, secret, Some(route)))
        });
        let all: Vec<_> = all.chain(elsewhere).collect();
        let base = self.base.clone();
        for (provider, options) in others {
            let any_text = secret::takes_any_text(explainer, provider, &options);
            for (index, key, route) in &all {
                let owner = route.map_or(explainer.provider, |route| route.provider);
                if any_text && secret::is_public(key, owner) {
                    continue;
                }
                let Some(verifier) = explainer.make(provider, &Secrets::from((*key).clone()), &options) else {
                    continue;
                };
                // The other route may have had the URL that the headers name.
                let https = base.clone().map(|base| UrlParts { scheme: Scheme::Https, ..base });
                let urls = [None, https];
                let found = urls
                    .iter()
                    .filter(|url| url.is_none() || provider.signs_url())
                    .find_map(|url| self.attempt(&*verifier, Trial { url: url.as_ref(), ..Trial::default() }));
                let Some(found) = found else { continue };
                let owner = route.map(|route| Owner {
                    name: route.name.to_string(),
                    is_account: route.is_account,
                    provider: route.provider,
                });
                let secret = Some((secret::name_of(key, *index), None, owner));
                if route.is_none() && !self.is_credible(provider) {
                    // The own secret, and a header like the provider's: another version of its scheme.
                    let what = format!("the scheme of {}", provider.name);
                    let version = Version { options: explainer.options.clone(), headers: None, what, option: None };
                    let codes = vec![Code::SchemeOtherVersion];
                    return Some(Match { codes, version: Some(version), secret, url: None, ..found });
                }
                let codes = vec![Code::SchemeOtherProvider];
                return Some(Match { codes, provider: Some(provider), secret, url: None, ..found });
            }
        }
        None
    }

    /// Whether the headers speak for another provider, and not for an older scheme of this one under a like name.
    pub(super) fn is_credible(&self, other: &Provider) -> bool {
        let own = self.explainer.provider.map(Provider::signature_headers).unwrap_or_default();
        let like = |name: &str| own.iter().any(|own| own.starts_with(name) || name.starts_with(own));
        let present = |name: &&'static str| self.delivery.headers.get(*name).is_some_and(|value| !value.is_empty());
        providers::guess::is_named(other, self.delivery.headers)
            || other.signature_headers().iter().filter(|name| present(name)).any(|name| !like(name))
    }

    /// The same signature, written otherwise.
    fn header_writings(&mut self) -> Option<Match> {
        self.dimensions.insert("header");
        let (provider, delivery) = (self.explainer.provider?, self.delivery);
        let verifier = self.explainer.verifier.clone()?;
        let mut found = None;
        header::variants(provider, delivery.headers, &mut |headers, what| {
            let matched = self.attempt(&*verifier, Trial { headers: Some(headers), ..Trial::default() });
            found = matched.map(|matched| Match { header: Some(what), ..matched });
            found.is_some() || self.meter.is_over()
        });
        found
    }

    fn urls_with_any_secret(&mut self) -> Option<Match> {
        let candidates = Candidates::of(self.explainer, self.most_secrets(FEW_SECRETS))?;
        let found = self.each_url(&*candidates.verifier, 0..MANY_URLS, Trial::default())?;
        Some(self.with_secret(found, &candidates.list))
    }

    fn bodies_with_any_secret(&mut self) -> Option<Match> {
        let candidates = Candidates::of(self.explainer, self.most_secrets(FEW_SECRETS))?;
        let found = self.each_body(&*candidates.verifier, 0..MANY_BODIES, Trial::default())?;
        Some(self.with_secret(found, &candidates.list))
    }

    fn urls_of_other_versions(&mut self) -> Option<Match> {
        let provider = self.explainer.provider?;
        let options = &self.explainer.options;
        let versions = scheme::by_options(provider, options);
        let alone = scheme::by_headers(provider, options, self.delivery.headers);
        versions.into_iter().chain(alone).find_map(|version| {
            let verifier = self.verifier_of(provider, &version.options)?;
            let trial = Trial { headers: version.headers.as_ref(), ..Trial::default() };
            let mut found = self.each_url(&*verifier, 0..FEW_URLS, trial)?;
            found.codes.push(Code::SchemeOtherVersion);
            Some(Match { version: Some(version), ..found })
        })
    }

    fn methods_and_urls(&mut self) -> Option<Match> {
        let verifier = self.explainer.verifier.clone()?;
        METHODS.iter().filter(|method| *method != self.delivery.method).find_map(|method| {
            let mut found =
                self.each_url(&*verifier, 0..FEW_URLS, Trial { method: Some(method), ..Trial::default() })?;
            found.codes.push(Code::Method);
            Some(found)
        })
    }

    /// A likely URL with body after body.
    fn bodies_and_urls(&mut self) -> Option<Match> {
        if !self.signs_url() {
            return None;
        }
        let (verifier, base) = (self.explainer.verifier.clone()?, self.base.clone()?);
        let mut likely = Vec::new();
        let hints = std::mem::take(&mut self.hints);
        url::variants(&base, &hints, self.delivery, self.provider_id(), &mut |url| {
            likely.push(url.clone());
            likely.len() >= FEW_LIKELY_URLS
        });
        self.hints = hints;
        likely.iter().find_map(|url| {
            let found = self.each_body(&*verifier, 0..MANY_BODIES, Trial { url: Some(url), ..Trial::default() })?;
            Some(self.with_url_codes(found))
        })
    }
}

/// The URLs that the verifier takes.
fn resolve<'a>(public_url: &'a PublicUrl, delivery: &'a Delivery<'_>) -> RequestUrl<'a> {
    match delivery.target {
        Target::Request(uri) => public_url.resolve(uri, delivery.headers),
        Target::Url(url) => SignedUrl::parse(url).map_or(RequestUrl::UNKNOWN, RequestUrl::from),
    }
}

const METHODS: &[Method] = &[Method::POST, Method::GET, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD];

/// What is likely first, and no dimension so deep that it leaves the others nothing.
const SIGNED: &[Phase] = &[
    |search| search.as_it_stands(),
    |search| search.allowed_versions(),
    |search| search.methods(),
    |search| search.secrets(),
    |search| search.urls(),
    |search| search.uncovered_bodies(),
    |search| search.bodies(),
    |search| search.weaker_versions(),
    |search| search.other_providers(),
    |search| search.header_writings(),
    |search| search.urls_with_any_secret(),
    |search| search.bodies_with_any_secret(),
    |search| search.urls_of_other_versions(),
    |search| search.bodies_and_urls(),
    |search| search.methods_and_urls(),
    |search| search.remaining_bodies(),
    |search| search.remaining_urls(),
];

/// A signature may still stand in the query, or under another name.
const UNSIGNED: &[Phase] = &[
    |search| search.as_it_stands(),
    |search| search.allowed_versions(),
    |search| search.other_providers(),
    |search| search.header_writings(),
];

/// How far the combinations of two dimensions go.
const LIKELY_URLS: usize = 900;
const LIKELY_BODIES: usize = 1_200;
const FEW_SECRETS: usize = 48;
const MANY_PROVIDERS: usize = 12;
const MANY_URLS: usize = 250;
const FEW_URLS: usize = 60;
const FEW_LIKELY_URLS: usize = 12;
const MANY_BODIES: usize = 100;
