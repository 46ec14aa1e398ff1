//! A capture as a conformance vector: self-contained, and without anything secret.

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{
    RejectionKind, Secret,
    clock::UnixTime,
    providers::Provider,
    scheme::{OptionKind, OptionValue, Options, SigningContext},
};
use http::{HeaderMap, Request};
use serde_json::{Value, json};

use super::url;
use crate::{
    inspector::edits::Edits,
    signing::{SignMode, Signatory},
    store::{Exchange, Verdict},
};

/// The delivery, signed with a secret that is for tests only.
///
/// # Errors
/// Why there can be no such vector, in words.
pub(crate) fn vector(exchange: &Exchange, provider: &'static Provider, options: &Options) -> Result<Value, String> {
    let mut request = Edits::default().apply(exchange).map_err(|error| error.message().to_owned())?;
    let secs = exchange.arrived.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = UnixTime::from_secs(i64::try_from(secs).unwrap_or_default()).ok_or("it has no time")?;
    let url = url(exchange);
    let id = exchange.decision.delivery_id.clone().unwrap_or_else(|| exchange.id.to_string());
    let context = SigningContext { now, delivery_id: &id };
    let secret =
        SECRETS.iter().filter_map(|text| Secret::new(*text).ok().map(|secret| (text, secret))).find(|(_, secret)| {
            let by = Signatory { provider, secret, options };
            SignMode::Fresh.apply(&by, &url, &mut request.clone(), &context).is_ok()
        });
    let Some((text, secret)) = secret else {
        return Err(format!(
            "only {} can sign its deliveries: there is no vector without its private key",
            provider.name
        ));
    };
    let by = Signatory { provider, secret: &secret, options };
    let mut signed_url = url;
    // What was refused stays as it came: what is wrong with it is what the vector shows.
    if exchange.decision.verdict == Verdict::Accepted {
        let done =
            SignMode::Fresh.apply(&by, &signed_url, &mut request, &context).map_err(|error| error.to_string())?;
        signed_url = done.signed.url.unwrap_or(signed_url);
    }
    let verdict = by.verdict(&signed_url, &request, now);
    Ok(describe(exchange, &request, &signed_url, text, &by, now, verdict))
}

fn describe(
    exchange: &Exchange,
    request: &Request<bytes::Bytes>,
    url: &str,
    secret: &str,
    by: &Signatory<'_>,
    now: UnixTime,
    verdict: Result<(), RejectionKind>,
) -> Value {
    let mut described =
        json!({ "method": request.method().as_str(), "url": url, "headers": headers(request.headers()) });
    match std::str::from_utf8(request.body()) {
        Ok(text) => described["body"] = text.into(),
        Err(_) => described["body_base64"] = STANDARD.encode(request.body()).into(),
    }
    json!({
        "name": format!("captured: {} {} ({})", exchange.method(), exchange.target(), exchange.id),
        "origin": "captured by countersign, signed with a secret for tests",
        "secrets": [secret],
        "options": options_json(by.provider, by.options),
        "now": now.as_secs(),
        "request": described,
        "expect": if verdict.is_ok() { "valid" } else { "invalid" },
        "reason": verdict.err().map(RejectionKind::as_str),
        "response": null,
    })
}

fn headers(headers: &HeaderMap) -> Vec<Value> {
    headers.iter().map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())])).collect()
}

/// Switches and numbers. Texts may be tokens, and are left out.
fn options_json(provider: &Provider, options: &Options) -> Value {
    let plain = provider.options.iter().filter_map(|spec| {
        let value = match (options.get(spec.name)?, spec.kind) {
            (OptionValue::Bool(on), _) => Value::from(*on),
            (OptionValue::Secs(secs), _) => Value::from(*secs),
            (OptionValue::Text(word), OptionKind::Choice(_)) => Value::from(word.as_str()),
            _ => return None,
        };
        Some((spec.name.to_owned(), value))
    });
    Value::Object(plain.collect())
}

/// Secrets in the forms that providers have. They protect nothing.
const SECRETS: [&str; 5] = [
    "whsec_Y291bnRlcnNpZ24gc2VjcmV0IGZvciB0ZXN0cyE=",
    "636f756e7465727369676e2073656372657420666f7220746573747321212121",
    "Y291bnRlcnNpZ24gc2VjcmV0IGZvciB0ZXN0cyE=",
    "countersign:secret-for-tests",
    "countersign secret for tests",
];
