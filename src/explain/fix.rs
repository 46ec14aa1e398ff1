//! From what was found to what to do: the words of a [`Finding`].

use super::{
    budget::Ended,
    code::Code,
    delivery::Target,
    finding::{Finding, Fix, Matched, Seen, Views},
    search::{Match, Search},
    time::{self, History},
    url::UrlParts,
};
use crate::{
    RejectionKind,
    providers::{Provider, ProviderScheme},
    public_url::Scheme,
    secret::shape,
};

/// Puts the finding together.
pub(super) fn finding(search: &mut Search<'_>, found: Option<Match>, history: &History) -> Finding {
    let verifier = search.explainer.verifier.as_ref();
    let provider = search.explainer.provider.map_or_else(|| verifier.map_or("", |v| v.provider()), |p| p.id);
    let mut finding = Finding {
        code: Code::NoMatch,
        also: Vec::new(),
        provider,
        reason: search.reason,
        summary: String::new(),
        fix: Fix::default(),
        matched: None,
        details: Vec::new(),
        hint: None,
        tried: search.tried(found.is_some()),
        seen: seen(search),
        checklist: Vec::new(),
        views: views(search, found.as_ref()),
    };
    match found {
        Some(found) => explained(search, &found, history, &mut finding),
        None => unexplained(search, &mut finding),
    }
    finding
}

fn explained(search: &Search<'_>, found: &Match, history: &History, finding: &mut Finding) {
    let mut codes = found.codes.clone();
    if found.is_untimely {
        codes.push(search.code_of_time(found, history));
    }
    codes.sort_by_key(|code| code.significance());
    codes.dedup();
    let matched = matched(search, found);
    if let Some((code, others)) = codes.split_first() {
        finding.code = *code;
        finding.also = others.to_vec();
        finding.summary = summary(search, *code, found, &matched);
        finding.fix = fix(search, *code, found, &matched);
        finding.details = others.iter().map(|code| format!("and {}", code.explanation())).collect();
        finding.details.extend(details(search, &codes, found, &matched));
    } else {
        // No code is about how a header is written.
        finding.hint = Some("signature-format");
        let what = found.header.unwrap_or("written otherwise");
        finding.summary =
            format!("the signature is right, but its header was changed on the way (it matches with {what})");
        finding.fix.step = "keep what stands between the provider and here from changing headers".to_owned();
    }
    if let Some(header) = found.header.filter(|_| !codes.is_empty()) {
        finding.details.push(format!("the header that holds the signature was changed too: it matches with {header}"));
    }
    finding.matched = Some(matched);
}

fn unexplained(search: &Search<'_>, finding: &mut Finding) {
    let provider = search.explainer.provider;
    let name = provider.map_or(finding.provider, |provider| provider.name);
    let own = provider.map(Provider::signature_headers).unwrap_or_default();
    let is_there = |header: &str| search.delivery.headers.get(header).is_some_and(|value| !value.is_empty());
    let is_unsigned = !own.iter().any(|header| is_there(header))
        && (finding.reason == Some(RejectionKind::MissingSignature) || (finding.reason.is_none() && !own.is_empty()));
    if !is_unsigned {
        return no_match(search, name, finding);
    }
    finding.tried.ended = Ended::Found;
    // `Authorization` is there for many reasons.
    let others = search.guesses.iter().filter(|guess| {
        guess.id != finding.provider
            && guess.signature_headers().iter().any(|header| *header != "authorization" && is_there(header))
            && search.is_credible(guess)
    });
    match others.clone().next() {
        Some(other) => {
            finding.code = Code::SchemeOtherProvider;
            finding.summary = format!("this is a signature of {}; this route expects {name}", other.name);
            let candidates: Vec<_> = others.map(|other| other.id).collect();
            finding.fix = Fix {
                step: format!("send it to a route for {}, or use --verify-webhook {} here", other.name, other.id),
                flag: Some(format!("--verify-webhook {}", other.id)),
                call: Some(format!("VerifyWebhookLayer::provider(&providers::{}, secret)", other.id.to_uppercase())),
            };
            finding.matched = Some(Matched { provider: Some(other.id), ..Matched::default() });
            finding.details.push("told by the headers: none of the secrets here has made it".to_owned());
            if candidates.len() > 1 {
                finding.details.push(format!("these providers have such a header: {}", candidates.join(", ")));
            }
        }
        None => {
            finding.code = Code::Unsigned;
            finding.summary = format!("there is no signature of {name} on it");
            finding.fix.step = match own.first() {
                Some(header) => {
                    format!("send it as {name} does, with {header}, or keep proxies from taking the header off")
                }
                None => format!("send it as {name} does: its signature stands in the body or in the query"),
            };
            if let Some(provider) = provider {
                finding.details.push(format!("{name} signs so: {}", provider.summary));
            }
        }
    }
    finding.checklist = checklist(search);
}

fn no_match(search: &Search<'_>, name: &str, finding: &mut Finding) {
    finding.code = Code::NoMatch;
    if !search.delivery.body_is_whole {
        finding.hint = Some("partial-body");
        finding
            .details
            .push("the body was not kept in full, so that no signature over it can be looked for".to_owned());
    }
    finding.summary = format!("no configured secret and no known variant matches: wrong secret, or not from {name}");
    finding.fix.step = match search.explainer.provider {
        Some(provider) => format!("compare the secret with {}", provider.secret.location),
        None => "compare the secret".to_owned(),
    };
    if let Some(host) = private_host(search) {
        // Without a header that tells it, nobody can know the host that a proxy has overwritten.
        finding.fix.step = format!(
            "add --url with the public URL: the request came for {host}, which {name} cannot have called; then {}",
            finding.fix.step
        );
        finding.fix.call = Some(".public_url(PublicUrl::fixed(\"https://…\")?)".to_owned());
    }
    match finding.reason {
        Some(RejectionKind::MalformedSignature) => {
            finding.hint = Some("signature-format");
            finding.details.push(format!("the header that holds the signature is not written as {name} writes it"));
        }
        Some(RejectionKind::UrlUnknown) => {
            finding.details.push("the public URL cannot be told: name it with --url".to_owned());
        }
        Some(RejectionKind::TimestampMissing | RejectionKind::TimestampMalformed) => {
            finding.details.push("the time that was signed is missing or cannot be read".to_owned());
        }
        None => finding.details.push(format!("none of the secrets has the form of one of {name}'s")),
        _ => {}
    }
    if finding.provider == "plivo" && !super::body::is_form(search.delivery.headers) && !search.delivery.body.is_empty()
    {
        finding
            .details
            .push("no documented signature of Plivo covers a body that is no form, such as PHLO's JSON".to_owned());
    }
    finding.checklist = checklist(search);
}

/// The host of the signed URL, where it is none that a provider can reach.
fn private_host(search: &Search<'_>) -> Option<String> {
    let is_signed = search.explainer.provider.is_some_and(Provider::signs_url);
    let url = search.base.as_ref().filter(|_| is_signed && !search.explainer.public_url.is_fixed())?;
    url.has_private_host().then(|| format!("{}{}", url.host, url.port))
}

fn checklist(search: &Search<'_>) -> Vec<String> {
    let Some(provider) = search.explainer.provider else { return Vec::new() };
    let mut list = Vec::new();
    for (index, secret) in search.explainer.secrets.iter().enumerate() {
        let name = super::secret::name_of(secret, index);
        list.extend(shape::oddities(provider.id, secret).into_iter().map(|oddity| format!("{name}: {oddity}")));
    }
    list.push(format!("the secret is found at {}; it looks like {}", provider.secret.location, provider.secret.format));
    list.extend(provider.pitfalls.iter().map(|pitfall| (*pitfall).to_owned()));
    list
}

fn seen(search: &Search<'_>) -> Seen {
    let own = search.explainer.provider.map(Provider::signature_headers).unwrap_or_default();
    let has_to_do =
        |name: &str| own.contains(&name) || WORDS.iter().any(|word| name.contains(word)) || name == "authorization";
    let names = search.delivery.headers.keys().map(http::HeaderName::as_str);
    let expected = match search.explainer.provider.map(|provider| &provider.scheme) {
        Some(ProviderScheme::Recipe(recipe)) => recipe.header_lines(),
        _ => own.iter().map(|name| (*name).to_owned()).collect(),
    };
    Seen {
        headers: names.filter(|name| has_to_do(name)).map(str::to_owned).collect(),
        providers: search.guesses.iter().map(|guess| guess.id).collect(),
        expected,
    }
}

const WORDS: &[&str] = &["signature", "hmac", "digest", "webhook", "timestamp", "nonce", "token", "-sign"];

fn views(search: &Search<'_>, found: Option<&Match>) -> Option<Views> {
    let arrived = search.view(None)?;
    let matching = found.and_then(|found| search.view(Some(found)));
    let difference = matching.as_ref().and_then(|matching| arrived.first_difference(matching));
    Some(Views { arrived, matching, difference })
}

fn matched(search: &Search<'_>, found: &Match) -> Matched {
    let (secret, secret_change, owner) = match &found.secret {
        Some((name, change, owner)) => (Some(name.clone()), change.map(str::to_owned), owner.as_ref()),
        None => {
            let index = found.verified.secret_index();
            (search.explainer.secrets.get(index).map(|secret| super::secret::name_of(secret, index)), None, None)
        }
    };
    Matched {
        url: found.url.as_ref().map(UrlParts::shown),
        method: found.method.as_ref().map(ToString::to_string),
        body: found.body.as_ref().map(|(what, _)| (*what).to_owned()),
        secret,
        secret_change,
        route: owner.map(|owner| owner.name.clone()),
        provider: found.provider.map(|provider| provider.id),
        version: found.version.as_ref().map(|version| version.what.clone()),
        header: found.header.map(str::to_owned),
        signed_at: found.verified.signed_at().map(crate::clock::UnixTime::as_secs),
        skew_secs: search.skew(found),
    }
}

fn summary(search: &Search<'_>, code: Code, found: &Match, matched: &Matched) -> String {
    let secret = matched.secret.as_deref().unwrap_or("a secret");
    let change = matched.secret_change.as_deref().unwrap_or_default();
    let owner = matched.route.as_deref().unwrap_or("another route");
    let body = matched.body.as_deref().unwrap_or_default();
    let version = matched.version.as_deref().unwrap_or_default();
    match code {
        code if code.is_url() => {
            let url = found.url.as_ref().map(|url| {
                let is_query = matches!(code, Code::UrlQueryEncoding | Code::UrlQueryMissing | Code::UrlQueryOrder);
                if is_query { format!("{} with another query", url.shown_in_short()) } else { url.shown_in_short() }
            });
            format!("signature matches for {}", url.unwrap_or_default())
        }
        Code::SecretOtherAccount => format!("signature matches the secret of another account ({owner}: {secret})"),
        Code::SecretOtherRoute => format!("signature matches the secret of another route ({owner}: {secret})"),
        Code::SecretEncoding | Code::SecretPrefix | Code::SecretWhitespace => {
            format!("signature matches {secret}, {change}")
        }
        Code::SchemeOtherProvider => {
            let other = found.provider.or_else(|| {
                found.secret.as_ref().and_then(|(_, _, owner)| owner.as_ref()).and_then(|owner| owner.provider)
            });
            let name = other.map_or("another provider", |other| other.name);
            format!("this is a signature of {name}, made with {secret}; this route expects {}", own_name(search))
        }
        Code::SchemeOtherVersion => format!("signature matches in another version of the scheme ({version})"),
        Code::Method => format!("signature matches for {}", matched.method.as_deref().unwrap_or("another method")),
        Code::ClockSkew => match matched.skew_secs {
            Some(skew) => format!("signature matches, and {}", time::words(skew)),
            None => "signature matches, and the clock is wrong".to_owned(),
        },
        Code::TimestampOnly => match matched.skew_secs {
            Some(skew) if time::is_absurd(skew) => {
                "signature matches, and its time is in another unit (seconds for milliseconds?)".to_owned()
            }
            Some(skew) => format!("signature matches, and is {} s old", skew.unsigned_abs()),
            None => "signature matches, and has expired".to_owned(),
        },
        _ => format!("signature matches with the body changed back: {body}"),
    }
}

fn own_name(search: &Search<'_>) -> &'static str {
    search.explainer.provider.map_or("another provider", |provider| provider.name)
}

fn fix(search: &Search<'_>, code: Code, found: &Match, matched: &Matched) -> Fix {
    let step = |text: &str| Fix { step: text.to_owned(), ..Fix::default() };
    let secret_name = matched.secret.as_deref().unwrap_or("the secret");
    match code {
        code if code.is_url() => url_fix(search, code, found),
        Code::SecretOtherRoute | Code::SecretOtherAccount => Fix {
            step: format!(
                "use that secret on this route too, or have the provider call {}",
                matched.route.as_deref().unwrap_or("the other route")
            ),
            flag: Some("--verify-webhook-secret env:NAME".to_owned()),
            call: Some("Secrets::try_from([secret, other])".to_owned()),
        },
        Code::SecretWhitespace | Code::SecretPrefix | Code::SecretEncoding => {
            let change = matched.secret_change.as_deref().unwrap_or("in another writing");
            step(&format!("set {secret_name} anew, as the provider shows it (it matches: {change})"))
        }
        Code::SchemeOtherProvider => other_provider_fix(found),
        Code::SchemeOtherVersion => version_fix(search, found),
        Code::Method => step("keep what stands in front from changing the method: a redirect turns POST into GET"),
        Code::ClockSkew => step("set this machine's clock (NTP)"),
        Code::TimestampOnly => Fix {
            step: "nothing, if it was replayed or held up on purpose; otherwise sign it anew or allow more time"
                .to_owned(),
            flag: Some(format!("--verify-webhook-option tolerance_s={}", enough(matched.skew_secs))),
            call: Some(".tolerance(duration)".to_owned()),
        },
        Code::BodyCompression => step("verify the bytes as they arrive, before anything compresses or decodes them"),
        Code::BodyJsonReserialized => step("verify the raw body, before it is parsed and written anew"),
        Code::BodyFormReencoded => step("verify the raw body, before the form is parsed and written anew"),
        Code::BodyTrimmed => step("switch off what trims values or drops empty ones, or verify before it"),
        Code::BodyCharset => step("pass the body on as bytes, without converting its charset"),
        _ => step("pass the body on byte for byte"),
    }
}

/// Seconds that would have been enough, with a minute to spare. A minute's multiple: nobody means the second.
fn enough(skew: Option<i64>) -> String {
    match skew {
        Some(skew) if !time::is_absurd(skew) => (skew.unsigned_abs().div_ceil(60) * 60 + 60).to_string(),
        _ => "SECONDS".to_owned(),
    }
}

fn other_provider_fix(found: &Match) -> Fix {
    let owner = found.secret.as_ref().and_then(|(_, _, owner)| owner.as_ref());
    let Some(provider) = found.provider.or(owner.and_then(|owner| owner.provider)) else { return Fix::default() };
    let target = match owner {
        Some(owner) => format!("the route {}", owner.name),
        None => format!("a route for {}", provider.name),
    };
    Fix {
        step: format!("have it sent to {target}, or use --verify-webhook {} here", provider.id),
        flag: Some(format!("--verify-webhook {}", provider.id)),
        call: Some(format!("VerifyWebhookLayer::provider(&providers::{}, secret)", provider.id.to_uppercase())),
    }
}

fn version_fix(search: &Search<'_>, found: &Match) -> Fix {
    let Some(version) = &found.version else { return Fix::default() };
    match &version.option {
        Some((name, value, help)) => {
            // A stronger signature beside it goes before the option.
            let beside =
                if version.headers.is_some() { ", once the stronger signature beside it is gone or right" } else { "" };
            Fix {
                step: format!("allow it with --verify-webhook-option {name}={value}{beside} ({help})"),
                flag: Some(format!("--verify-webhook-option {name}={value}")),
                call: Some(format!("Options::new().with(\"{name}\", …)")),
            }
        }
        None if found.body.is_some() => Fix {
            step: format!("nothing allows it: {} does not cover the body, which anybody could replace", version.what),
            ..Fix::default()
        },
        None => Fix {
            step: format!(
                "find out why {}'s other signature is wrong: this one alone ({}) is not accepted beside it",
                own_name(search),
                version.what
            ),
            ..Fix::default()
        },
    }
}

fn url_fix(search: &Search<'_>, code: Code, found: &Match) -> Fix {
    let Some(url) = &found.url else { return Fix::default() };
    let step = |text: String| Fix { step: text, ..Fix::default() };
    if found.version.as_ref().is_some_and(|version| version.option.is_some()) {
        return version_fix(search, found);
    }
    let is_websocket = |scheme| matches!(scheme, Scheme::Ws | Scheme::Wss);
    if is_websocket(url.scheme) && !search.base.as_ref().is_some_and(|base| is_websocket(base.scheme)) {
        return step(format!("pass the upgrade on (Upgrade: websocket): the provider called {}", url.shown_in_short()));
    }
    let (path, query) = match search.delivery.target {
        Target::Request(uri) => (uri.path().to_owned(), uri.query().map(str::to_owned)),
        Target::Url(text) => match UrlParts::parse(text) {
            Some(parts) => (parts.path, parts.query),
            None => (String::new(), None),
        },
    };
    let prefix = url.path.strip_suffix(path.as_str()).filter(|prefix| prefix.is_empty() || prefix.starts_with('/'));
    let is_base = |prefix: &str| url.query == query && url.fragment.is_none() && !prefix.ends_with('/');
    if let Some(prefix) = prefix.filter(|prefix| is_base(prefix)) {
        let (shown, hidden) = match &url.userinfo {
            Some(_) => (format!("{}://<user>:<password>@{}{}{prefix}", url.scheme.as_str(), url.host, url.port), true),
            None => (format!("{}{prefix}", url.origin()), false),
        };
        let flag = format!("--url {}", if hidden { format!("'{shown}'") } else { shown.clone() });
        let verb = if search.explainer.public_url.is_fixed() {
            format!("use {flag} instead of the configured URL")
        } else if search.explainer.public_url.is_forwarded() {
            format!("allow the host {}{}, or use {flag}", url.host, url.port)
        } else {
            format!("add {flag}")
        };
        let call = Some(format!(".public_url(PublicUrl::fixed(\"{shown}\")?)"));
        return Fix { step: verb, flag: Some(flag), call };
    }
    let shown = url.shown_in_short();
    match code {
        Code::UrlPathSlash => step(format!(
            "give the provider the URL with the same slashes as the app sees, or keep the proxy from changing {shown}"
        )),
        Code::UrlPathPrefix | Code::UrlHost | Code::UrlScheme | Code::UrlPort | Code::UrlUserinfo => {
            step(format!("keep the proxy from rewriting the URL: the provider called {shown}"))
        }
        Code::UrlQueryOrder => {
            step("keep the query's order: verify the raw request target, before anything sorts it".to_owned())
        }
        Code::UrlQueryEncoding => {
            step("keep the URL as it was sent: verify the raw request target, before anything decodes it".to_owned())
        }
        _ => step("keep the query whole: something on the way drops or adds parameters".to_owned()),
    }
}

fn details(search: &Search<'_>, codes: &[Code], found: &Match, matched: &Matched) -> Vec<String> {
    let mut details = Vec::new();
    if codes.contains(&Code::SchemeOtherVersion) {
        if search.explainer.provider.is_some_and(|provider| provider.id == "plivo") {
            details.push("Plivo's V2 covers neither the query nor the body: whoever saw one delivery can send another body with it".to_owned());
        }
        if found.version.as_ref().is_some_and(|version| version.headers.is_some()) {
            details.push("a stronger signature is on the request too, and is wrong: it decides alone".to_owned());
        }
    }
    if codes.contains(&Code::SecretOtherAccount) && matched.route.is_some() {
        details.push("a subaccount's deliveries are signed with the subaccount's own secret, beside the main account's or instead of it".to_owned());
    }
    if let Some(body) = &found.body
        && body.1.is_empty()
        && codes.contains(&Code::SchemeOtherVersion)
    {
        details.push("the signature is right for the URL alone: it says nothing of this body".to_owned());
    }
    if let (true, Some(skew)) = (codes.contains(&Code::TimestampOnly), matched.skew_secs)
        && skew % 1800 == 0
    {
        details.push("whole half-hours: a time zone may have been taken for another".to_owned());
    }
    details
}
