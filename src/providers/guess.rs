//! Whose delivery is it? Told by the headers, without a secret.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::{ALL, Provider};
use crate::{
    RejectionKind, WebhookVerifier,
    public_url::RequestUrl,
    request::RequestHead,
    scheme::{OptionKind, OptionValue, Options},
};

/// The providers whose signature headers are there, the likeliest first.
///
/// Several providers share a header (`X-Hub-Signature-256`, `Webhook-Signature`): then the header's grammar, the names
/// of the other headers and the `User-Agent` decide who comes first. Providers that sign in the body or in the query
/// are found by such names only, and come last; so are those whose token could be any `Authorization`. It is a guess from what anybody can write: fit for choosing what to try
/// on a request at hand, never for choosing what a server accepts.
///
/// ```
/// use countersign::providers;
/// use http::{HeaderMap, HeaderValue};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-github-event", HeaderValue::from_static("push"));
/// headers.insert("x-hub-signature-256", HeaderValue::from_static("sha256=00"));
/// assert_eq!(providers::guess(&headers)[0].id, "github");
/// ```
#[must_use]
pub fn guess(headers: &HeaderMap) -> Vec<&'static Provider> {
    let mut ranked: Vec<_> = ALL.iter().filter_map(|provider| Some((rank(provider, headers)?, *provider))).collect();
    // Equal ones keep the registry's order.
    ranked.sort_by(|(left, _), (right, _)| right.cmp(left));
    ranked.into_iter().map(|(_, provider)| provider).collect()
}

/// What speaks for a provider, the weightiest first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    has_header: bool,
    /// One of the headers is no other provider's.
    has_header_of_its_own: bool,
    grammar: Grammar,
    names: usize,
    /// Whose header it is first of all, where several have it.
    is_usual: bool,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Grammar {
    Unreadable,
    /// Any value would do, so that this one says nothing.
    AnyValue,
    Readable,
}

fn rank(provider: &Provider, headers: &HeaderMap) -> Option<Rank> {
    let own = provider.signature_headers();
    let present: Vec<_> = own.iter().copied().filter(|name| is_there(headers, name)).collect();
    let names = namings(provider, headers);
    let has_header = !present.is_empty();
    let grammar = if has_header { grammar(provider, &present, headers) } else { Grammar::Unreadable };
    // `Authorization` is there for many reasons: only what is written in it tells anything.
    let counts = has_header && (present != [header::AUTHORIZATION.as_str()] || grammar == Grammar::Readable);
    if !counts && names == 0 {
        return None;
    }
    let is_own = |name: &&str| !ALL.iter().any(|o| o.id != provider.id && o.signature_headers().contains(name));
    Some(Rank {
        has_header: counts,
        has_header_of_its_own: present.iter().any(is_own),
        grammar,
        names,
        is_usual: matches!(provider.id, "github" | "standard_webhooks" | "svix"),
    })
}

/// Whether the provider could read its signature there, whatever the secret is.
fn grammar(provider: &Provider, present: &[&'static str], headers: &HeaderMap) -> Grammar {
    let mut scrawled = headers.clone();
    for name in present {
        scrawled.insert(HeaderName::from_static(name), HeaderValue::from_static("?"));
    }
    let reads = |verifier: &dyn WebhookVerifier, headers| {
        let head = RequestHead::new(&Method::POST, RequestUrl::UNKNOWN, headers);
        // A scheme that signs no body finds out here already that a dummy has not signed.
        verifier.verify_head(&head).map_or_else(|no| no.kind() == RejectionKind::SignatureMismatch, |()| true)
    };
    let choices = choices(provider);
    let verifiers = DUMMIES.iter().flat_map(|dummy| choices.iter().filter_map(|o| provider.verifier(*dummy, o).ok()));
    let grammars = verifiers.map(|verifier| match (reads(&*verifier, headers), reads(&*verifier, &scrawled)) {
        (false, _) => Grammar::Unreadable,
        (true, true) => Grammar::AnyValue,
        (true, false) => Grammar::Readable,
    });
    grammars.max().unwrap_or(Grammar::Unreadable)
}

/// The strict form of every scheme that the provider has.
fn choices(provider: &Provider) -> Vec<Options> {
    let named = provider.options.iter().flat_map(|option| match option.kind {
        OptionKind::Choice(words) => words.iter().map(|word| (option.name, *word)).collect(),
        _ => Vec::new(),
    });
    let chosen = named.map(|(name, word)| Options::new().with(name, OptionValue::Text(word.to_owned())));
    std::iter::once(Options::new()).chain(chosen).collect()
}

/// Whether a header names the provider, apart from those that it shares with others.
#[cfg(feature = "explain")]
pub(crate) fn is_named(provider: &Provider, headers: &HeaderMap) -> bool {
    namings(provider, headers) > 0
}

/// How many headers name the provider.
fn namings(provider: &Provider, headers: &HeaderMap) -> usize {
    let id = provider.id.replace('_', "");
    let names_it = |text: &str| {
        let text = text.to_ascii_lowercase();
        // A short id is a part of many words.
        text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == id)
            || id.len() > 4 && text.replace('-', "").contains(&id)
    };
    let telltale = |name: &HeaderName| TELLTALES.contains(&(name.as_str(), provider.id));
    let named = headers.keys().filter(|name| names_it(name.as_str()) || telltale(name)).count();
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    named + usize::from(agent.is_some_and(names_it))
}

fn is_there(headers: &HeaderMap, name: &str) -> bool {
    headers.get(name).is_some_and(|value| !value.is_empty())
}

/// Secrets of the forms that providers issue, so that one of them makes a verifier: no signature is compared with it.
const DUMMIES: &[&str] = &[
    "00000000000000000000000000000000000000000000000000000000000000aa",
    "user::password",
    "application:c2VjcmV0c2VjcmV0",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
];

/// Headers that tell a provider without naming it.
const TELLTALES: &[(&str, &str)] = &[
    ("x-amz-sns-message-type", "sns"),
    ("x-atlassian-webhook-identifier", "jira"),
    ("x-event-key", "bitbucket"),
    ("x-mms-event", "mongodb"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(headers: &[(&'static str, &'static str)]) -> Vec<&'static str> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        guess(&headers).into_iter().map(|provider| provider.id).collect()
    }

    #[test]
    fn nobody() {
        assert!(guessed(&[]).is_empty());
        assert!(guessed(&[("content-type", "application/json"), ("user-agent", "curl/8")]).is_empty());
        assert!(guessed(&[("authorization", "Digest x")]).is_empty());
    }

    #[test]
    fn a_header_of_its_own() {
        assert_eq!(guessed(&[("stripe-signature", "broken")]), ["stripe"]);
        assert_eq!(guessed(&[("x-twilio-signature", "0123456789012345678901234567")])[0], "twilio");
        assert_eq!(guessed(&[("x-plivo-signature-v2", "x")]), ["plivo"]);
    }

    #[test]
    fn a_shared_header() {
        const HEX: &str = "sha256=00000000000000000000000000000000000000000000000000000000000000aa";
        assert_eq!(guessed(&[("x-hub-signature", HEX), ("x-event-key", "repo:push")])[0], "bitbucket");
        let gogs = [("x-gogs-signature", &HEX[7..]), ("x-hub-signature-256", HEX), ("x-github-event", "push")];
        assert_eq!(guessed(&gogs)[..2], ["gitea", "github"]);
        let known = [("webhook-id", "m"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,AAAA")];
        assert!(guessed(&known).contains(&"standard_webhooks"));
    }
}
