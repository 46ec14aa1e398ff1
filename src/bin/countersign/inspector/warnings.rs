//! What is odd about an answer, seen from the provider.

use std::time::Duration;

use serde::Serialize;

use super::render;
use crate::store::{Exchange, Verdict};

/// Something that the provider will not like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Warning {
    /// A kebab-case word.
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

/// All warnings about an exchange.
pub(crate) fn of(exchange: &Exchange) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code, text: String| warnings.push(Warning { code, text });
    if let Some((_, attempt)) = exchange.retry_of {
        warn("retry", format!("attempt {attempt}: the provider was not content with an earlier answer, or got none"));
    }
    let reached_the_app = matches!(exchange.decision.verdict, Verdict::Accepted | Verdict::Unverified);
    if !reached_the_app || exchange.trouble.is_some() {
        return warnings;
    }
    if exchange.status().is_some_and(|status| (300..400).contains(&status) && status != 304) {
        warn("redirect", "a redirect: providers do not follow it, or lose the body on the way".to_owned());
    }
    let provider = exchange.decision.provider.as_deref().unwrap_or_default();
    let content_type = exchange.response.as_ref().and_then(|response| response.header("content-type"));
    let is_html = content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with(b"text/html"));
    if is_html && let Some(due) = markup_due(provider) {
        warn("html-answer", format!("HTML where {due} is due (Content-Type: application/xml)"));
    }
    if let Some(deadline) = deadline(provider)
        && let taken = render::duration(exchange)
        && taken * 10 >= deadline * 8
    {
        let (taken, deadline) = (taken.as_secs_f64(), deadline.as_secs());
        warn("slow", format!("answered after {taken:.1} s: {provider} waits {deadline} s, then it tries again or gives up"));
    }
    warnings
}

/// How long a provider waits for an answer, where its documentation says so.
pub(crate) fn deadline(provider: &str) -> Option<Duration> {
    let secs = match provider {
        "slack" => 3,
        "shopify" | "hubspot" => 5,
        "clickup" => 7,
        "github" | "gitlab" | "zoom" => 10,
        "plivo" | "twilio" => 15,
        _ => return None,
    };
    Some(Duration::from_secs(secs))
}

/// The markup that a provider reads instructions from.
fn markup_due(provider: &str) -> Option<&'static str> {
    match provider {
        "plivo" => Some("Plivo XML"),
        "signalwire" => Some("LaML"),
        "twilio" => Some("TwiML"),
        _ => None,
    }
}
