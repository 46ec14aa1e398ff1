//! What came of a request, for people and for programs.

use std::{fmt::Write, io::IsTerminal};

use countersign::{Verified, clock::UnixTime, explain::Finding};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::judge::{Judged, Outcome};
use crate::console::{Paint, ascii_json, escape};

/// A verdict line, and what is to be said of it.
pub(super) fn text(judged: &Judged) -> String {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let paint = Paint { colour };
    let verdict = match &judged.outcome {
        Outcome::Accepted(_) => paint.good("accepted"),
        Outcome::Answered(_) => paint.good("challenge answered"),
        Outcome::Refused(rejection) => paint.bad(format_args!("refused: {}", rejection.kind())),
        Outcome::Undecided(_) => paint.warning("not verified"),
    };
    let mut text = format!("{verdict}  {}", escape(&judged.label, 100));
    if let Some(provider) = judged.provider {
        let how = if judged.is_guessed { " (told by its headers)" } else { "" };
        let _ = write!(text, "  {}{how}", provider.name);
    }
    // Queries hold what is private to users; programs get them.
    let url = judged.url.split('?').next().unwrap_or_default();
    let _ = writeln!(text, "  {} {}", escape(&judged.method, 20), escape(url, 300));
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "  {}{value}", paint.dim(format_args!("{name:<11}")));
    };
    match &judged.outcome {
        Outcome::Accepted(verified) => {
            line("secret", &escape(&secret(verified), 200));
            if let Some(time) = verified.signed_at() {
                line("signed at", &time_text(time));
            }
            if let Some(url) = verified.url() {
                line("signed URL", &format!("{}, {}", url.scheme, url.form.as_str()));
            }
        }
        Outcome::Answered(status) => {
            line("answer", &format!("{}, by countersign; the app is not asked", status.as_u16()));
        }
        Outcome::Refused(rejection) => line("reason", rejection.kind().explanation()),
        Outcome::Undecided(problem) => line("problem", &escape(problem, 500)),
    }
    if let Some(at) = judged.at {
        line("as of", &time_text(at));
    }
    for note in &judged.notes {
        line("note", &escape(note, 500));
    }
    if let Some(finding) = &judged.explanation {
        explanation(finding, &mut line);
    }
    text
}

fn explanation(finding: &Finding, line: &mut impl FnMut(&str, &str)) {
    let codes: Vec<_> = std::iter::once(&finding.code).chain(&finding.also).map(|code| code.as_str()).collect();
    line("why", &format!("{} [{}]", escape(&finding.summary, 1_000), codes.join(", ")));
    if !finding.fix.step.is_empty() {
        line("fix", &escape(&finding.fix.step, 1_000));
    }
    let url = finding.matched.as_ref().and_then(|matched| matched.url.as_deref());
    // Userinfo is left out of it, and cannot be given again.
    if let Some(url) = url.filter(|url| finding.code.is_url() && !url.contains('…')) {
        line("try", &format!("--public-url '{}'", escape(url, 1_000)));
    }
    for detail in &finding.details {
        line("", &escape(detail, 1_000));
    }
    for check in &finding.checklist {
        line("check", &escape(check, 1_000));
    }
}

/// One JSON value on a line.
pub(super) fn json(judged: &Judged) -> String {
    let (verdict, verified, rejection, answer, error) = match &judged.outcome {
        Outcome::Accepted(verified) => ("accepted", Some(verified), None, None, None),
        Outcome::Answered(status) => ("answered", None, None, Some(status.as_u16()), None),
        Outcome::Refused(rejection) => ("refused", None, Some(rejection.kind()), None, None),
        Outcome::Undecided(problem) => ("undecided", None, None, None, Some(problem)),
    };
    let value = json!({
        "request": judged.label,
        "provider": judged.provider.map(|provider| provider.id),
        "guessed": judged.is_guessed,
        "verdict": verdict,
        "reason": rejection.map(|kind| kind.as_str()),
        "reason_text": rejection.map(|kind| kind.explanation()),
        "method": judged.method,
        "url": judged.url,
        "at": judged.at.map(time_text),
        "secret": verified.map(secret),
        "signed_at": verified.and_then(Verified::signed_at).map(time_text),
        "signed_url": verified.and_then(Verified::url).map(|url| json!({
            "scheme": url.scheme,
            "form": url.form.as_str(),
        })),
        "delivery_id": verified.and_then(Verified::delivery_id).map(|id| String::from_utf8_lossy(id.as_bytes())),
        "status": answer,
        "explanation": judged.explanation.as_ref().map(|finding| finding_json(finding, judged)),
        "notes": judged.notes,
        "error": error,
    });
    ascii_json(&value.to_string()) + "\n"
}

/// The finding; without the signed bytes where those of the URL hold a password.
fn finding_json(finding: &Finding, judged: &Judged) -> Value {
    let mut value = finding.to_json();
    if judged.has_userinfo
        && let Some(views) = value.get_mut("views")
    {
        *views = Value::Null;
    }
    value
}

/// The label of the secret that matched, or its position.
fn secret(verified: &Verified) -> String {
    verified.secret_label().map_or_else(|| verified.secret_index().to_string(), str::to_owned)
}

fn time_text(time: UnixTime) -> String {
    Timestamp::from_millisecond(time.as_millis()).map_or_else(|_| time.as_secs().to_string(), |time| time.to_string())
}
