//! A right signature at a wrong time.

use std::collections::VecDeque;

use super::code::Code;

/// How far the signed times of recent deliveries lay from this machine's clock.
///
/// From one delivery that is too old nobody can tell whether it was held up, replayed, or whether the clock is fast. From
/// several can: a clock that is wrong is wrong by the same time for each. Keep one for each endpoint, and
/// [`record`](Self::record) what is accepted ([`Verified::signed_at`](crate::Verified::signed_at)) and what a finding
/// says ([`Matched::skew_secs`](super::Matched::skew_secs)).
#[derive(Clone, Debug, Default)]
pub struct History(VecDeque<i64>);

impl History {
    /// No deliveries yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(VecDeque::new())
    }

    /// Takes note of a delivery with a right signature: how many seconds its time lay in the future; negative for the
    /// past.
    pub fn record(&mut self, skew_secs: i64) {
        if self.0.len() >= KEPT {
            self.0.pop_front();
        }
        self.0.push_back(skew_secs);
    }

    /// The distance that all recent deliveries have in common, if they have one: the middle of them.
    #[must_use]
    pub fn systematic(&self) -> Option<i64> {
        if self.0.len() < ENOUGH {
            return None;
        }
        let mut sorted: Vec<_> = self.0.iter().copied().collect();
        sorted.sort_unstable();
        let middle = *sorted.get(sorted.len() / 2)?;
        let spread = sorted.last()?.saturating_sub(*sorted.first()?);
        (middle.unsigned_abs() > SPREAD.unsigned_abs() && spread <= SPREAD).then_some(middle)
    }
}

/// What a right signature with a wrong time is: `skew` is how many seconds the time lies in the future, `window` how far
/// it may.
///
/// Nobody signs in the future: then the clock is behind. A time that is just out of the window is more likely due to
/// a clock than to a replay; what is older may be either, unless others are as old.
pub(super) fn code(skew: i64, window: Option<i64>, history: &History) -> Code {
    if is_absurd(skew) {
        return Code::TimestampOnly;
    }
    let just_out = window.is_some_and(|window| skew.saturating_neg() <= window.saturating_add(JUST_OUT));
    let is_usual = history.systematic().is_some_and(|usual| usual.abs_diff(skew) <= SPREAD.unsigned_abs());
    if skew > 0 || just_out || is_usual { Code::ClockSkew } else { Code::TimestampOnly }
}

/// Whether no clock is that wrong: then the time was written in another unit.
pub(super) const fn is_absurd(skew: i64) -> bool {
    skew.unsigned_abs() > ABSURD
}

/// How wrong the clock is, in words.
pub(super) fn words(skew: i64) -> String {
    let side = if skew > 0 { "behind" } else { "ahead" };
    format!("your clock is {} s {side}", skew.unsigned_abs())
}

/// Seconds beyond a window that a clock explains better than a replay does.
const JUST_OUT: i64 = 120;
/// Seconds by which deliveries of one clock differ: the time that they take.
const SPREAD: i64 = 30;
/// Ten years.
const ABSURD: u64 = 10 * 365 * 86_400;
const ENOUGH: usize = 3;
const KEPT: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_delivery() {
        let none = History::new();
        assert_eq!(code(412, Some(300), &none), Code::ClockSkew);
        assert_eq!(code(-301, Some(300), &none), Code::ClockSkew);
        assert_eq!(code(-3600, Some(300), &none), Code::TimestampOnly);
        assert_eq!(code(1_749_110_348_790, Some(300), &none), Code::TimestampOnly);
        assert_eq!(words(412), "your clock is 412 s behind");
    }

    #[test]
    fn several() {
        let mut history = History::new();
        for skew in [-3600, -3603, -3601] {
            history.record(skew);
        }
        assert_eq!(history.systematic(), Some(-3601));
        assert_eq!(code(-3605, Some(300), &history), Code::ClockSkew);
        assert_eq!(code(-9000, Some(300), &history), Code::TimestampOnly);
        history.record(-1);
        assert_eq!(history.systematic(), None);
        (0..100).for_each(|_| history.record(2));
        assert!(history.0.len() <= KEPT && history.systematic().is_none(), "a right clock is no finding");
    }
}
