//! What `sign` and `send` are given on the command line.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use bytes::Bytes;
use countersign::{
    Secret,
    clock::{Clock, SystemClock, UnixTime},
    providers::Provider,
    request::WebhookRequest,
    scheme::Options,
    sign::{SignError, SigningContext},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;

use crate::{
    cli::KeyArgs,
    config::{find_provider, load_secret, parse_options},
    errors::Failure,
    signing::Cannot,
};

pub(super) const FORM: &str = "application/x-www-form-urlencoded";
pub(super) const JSON: &str = "application/json";

/// Whose signature, and with what.
pub(super) struct Given {
    pub(super) provider: &'static Provider,
    pub(super) options: Options,
    secret: Option<String>,
    /// The time of signing; the present if absent.
    pub(super) time: Option<UnixTime>,
    pub(super) id: Option<String>,
}

impl Given {
    pub(super) fn parse(provider: &str, key: &KeyArgs) -> Result<Self, Failure> {
        let provider = find_provider("", provider)?;
        Ok(Self {
            provider,
            options: parse_options("--option", provider, &key.option)?,
            secret: key.secret.clone(),
            time: key.time.as_deref().map(parse_time).transpose()?,
            id: key.id.clone(),
        })
    }

    /// The secret; asked for only where somebody else than the provider can sign.
    pub(super) fn secret(&self) -> Result<Secret, Failure> {
        if self.is_provider_only() {
            return Err(self.failure(&Cannot::ProviderOnly { provider: self.provider.name }));
        }
        load_secret("--secret", self.provider, self.secret.as_deref())
    }

    pub(super) fn now(&self) -> Result<UnixTime, Failure> {
        let now = self.time.or_else(|| SystemClock.now());
        now.ok_or_else(|| Failure::running("the clock cannot tell the time; give --time"))
    }

    /// Says why it cannot be signed.
    pub(super) fn failure(&self, cannot: &Cannot) -> Failure {
        let Provider { secret, docs, .. } = self.provider;
        match cannot {
            Cannot::Sign(SignError::MalformedSecret) => Failure::usage(format_args!(
                "{cannot}: expected {}; it is found at: {}",
                secret.format, secret.location
            )),
            Cannot::Sign(SignError::Request(_)) => {
                Failure::usage(format_args!("{cannot} (what {} sends: {docs})", self.provider.name))
            }
            _ => Failure::usage(cannot),
        }
    }

    fn is_provider_only(&self) -> bool {
        let headers = HeaderMap::new();
        let request = WebhookRequest::new(&Method::POST, "https://hooks.example.com/", &headers, b"{}");
        let context = SigningContext { now: UnixTime::from_millis(0), delivery_id: "1" };
        let tried = Secret::new("0").map(|secret| self.provider.sign(&secret, &self.options, &request, &context));
        matches!(tried, Ok(Err(SignError::ProviderOnly)))
    }
}

/// `Name: value`.
pub(super) fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    // The value may be a token: it is not shown.
    let name = text.split(':').next().unwrap_or_default();
    let cannot = || Failure::usage(format_args!("--header: `{name}` needs the form NAME: VALUE"));
    let (name, value) = text.split_once(':').ok_or_else(cannot)?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| cannot())?;
    Ok((name, HeaderValue::from_str(value.trim()).map_err(|_| cannot())?))
}

/// `NAME=VALUE`.
pub(super) fn parse_pair<'a>(flag: &str, text: &'a str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=').ok_or_else(|| Failure::usage(format_args!("{flag}: `{text}` needs the form NAME=VALUE")))
}

/// A text, `@FILE`, or `-` for standard input.
pub(super) fn read_data(source: &str) -> Result<Bytes, Failure> {
    if source == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Failure::usage(format_args!("--data: standard input cannot be read: {error}")))?;
        return Ok(bytes.into());
    }
    match source.strip_prefix('@') {
        Some(path) => std::fs::read(path)
            .map(Bytes::from)
            .map_err(|error| Failure::usage(format_args!("--data: the file {path} cannot be read: {error}"))),
        None => Ok(Bytes::copy_from_slice(source.as_bytes())),
    }
}

/// What a body is that nobody gave a type.
pub(super) fn guess_type(body: &[u8]) -> &'static str {
    if serde_json::from_slice::<&RawValue>(body).is_ok() { JSON } else { FORM }
}

/// Seconds since the epoch, a date in RFC 3339, or a distance from now.
fn parse_time(text: &str) -> Result<UnixTime, Failure> {
    let cannot =
        || Failure::usage(format_args!("--time: `{text}` is no time; write 1760000000, 2026-01-29T18:00:27Z or -10m"));
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().and_then(UnixTime::from_secs).ok_or_else(cannot);
    }
    if let Ok(distance) = text.trim_start_matches('+').parse::<SignedDuration>() {
        let now = SystemClock.now().ok_or_else(cannot)?;
        let millis = i64::try_from(distance.as_millis()).ok().and_then(|millis| now.as_millis().checked_add(millis));
        return millis.filter(|millis| *millis >= 0).map(UnixTime::from_millis).ok_or_else(cannot);
    }
    let time: Timestamp = text.parse().map_err(|_| cannot())?;
    Ok(UnixTime::from_millis(time.as_millisecond()))
}

/// Writes to standard output. That nobody reads it is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::running(error)),
        _ => Ok(()),
    }
}

/// In milliseconds, for people.
pub(super) fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(parse_time("1760000000").unwrap().as_secs(), 1_760_000_000);
        assert_eq!(parse_time("2025-10-09T08:53:20Z").unwrap().as_secs(), 1_760_000_000);
        let now = SystemClock.now().unwrap().as_secs();
        for (text, distance) in [("-10m", -600), ("-1h 30m", -5400), ("+5s", 5)] {
            assert!((parse_time(text).unwrap().as_secs() - now - distance).abs() < 60, "{text}");
        }
        for text in ["", "soon", "-", "10", "-99999999999h", "99999999999999999999"] {
            assert_eq!(parse_time(text).is_ok(), text == "10", "{text}");
        }
    }

    #[test]
    fn headers() {
        let (name, value) = parse_header("X-Event:  push ").unwrap();
        assert_eq!((name.as_str(), value.to_str().unwrap()), ("x-event", "push"));
        for text in ["", "push", "a b: c", ": c", "a: b\nc"] {
            assert!(parse_header(text).is_err(), "{text}");
        }
        let error = parse_header("authori zation: do-not-show").unwrap_err().to_string();
        assert!(!error.contains("do-not-show"), "{error}");
    }

    #[test]
    fn types() {
        for (body, expected) in [("{}", JSON), ("[1]", JSON), ("a=b", FORM), ("", FORM), ("{", FORM)] {
            assert_eq!(guess_type(body.as_bytes()), expected, "{body}");
        }
    }
}
