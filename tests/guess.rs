//! Providers are guessed from the headers of their own vectors.

use countersign::{
    Verdict,
    providers::{self, Provider},
    vectors::{Expectation, Vector, VectorFile},
};
use http::{HeaderMap, HeaderName, HeaderValue};

fn valid_vectors() -> Vec<(&'static Provider, Vector)> {
    let files = VectorFile::load(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors").as_ref()).expect("vectors");
    files
        .into_iter()
        .flat_map(|file| {
            let provider = providers::by_id(&file.id).expect("a provider");
            file.vectors.into_iter().filter(|vector| vector.expect == Expectation::Valid).map(move |v| (provider, v))
        })
        .collect()
}

fn headers(vector: &Vector) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in &vector.request.headers {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a value");
        map.append(HeaderName::from_bytes(name.as_bytes()).expect("a name"), value);
    }
    map
}

/// The lists of signature headers are what the verifiers read.
#[test]
fn nothing_is_accepted_without_its_signature_headers() {
    for (provider, mut vector) in valid_vectors() {
        // Signatures in the body or in the query, and Okta's under a name of the user's choice.
        let names = provider.signature_headers();
        let before = vector.request.headers.len();
        vector.request.headers.retain(|(name, _)| !names.contains(&name.to_ascii_lowercase().as_str()));
        if vector.request.headers.len() == before {
            continue;
        }
        let verifier = vector.verifier(provider).expect("a verifier");
        let verdict = vector.verdict(&*verifier).expect("a request");
        assert!(!matches!(verdict, Ok(Verdict::Accept(_))), "{} {}", provider.id, vector.name);
    }
}

/// Whoever has signature headers is among the guesses, and nearly always the first where no header is shared.
#[test]
fn the_sender_is_among_the_guesses() {
    let (mut first, mut all) = (0, 0);
    for (provider, vector) in valid_vectors() {
        let headers = headers(&vector);
        if !provider.signature_headers().iter().any(|name| headers.contains_key(*name)) {
            continue;
        }
        all += 1;
        let guesses: Vec<_> = providers::guess(&headers).iter().map(|provider| provider.id).collect();
        // Okta's token may be any text: an `Authorization` header does not tell.
        if provider.id == "okta" {
            continue;
        }
        let at = guesses.iter().position(|id| *id == provider.id);
        assert!(at.is_some(), "{} {}: {guesses:?}", provider.id, vector.name);
        first += usize::from(at == Some(0));
    }
    println!("{first} of {all} first");
    assert!(first * 100 >= all * 85, "only {first} of {all} were guessed first");
}
