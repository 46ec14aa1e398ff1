//! What is odd about an answer, seen from the provider.

use std::time::Duration;

use http::StatusCode;
use serde::Serialize;

/// Something that the provider will not like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Warning {
    /// A kebab-case word.
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

/// The app's answer to a delivery.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    /// The provider's id; empty if it is not known.
    pub(crate) provider: &'a str,
    pub(crate) status: StatusCode,
    pub(crate) is_html: bool,
    /// How long it took up to its head.
    pub(crate) taken: Duration,
}

impl Answer<'_> {
    /// All that is odd about it.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let Self { provider, status, is_html, taken } = *self;
        let mut warnings = Vec::new();
        let mut warn = |code, text: String| warnings.push(Warning { code, text });
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            warn("redirect", "a redirect: providers do not follow it, or lose the body on the way".to_owned());
        }
        if is_html && let Some(due) = markup_due(provider) {
            warn("html-answer", format!("HTML where {due} is due (Content-Type: application/xml)"));
        }
        if let Some(deadline) = deadline(provider)
            && taken * 10 >= deadline * 8
        {
            let (taken, deadline) = (taken.as_secs_f64(), deadline.as_secs());
            let text =
                format!("answered after {taken:.1} s: {provider} waits {deadline} s, then it gives up or tries again");
            warn("slow", text);
        }
        warnings
    }
}

/// Whether a `Content-Type` says that it is HTML.
pub(crate) fn is_html(content_type: &[u8]) -> bool {
    let media = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    media.trim_ascii().eq_ignore_ascii_case(b"text/html")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_odd() {
        let codes = |provider, status, content_type: &'static str, taken| {
            let status = StatusCode::from_u16(status).unwrap();
            let answer = Answer { provider, status, is_html: is_html(content_type.as_bytes()), taken };
            answer.warnings().iter().map(|warning| warning.code).collect::<Vec<_>>()
        };
        let soon = Duration::from_millis(20);
        assert!(codes("twilio", 200, "application/xml", soon).is_empty());
        assert_eq!(codes("twilio", 200, "Text/HTML; charset=utf-8", soon), ["html-answer"]);
        assert!(codes("stripe", 200, "text/html", soon).is_empty());
        assert_eq!(codes("stripe", 301, "text/html", soon), ["redirect"]);
        assert!(codes("stripe", 304, "", soon).is_empty());
        assert_eq!(codes("slack", 200, "", Duration::from_millis(2_400)), ["slow"]);
        assert!(codes("slack", 200, "", Duration::from_millis(2_399)).is_empty());
    }
}
