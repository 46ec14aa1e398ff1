//! An arbitrary request to every provider: what is accepted and what is refused is what a slow reference says, and
//! neither depends on how the body was cut into frames.

#![no_main]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, LazyLock},
    time::Duration,
};

use countersign::{
    Rejection, Secrets, Verdict, WebhookVerifier, clock::UnixTime, providers, request::WebhookRequest, scheme::Options,
    vectors::VectorFile, verdict::UrlForm, verifier::Context,
};
use countersign_fuzz::{
    message::{Message, frames},
    reference,
};
use libfuzzer_sys::fuzz_target;

struct Known {
    id: &'static str,
    secrets: Vec<Vec<u8>>,
    verifier: Arc<dyn WebhookVerifier>,
}

/// Each provider with all secrets of its vectors, so that seeds made of them verify.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let files = VectorFile::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors")).expect("vectors");
    let mut secrets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let known = secrets.entry(file.id.clone()).or_default();
        let texts = file.vectors.into_iter().flat_map(|vector| vector.secrets).filter(|text| !text.is_empty());
        known.extend(texts);
        known.sort();
        known.dedup();
    }
    let known = providers::ALL.iter().filter_map(|provider| {
        let texts = secrets.get(provider.id)?;
        // A secret of a vector may be malformed on purpose.
        let usable = |text: &&String| provider.verifier(text.as_str(), &Options::new()).is_ok();
        let texts: Vec<&str> = texts.iter().filter(usable).map(String::as_str).collect();
        let verifier = provider.verifier(Secrets::try_from(texts.clone()).ok()?, &Options::new()).ok()?;
        let secrets = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        Some(Known { id: provider.id, secrets, verifier })
    });
    known.collect()
});

fuzz_target!(|text: &[u8]| {
    let Some(message) = Message::parse(text) else { return };
    let context = Context::at(Some(UnixTime::from_millis(0))).tolerance(Some(Duration::MAX));
    let split = frames(&message.body, text.len() % 17);
    for known in KNOWN.iter() {
        let whole = WebhookRequest::new(&message.method, message.url.as_str(), &message.headers, &message.body[..]);
        let outcome = known.verifier.verify(&whole, &context);
        if let Err(early) = known.verifier.verify_head(whole.head()) {
            assert!(outcome.is_err(), "{}: the head was refused ({early}), the request not", known.id);
        }
        let in_frames = WebhookRequest::new(&message.method, message.url.as_str(), &message.headers, &split[..]);
        let again = known.verifier.verify(&in_frames, &context);
        assert_eq!(summary(&outcome), summary(&again), "{}: frames matter", known.id);
        // The forms of Twilio's SDK for Node have no reference here.
        let legacy = matches!(&outcome, Ok(Verdict::Accept(verified))
            if verified.url().is_some_and(|url| matches!(url.form, UrlForm::LegacyQuery | UrlForm::Normalised)));
        if let Some(due) = reference::accepts(known.id, &message, &known.secrets)
            && !legacy
        {
            assert_eq!(outcome.is_ok(), due, "{}: {outcome:?} for {message:?}", known.id);
        }
    }
});

fn summary(outcome: &Result<Verdict, Rejection>) -> String {
    match outcome {
        Ok(Verdict::Answer(answer)) => format!("{:?}", answer.body()),
        other => format!("{other:?}"),
    }
}
