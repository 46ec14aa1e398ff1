//! Names of exchanges.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

/// The name of an exchange: 16 hexadecimal digits, as ngrok's inspector has them. Later ones are greater.
///
/// From the top: milliseconds since 1970 (43 bits, enough until 2248), the microseconds within (10), a counter (10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(u64);

/// Makes ids, each greater than the one before.
#[derive(Debug, Default)]
pub(crate) struct Ids(AtomicU64);

impl Id {
    /// The id as a number that SQLite can hold: it is never negative.
    pub(crate) fn to_i64(self) -> i64 {
        self.0.cast_signed()
    }

    pub(crate) fn from_i64(number: i64) -> Option<Self> {
        u64::try_from(number).ok().map(Self)
    }

    /// The next greater one.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1) & (u64::MAX >> 1))
    }
}

impl Ids {
    /// Ids that are greater than one that was given out by an earlier process.
    pub(crate) fn after(last: Option<Id>) -> Self {
        Self(AtomicU64::new(last.map_or(0, |Id(number)| number)))
    }

    pub(crate) fn next(&self, now: SystemTime) -> Id {
        // A clock before 1970 still gives ids that grow.
        let micros = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64);
        let timely = (((micros / 1000) << 20) | ((micros % 1000) << 10)) & (u64::MAX >> 1);
        let step = |last: u64| Some(timely.max(last.saturating_add(1)));
        let last = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).unwrap_or_default();
        Id(timely.max(last.saturating_add(1)))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Id {
    type Err = NoId;

    fn from_str(text: &str) -> Result<Self, NoId> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|number| is_hex && *number <= u64::MAX >> 1);
        number.map(Self).ok_or(NoId)
    }
}

/// What was given is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoId;

impl fmt::Display for NoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id has 16 hexadecimal digits")
    }
}

impl std::error::Error for NoId {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn ids_grow_and_keep_their_text() {
        let ids = Ids::default();
        let now = UNIX_EPOCH + Duration::from_micros(1_795_000_000_123_456);
        let (first, second) = (ids.next(now), ids.next(now));
        let earlier = ids.next(now - Duration::from_secs(9));
        assert!(first < second && second < earlier);
        assert!(Ids::after(Some(earlier)).next(now) > earlier);
        assert_eq!(first.to_string().parse(), Ok(first));
        assert_eq!(first.to_string().len(), 16);
        assert_eq!(Id::from_i64(first.to_i64()), Some(first));
        for text in ["", "1", "zzzzzzzzzzzzzzzz", "+123456789abcdef", "ffffffffffffffff", "0123456789abcdef0"] {
            assert_eq!(text.parse::<Id>(), Err(NoId), "{text}");
        }
    }
}
