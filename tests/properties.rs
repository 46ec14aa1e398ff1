//! What must hold for every valid vector of every provider: change one byte of what is signed, and it is refused.
//!
//! Nothing here knows which bytes a provider signs. Where a changed delivery is still accepted, the test must be able
//! to show that what was signed is the same: the part is not looked at (the delivery is accepted without it as well),
//! or both texts mean the same (two spellings of a hexadecimal digit, of an escape in a form). What cannot be shown so
//! is in the tables below, with its reason.

mod support;

use std::{collections::BTreeMap, ops::Range, path::Path, sync::OnceLock};

use bytes::Bytes;
use countersign::{
    Rejection, Secret, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    providers::{self, Provider, ProviderScheme},
    request::{RawBody, WebhookRequest},
    scheme::{KeyEncoding, OptionValue, Options},
    vectors::{Expectation, Vector, VectorFile},
    verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use self::support::meaning;

/// How much of a body the signature covers, where it is not every byte.
const BODIES: &[(&str, Covered, &str)] = &[
    ("adyen", Covered::Partly, "signs eight fields of each notification"),
    ("airship", Covered::Unpacked, "signs bodies before it compresses them"),
    ("braintree", Covered::Partly, "signs one field of a form, the signature in another"),
    ("dropbox_sign", Covered::Partly, "signs a time and a type out of the body"),
    ("figma", Covered::Partly, "compares a passcode in the body"),
    ("gitea", Covered::Form, "signs a decoded field of forms"),
    ("mailgun", Covered::Partly, "signs a time and a token out of the body"),
    ("mailchimp", Covered::Form, "signs decoded parameters"),
    ("monday", Covered::Partly, "its token does not cover the body"),
    ("okta", Covered::Partly, "a shared token in a header"),
    ("paddle", Covered::Form, "its Classic scheme signs decoded parameters"),
    ("plivo", Covered::Form, "signs decoded parameters"),
    ("signalwire", Covered::Form, "signs decoded parameters, as Twilio does"),
    ("sns", Covered::Partly, "signs some of a message's members"),
    ("telegram", Covered::Partly, "a shared token in a header"),
    ("twilio", Covered::Form, "signs decoded parameters"),
    ("vmware", Covered::Partly, "a user's name and password in a header"),
];

/// How URLs that are signed may be written, where it is not in one way only.
const URLS: &[(&str, UrlMeaning, &str)] = &[
    ("contentful", meaning::url_target, "signs path and query, neither scheme nor host"),
    ("gitea", meaning::url_with_sorted_query, "signs a decoded parameter of GET requests"),
    ("monday", meaning::url_without_query, "its token names the URL without its query"),
    ("plivo", meaning::url_with_sorted_query, "signs decoded and sorted query parameters"),
    ("signalwire", meaning::url_in_any_twilio_form, "accepts the URL forms of Twilio's SDKs"),
    ("sinch", meaning::url_target, "signs the path of callbacks, neither scheme nor host"),
    ("twilio", meaning::url_in_any_twilio_form, "its SDKs accept other ports and re-encoded queries"),
];

/// Options that choose or allow a scheme which covers no body.
const WEAKENING: &[(&str, &str, &str)] = &[
    ("buildkite", "mode", "token"),
    ("mailchimp", "scheme", "marketing"),
    ("orbit", "variant", "shared-token"),
    ("plivo", "allow_v2", "true"),
];

/// Schemes in which a delivery without this header is not signed.
const UNSIGNED: &[(&str, &str, &str)] = &[
    ("gitlab", "webhook-signature", "a secret token is only compared"),
    ("vonage", "authorization", "the older scheme signs decoded parameters, and its signature is one of them"),
];

/// Headers in which the case of letters does not matter.
const CASELESS_HEADERS: &[(&str, &str, &str)] = &[
    ("adyen", "protocol", "the algorithm's name may be in any case"),
    ("airship", "content-encoding", "RFC 9110: content codings may be in any case"),
    ("sinch", "authorization", "RFC 9110: the scheme's name may be in any case"),
    ("sinch", "x-sinch-webhook-signature-algorithm", "the algorithm's name may be in any case"),
    ("twilio", "x-twilio-webhooks-signature-settings", "the algorithm's name may be in any case"),
    ("vonage", "authorization", "RFC 9110: the scheme's name may be in any case"),
    ("vmware", "authorization", "RFC 9110: the scheme's name may be in any case"),
];

/// Items of a signature header that a key of another kind does not look at.
const SKIPPED: &[(&str, &[u8], &str)] = &[("standard_webhooks", b" v1a,", "a public key's, beside a shared secret's")];

/// Bodies of more bytes are sampled.
const ALL_UP_TO: usize = 4096;
/// So many bytes of them; and of any body where the signature is costly to verify.
const SAMPLE: usize = 512;
const SAMPLE_IF_COSTLY: usize = 64;
const ALL_FLIPS_UP_TO: usize = 128;
/// The lowest bit (another letter or digit), the case of letters, and what is not ASCII.
const FLIPS: [u8; 3] = [0x01, 0x20, 0x80];

type UrlMeaning = fn(&str) -> Vec<u8>;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Covered {
    Form,
    Partly,
    Unpacked,
}

#[test]
fn a_changed_byte_of_the_body_is_refused() {
    each_valid(|case, report| {
        let covered = row(BODIES, case.provider.id);
        if covered == Some(Covered::Partly) || case.is_weakened() {
            return;
        }
        let is_form = covered == Some(Covered::Form) && case.has_form();
        for (at, flip) in case.positions(case.body.len()) {
            let mut changed = case.clone();
            changed.body[at] ^= flip;
            if !changed.is_accepted() {
                report.checks += 1;
                continue;
            }
            // Twilio counts equal parameters once.
            let same = is_form && {
                let meaning = |body: &[u8]| meaning::form(body, case.provider.id != "plivo");
                meaning(&case.body) == meaning(&changed.body)
            };
            // The header and the padding of a gzip member say nothing of what is in it.
            let same = same
                || covered == Some(Covered::Unpacked)
                    && case.has_header("content-encoding")
                    && meaning::unpacked(&case.body) == meaning::unpacked(&changed.body);
            report.check(same, || format!("byte {at} of the body ^ {flip:#04x}"));
        }
    });
}

#[test]
fn a_body_that_is_cut_or_goes_on_is_refused() {
    each_valid(|case, report| {
        let covered = row(BODIES, case.provider.id);
        if covered.is_some_and(|covered| covered != Covered::Unpacked) || case.is_weakened() {
            return;
        }
        for more in [&b"x"[..], b"\0", b" ", b"\n", b"&a=b"] {
            let mut changed = case.clone();
            changed.body.extend_from_slice(more);
            report.check(!changed.is_accepted(), || format!("{more:?} after the body"));
            changed.body = [more, &case.body].concat();
            report.check(!changed.is_accepted(), || format!("{more:?} before the body"));
        }
        if !case.body.is_empty() {
            let mut changed = case.clone();
            changed.body.pop();
            report.check(!changed.is_accepted(), || "the last byte of the body cut off".to_owned());
            changed.body.clear();
            report.check(!changed.is_accepted(), || "no body".to_owned());
        }
    });
}

#[test]
fn a_changed_byte_of_a_header_that_counts_is_refused() {
    each_valid(|case, report| {
        for (index, name) in case.counting_headers() {
            let value = case.headers[index].1.clone();
            let needed = case.needed_items(index);
            let caseless = CASELESS_HEADERS.iter().any(|(id, header, _)| *id == case.provider.id && *header == name);
            for at in 0..value.len() {
                for flip in FLIPS {
                    let mut changed = case.clone();
                    changed.headers[index].1[at] ^= flip;
                    if !changed.is_accepted() {
                        report.checks += 1;
                        continue;
                    }
                    let now = &changed.headers[index].1;
                    let is_same = |needed: &[u8], item: &[u8]| {
                        meaning::is_same_item(needed, item) || (caseless && needed.eq_ignore_ascii_case(item))
                    };
                    if SKIPPED.iter().any(|(id, item, _)| *id == case.provider.id && is_inside(&value, item, at)) {
                        continue;
                    }
                    let items = meaning::items(now);
                    let same = needed
                        .iter()
                        .all(|needed| items.iter().any(|item| is_same(&value[needed.clone()], &now[item.clone()])));
                    report.check(same, || format!("byte {at} of {name} ^ {flip:#04x}"));
                }
            }
        }
    });
}

#[test]
fn an_empty_signature_is_refused() {
    each_valid(|case, report| {
        let counting = case.counting_headers();
        for (index, name) in counting {
            let mut changed = case.clone();
            changed.headers[index].1.clear();
            report.check(!changed.is_accepted(), || format!("{name} empty"));
            let value = &case.headers[index].1;
            for item in case.needed_items(index) {
                let text = &value[item.clone()];
                // The longest run of letters and digits is a signature, a token or a time; none may be empty.
                let Some(run) = meaning::longest_run(text) else { continue };
                let mut changed = case.clone();
                changed.headers[index].1.drain(item.start + run.start..item.start + run.end);
                report.check(!changed.is_accepted(), || {
                    format!("{name} without {:?}", String::from_utf8_lossy(&text[run]))
                });
            }
        }
    });
}

#[test]
fn a_changed_byte_of_the_url_is_refused() {
    each_valid(|case, report| {
        if case.is_weakened() {
            return;
        }
        let meaning = URLS.iter().find(|(id, ..)| *id == case.provider.id).map(|(_, meaning, _)| *meaning);
        let signs_url = case.facts["signs_url"] == true && case.needs_url();
        let needed = case.needed_query_items();
        for at in 0..case.url.len() {
            for flip in [0x01, 0x20] {
                let mut changed = case.clone();
                let mut url = std::mem::take(&mut changed.url).into_bytes();
                url[at] ^= flip;
                let Ok(url) = String::from_utf8(url) else { continue };
                changed.url = url;
                if !changed.is_accepted() {
                    report.checks += 1;
                    continue;
                }
                let same = if signs_url {
                    let meaning = meaning.unwrap_or(meaning::url);
                    meaning(&case.url) == meaning(&changed.url)
                } else {
                    let query = changed.url.split_once('?').map_or("", |(_, query)| query);
                    let has_needed = needed.iter().all(|needed| {
                        query.split('&').any(|item| meaning::is_same_item(needed.as_bytes(), item.as_bytes()))
                    });
                    has_needed || meaning.is_some_and(|meaning| meaning(&case.url) == meaning(&changed.url))
                };
                report.check(same, || format!("byte {at} of the URL ^ {flip:#04x}: {}", changed.url));
            }
        }
    });
}

#[test]
fn a_changed_byte_of_the_secret_is_refused() {
    each_valid(|case, report| {
        // Plaid's is an account's credentials, with which its public keys are fetched.
        if case.provider.id == "plaid" {
            return;
        }
        let verified = case.accepted().expect("it is valid");
        let index = verified.secret_index();
        let is_hex = match &case.provider.scheme {
            ProviderScheme::Recipe(recipe) => recipe.key_format().encoding() == KeyEncoding::Hex,
            _ => matches!(case.provider.id, "adyen" | "discord"),
        };
        let secret = case.secrets[index].clone();
        for (at, flip) in case.positions(secret.len()) {
            let mut changed = case.clone();
            changed.secrets[index][at] ^= flip;
            let Ok(verifier) = changed.make_verifier() else { continue };
            changed.verifier = verifier;
            let now = &changed.secrets[index];
            match changed.accepted() {
                None => report.checks += 1,
                // Another of the configured secrets is as good: the changed one is not.
                Some(verified) if verified.secret_index() != index => report.checks += 1,
                Some(_) => {
                    let same = (is_hex && now.eq_ignore_ascii_case(&secret))
                        || (case.is_public_key() && meaning::key(now) == meaning::key(&secret));
                    report.check(same, || format!("byte {at} of the secret ^ {flip:#04x}"));
                }
            }
        }
    });
}

#[test]
fn the_frames_of_a_body_make_no_difference() {
    each(|case, report| {
        let whole = case.outcome(RawBody::from(&case.body[..]));
        let body = Bytes::from(case.body.clone());
        let cut = |sizes: &mut dyn Iterator<Item = usize>| {
            let mut rest = body.clone();
            let mut frames = vec![Bytes::new()];
            while !rest.is_empty() {
                let size = sizes.next().unwrap_or(1).min(rest.len());
                frames.push(rest.split_to(size));
            }
            frames
        };
        let mut state = body.len() as u64 ^ 0x9e37_79b9_7f4a_7c15;
        let mut random = |limit: u64| {
            // A linear congruential generator is random enough to cut bodies, and the same every time.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) % limit) as usize
        };
        for frames in [
            cut(&mut std::iter::repeat(1)),
            cut(&mut std::iter::repeat(64)),
            cut(&mut std::iter::once(body.len() / 2)),
            cut(&mut std::iter::repeat_with(|| random(4))),
            cut(&mut std::iter::repeat_with(|| random(100))),
        ] {
            let cut = case.outcome(RawBody::from(&frames[..]));
            report.check(cut == whole, || format!("{whole} in one piece, {cut} in {} frames", frames.len()));
        }
    });
}

/// A vector that can be changed.
#[derive(Clone)]
struct Case<'v> {
    provider: &'static Provider,
    vector: &'v Vector,
    facts: &'v Value,
    verifier: std::sync::Arc<dyn WebhookVerifier>,
    url: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    secrets: Vec<Vec<u8>>,
}

impl<'v> Case<'v> {
    fn new(provider: &'static Provider, vector: &'v Vector, facts: &'v Value) -> Option<Self> {
        let headers = &vector.request.headers;
        Some(Self {
            provider,
            vector,
            facts,
            // Some invalid vectors have secrets that make no key.
            verifier: vector.verifier(provider).ok()?,
            url: vector.request.url.clone(),
            headers: headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone().into_bytes())).collect(),
            body: vector.request.body().expect("a body"),
            secrets: vector.secrets.iter().map(|text| text.clone().into_bytes()).collect(),
        })
    }

    fn make_verifier(&self) -> Result<std::sync::Arc<dyn WebhookVerifier>, countersign::ConfigError> {
        let secrets: Result<Vec<_>, _> = self.secrets.iter().map(Secret::new).collect();
        self.provider.verifier(Secrets::new(secrets?)?, &options(self.vector))
    }

    fn is_accepted(&self) -> bool {
        self.accepted().is_some()
    }

    fn accepted(&self) -> Option<Verified> {
        match self.verdict(RawBody::from(&self.body[..]))? {
            Ok(Verdict::Accept(verified)) => Some(verified),
            _ => None,
        }
    }

    /// The verdict in words.
    fn outcome(&self, body: RawBody<'_>) -> String {
        match self.verdict(body) {
            None => "not sendable".to_owned(),
            Some(Ok(Verdict::Accept(verified))) => format!("{verified:?}"),
            Some(Ok(Verdict::Answer(answer))) => format!("{answer:?}"),
            Some(Ok(other)) => format!("{other:?}"),
            Some(Err(rejection)) => rejection.kind().to_string(),
        }
    }

    /// `None` if it cannot be sent at all.
    fn verdict(&self, body: RawBody<'_>) -> Option<Result<Verdict, Rejection>> {
        let method = Method::from_bytes(self.vector.request.method.as_bytes()).ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value).ok()?);
        }
        let request = WebhookRequest::new(&method, self.url.as_str(), &headers, body);
        let now = self.vector.now.and_then(UnixTime::from_secs);
        let verdict = self.verifier.verify_head(request.head());
        Some(verdict.and_then(|()| self.verifier.verify(&request, &Context::at(now))))
    }

    fn is_weakened(&self) -> bool {
        let is_set = |option: &str, wanted: &str| match self.vector.options.get(option) {
            Some(Value::String(text)) => text == wanted,
            Some(Value::Bool(on)) => wanted == if *on { "true" } else { "false" },
            _ => false,
        };
        WEAKENING.iter().any(|(id, option, value)| *id == self.provider.id && is_set(option, value))
            || UNSIGNED.iter().any(|(id, header, _)| *id == self.provider.id && !self.has_header(header))
    }

    fn has_header(&self, wanted: &str) -> bool {
        self.headers.iter().any(|(name, _)| name == wanted)
    }

    fn has_form(&self) -> bool {
        let form = b"application/x-www-form-urlencoded";
        self.headers.iter().any(|(name, value)| name == "content-type" && value.starts_with(form))
    }

    /// Whether verification is costly, and the secret may be a public key.
    fn is_public_key(&self) -> bool {
        matches!(self.facts["kind"].as_str(), Some("public-key" | "jwt" | "x509"))
    }

    /// Positions and what to flip there: all, or evenly spread ones.
    fn positions(&self, length: usize) -> impl Iterator<Item = (usize, u8)> + use<> {
        let count = match length {
            _ if self.is_public_key() => length.min(SAMPLE_IF_COSTLY),
            0..=ALL_UP_TO => length,
            _ => SAMPLE,
        };
        // Long texts have each byte changed in one of the ways, short ones in all of them.
        let flips = move |index: usize| {
            let one = index % FLIPS.len();
            if length > ALL_FLIPS_UP_TO { &FLIPS[one..=one] } else { &FLIPS[..] }
        };
        (0..count).flat_map(move |index| flips(index).iter().map(move |flip| (index * length / count, *flip)))
    }

    /// The headers without which it is refused, but for the media type, which no scheme here signs.
    fn counting_headers(&self) -> Vec<(usize, String)> {
        let indices = (0..self.headers.len()).filter(|index| {
            let mut without = self.clone();
            let (name, _) = without.headers.remove(*index);
            name != "content-type" && !without.is_accepted()
        });
        indices.map(|index| (index, self.headers[index].0.clone())).collect()
    }

    /// The items of a header without which it is refused.
    fn needed_items(&self, index: usize) -> Vec<Range<usize>> {
        let value = &self.headers[index].1;
        let needed = meaning::items(value).into_iter().filter(|item| {
            let mut without = self.clone();
            // One separator goes with it.
            let range = if item.start > 0 { item.start - 1..item.end } else { 0..(item.end + 1).min(value.len()) };
            without.headers[index].1.drain(range);
            !without.is_accepted()
        });
        needed.collect()
    }

    /// Whether the URL counts at all: in some schemes it does in some deliveries only.
    fn needs_url(&self) -> bool {
        let mut elsewhere = self.clone();
        elsewhere.url = "https://elsewhere.example/nowhere".to_owned();
        !elsewhere.is_accepted()
    }

    /// The parts of the query without which it is refused.
    fn needed_query_items(&self) -> Vec<String> {
        let Some((path, query)) = self.url.split_once('?') else { return Vec::new() };
        let items: Vec<_> = query.split('&').collect();
        let needed = (0..items.len()).filter(|index| {
            let mut rest = items.clone();
            rest.remove(*index);
            let mut without = self.clone();
            without.url = format!("{path}?{}", rest.join("&"));
            !without.is_accepted()
        });
        needed.map(|index| items[index].to_owned()).collect()
    }
}

/// Whether a position is in the part of a value that begins with `item`.
fn is_inside(value: &[u8], item: &[u8], at: usize) -> bool {
    value.windows(item.len()).position(|window| window == item).is_some_and(|start| at > start)
}

/// What was accepted and must not be.
#[derive(Default)]
struct Report {
    about: String,
    checks: usize,
    faults: Vec<String>,
}

impl Report {
    fn check(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        self.checks += 1;
        if !holds {
            self.faults.push(format!("{}: {}", self.about, fault()));
        }
    }
}

fn each_valid(mut check: impl FnMut(&Case<'_>, &mut Report)) {
    each(|case, report| {
        if case.vector.expect == Expectation::Valid {
            assert!(case.is_accepted(), "{}", report.about);
            check(case, report);
        }
    });
}

fn each(mut check: impl FnMut(&Case<'_>, &mut Report)) {
    let mut report = Report::default();
    for (file, facts) in files().values() {
        let provider = providers::by_id(&file.id).expect("it is registered");
        for vector in &file.vectors {
            report.about = format!("{}, {:?}", file.id, vector.name);
            if let Some(case) = Case::new(provider, vector, facts) {
                check(&case, &mut report);
            }
        }
    }
    assert!(report.checks > 0);
    let (count, shown) = (report.faults.len(), report.faults.iter().take(40).cloned().collect::<Vec<_>>());
    assert!(count == 0, "{count} faults:\n{}", shown.join("\n"));
}

fn row(table: &[(&str, Covered, &str)], id: &str) -> Option<Covered> {
    table.iter().find(|(known, ..)| *known == id).map(|(_, covered, _)| *covered)
}

fn options(vector: &Vector) -> Options {
    vector.options.iter().fold(Options::new(), |options, (name, value)| match value {
        Value::Bool(on) => options.with(name, OptionValue::Bool(*on)),
        Value::Number(secs) => options.with(name, OptionValue::Secs(secs.as_u64().expect("seconds"))),
        Value::String(text) => options.with(name, OptionValue::Text(text.clone())),
        Value::Object(members) => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let texts = members.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            options.with(name, OptionValue::Map(texts))
        }
        other => panic!("an option is {other}"),
    })
}

/// Each provider's vectors, and the facts of its scheme.
fn files() -> &'static BTreeMap<String, (VectorFile, Value)> {
    static FILES: OnceLock<BTreeMap<String, (VectorFile, Value)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
        let files = VectorFile::load(&folder).expect("vector files");
        let with_facts = |file: VectorFile| {
            let text = std::fs::read(folder.join(&file.id).with_extension("json")).expect("a file");
            let mut facts: Value = serde_json::from_slice(&text).expect("JSON");
            (file.id.clone(), (file, facts["scheme"].take()))
        };
        files.into_iter().map(with_facts).collect()
    })
}
