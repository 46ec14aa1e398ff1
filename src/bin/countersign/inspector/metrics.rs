//! Counts, rates and latencies of a route since the start.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::{
    proxy::{Outcome, Record, Trouble},
    store::Verdict,
};

/// What is counted on a route.
pub(crate) struct Metrics(Mutex<Counters>);

struct Counters {
    began: Instant,
    ticked: Instant,
    // Since the last tick.
    fresh: u32,
    total: u64,
    verdicts: [u64; Verdict::ALL.len()],
    troubles: u64,
    rates: [Rate; 3],
    // Microseconds up to the head of the answer.
    durations: Histogram<u32>,
}

/// An average that forgets, per second, as in the load of Unix.
struct Rate {
    /// How much of it is left after a [`TICK`].
    kept: f64,
    value: f64,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        let rates = KEPT.map(|kept| Rate { kept, value: 0.0 });
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
        counters.fresh = counters.fresh.saturating_add(1);
        counters.total += 1;
        counters.troubles += u64::from(record.trouble.is_some_and(Trouble::is_the_apps));
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
        let elapsed = now.saturating_duration_since(self.ticked);
        if elapsed < TICK {
            return;
        }
        let current = f64::from(self.fresh) / elapsed.as_secs_f64();
        let ticks = i32::try_from(elapsed.as_secs() / TICK.as_secs()).unwrap_or(i32::MAX);
        for rate in &mut self.rates {
            let kept = rate.kept.powi(ticks);
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
/// e^(-5/60), e^(-5/300), e^(-5/900): what Unix keeps of the load of one, five and fifteen minutes in five seconds.
const KEPT: [f64; 3] = [0.920_044_414_629_323_3, 0.983_471_453_821_617_4, 0.994_459_848_004_896_7];

#[cfg(test)]
mod tests {
    use super::*;

    /// The rates after `seconds` with `each` requests in each of them.
    fn rates(seconds: u64, each: u32) -> [f64; 3] {
        let metrics = Metrics::new();
        let mut counters = metrics.counters();
        let began = counters.ticked;
        for second in 1..=seconds {
            counters.fresh += each;
            counters.tick(began + Duration::from_secs(second));
        }
        counters.rates.each_ref().map(|rate| rate.value)
    }

    #[test]
    fn what_is_kept_is_an_exponential_function() {
        for (kept, minutes) in KEPT.into_iter().zip([1.0, 5.0, 15.0]) {
            assert!((kept - (-TICK.as_secs_f64() / (60.0 * minutes)).exp()).abs() < 1e-15, "{minutes}");
        }
    }

    #[test]
    fn rates_come_near_what_arrives() {
        let after_a_minute = rates(60, 10);
        let expected = [1.0, 5.0, 15.0].map(|minutes: f64| 10.0 * (1.0 - (-1.0 / minutes).exp()));
        for (rate, expected) in after_a_minute.into_iter().zip(expected) {
            assert!((rate - expected).abs() < 1e-9, "{rate} {expected}");
        }
        assert!(rates(3_600, 10).iter().all(|rate| (rate - 10.0).abs() < 0.2));
    }

    #[test]
    fn rates_fall_while_nothing_comes() {
        let metrics = Metrics::new();
        let mut counters = metrics.counters();
        let began = counters.ticked;
        counters.fresh = 600;
        counters.tick(began + Duration::from_secs(60));
        // One look after an hour, and not one each five seconds.
        counters.tick(began + Duration::from_secs(3_660));
        let values = counters.rates.each_ref().map(|rate| rate.value);
        assert!(values[0] < 1e-9 && values[1] < 1e-4 && values[2] < 0.02, "{values:?}");
    }
}
