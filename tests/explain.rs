//! Broken deliveries, each with the finding that is due: one named test for each, `<provider>::<name>`.
//!
//! The cases are data (`tests/explain/*.json`), made from genuine signatures by the mutations in
//! `tests/explain/generate.rs`: `COUNTERSIGN_BLESS=1 cargo test --features cli --test explain` writes them anew. What is
//! expected comes from the mutation and never from the explainer. `COUNTERSIGN_EXPLAIN=DIR` runs another folder's.

#[path = "explain/case.rs"]
mod case;
#[path = "explain/generate.rs"]
mod generate;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use countersign::{
    Explainer, Verdict,
    explain::{Budget, Code, Delivery, Ended},
    providers,
    request::WebhookRequest,
    scheme::Options,
    vectors::{Expectation, Vector, VectorFile},
    verdict::UrlForm,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use libtest_mimic::{Arguments, Trial};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use self::case::{File, Outcome};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        generate::write(&folder);
    }
    let arguments = Arguments::from_args();
    let mut trials = trials(&folder, "");
    trials.push(Trial::test("schemes_that_sign_the_url_say_so", schemes_that_sign_the_url_say_so));
    trials.push(Trial::test("views_are_what_is_signed", views_are_what_is_signed));
    trials.push(Trial::test("the_budget_ends_the_search", the_budget_ends_the_search));
    trials.push(Trial::test("the_vector_schema_knows_all_codes", the_vector_schema_knows_all_codes));
    trials.push(Trial::test("the_corpus_is_what_it_claims_to_be", move || corpus(&folder)));
    if let Some(other) = std::env::var_os("COUNTERSIGN_EXPLAIN") {
        trials.extend(self::trials(&PathBuf::from(other), "held-out::"));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(folder: &Path, prefix: &str) -> Vec<Trial> {
    let mut trials = Vec::new();
    for file in File::load(folder) {
        for case in file.cases {
            let provider = file.provider.clone();
            trials.push(Trial::test(format!("{prefix}{provider}::{}", case.name), move || match case.run(&provider) {
                Outcome::Named => Ok(()),
                other => Err(format!("{other:?}").into()),
            }));
        }
    }
    trials
}

/// Enough cases over enough providers, every code among them, and the share of those that are named.
fn corpus(folder: &Path) -> Result<(), libtest_mimic::Failed> {
    let (mut all, mut named, mut wrong) = (0, 0, Vec::new());
    let (mut codes, mut providers, mut names) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    for file in File::load(folder) {
        for case in &file.cases {
            all += 1;
            *providers.entry(file.provider.clone()).or_insert(0) += 1;
            codes.insert(case.expect.code.clone());
            if !names.insert(format!("{} {}", file.provider, case.name)) {
                return Err(format!("two cases are called {}::{}", file.provider, case.name).into());
            }
            match case.run(&file.provider) {
                Outcome::Named => named += 1,
                Outcome::Missed(_) => {}
                Outcome::Wrong(found) => wrong.push(format!("{}::{} {found}", file.provider, case.name)),
            }
        }
    }
    println!("{named} of {all} cases named, over {} providers", providers.len());
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !codes.contains(code.as_str())).collect();
    if !missing.is_empty() {
        return Err(format!("no case for {missing:?}").into());
    }
    if !wrong.is_empty() {
        return Err(format!("named wrongly: {wrong:#?}").into());
    }
    if all < 150 || providers.len() < 15 || named * 100 < all * 95 {
        return Err(format!("{named} of {all} named, {} providers", providers.len()).into());
    }
    Ok(())
}

fn vectors() -> Vec<VectorFile> {
    VectorFile::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")).expect("vectors")
}

fn schemes_that_sign_the_url_say_so() -> Result<(), libtest_mimic::Failed> {
    for file in vectors() {
        let provider = providers::by_id(&file.id)?;
        let (mut origin_or_path, mut query) = (false, false);
        for vector in file.vectors.iter().filter(|vector| vector.expect == Expectation::Valid) {
            let verifier = vector.verifier(provider)?;
            let is_refused = |url: String| {
                let mut changed = vector.clone();
                changed.request.url = url;
                !matches!(changed.verdict(&*verifier), Ok(Ok(Verdict::Accept(_))))
            };
            let url = &vector.request.url;
            let (base, rest) = url.split_once('?').map_or((&url[..], String::new()), |(b, q)| (b, format!("?{q}")));
            origin_or_path |=
                is_refused(url.replacen("://", "://other-", 1)) || is_refused(format!("{base}/other{rest}"));
            query |= is_refused(format!("{base}?other=1{}", rest.replacen('?', "&", 1)));
        }
        let signs = provider.signs_url();
        if origin_or_path && !signs || signs && !(origin_or_path || query) {
            return Err(format!("{}: signs_url is {signs}", file.id).into());
        }
    }
    Ok(())
}

/// The signature over a view's bytes is the one that the provider made: with one of the secrets, as its text or
/// decoded, and one of the algorithms.
fn views_are_what_is_signed() -> Result<(), libtest_mimic::Failed> {
    let (mut compared, mut wrong) = (BTreeSet::new(), Vec::new());
    for file in vectors() {
        let provider = providers::by_id(&file.id)?;
        for vector in file.vectors.iter().filter(|vector| vector.expect == Expectation::Valid) {
            let Ok(verifier) = vector.verifier(provider) else { continue };
            let Ok(Ok(Verdict::Accept(verified))) = vector.verdict(&*verifier) else { continue };
            let headers = headers_of(vector);
            let (method, body) = (Method::from_bytes(vector.request.method.as_bytes())?, vector.request.body()?);
            let request = WebhookRequest::new(&method, &*vector.request.url, &headers, &body[..]);
            // Another form of the URL, an option's scheme: not what the view shows. And a public key makes no MAC.
            let is_plain = !vector.secrets.iter().any(|secret| secret.starts_with("whpk_"))
                && verified.url().is_none_or(|url| url.form == UrlForm::AsRequested)
                && vector.options.is_empty();
            let Some(view) = provider.signed_view(&request, &Options::new()).filter(|_| is_plain) else { continue };
            let presented: Vec<_> = headers.values().filter_map(|value| value.to_str().ok()).collect();
            let presented = presented.join("\n") + &vector.request.url + &String::from_utf8_lossy(&body);
            let is_presented = |tag: &[u8]| {
                let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
                [STANDARD.encode(tag), URL_SAFE_NO_PAD.encode(tag), hex.clone(), hex.to_ascii_uppercase()]
                    .iter()
                    .any(|tag| presented.contains(&**tag))
            };
            let keys = vector.secrets.iter().flat_map(|secret| keys(secret));
            if keys.flat_map(|key| macs(&key, &view.bytes())).any(|tag| is_presented(&tag)) {
                compared.insert(file.id.clone());
            } else {
                wrong.push(format!("{}: the view of {} is not what was signed: {view:?}", file.id, vector.name));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(wrong.join("\n").into());
    }
    if compared.len() >= 73 { Ok(()) } else { Err(format!("only {compared:?}").into()) }
}

/// A secret as its text, with and without its prefix, and decoded.
fn keys(secret: &str) -> Vec<Vec<u8>> {
    let bare = secret.split_once('_').map_or(secret, |(_, bare)| bare);
    let hex = (0..bare.len() / 2).map(|at| u8::from_str_radix(bare.get(2 * at..2 * at + 2)?, 16).ok()).collect();
    let base64 = [&STANDARD, &URL_SAFE_NO_PAD].into_iter().map(|engine| engine.decode(bare).ok());
    base64.chain([Some(secret.into()), Some(bare.into()), hex]).flatten().collect()
}

fn macs(key: &[u8], content: &[u8]) -> Vec<Vec<u8>> {
    fn mac<M: Mac + KeyInit>(key: &[u8], content: &[u8]) -> Vec<u8> {
        <M as KeyInit>::new_from_slice(key).expect("a key").chain_update(content).finalize().into_bytes().to_vec()
    }
    vec![
        mac::<Hmac<Md5>>(key, content),
        mac::<Hmac<Sha1>>(key, content),
        mac::<Hmac<Sha256>>(key, content),
        mac::<Hmac<Sha384>>(key, content),
        mac::<Hmac<Sha512>>(key, content),
    ]
}

fn headers_of(vector: &Vector) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in &vector.request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        map.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    map
}

fn the_budget_ends_the_search() -> Result<(), libtest_mimic::Failed> {
    let (method, headers, uri) = (Method::POST, forged(), Uri::from_static("/sms?a=1&b=2"));
    let delivery = Delivery::new(&method, &uri, &headers, &b"Body=x&From=1"[..]);
    let explainer = Explainer::provider(&providers::TWILIO, "f0a1b2c3d4e5f60718293a4b5c6d7e8f")?;
    let by_attempts = explainer.clone().budget(Budget::new(25, Duration::from_secs(60))).explain(&delivery);
    let tried = by_attempts.expect("it is refused").tried;
    assert_eq!((tried.attempts, tried.ended), (25, Ended::Attempts));
    // Each look at this clock takes a millisecond.
    let ticks = AtomicU64::new(0);
    let explainer = explainer.with_stopwatch(move || Duration::from_millis(ticks.fetch_add(1, Ordering::Relaxed)));
    let by_time = explainer.budget(Budget::new(100_000, Duration::from_millis(40))).explain(&delivery);
    let tried = by_time.expect("it is refused").tried;
    assert_eq!(tried.ended, Ended::Time);
    assert!(tried.attempts <= 40, "{tried:?}");
    Ok(())
}

fn forged() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("hooks.example.com"));
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert("x-twilio-signature", HeaderValue::from_static("LgzjTC+EG7+vXZZZtilkTv1upDs="));
    headers
}

fn the_vector_schema_knows_all_codes() -> Result<(), libtest_mimic::Failed> {
    let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/schema.json"))?;
    let schema: serde_json::Value = serde_json::from_slice(&text)?;
    let listed = &schema["$defs"]["vector"]["properties"]["explain"]["enum"];
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(*listed, serde_json::json!(codes));
    Ok(())
}
