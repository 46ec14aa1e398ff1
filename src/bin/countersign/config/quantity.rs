//! Sizes and times as people write them.

use std::time::Duration;

use jiff::SignedDuration;

use crate::errors::Failure;

/// `1MiB`, `512KiB`, `1MB`, or plain bytes; not zero.
pub(super) fn size(option: &str, text: &str) -> Result<usize, Failure> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor: Option<usize> = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kib" => Some(1 << 10),
        "kb" => Some(1_000),
        "m" | "mib" => Some(1 << 20),
        "mb" => Some(1_000_000),
        "g" | "gib" => Some(1 << 30),
        "gb" => Some(1_000_000_000),
        _ => None,
    };
    let bytes = factor.zip(number.parse().ok()).and_then(|(factor, number): (usize, usize)| factor.checked_mul(number));
    bytes
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| Failure::usage(format_args!("{option}: `{text}` is no size; write 1MiB, 512KiB or 4096")))
}

/// `60s`, `500ms`, `2m`, or plain seconds; not zero.
pub(crate) fn duration(option: &str, text: &str) -> Result<Duration, Failure> {
    let seconds = text.parse().ok().map(Duration::from_secs);
    let written = || text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    seconds
        .or_else(written)
        // Timers cannot count to the end of time.
        .filter(|duration| !duration.is_zero() && *duration <= Duration::from_secs(365 * 24 * 3600))
        .ok_or_else(|| Failure::usage(format_args!("{option}: `{text}` is no time; write 15s, 500ms or 2m")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [("1MiB", 1 << 20), ("512KiB", 512 << 10), ("1MB", 1_000_000), ("77", 77), ("2 kb", 2000)]
        {
            assert_eq!(size("--max-body", text), Ok(bytes), "{text}");
        }
        for text in ["", "0", "MiB", "-1", "1.5MiB", "1TiB", "99999999999999999999", "18446744073709551615GiB"] {
            assert!(size("--max-body", text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, millis) in [("15s", 15_000), ("500ms", 500), ("2m", 120_000), ("7", 7_000), ("1m 30s", 90_000)] {
            assert_eq!(duration("--body-timeout", text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "0", "0s", "-1s", "s", "soon", "9999999999999h"] {
            assert!(duration("--body-timeout", text).is_err(), "{text}");
        }
    }
}
