//! What is signed verifies: every vector that is valid, signed anew with the same secret and options.

use std::{collections::BTreeMap, path::Path, process::ExitCode, sync::Arc};

use bytes::Bytes;
use countersign::{
    Secret, Secrets, Verdict, WebhookVerifier,
    clock::UnixTime,
    providers::{self, Provider},
    request::WebhookRequest,
    scheme::{OptionValue, Options, SignError, SigningContext},
    vectors::{Expectation, Vector, VectorFile},
    verifier::Context,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let files = VectorFile::load(&folder).expect("vector files");
    let mut seen = BTreeMap::new();
    let mut trials = Vec::new();
    for file in files {
        for vector in file.vectors.into_iter().filter(|vector| vector.expect == Expectation::Valid) {
            let name = format!("{}::{}", file.id, vector.slug());
            let times = seen.entry(name.clone()).and_modify(|times| *times += 1).or_insert(1);
            let name = if *times > 1 { format!("{name}-{times}") } else { name };
            let id = file.id.clone();
            trials.push(Trial::test(name, move || check(providers::by_id(&id)?, &vector)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A delivery at a time of its own, so that a signature that was kept cannot pass for a new one.
const NOW: i64 = 1_790_000_000;

fn check(provider: &Provider, vector: &Vector) -> Result<(), Failed> {
    // The last one, since vectors about rotation have the right one there.
    let secret = vector.secrets.last().ok_or("no secret")?;
    let options = options(vector);
    let method = Method::from_bytes(vector.request.method.as_bytes())?;
    let mut headers = HeaderMap::new();
    for (name, value) in &vector.request.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_bytes(value.as_bytes())?);
    }
    let body = vector.request.body()?;
    let request = WebhookRequest::new(&method, vector.request.url.as_str(), &headers, &body[..]);
    let now = UnixTime::from_secs(NOW).ok_or("no time")?;
    let context = SigningContext { now, delivery_id: "01HZX3C6S9N8B7V6C5X4Z3A2Q1" };
    let signed = match provider.sign(&Secret::new(secret)?, &options, &request, &context) {
        Err(SignError::ProviderOnly) => return Ok(()),
        outcome => outcome?,
    };
    let mut headers = headers.clone();
    signed.apply(&mut headers);
    let url = signed.url.unwrap_or_else(|| vector.request.url.clone());
    let body = signed.body.unwrap_or_else(|| Bytes::from(body.clone()));

    let verifier = provider.verifier(Secrets::try_from(secret.as_str())?, &options)?;
    let verify = |verifier: &Arc<dyn WebhookVerifier>, body: &[u8]| {
        let request = WebhookRequest::new(&method, url.as_str(), &headers, body);
        verifier.verify_head(request.head()).and_then(|()| verifier.verify(&request, &Context::at(Some(now))))
    };
    match verify(&verifier, &body) {
        Ok(Verdict::Accept(_) | Verdict::Answer(_)) => {}
        Ok(other) => return Err(format!("signed, yet {other:?}").into()),
        Err(rejection) => return Err(format!("signed, yet refused: {}", rejection.kind()).into()),
    }
    // Another secret must not do, unless it makes no key of this scheme.
    let other = format!("{secret}x");
    if let Ok(verifier) = provider.verifier(Secrets::try_from(other.as_str())?, &options)
        && verify(&verifier, &body).is_ok()
    {
        return Err("another secret verifies it".into());
    }
    Ok(())
}

fn options(vector: &Vector) -> Options {
    vector.options.iter().fold(Options::new(), |options, (name, value)| match value {
        Value::Bool(on) => options.with(name, OptionValue::Bool(*on)),
        Value::Number(number) => options.with(name, OptionValue::Secs(number.as_u64().unwrap_or_default())),
        Value::String(text) => options.with(name, OptionValue::Text(text.clone())),
        Value::Object(texts) => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let texts = texts.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            options.with(name, OptionValue::Map(texts))
        }
        _ => options,
    })
}
