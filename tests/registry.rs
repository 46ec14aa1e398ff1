//! What holds for every provider, whatever its scheme.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use countersign::{
    ConfigError, RejectionKind, Secret, Secrets, Verdict, Verified, VerifyWebhookLayer, WebhookVerifier,
    clock::UnixTime,
    providers::{self, CustomScheme, Provider, ProviderScheme, TimeWindow},
    request::WebhookRequest,
    scheme::{OptionKind, OptionValue, Options, Part, SignError, SigningContext, TimestampUnit},
    vectors::{Expectation, Vector, VectorFile},
    verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

#[test]
fn every_provider_has_vectors_and_the_other_way_round() {
    let with_vectors: BTreeSet<_> = files().keys().cloned().collect();
    let registered: BTreeSet<_> = providers::ALL.iter().map(|provider| provider.id.to_owned()).collect();
    assert_eq!(registered, with_vectors);
}

#[test]
fn ids_are_sorted_and_names_are_unique() {
    assert!(providers::ALL.is_sorted_by_key(|provider| provider.id));
    let mut seen = BTreeSet::new();
    for provider in providers::ALL {
        for name in std::iter::once(&provider.id).chain(provider.aliases) {
            assert!(seen.insert(*name), "{name} stands for two providers");
            let is_word = |word: &str| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            };
            assert!(name.split('_').all(is_word), "{name} is not in lower snake case");
            assert_eq!(providers::by_id(name).expect("it is known").id, provider.id);
            assert_eq!(providers::by_id(&name.to_uppercase().replace('_', "-")).expect("it is known").id, provider.id);
        }
    }
}

#[test]
fn pages_are_complete() {
    for Provider { id, name, docs, secret, summary, options, .. } in providers::ALL {
        assert!(docs.starts_with("https://") && !docs.contains(char::is_whitespace), "{id}: {docs}");
        for text in [name, summary, &secret.location, &secret.format] {
            assert!(!text.trim().is_empty(), "{id}: something is left empty");
        }
        let is_variable = secret.env.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        assert!(is_variable && !secret.env.is_empty(), "{id}: {}", secret.env);
        let names: BTreeSet<_> = options.iter().map(|option| option.name).collect();
        assert_eq!(names.len(), options.len(), "{id}: two options have one name");
        assert!(options.iter().all(|option| !option.help.is_empty()), "{id}: an option says nothing of itself");
    }
}

/// What tables show of a provider is what its file says.
#[test]
fn facts_are_those_of_the_files() {
    for (id, vectors) in files() {
        let provider = providers::by_id(id).expect("it is registered");
        let path = format!("{}/tests/vectors/{id}.json", env!("CARGO_MANIFEST_DIR"));
        let file: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).expect("the file")).expect("a vector file");
        assert_eq!(file["status"], provider.status.as_str(), "{id}");
        let confidence = file["confidence"].as_str().expect("a text");
        assert!(confidence.starts_with(provider.confidence.as_str()), "{id}: {confidence}");
        assert_eq!(provider.challenge, vectors.iter().any(|v| v.expect == Expectation::Challenge), "{id}");
        if let ProviderScheme::Recipe(recipe) = &provider.scheme {
            let window = match recipe.signed_time() {
                None => TimeWindow::None,
                Some(time) => time.tolerance().map_or(TimeWindow::Open, |window| TimeWindow::Secs(window.as_secs())),
            };
            let signs_time = recipe.content().contains(&Part::Timestamp);
            assert_eq!(provider.time_window, if signs_time { window } else { TimeWindow::None }, "{id}");
        }
    }
}

#[test]
fn no_key_is_made_of_nothing() {
    for provider in providers::ALL {
        assert_eq!(refusal(provider, ""), ConfigError::EmptySecret, "{}", provider.id);
        let good = genuine(provider).secrets.clone();
        for position in 0..=good.len() {
            let mut secrets = good.clone();
            secrets.insert(position, String::new());
            assert!(provider.verifier(secrets, &Options::new()).is_err(), "{}: at {position}", provider.id);
        }
        if let ProviderScheme::Recipe(recipe) = &provider.scheme
            && let Some(prefix) = recipe.key_format().prefix()
        {
            refusal(provider, prefix);
        }
    }
}

#[test]
fn debug_output_does_not_depend_on_the_secret() {
    for (id, vectors) in files() {
        let provider = providers::by_id(id).expect("it is registered");
        let secrets: BTreeSet<_> = vectors.iter().flat_map(|vector| &vector.secrets).collect();
        let shown: BTreeSet<_> = secrets
            .iter()
            .filter_map(|secret| VerifyWebhookLayer::provider(provider, secret.as_str()).ok())
            .map(|layer| format!("{layer:?} {layer:#?}"))
            .collect();
        // None where a verifier needs published keys besides.
        assert!(shown.len() <= 1, "{id}: {shown:#?}");
    }
}

#[test]
fn unknown_options_are_named_with_the_known_ones() {
    for provider in providers::ALL {
        let options = Options::new().with("no_such_option", OptionValue::Bool(true));
        let secrets = genuine(provider).secrets.clone();
        let Err(ConfigError::UnknownOption { provider: id, option, known }) =
            provider.verifier(secrets, &options).map(drop)
        else {
            panic!("{}: it was taken", provider.id);
        };
        assert_eq!((id, option.as_str()), (provider.id, "no_such_option"));
        assert_eq!(known, provider.options.iter().map(|option| option.name).collect::<Vec<_>>());
    }
}

#[test]
fn values_of_the_wrong_kind_are_refused() {
    let map = BTreeMap::from([("name".to_owned(), "text".to_owned())]);
    for provider in providers::ALL {
        for spec in provider.options {
            let wrong = [
                (OptionValue::Bool(true), matches!(spec.kind, OptionKind::Bool)),
                (OptionValue::Secs(1), matches!(spec.kind, OptionKind::Secs)),
                (OptionValue::Map(map.clone()), matches!(spec.kind, OptionKind::Map)),
                (OptionValue::Text("no such word".to_owned()), matches!(spec.kind, OptionKind::Text)),
                (OptionValue::Text(String::new()), false),
            ];
            for (value, _) in wrong.into_iter().filter(|(_, fits)| !fits) {
                let options = Options::new().with(spec.name, value.clone());
                let made = provider.verifier(genuine(provider).secrets.clone(), &options).map(drop);
                let Err(ConfigError::WrongOptionValue { option, .. }) = made else {
                    panic!("{}: {} took {value:?}", provider.id, spec.name);
                };
                assert_eq!(option, spec.name);
            }
        }
    }
}

/// A scheme of somebody else's is written once, whatever features others turn on.
#[test]
fn a_custom_scheme_needs_nothing_but_its_verifier() {
    #[derive(Debug)]
    struct Own;
    impl CustomScheme for Own {
        fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
            providers::GITHUB.verifier(secrets.clone(), &Options::new())
        }
    }
    let (headers, secret) = (HeaderMap::new(), Secret::new("a secret").expect("a secret"));
    let request = WebhookRequest::new(&Method::POST, "https://example.com/", &headers, b"{}");
    let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: "1" };
    assert!(matches!(Own.sign(&secret, &Options::new(), &request, &context), Err(SignError::ProviderOnly)));
}

/// Where secrets are looked up for each request, the layer shows the head to the verifier of the default ones: they may
/// refuse it only for what the request's own secrets would change, and then those decide.
#[test]
fn a_head_is_in_order_whatever_the_default_secrets() {
    // Coinbase has one public key for all customers, and signatures are as long as the key.
    const AS_LONG_AS_THE_KEY: &str = "coinbase";
    for (id, vectors) in files() {
        let provider = providers::by_id(id).expect("it is registered");
        let valid = || vectors.iter().filter(|vector| vector.expect == Expectation::Valid);
        let known: BTreeSet<_> = valid().flat_map(|vector| vector.secrets.clone()).collect();
        for vector in valid() {
            let options = options(vector);
            let verifiers = known.iter().filter_map(|secret| provider.verifier(secret.as_str(), &options).ok());
            for verifier in verifiers {
                let headers = headers(vector);
                let method: Method = vector.request.method.parse().expect("a method");
                let body = vector.request.body().expect("a body");
                let request = WebhookRequest::new(&method, vector.request.url.as_str(), &headers, &body[..]);
                let refused = verifier.verify_head(request.head()).map_err(|rejection| rejection.kind());
                assert!(
                    matches!(refused, Ok(()) | Err(RejectionKind::NoSecret | RejectionKind::SignatureMismatch))
                        || id == AS_LONG_AS_THE_KEY,
                    "{id}, {}: {refused:?}",
                    vector.name
                );
                let own = Secrets::try_from(vector.secrets.clone()).expect("secrets");
                match verifier.with_secrets(&own) {
                    Ok(own) => {
                        let verdict = own.verify(&request, &Context::at(vector.now.and_then(UnixTime::from_secs)));
                        assert!(matches!(verdict, Ok(Verdict::Accept(_))), "{id}, {}: {verdict:?}", vector.name);
                    }
                    // It has no secrets.
                    Err(ConfigError::SecretsFixed) if id == "plaid" => {}
                    Err(error) => panic!("{id}, {}: {error}", vector.name),
                }
            }
        }
    }
}

/// A provider's own deliveries, and random bodies in their place, signed anew: verified, with the right verdict.
#[test]
fn what_is_signed_is_verified() {
    let signed_by = RefCell::new(BTreeSet::new());
    for (id, vectors) in files() {
        let provider = providers::by_id(id).expect("it is registered");
        // Adyen's notifications in one body may be signed with different keys.
        let needs_one = |vector: &&Vector| {
            let verifier = provider.verifier(secret_text(provider, vector).as_str(), &options(vector));
            matches!(vector.verdict(&*verifier.expect("a verifier")), Ok(Ok(_)))
        };
        let valid = vectors.iter().filter(|vector| vector.expect == Expectation::Valid).filter(needs_one);
        let valid: Vec<_> = valid.map(|vector| Genuine::new(provider, vector)).collect();
        // Times from 2023 on: some schemes refuse what is older than themselves.
        let config = Config { cases: 48, max_shrink_iters: 64, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let strategy =
            (prop::sample::select(valid), any::<Option<Body>>(), 1_700_000_000..4_000_000_000i64, "[a-zA-Z0-9]{1,40}");
        let outcome = runner.run(&strategy, |(genuine, body, now, delivery_id)| {
            let trial = Trial::new(provider, &genuine, body.as_ref(), now, &delivery_id);
            if trial.run()? {
                signed_by.borrow_mut().insert(provider.id);
            }
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{id}: {error}");
        }
    }
    let signed_by = signed_by.into_inner();
    assert!(signed_by.contains("twilio") && signed_by.contains("plivo") && signed_by.contains("stripe"));
}

/// A body that no provider has sent.
#[derive(Clone, Debug)]
struct Body {
    content_type: &'static str,
    bytes: Vec<u8>,
}

impl Arbitrary for Body {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
        let form = "([a-zA-Z%+]{1,8}=([a-z0-9+.*-]|%[0-9a-fA-F]{2}){0,20}&?){1,12}";
        prop_oneof![
            prop::collection::vec(any::<u8>(), 1..600)
                .prop_map(|bytes| Self { content_type: "application/octet-stream", bytes }),
            prop::collection::vec("[^\"\\\\\\p{Cc}]{0,20}", 0..20).prop_map(|texts| Self {
                content_type: "application/json",
                bytes: serde_json::json!({ "event": texts }).to_string().into_bytes(),
            }),
            form.prop_map(|text| Self { content_type: "application/x-www-form-urlencoded", bytes: text.into_bytes() }),
        ]
        .boxed()
    }
}

/// A valid vector, the secret that signed it, and others of the same form that did not.
#[derive(Clone, Debug)]
struct Genuine {
    vector: &'static Vector,
    secret: String,
    others: Vec<String>,
}

impl Genuine {
    fn new(provider: &Provider, vector: &'static Vector) -> Self {
        Self { vector, secret: secret_text(provider, vector), others: other_secrets(provider, vector) }
    }
}

/// One delivery that is to be signed and verified.
struct Trial<'a> {
    provider: &'static Provider,
    genuine: &'a Genuine,
    vector: &'a Vector,
    replaced: bool,
    method: Method,
    headers: HeaderMap,
    body: Vec<u8>,
    now: UnixTime,
    delivery_id: &'a str,
}

impl<'a> Trial<'a> {
    fn new(
        provider: &'static Provider,
        genuine: &'a Genuine,
        replacement: Option<&Body>,
        now: i64,
        delivery_id: &'a str,
    ) -> Self {
        let vector = genuine.vector;
        let mut headers = headers(vector);
        let method: Method = vector.request.method.parse().expect("a method");
        let mut body = vector.request.body().expect("a body");
        if let Some(Body { content_type, bytes }) = replacement {
            headers.insert("content-type", HeaderValue::from_static(content_type));
            body.clone_from(bytes);
        }
        let now = UnixTime::from_secs(now).expect("a time");
        Self { provider, genuine, vector, replaced: replacement.is_some(), method, headers, body, now, delivery_id }
    }

    /// Whether it could be signed.
    fn run(mut self) -> Result<bool, TestCaseError> {
        let options = options(self.vector);
        let secrets = self.secrets();
        let secret = secrets.last().expect("a secret").clone();
        let context = SigningContext { now: self.now, delivery_id: self.delivery_id };
        let url = self.vector.request.url.as_str();
        let request = WebhookRequest::new(&self.method, url, &self.headers, &self.body[..]);
        let signed = match self.provider.sign(&secret, &options, &request, &context) {
            Ok(signed) => signed,
            // Not every request is one that the scheme can sign. The provider's own are, and by whom says the scheme.
            Err(SignError::ProviderOnly) => return Ok(false),
            Err(SignError::Request(_)) if self.replaced => return Ok(false),
            Err(error) => return Err(TestCaseError::fail(format!("not signed: {error}"))),
        };
        // A scheme that signs an id signs the request's own, if it has one.
        let mut ids: Vec<_> = self.headers.values().cloned().collect();
        ids.extend(self.delivery_id.parse::<HeaderValue>());
        signed.apply(&mut self.headers);
        let url = signed.url.as_deref().unwrap_or(url);
        let body = signed.body.as_deref().unwrap_or(&self.body);
        let request = WebhookRequest::new(&self.method, url, &self.headers, body);

        let last = secrets.len() - 1;
        let verifier = self.provider.verifier(Secrets::new(secrets).expect("secrets"), &options).expect("a verifier");
        prop_assert_eq!(verifier.verify_head(request.head()), Ok(()));
        let verified = match verifier.verify(&request, &Context::at(Some(self.now))) {
            Ok(Verdict::Accept(verified)) => verified,
            other => return Err(TestCaseError::fail(format!("{other:?} for {request:?}"))),
        };
        prop_assert_eq!(verified.provider(), self.provider.id);
        prop_assert_eq!(verified.secret_index(), last);
        prop_assert_eq!(verified.secret_label(), Some("the right one"));
        self.check_scheme(&verified, &ids)?;

        // The same under other secrets only.
        if let Some(verifier) =
            self.genuine.others.first().and_then(|other| self.provider.verifier(other.as_str(), &options).ok())
        {
            prop_assert!(verifier.verify(&request, &Context::at(Some(self.now))).is_err());
        }
        Ok(true)
    }

    /// What a recipe says of time, URL and id must be what the verdict says.
    fn check_scheme(&self, verified: &Verified, ids: &[HeaderValue]) -> Result<(), TestCaseError> {
        if let Some(signed_at) = verified.signed_at() {
            prop_assert!((0..1000).contains(&self.now.millis_since(signed_at)), "{signed_at:?} for {:?}", self.now);
        }
        let ProviderScheme::Recipe(recipe) = &self.provider.scheme else { return Ok(()) };
        let signs_time = recipe.content().contains(&Part::Timestamp);
        prop_assert_eq!(verified.signed_at().is_some(), signs_time);
        if recipe.signed_time().is_some_and(|time| time.written_in() == TimestampUnit::Millis) && signs_time {
            prop_assert_eq!(verified.signed_at(), Some(self.now));
        }
        let scheme = self.vector.request.url.split("://").next();
        prop_assert_eq!(verified.url().map(|url| url.scheme), scheme.filter(|_| recipe.signs_url()));
        if recipe.content().contains(&Part::DeliveryId) {
            prop_assert!(verified.delivery_id().is_some_and(|id| ids.contains(id)));
        }
        Ok(())
    }

    /// Some that did not sign, then the one that does.
    fn secrets(&self) -> Vec<Secret> {
        let others = self.genuine.others.iter().take(2).map(|other| (other, "a wrong one"));
        let all = others.chain([(&self.genuine.secret, "the right one")]);
        all.map(|(text, label)| Secret::new(text).expect("a secret").label(label)).collect()
    }
}

fn headers(vector: &Vector) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &vector.request.headers {
        headers.append(name.parse::<HeaderName>().expect("a name"), value.parse().expect("a value"));
    }
    headers
}

fn options(vector: &Vector) -> Options {
    vector.options.iter().fold(Options::new(), |options, (name, value)| match value {
        serde_json::Value::Bool(on) => options.with(name, OptionValue::Bool(*on)),
        serde_json::Value::Number(secs) => options.with(name, OptionValue::Secs(secs.as_u64().expect("seconds"))),
        serde_json::Value::String(text) => options.with(name, OptionValue::Text(text.clone())),
        serde_json::Value::Object(members) => {
            let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let texts = members.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            options.with(name, OptionValue::Map(texts))
        }
        other => panic!("an option is {other}"),
    })
}

/// The secret that signed the vector.
fn secret_text(provider: &Provider, vector: &Vector) -> String {
    match vector.verifier(provider).map(|verifier| vector.verdict(&*verifier)) {
        Ok(Ok(Ok(Verdict::Accept(verified)))) => vector.secrets[verified.secret_index()].clone(),
        other => panic!("{}, {:?}: {:?}", provider.id, vector.name, other.map(drop)),
    }
}

/// Secrets of the provider's form that did not sign the vector. Some texts differ and make the same key.
fn other_secrets(provider: &Provider, vector: &Vector) -> Vec<String> {
    let valid = files()[provider.id].iter().filter(|vector| vector.expect == Expectation::Valid);
    let secrets: BTreeSet<_> = valid.flat_map(|vector| vector.secrets.clone()).collect();
    let is_other = |text: &String| {
        let verifier = provider.verifier(text.as_str(), &options(vector));
        verifier.is_ok_and(|verifier| matches!(vector.verdict(&*verifier), Ok(Err(_))))
    };
    secrets.into_iter().filter(is_other).collect()
}

/// Why a secret is refused.
fn refusal(provider: &Provider, secret: &str) -> ConfigError {
    match provider.verifier(secret, &Options::new()) {
        Ok(_) => panic!("{} takes {secret:?}", provider.id),
        Err(error) => error,
    }
}

fn genuine(provider: &Provider) -> &'static Vector {
    let valid = |vector: &&Vector| vector.expect == Expectation::Valid;
    files()[provider.id].iter().find(valid).expect("a valid vector")
}

/// The vectors of each provider.
fn files() -> &'static BTreeMap<String, Vec<Vector>> {
    static FILES: std::sync::OnceLock<BTreeMap<String, Vec<Vector>>> = std::sync::OnceLock::new();
    FILES.get_or_init(|| {
        let files = VectorFile::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"));
        files.expect("vector files").into_iter().map(|file| (file.id, file.vectors)).collect()
    })
}
