//! Other versions of the provider's scheme, and other providers.

use http::{HeaderMap, HeaderName};

use crate::{
    providers::Provider,
    scheme::{OptionKind, OptionValue, Options},
};

/// Another version: the options that take it, and what was left out of the request for it.
pub(super) struct Version {
    pub(super) options: Options,
    pub(super) headers: Option<HeaderMap>,
    /// What it is called.
    pub(super) what: String,
    /// The option that was turned, with its value and what it does.
    pub(super) option: Option<(&'static str, String, &'static str)>,
}

/// Versions that an option takes, with all headers as they are.
pub(super) fn by_options(provider: &Provider, options: &Options) -> Vec<Version> {
    let mut found = Vec::new();
    for spec in provider.options {
        let mut add = |value: OptionValue, word: &str| {
            if options.get(spec.name) != Some(&value) {
                found.push(Version {
                    options: options.clone().with(spec.name, value),
                    headers: None,
                    what: format!("{}={word}", spec.name),
                    option: Some((spec.name, word.to_owned(), spec.help)),
                });
            }
        };
        match spec.kind {
            OptionKind::Bool => add(OptionValue::Bool(true), "true"),
            OptionKind::Choice(words) => words.iter().for_each(|word| add(OptionValue::Text((*word).to_owned()), word)),
            _ => {}
        }
    }
    found
}

/// Versions that a stronger one beside them keeps from being looked at: with each of the signature headers alone.
pub(super) fn by_headers(provider: &Provider, options: &Options, headers: &HeaderMap) -> Vec<Version> {
    let names = provider.signature_headers();
    let present: Vec<_> = names.into_iter().filter(|name| headers.get(*name).is_some_and(|v| !v.is_empty())).collect();
    if present.len() < 2 {
        return Vec::new();
    }
    let mut found = Vec::new();
    for kept in &present {
        let mut alone = headers.clone();
        for other in present.iter().filter(|other| *other != kept) {
            alone.remove(HeaderName::from_static(other));
        }
        let as_it_is = Version { options: options.clone(), headers: None, what: String::new(), option: None };
        for version in std::iter::once(as_it_is).chain(by_options(provider, options)) {
            found.push(Version { headers: Some(alone.clone()), what: (*kept).to_owned(), ..version });
        }
    }
    found
}

impl Version {
    pub(super) fn copy(&self) -> Self {
        Self {
            options: self.options.clone(),
            headers: self.headers.clone(),
            what: self.what.clone(),
            option: self.option.clone(),
        }
    }
}
