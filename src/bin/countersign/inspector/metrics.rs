//! Counts, rates and latencies of a route since the start.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::{
    proxy::{Outcome, Record},
    store::Verdict,
};

/// What is counted on a route.
pub(crate) struct Metrics(Mutex<Counters>);

struct Counters {
    began: Instant,
    ticked: Instant,
    // Since the last tick.
    fresh: u64,
    total: u64,
    verdicts: [u64; Verdict::ALL.len()],
    troubles: u64,
    rates: [Rate; 3],
    // Microseconds up to the head of the answer.
    durations: Histogram<u32>,
}

/// An average that forgets, per second, as in the load of Unix.
struct Rate {
    window: Duration,
    value: f64,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let rates = [1, 5, 15].map(|minutes| Rate { window: Duration::from_secs(60 * minutes), value: 0.0 });
        // Three minutes are more than any provider waits.
        #[allow(clippy::expect_used, reason = "the bounds are constants")]
        let durations = Histogram::new_with_bounds(1, 180_000_000, 2).expect("the bounds are in order");
        Self(Mutex::new(Counters {
            began: now,
            ticked: now,
            fresh: 0,
            total: 0,
            verdicts: [0; Verdict::ALL.len()],
            troubles: 0,
            rates,
            durations,
        }))
    }

    /// Counts a request.
    pub(crate) fn request(&self, record: &Record) {
        let verdict = match &record.outcome {
            Outcome::Accepted(_) => Verdict::Accepted,
            Outcome::Answered => Verdict::Answered,
            Outcome::Refused(_) => Verdict::Refused,
            Outcome::Undecided => Verdict::Undecided,
            Outcome::Unverified => Verdict::Unverified,
        };
        let mut counters = self.counters();
        counters.tick(Instant::now());
        counters.fresh += 1;
        counters.total += 1;
        counters.troubles += u64::from(record.trouble.is_some());
        if let Some(count) = counters.verdicts.get_mut(verdict as usize) {
            *count += 1;
        }
        let micros = u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX);
        counters.durations.saturating_record(micros.max(1));
    }

    /// The figures in ngrok's shape: rates per second, durations in nanoseconds.
    pub(crate) fn tunnel(&self) -> Value {
        let mut counters = self.counters();
        counters.tick(Instant::now());
        let [one, five, fifteen] = &counters.rates;
        let nanos = |quantile: f64| counters.durations.value_at_quantile(quantile) * 1000;
        json!({
            "count": counters.total,
            "rate1": one.value, "rate5": five.value, "rate15": fifteen.value,
            "p50": nanos(0.5), "p90": nanos(0.9), "p95": nanos(0.95), "p99": nanos(0.99),
        })
    }

    /// The same and more, in ours.
    pub(crate) fn figures(&self) -> Value {
        let mut counters = self.counters();
        counters.tick(Instant::now());
        let verdicts: serde_json::Map<_, _> = Verdict::ALL
            .iter()
            .map(|verdict| (verdict.as_str().to_owned(), counters.verdict(*verdict).into()))
            .collect();
        let [one, five, fifteen] = &counters.rates;
        let micros = |quantile: f64| counters.durations.value_at_quantile(quantile);
        json!({
            "requests": counters.total,
            "verdicts": verdicts,
            "troubles": counters.troubles,
            "since_s": counters.began.elapsed().as_secs(),
            "rates": { "m1": one.value, "m5": five.value, "m15": fifteen.value },
            "latency_us": {
                "p50": micros(0.5), "p90": micros(0.9), "p95": micros(0.95), "p99": micros(0.99),
                "max": counters.durations.max(),
            },
        })
    }

    fn counters(&self) -> MutexGuard<'_, Counters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counters {
    /// Brings the rates up to date, every five seconds.
    fn tick(&mut self, now: Instant) {
        let elapsed = now.duration_since(self.ticked);
        if elapsed < TICK {
            return;
        }
        let current = self.fresh as f64 / elapsed.as_secs_f64();
        for rate in &mut self.rates {
            let kept = (-elapsed.as_secs_f64() / rate.window.as_secs_f64()).exp();
            rate.value = rate.value * kept + current * (1.0 - kept);
        }
        self.ticked = now;
        self.fresh = 0;
    }

    fn verdict(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(verdict as usize).copied().unwrap_or_default()
    }
}

const TICK: Duration = Duration::from_secs(5);
