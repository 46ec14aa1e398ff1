//! One line for a request.

use std::{cell::OnceCell, fmt::Write};

use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    Explained,
    text::{Paint, ascii_json, escape},
};
use crate::{
    cli::LogFormat,
    config::LogConfig,
    proxy::{Outcome, Record, Trouble},
    store::Redactor,
    warnings::{Answer, Warning},
};

pub(super) struct Formatter {
    log: LogConfig,
    /// Of what strangers' requests hold: paths, and URLs that are made of them.
    redactor: Redactor,
    /// Read when the first line is written: there are hundreds of files to look through.
    zone: OnceCell<TimeZone>,
}

impl Formatter {
    pub(super) fn new(log: LogConfig, redactor: Redactor) -> Self {
        Self { log, redactor, zone: OnceCell::new() }
    }

    pub(super) fn request(&self, record: &Record, line: &mut String) {
        let path = self.redactor.text(&record.path);
        match self.log.format {
            LogFormat::Json => put_json(line, &request_json(record, &path)),
            LogFormat::Pretty => self.pretty(record, &path, line),
        }
    }

    /// Under the refused request: what would have matched, and what to do.
    pub(super) fn finding(&self, explained: &Explained, line: &mut String) {
        let Explained { id, path, code, line: text, step, flag } = explained;
        let [path, text, step] = [path, text, step].map(|text| self.redactor.text(text));
        let flag = flag.as_deref().map(|flag| self.redactor.text(flag));
        match self.log.format {
            LogFormat::Json => put_json(
                line,
                &json!({
                    "time": Timestamp::now().to_string(),
                    "event": "explanation",
                    "capture": id.to_string(),
                    "path": path,
                    "code": code.as_str(),
                    "text": text,
                    "fix": step,
                    "flag": flag,
                }),
            ),
            LogFormat::Pretty => {
                let paint = Paint { colour: self.log.colour };
                // The step stands at the end, and may be empty.
                let (found, step) = text.rsplit_once(ARROW).unwrap_or((&*text, ""));
                let _ = write!(line, "{:10}{}", "", paint.warning(escape(found, MOST_SHOWN)));
                if !step.is_empty() {
                    let _ = write!(line, "{ARROW}{}", paint.bold(escape(step, MOST_SHOWN)));
                }
                let place = format_args!("[{} {}]", code.as_str(), escape(&path, 100));
                let _ = writeln!(line, "  {}", paint.dim(place));
            }
        }
    }

    pub(super) fn notice(&self, text: &str, line: &mut String) {
        match self.log.format {
            LogFormat::Json => {
                put_json(line, &json!({ "time": Timestamp::now().to_string(), "event": "notice", "text": text }));
            }
            LogFormat::Pretty => {
                let time = self.local(Timestamp::now());
                let _ = writeln!(line, "{}  {}", time.strftime("%H:%M:%S"), escape(text, 1000));
            }
        }
    }

    fn local(&self, time: Timestamp) -> Zoned {
        time.to_zoned(self.zone.get_or_init(TimeZone::system).clone())
    }

    fn pretty(&self, record: &Record, path: &str, line: &mut String) {
        let paint = Paint { colour: self.log.colour };
        let time = self.local(Timestamp::try_from(record.time).unwrap_or_default());
        let status = record.status.map_or("-".to_owned(), |status| status.as_str().to_owned());
        let verdict = match &record.outcome {
            Outcome::Accepted(_) => paint.good("accepted"),
            Outcome::Answered => paint.good("challenge answered"),
            Outcome::Refused(rejection) => paint.bad(format_args!("refused: {}", rejection.kind())),
            Outcome::Undecided if record.client_left => paint.warning(LEFT),
            Outcome::Undecided => paint.warning("not forwarded"),
            Outcome::Unverified => paint.warning("unverified"),
        };
        let _ = write!(
            line,
            "{}  {:<4} {}  {verdict}  {status}  {:.1} ms",
            paint.dim(time.strftime("%H:%M:%S")),
            escape(record.method.as_str(), 20),
            escape(path, 200),
            record.duration.as_secs_f64() * 1e3,
        );
        if let Some(trouble) = record.trouble {
            let _ = write!(line, "  {}", paint.bad(explain(trouble)));
        }
        if record.client_left && !matches!(record.outcome, Outcome::Undecided) {
            let _ = write!(line, "  {}", paint.warning(LEFT));
        }
        for warning in warnings(record) {
            let _ = write!(line, "  {}", paint.warning(format_args!("({})", warning.text)));
        }
        if self.log.verbose {
            let _ = write!(line, "  {}", paint.dim(details(record)));
        }
        line.push('\n');
    }
}

/// What the provider will not like about the app's answer.
fn warnings(record: &Record) -> Vec<Warning> {
    let provider = match &record.outcome {
        Outcome::Accepted(accepted) => accepted.provider,
        Outcome::Unverified => "",
        _ => return Vec::new(),
    };
    let (Some(status), None) = (record.status, record.trouble) else { return Vec::new() };
    Answer { provider, status, is_html: record.is_html, taken: record.duration }.warnings()
}

fn details(record: &Record) -> String {
    let mut text = format!("from {}", record.peer);
    if let Some(capture) = record.capture {
        let _ = write!(text, ", capture {capture}");
    }
    if let Outcome::Accepted(accepted) = &record.outcome {
        let label = accepted.secret_label.as_deref().unwrap_or("without a label");
        let _ = write!(text, ", secret {}", escape(label, 100));
        if let Some(url) = accepted.url {
            let _ = write!(text, ", signed URL {} {:?}", url.scheme, url.form);
        }
    }
    text
}

fn request_json(record: &Record, path: &str) -> Value {
    let (verdict, reason) = match &record.outcome {
        Outcome::Accepted(_) => ("accepted", None),
        Outcome::Answered => ("answered", None),
        Outcome::Refused(rejection) => ("refused", Some(rejection.kind().as_str())),
        Outcome::Undecided => ("undecided", None),
        Outcome::Unverified => ("unverified", None),
    };
    let accepted = match &record.outcome {
        Outcome::Accepted(accepted) => Some(accepted),
        _ => None,
    };
    json!({
        "time": Timestamp::try_from(record.time).unwrap_or_default().to_string(),
        "event": "request",
        "peer": record.peer.to_string(),
        "capture": record.capture.map(|id| id.to_string()),
        "method": record.method.as_str(),
        "path": path,
        "verdict": verdict,
        "reason": reason,
        "provider": accepted.map(|accepted| accepted.provider),
        "secret": accepted.and_then(|accepted| accepted.secret_label.as_deref()),
        "status": record.status.map(|status| status.as_u16()),
        "duration_ms": (record.duration.as_secs_f64() * 1e6).round() / 1e3,
        "trouble": record.trouble.map(explain),
        "client_left": record.client_left,
        "warnings": warnings(record).iter().map(|warning| warning.code).collect::<Vec<_>>(),
    })
}

/// Between what was found and what to do about it; the one sign beyond ASCII that is shown as it is.
const ARROW: &str = " → ";
/// Of each half of an explanation: URLs are as long as a stranger likes.
const MOST_SHOWN: usize = 600;

/// It may have sent all that it wanted to.
const LEFT: &str = "client closed first";

fn explain(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Broken => "the app closed the connection",
        Trouble::ClientBrokeOff => "the client broke off",
        Trouble::Ended => "countersign ended first",
        Trouble::InvalidAnswer => "the app's answer is not valid HTTP",
        Trouble::TimedOut => "the app did not answer in time",
        Trouble::Unreachable => "the app is not reachable",
        Trouble::Unresolved => "the app's name cannot be resolved",
    }
}

pub(super) fn put_json(line: &mut String, value: &Value) {
    line.push_str(&ascii_json(&value.to_string()));
    line.push('\n');
}

#[cfg(test)]
mod tests {
    use countersign::explain::Code;

    use super::*;
    use crate::store::Id;

    fn line(colour: bool, path: &str, text: &str) -> String {
        let log = LogConfig { format: LogFormat::Pretty, colour, quiet: false, verbose: false };
        let explained = Explained {
            id: "1a20170540540c00".parse::<Id>().unwrap(),
            path: path.to_owned(),
            code: Code::UrlHost,
            line: text.to_owned(),
            step: String::new(),
            flag: None,
        };
        let mut line = String::new();
        Formatter::new(log, Redactor::default()).finding(&explained, &mut line);
        line
    }

    const TEXT: &str = "signature matches for https://hooks.example.com/sms → add --url https://hooks.example.com";

    #[test]
    fn findings() {
        assert_eq!(line(false, "/sms", TEXT), format!("          {TEXT}  [url-host /sms]\n"));
        assert_eq!(
            line(true, "/sms", TEXT),
            "          \x1b[33msignature matches for https://hooks.example.com/sms\x1b[0m → \
             \x1b[1madd --url https://hooks.example.com\x1b[0m  \x1b[2m[url-host /sms]\x1b[0m\n"
        );
        assert_eq!(line(false, "/", "nothing to do"), "          nothing to do  [url-host /]\n");
    }

    #[test]
    fn hostile_findings() {
        let path = format!("/{}\x1b[2J", "x".repeat(300));
        let line = line(false, &path, &format!("matches https://a/ → b\r\n\u{9b}{} → add it", "ü".repeat(900)));
        let (shown, end) = line.split_at(line.len() - 1);
        assert!(end == "\n" && !shown.contains(|c: char| c.is_control()), "{line}");
        assert_eq!(shown.chars().filter(|c| !c.is_ascii()).collect::<String>(), "→", "{line}");
        assert!(shown.len() < 8000 && shown.contains("... → add it  [url-host /xxx"), "{line}");
    }
}
