//! How much work an explanation may be.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Serialize, Serializer};

/// How much work an explanation may be: so many attempts, and so much time.
///
/// An attempt is one verification with all the secrets in question. What is likely is tried first: most findings take
/// less than a hundred attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    attempts: u32,
    time: Duration,
}

impl Budget {
    /// For a server that explains beside its work: 4000 attempts, 50 ms.
    pub const LIVE: Self = Self::new(4_000, Duration::from_millis(50));
    /// For people who look at one delivery and wait: 200 000 attempts, 3 s.
    pub const THOROUGH: Self = Self::new(200_000, Duration::from_secs(3));

    /// So many attempts and so much time, whichever is spent first.
    #[must_use]
    pub const fn new(attempts: u32, time: Duration) -> Self {
        Self { attempts, time }
    }

    /// The most attempts.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The longest time.
    #[must_use]
    pub const fn time(&self) -> Duration {
        self.time
    }
}

impl Default for Budget {
    /// [`Budget::LIVE`].
    fn default() -> Self {
        Self::LIVE
    }
}

/// How a search came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// All attempts of the budget were made.
    Attempts,
    /// Everything that is known was tried.
    Exhausted,
    /// Something matched, or the headers told enough.
    Found,
    /// The time of the budget was over.
    Time,
}

impl Ended {
    /// The end as a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Exhausted => "exhausted",
            Self::Found => "found",
            Self::Time => "time",
        }
    }
}

impl Serialize for Ended {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A clock that only goes forwards.
#[derive(Clone)]
pub(super) struct Stopwatch(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Stopwatch {
    pub(super) fn new(elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(elapsed))
    }

    pub(super) fn system() -> Self {
        let start = Instant::now();
        Self::new(move || start.elapsed())
    }
}

impl fmt::Debug for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopwatch")
    }
}

/// Counts what a search spends.
pub(super) struct Meter {
    budget: Budget,
    watch: Stopwatch,
    start: Duration,
    spent: u32,
    over: Option<Ended>,
}

impl Meter {
    pub(super) fn new(budget: Budget, watch: &Stopwatch) -> Self {
        Self { budget, start: (watch.0)(), watch: watch.clone(), spent: 0, over: None }
    }

    /// Takes one attempt from the budget, if there is one left.
    pub(super) fn take(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        self.spent += 1;
        true
    }

    pub(super) fn is_over(&mut self) -> bool {
        if self.over.is_none() {
            self.over = if self.spent >= self.budget.attempts {
                Some(Ended::Attempts)
            } else if self.elapsed() >= self.budget.time {
                Some(Ended::Time)
            } else {
                None
            };
        }
        self.over.is_some()
    }

    pub(super) fn spent(&self) -> u32 {
        self.spent
    }

    pub(super) fn ended(&self) -> Option<Ended> {
        self.over
    }

    pub(super) fn elapsed(&self) -> Duration {
        (self.watch.0)().saturating_sub(self.start)
    }
}
