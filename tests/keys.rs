//! Providers with keys of their own kind: what is signed verifies, keys are of one use only, and key sources are asked
//! for nothing that is not the provider's.

use std::sync::{Arc, Mutex};

use countersign::{
    ConfigError, RejectionKind, Secret, Verdict, WebhookVerifier,
    clock::UnixTime,
    key_source::{KeySource, ProviderKey, StaticKeys},
    providers::{self, sns::ConfirmSubscription},
    request::WebhookRequest,
    scheme::{OptionValue, Options, SignError, SigningContext},
    vectors::{Expectation, Vector, VectorFile},
    verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

const NOW: i64 = 1_700_000_000;
const URL: &str = "https://hooks.example.com/in/b?x=1&y=%C3%BC";

fn vectors(id: &str) -> Vec<Vector> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(format!("{id}.json"));
    VectorFile::load(&path).expect("the file").remove(0).vectors
}

fn vector(id: &str, slug: &str) -> Vector {
    vectors(id).into_iter().find(|vector| vector.slug() == slug).expect("the vector")
}

fn at(secs: i64) -> Context {
    Context::at(UnixTime::from_secs(secs))
}

fn verify(verifier: &dyn WebhookVerifier, headers: &HeaderMap, body: &[u8]) -> Result<Verdict, RejectionKind> {
    let request = WebhookRequest::new(&Method::POST, URL, headers, body);
    verifier.verify_head(request.head()).map_err(|rejection| rejection.kind())?;
    verifier.verify(&request, &at(NOW)).map_err(|rejection| rejection.kind())
}

/// Signs the body, and then asks about it and about another.
fn round_trip(id: &str, secret: &str, covers_body: bool) {
    let provider = providers::by_id(id).expect("a provider");
    let verifier = provider.verifier(secret, &Options::new()).expect("a verifier");
    for body in [&b"{\"a\":1}"[..], b"", b"\xff\x00\r\n", &[b'x'; 5000]] {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let request = WebhookRequest::new(&Method::POST, URL, &headers, body);
        let context = SigningContext { now: UnixTime::from_secs(NOW).expect("a time"), delivery_id: "id-1" };
        let signed = provider.sign(&Secret::new(secret).unwrap(), &Options::new(), &request, &context);
        let signed = signed.unwrap_or_else(|error| panic!("{id}: {error}"));
        signed.apply(&mut headers);
        assert!(matches!(verify(&*verifier, &headers, body), Ok(Verdict::Accept(_))), "{id} {body:?}");
        let other = [body, b"!"].concat();
        assert_eq!(verify(&*verifier, &headers, &other).is_err(), covers_body, "{id}");
        // Not zeros: HMAC fills short keys up with them.
        let stranger = provider.verifier(format!("{secret}BBBB"), &Options::new()).expect("a verifier");
        assert!(verify(&*stranger, &headers, body).is_err(), "{id}");
    }
}

#[test]
fn what_is_signed_verifies() {
    const WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    round_trip("bird", WHSEC, true);
    round_trip("bird", "a signing key", true);
    round_trip("monday", "a signing secret", false);
    round_trip("netlify", "a secret", true);
    round_trip("paddle", "pdl_ntfset_1_2", true);
    round_trip("standard_webhooks", WHSEC, true);
    round_trip("svix", WHSEC, true);
    round_trip("vonage", "a signature secret", true);
}

#[test]
fn nobody_but_the_provider_signs_with_a_private_key() {
    let headers = HeaderMap::new();
    let request = WebhookRequest::new(&Method::POST, URL, &headers, b"");
    let context = SigningContext { now: UnixTime::from_secs(NOW).expect("a time"), delivery_id: "id-1" };
    let secret = Secret::new("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=").unwrap();
    for id in ["discord", "paypal", "plaid", "sendgrid", "sns", "standard_webhooks", "svix", "telnyx", "wise"] {
        let signed = providers::by_id(id).unwrap().sign(&secret, &Options::new(), &request, &context);
        assert_eq!(signed.map(drop), Err(SignError::ProviderOnly), "{id}");
    }
    let classic = Options::new().with("scheme", OptionValue::Text("classic".to_owned()));
    let signed = providers::PADDLE.sign(&secret, &classic, &request, &context);
    assert_eq!(signed.map(drop), Err(SignError::ProviderOnly));
}

#[test]
fn secrets_of_two_kinds_keep_their_positions() {
    let check = |id: &str, slug: &str, position: usize, others: &[&str]| {
        let mut vector = vector(id, slug);
        let own = vector.secrets.remove(0);
        vector.secrets = others.iter().map(|other| (*other).to_owned()).collect();
        vector.secrets.insert(position, own);
        let verifier = vector.verifier(providers::by_id(id).unwrap()).expect("a verifier");
        match vector.verdict(&*verifier).expect("a request") {
            Ok(Verdict::Accept(verified)) => assert_eq!(verified.secret_index(), position, "{id} {slug}"),
            other => panic!("{id} {slug}: {other:?}"),
        }
    };
    const WHSEC: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const WHPK: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    check("svix", "published-example-svix-headers", 2, &[WHPK, WHSEC, WHPK]);
    check("svix", "published-ed25519-example-v1a-public-key-given", 3, &[WHSEC, WHPK, WHSEC]);
    check("bird", "standard-webhooks-typical-event", 1, &["a signing key", WHSEC]);
    check("bird", "hmac-channel-event", 2, &[WHSEC, "another", WHSEC]);
    check("bird", "jwt-status-report", 2, &[WHSEC, "another"]);
}

#[test]
fn keys_have_one_use() {
    let malformed = |id: &str, secret: &str| {
        let error = providers::by_id(id).unwrap().verifier(secret, &Options::new()).map(drop).unwrap_err();
        assert!(matches!(error, ConfigError::MalformedSecret { .. }), "{id}: {error}");
        assert!(!error.to_string().contains(secret), "{id}");
    };
    // The sender's private key; a public key that Bird does not have; a key of small order; a certificate for a key.
    malformed("svix", "whsk_AAAA");
    malformed("bird", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    malformed("svix", "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    malformed("telnyx", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    malformed("wise", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
}

/// Remembers what it was asked for.
#[derive(Default)]
struct Asked(Mutex<Vec<String>>, StaticKeys);

impl KeySource for Asked {
    fn key(&self, id: &str) -> Option<ProviderKey> {
        self.0.lock().expect("no panic").push(id.to_owned());
        self.1.key(id)
    }
}

#[test]
fn key_sources_are_asked_for_pinned_urls_only() {
    for (id, prefixes) in [("sns", &["https://sns."][..]), ("paypal", &["https://api.", "https://api-m."])] {
        let mut asked_at_all = false;
        for vector in vectors(id) {
            let source = Arc::new(Asked::default());
            let secrets: Vec<&str> = vector.secrets.iter().map(String::as_str).collect();
            let keys: Arc<dyn KeySource> = source.clone();
            let provider = providers::by_id(id).unwrap();
            let verifier = provider.verifier_with_keys(secrets, &Options::new(), keys).expect("a verifier");
            assert!(vector.verdict(&*verifier).expect("a request").is_err(), "{}", vector.name);
            for url in source.0.lock().unwrap().iter() {
                asked_at_all = true;
                assert!(prefixes.iter().any(|prefix| url.starts_with(prefix)), "{url}");
                assert!(url.contains(".amazonaws.com") || url.contains(".paypal.com/v1/notifications/certs/"), "{url}");
            }
            if vector.name.contains("attacker's") || vector.name.contains("another account") {
                assert!(source.0.lock().unwrap().is_empty(), "{}", vector.name);
            }
        }
        assert!(asked_at_all, "{id}");
    }
}

#[test]
fn certificates_are_held_to_their_dates() {
    for id in ["sns", "paypal"] {
        let provider = providers::by_id(id).unwrap();
        let valid = vectors(id).into_iter().find(|vector| vector.expect == Expectation::Valid).expect("a vector");
        let verdict_at = |now: Option<i64>| {
            let mut vector = valid.clone();
            vector.now = now;
            let verifier = vector.verifier(provider).expect("a verifier");
            vector.verdict(&*verifier).expect("a request").map(drop).map_err(|rejection| rejection.kind())
        };
        assert_eq!(verdict_at(valid.now), Ok(()), "{id}");
        assert_eq!(verdict_at(Some(2_300_000_000)), Err(RejectionKind::SignatureMismatch), "{id}");
        assert_eq!(verdict_at(Some(1_000_000_000)), Err(RejectionKind::SignatureMismatch), "{id}");
        assert_eq!(verdict_at(None), Err(RejectionKind::ClockUnavailable), "{id}");
    }
}

/// A certificate of SNS's for PayPal, and the other way round: right key, wrong holder.
#[test]
fn certificates_are_held_to_their_holder() {
    let pem = |id: &str| -> ProviderKey {
        let vector = vectors(id).into_iter().find(|vector| vector.expect == Expectation::Valid).expect("a vector");
        let certificates = vector.options.get("certificates").and_then(|map| map.as_object()).expect("certificates");
        let pem = certificates.values().next().and_then(|pem| pem.as_str()).expect("PEM");
        ProviderKey::certificate(pem).expect("a certificate")
    };
    struct Always(ProviderKey);
    impl KeySource for Always {
        fn key(&self, _: &str) -> Option<ProviderKey> {
            Some(self.0.clone())
        }
    }
    for (id, other) in [("sns", "paypal"), ("paypal", "sns")] {
        let valid = vectors(id).into_iter().find(|vector| vector.expect == Expectation::Valid).expect("a vector");
        let secrets: Vec<&str> = valid.secrets.iter().map(String::as_str).collect();
        let keys: Arc<dyn KeySource> = Arc::new(Always(pem(other)));
        let verifier = providers::by_id(id).unwrap().verifier_with_keys(secrets, &Options::new(), keys).unwrap();
        let verdict = valid.verdict(&*verifier).expect("a request").map(drop).map_err(|rejection| rejection.kind());
        assert_eq!(verdict, Err(RejectionKind::SignatureMismatch), "{id}");
    }
}

#[test]
fn a_subscription_is_confirmed_only_where_that_was_asked_for() {
    let vector = vectors("sns").into_iter().find(|vector| vector.outbound.is_some()).expect("a vector");
    let verifier = vector.verifier(&providers::SNS).expect("a verifier");
    match vector.verdict(&*verifier).expect("a request") {
        Ok(Verdict::Answer(answer)) => {
            let due = answer.extensions().get::<ConfirmSubscription>().expect("a fetch is due");
            assert_eq!(due.url(), vector.outbound.as_ref().expect("an outbound request").url);
        }
        other => panic!("{other:?}"),
    }
    let mut passed_on = vector.clone();
    passed_on.options.remove("auto_confirm");
    let verifier = passed_on.verifier(&providers::SNS).expect("a verifier");
    assert!(matches!(passed_on.verdict(&*verifier), Ok(Ok(Verdict::Accept(_)))));
}

/// No vector is refused by its head alone that its body's verification would accept.
#[test]
fn heads_refuse_nothing_that_is_right() {
    for id in [
        "bird", "discord", "monday", "netlify", "paddle", "paypal", "plaid", "sendgrid", "sns", "svix", "telnyx",
        "vonage", "wise",
    ] {
        let provider = providers::by_id(id).unwrap();
        for vector in vectors(id) {
            let Ok(verifier) = vector.verifier(provider) else { continue };
            let mut headers = HeaderMap::new();
            for (name, value) in &vector.request.headers {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            let method = Method::from_bytes(vector.request.method.as_bytes()).unwrap();
            let body = vector.request.body().unwrap();
            let request = WebhookRequest::new(&method, vector.request.url.as_str(), &headers, &body[..]);
            if verifier.verify_head(request.head()).is_err() {
                let context = Context::at(vector.now.and_then(UnixTime::from_secs));
                assert!(verifier.verify(&request, &context).is_err(), "{id}: {}", vector.name);
            }
        }
    }
}

#[test]
fn empty_key_sources_are_configuration_errors() {
    for (provider, secret) in
        [(&providers::SNS, "123456789012"), (&providers::PAYPAL, "1JE4291016473214C"), (&providers::PLAID, "x")]
    {
        let error = provider.verifier(secret, &Options::new()).map(drop).unwrap_err();
        assert!(matches!(error, ConfigError::WrongOptionValue { .. }), "{}: {error}", provider.id);
    }
}

#[test]
fn certificates_tell_when_they_end() {
    let vector = vectors("sns").into_iter().find(|vector| vector.expect == Expectation::Valid).expect("a vector");
    let certificates = vector.options.get("certificates").and_then(|map| map.as_object()).expect("certificates");
    let pem = certificates.values().next().and_then(|pem| pem.as_str()).expect("PEM");
    let key = ProviderKey::certificate(pem).expect("a certificate");
    // The real one in the vectors: 2022-08-17T23:59:59Z.
    assert_eq!(key.expires_at(), UnixTime::from_secs(1_660_780_799));
}

/// Said by its name: whoever has an AWS account is let in, and still nobody else.
#[test]
fn any_owner_is_any_owner_of_a_topic() {
    for vector in vectors("sns") {
        let map = vector.options.get("certificates").and_then(|map| map.as_object());
        let pems = map.into_iter().flatten().map(|(url, pem)| (url.clone(), pem.as_str().unwrap().to_owned()));
        let Ok(keys) = StaticKeys::certificates(pems) else { continue };
        let verifier = providers::sns::Sns::dangerous_any_owner(Arc::new(keys));
        let accepted = vector.verdict(&verifier).expect("a request").is_ok();
        let is_all_right_but_for_its_owner =
            vector.name.contains("account") && !vector.name.contains("changed within the account");
        let expected = match vector.expect {
            Expectation::Invalid => is_all_right_but_for_its_owner || vector.options.contains_key("tolerance_s"),
            _ => true,
        };
        assert_eq!(accepted, expected, "{}", vector.name);
    }
}
