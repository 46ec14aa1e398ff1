//! How often something may be done.

use std::time::{Duration, Instant};

/// A burst, and then once per interval.
pub(super) struct Rate {
    burst: u32,
    interval: Duration,
    /// When as many as were allowed would have been done at one per interval.
    used_up_to: Option<Instant>,
}

impl Rate {
    pub(super) const fn new(burst: u32, interval: Duration) -> Self {
        Self { burst, interval, used_up_to: None }
    }

    /// Takes one; false, and nothing taken, if there is none left.
    #[must_use]
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let used_up_to = self.used_up_to.map_or(now, |time| time.max(now));
        if used_up_to.duration_since(now) > self.interval * self.burst.saturating_sub(1) {
            return false;
        }
        self.used_up_to = Some(used_up_to + self.interval);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_one_per_interval() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut rate = Rate::new(3, second);
        let mut taken = |at: Duration, asked: u32| (0..asked).filter(|_| rate.take(start + at)).count();
        assert_eq!(taken(Duration::ZERO, 10), 3);
        assert_eq!(taken(second / 2, 10), 0);
        assert_eq!(taken(second, 10), 1);
        assert_eq!(taken(2 * second, 10), 1);
        assert_eq!(taken(100 * second, 10), 3, "it saves up no more than the burst");
    }
}
