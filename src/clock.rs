//! The time that signatures' timestamps are compared with.
//!
//! A verifier has no clock of its own: it is handed the time, so that a test can fix it. A clock that cannot tell the
//! time returns `None`, and then every scheme that signs a timestamp refuses.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

impl UnixTime {
    /// A time in whole seconds; `None` when it does not fit.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Option<Self> {
        match secs.checked_mul(1000) {
            Some(millis) => Some(Self(millis)),
            None => None,
        }
    }

    /// A time in milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How much later `self` is than `earlier`, in milliseconds; negative if it is earlier.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<UnixTime> for SystemTime {
    /// Times that the platform cannot express become the epoch.
    fn from(time: UnixTime) -> Self {
        let distance = Duration::from_millis(time.0.unsigned_abs());
        let shifted = if time.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        shifted.unwrap_or(UNIX_EPOCH)
    }
}

/// Tells the time, or says that it cannot.
pub trait Clock: Send + Sync {
    /// The present time; `None` makes every scheme with a timestamp refuse.
    fn now(&self) -> Option<UnixTime>;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Option<UnixTime> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok().map(UnixTime)
    }
}

/// A clock that stands still: for tests, and for looking at a recorded delivery as of its own time.
#[derive(Clone, Copy)]
pub struct FixedClock(pub Option<UnixTime>);

impl Clock for FixedClock {
    fn now(&self) -> Option<UnixTime> {
        self.0
    }
}

impl fmt::Debug for FixedClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FixedClock").field(&self.0.map(UnixTime::as_millis)).finish()
    }
}
