//! When a request was signed, and how long that counts.

use std::time::Duration;

use crate::{Rejection, RejectionKind, clock::UnixTime, verifier::Context};

/// Where the signed time stands, how it is written, and how far it may lie from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp {
    pub(super) location: Location,
    pub(super) unit: TimestampUnit,
    pub(super) tolerance: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Location {
    Headers(&'static [&'static str]),
    Pair(&'static str),
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampUnit {
    /// Milliseconds since the epoch, decimal digits only.
    Millis,
    /// RFC 3339, with `Z` or an offset; without one, UTC is meant.
    Rfc3339,
    /// Seconds since the epoch, decimal digits only.
    Secs,
}

impl Timestamp {
    /// In the first of these headers (lower case) that is there, in seconds, without a window of the provider's own.
    #[must_use]
    pub const fn header(names: &'static [&'static str]) -> Self {
        Self { location: Location::Headers(names), unit: TimestampUnit::Secs, tolerance: None }
    }

    /// In the item `key` of the signature header ([`Format::Pairs`](super::Format::Pairs)).
    #[must_use]
    pub const fn pair(key: &'static str) -> Self {
        Self { location: Location::Pair(key), unit: TimestampUnit::Secs, tolerance: None }
    }

    /// Written in another unit.
    #[must_use]
    pub const fn unit(mut self, unit: TimestampUnit) -> Self {
        self.unit = unit;
        self
    }

    /// How far the time may lie from now, on either side.
    #[must_use]
    pub const fn tolerance_secs(mut self, secs: u64) -> Self {
        self.tolerance = Some(Duration::from_secs(secs));
        self
    }

    /// The window that the provider names; `None` if it names none, and then none is checked unless one is set.
    #[must_use]
    pub const fn tolerance(&self) -> Option<Duration> {
        self.tolerance
    }

    /// How the time is written.
    #[must_use]
    pub const fn written_in(&self) -> TimestampUnit {
        self.unit
    }
}

impl TimestampUnit {
    /// Reads a time; strict, so that a text has one meaning.
    pub(crate) fn parse(self, text: &[u8]) -> Option<UnixTime> {
        match self {
            Self::Millis => parse_digits(text).map(UnixTime::from_millis),
            Self::Rfc3339 => parse_rfc3339(text),
            Self::Secs => UnixTime::from_secs(parse_digits(text)?),
        }
    }

    /// Writes a time.
    #[cfg(feature = "signing")]
    pub(crate) fn write(self, time: UnixTime) -> String {
        match self {
            Self::Millis => time.as_millis().to_string(),
            Self::Rfc3339 => write_rfc3339(time),
            Self::Secs => time.as_secs().to_string(),
        }
    }
}

/// Refuses a time that lies further from now than the context's tolerance, or else `own`, allows.
pub(crate) fn check_window(time: UnixTime, own: Option<Duration>, context: &Context) -> Result<(), Rejection> {
    let Some(tolerance) = context.tolerance.or(own) else { return Ok(()) };
    let now = context.now.ok_or(RejectionKind::ClockUnavailable)?;
    let tolerance = i64::try_from(tolerance.as_millis()).unwrap_or(i64::MAX);
    let age = now.millis_since(time);
    if age > tolerance {
        Err(RejectionKind::TimestampTooOld.into())
    } else if age < tolerance.saturating_neg() {
        Err(RejectionKind::TimestampTooNew.into())
    } else {
        Ok(())
    }
}

fn parse_digits(text: &[u8]) -> Option<i64> {
    // 15 digits are the year 31 000 in milliseconds and cannot overflow.
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    text.iter().try_fold(0i64, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// `2026-01-29T18:00:27[.877][Z|±hh:mm]` (RFC 3339 section 5.6), the zone optional.
fn parse_rfc3339(text: &[u8]) -> Option<UnixTime> {
    let text = str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.as_bytes().get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let number = |text: &str| parse_digits(text.as_bytes());
    let [year, month, day] = fixed_fields::<3>(date, '-', &[4, 2, 2])?;
    let (clock, zone) = split_zone(time)?;
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, digits)| (clock, Some(digits)));
    let [hour, minute, second] = fixed_fields::<3>(clock, ':', &[2, 2, 2])?;
    let millis = match fraction {
        None => 0,
        Some(digits) if (1..=9).contains(&digits.len()) => {
            number(digits)?;
            number(&format!("{digits:0<3}")[..3])?
        }
        Some(_) => return None,
    };
    let offset = match zone {
        Some(zone) => {
            let [hours, minutes] = fixed_fields::<2>(zone.get(1..)?, ':', &[2, 2])?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if zone.starts_with('-') { -1 } else { 1 }
        }
        None => 0,
    };
    // 60 is a leap second.
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in_month(year, month)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let secs = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(UnixTime::from_millis(secs.checked_mul(1000)?.checked_add(millis)?))
}

/// The clock part and the offset with its sign; `None` for an offset in UTC.
fn split_zone(time: &str) -> Option<(&str, Option<&str>)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, None));
    }
    match time.find(['+', '-']) {
        Some(sign) => Some((time.get(..sign)?, Some(time.get(sign..)?))),
        None => Some((time, None)),
    }
}

fn fixed_fields<const N: usize>(text: &str, separator: char, lengths: &[usize; N]) -> Option<[i64; N]> {
    let mut fields = text.split(separator);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let field = fields.next().filter(|field| field.len() == *length)?;
        *number = parse_digits(field.as_bytes())?;
    }
    fields.next().is_none().then_some(numbers)
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years are counted from March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(feature = "signing")]
fn write_rfc3339(time: UnixTime) -> String {
    let secs = time.as_secs();
    let (days, rest) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
    // The inverse of `days_from_civil`.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_strict() {
        assert_eq!(TimestampUnit::Secs.parse(b"1700000000"), UnixTime::from_secs(1_700_000_000));
        for text in [&b""[..], b"+1", b"-1", b" 1", b"1 ", b"1.0", b"1e9", b"0x1", b"yesterday", b"1234567890123456"] {
            assert_eq!(TimestampUnit::Secs.parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn rfc3339_times() {
        let secs = |text: &str| TimestampUnit::Rfc3339.parse(text.as_bytes()).map(UnixTime::as_millis);
        assert_eq!(secs("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(secs("2000-02-29T12:00:00Z"), Some(951_825_600_000));
        assert_eq!(secs("2026-01-29T18:00:27.877041743Z"), Some(1_769_709_627_877));
        assert_eq!(secs("2026-01-29T10:00:27.8-08:00"), Some(1_769_709_627_800));
        assert_eq!(secs("2026-01-29T18:00:27"), Some(1_769_709_627_000));
        for text in [
            "",
            "2026-01-29",
            "2026-02-30T00:00:00Z",
            "2026-01-29T24:00:00Z",
            "2026-1-29T00:00:00Z",
            "2026-01-29T18:00:27.Z",
            "2026-01-29T18:00:27+0100",
            "2026-01-29T18:00:27Zx",
            "2026-01-29T18:00:2७Z",
        ] {
            assert_eq!(secs(text), None, "{text}");
        }
    }

    #[cfg(feature = "signing")]
    #[test]
    fn written_times_read_back() {
        for unit in [TimestampUnit::Millis, TimestampUnit::Rfc3339, TimestampUnit::Secs] {
            for day in 0..60_000 {
                let time = UnixTime::from_secs(day * 86_400 + day % 86_400).expect("a time");
                assert_eq!(unit.parse(unit.write(time).as_bytes()), Some(time), "{unit:?} {day}");
            }
        }
    }

    #[test]
    fn the_window_has_two_sides_and_needs_a_clock() {
        let at = |secs| UnixTime::from_secs(secs).expect("a time");
        let check = |time, now| {
            check_window(at(time), Some(Duration::from_secs(300)), &Context::at(now)).map_err(|r| r.kind().as_str())
        };
        assert_eq!(check(1000, Some(at(1300))), Ok(()));
        assert_eq!(check(1000, Some(at(1301))), Err("timestamp-too-old"));
        assert_eq!(check(1000, Some(at(700))), Ok(()));
        assert_eq!(check(1000, Some(at(699))), Err("timestamp-too-new"));
        assert_eq!(check(1000, None), Err("clock-unavailable"));
        assert_eq!(check_window(at(0), None, &Context::at(None)), Ok(()));
    }
}
