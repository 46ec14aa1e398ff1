//! What is shown: a line for each answer, a summary, and progress on terminals.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, IsTerminal, Write as _},
    time::{Duration, Instant},
};

use http::StatusCode;
use jiff::{Timestamp, Zoned};
use serde_json::json;

use super::{client::Answer, expect::Expected};
use crate::{
    commands::given::{millis, print},
    console::{Paint, ascii_json, escape},
    errors::Failure,
};

/// Shows answers as they come, and counts them.
pub(super) struct Report<'a> {
    provider: &'static str,
    event: &'a str,
    expected: &'a Expected,
    count: u64,
    as_json: bool,
    paint: Paint,
    shows_progress: bool,
    begun: Instant,
    last_progress: Option<Instant>,
    sent: u64,
    fitting: u64,
    outcomes: BTreeMap<String, u64>,
    durations: Vec<Duration>,
}

impl<'a> Report<'a> {
    pub(super) fn new(
        provider: &'static str,
        event: &'a str,
        expected: &'a Expected,
        count: u64,
        as_json: bool,
        paint: Paint,
    ) -> Self {
        // Where the lines themselves are seen, they are the progress.
        let shows_progress = count > 1 && io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self {
            provider,
            event,
            expected,
            count,
            as_json,
            paint,
            shows_progress,
            begun: Instant::now(),
            last_progress: None,
            sent: 0,
            fitting: 0,
            outcomes: BTreeMap::new(),
            durations: Vec::new(),
        }
    }

    pub(super) fn begin(&self) -> Result<(), Failure> {
        if self.as_json {
            return Ok(());
        }
        let header = format!(
            "{:<12}  {:<width$}  {:<6}  {:>10}  ANSWER",
            "TIME",
            "EVENT",
            "STATUS",
            "TOOK",
            width = self.width()
        );
        print(&format!("{}\n", self.paint.dim(header)))
    }

    pub(super) fn answer(&mut self, id: &str, answer: &Result<Answer, String>) -> Result<(), Failure> {
        self.sent += 1;
        let status = answer.as_ref().map(|answer| answer.status).ok();
        let fits = status.is_some_and(|status| self.expected.fits(status));
        self.fitting += u64::from(fits);
        *self.outcomes.entry(status.map_or("failed".to_owned(), |status| status.as_str().to_owned())).or_default() += 1;
        if let Ok(answer) = answer {
            // Enough for percentiles that mean something, and no more for millions.
            if self.durations.len() < MOST_DURATIONS {
                self.durations.push(answer.took);
            }
        }
        let line = if self.as_json { self.json_line(id, answer, fits) } else { self.line(answer, fits) };
        print(&line)?;
        self.progress();
        Ok(())
    }

    /// Whether all answers were as expected; told as well.
    pub(super) fn end(mut self) -> Result<bool, Failure> {
        if self.shows_progress {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
        let all = self.fitting == self.count;
        if self.as_json {
            let summary =
                json!({ "sent": self.sent, "as_expected": self.fitting, "expected": self.expected.to_string() });
            print(&format!("{summary}\n"))?;
        } else if self.count > 1 || !all {
            print(&self.summary(all))?;
        }
        Ok(all)
    }

    fn line(&self, answer: &Result<Answer, String>, fits: bool) -> String {
        let time = Zoned::now().strftime("%H:%M:%S%.3f").to_string();
        let mut line = format!("{}  {:<width$}  ", self.paint.dim(time), self.event, width = self.width());
        let (status, took, rest) = match answer {
            Ok(answer) => (answer.status.as_str(), millis(answer.took), says(answer)),
            Err(problem) => ("failed", "-".to_owned(), escape(problem, LONGEST_ANSWER)),
        };
        let status = format!("{status:<6}");
        let status = if fits { self.paint.good(status) } else { self.paint.bad(status) };
        let _ = writeln!(line, "{status}  {took:>10}  {rest}");
        line
    }

    fn json_line(&self, id: &str, answer: &Result<Answer, String>, fits: bool) -> String {
        let mut value = json!({
            "time": Timestamp::now().to_string(),
            "provider": self.provider,
            "event": self.event,
            "id": id,
            "as_expected": fits,
        });
        match answer {
            Ok(answer) => {
                value["status"] = answer.status.as_u16().into();
                value["duration_ms"] = (answer.took.as_micros() as f64 / 1e3).into();
                value["answer"] = answer.first_line.as_str().into();
            }
            Err(problem) => value["error"] = problem.as_str().into(),
        }
        format!("{}\n", ascii_json(&value.to_string()))
    }

    fn summary(&mut self, all: bool) -> String {
        let outcomes: Vec<_> = self.outcomes.iter().map(|(status, count)| format!("{count} × {status}")).collect();
        let mut text = format!("{} sent: {}", self.sent, outcomes.join(", "));
        self.durations.sort_unstable();
        let quantile = |per_cent: usize| {
            self.durations.get((self.durations.len() * per_cent / 100).min(self.durations.len().saturating_sub(1)))
        };
        if let (true, Some(median), Some(slow)) = (self.sent > 1, quantile(50), quantile(95)) {
            let rate = self.sent as f64 / self.begun.elapsed().as_secs_f64().max(1e-6);
            let _ = write!(text, "; median {}, 95 % within {}, {rate:.0}/s", millis(*median), millis(*slow));
        }
        let verdict = match all {
            true => self.paint.good(format_args!("all as expected ({})", self.expected)),
            false => self.paint.bad(format_args!("{} not as expected ({})", self.count - self.fitting, self.expected)),
        };
        format!("{text}; {verdict}\n")
    }

    fn progress(&mut self) {
        if !self.shows_progress || self.last_progress.is_some_and(|last| last.elapsed() < BETWEEN_PROGRESS) {
            return;
        }
        self.last_progress = Some(Instant::now());
        let unfit = self.sent - self.fitting;
        // Nobody's work depends on it.
        let _ = write!(io::stderr(), "\r\x1b[K{} of {} sent, {unfit} not as expected", self.sent, self.count);
        let _ = io::stderr().flush();
    }

    fn width(&self) -> usize {
        self.event.len().max("EVENT".len())
    }
}

fn says(answer: &Answer) -> String {
    match answer.status {
        StatusCode::SWITCHING_PROTOCOLS => "the WebSocket is open".to_owned(),
        status if status.is_redirection() => {
            format!("{} (a redirect: it is not followed)", escape(&answer.first_line, LONGEST_ANSWER))
        }
        _ => escape(&answer.first_line, LONGEST_ANSWER),
    }
}

const LONGEST_ANSWER: usize = 100;
const MOST_DURATIONS: usize = 1 << 20;
const BETWEEN_PROGRESS: Duration = Duration::from_millis(100);
