//! Queries as they are written in URLs and on the command line: names and values.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{HeaderFilter, PathFilter, Query, StatusFilter, Verdict};

impl Query {
    /// Takes pairs of names and values. The error says what would be right.
    pub(crate) fn parse<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, String>
    where
        N: AsRef<str>,
        V: AsRef<str>,
    {
        let mut query = Self::default();
        for (name, value) in pairs {
            query.set(name.as_ref(), value.as_ref())?;
        }
        Ok(query)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let wrong = |right: &str| format!("{name}: `{value}` is not understood; write {right}");
        let id = || value.parse().map_err(|_| wrong("an id of 16 hexadecimal digits"));
        let time = || parse_time(value).ok_or_else(|| wrong("2026-01-31T12:00:00Z, or Unix seconds"));
        // Scripts leave fields empty where they have nothing to ask for; an empty filter would find nothing, or all.
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match name {
            "limit" => {
                let limit = value.parse::<usize>().ok().filter(|limit| *limit > 0);
                self.limit = limit.ok_or_else(|| wrong("a number from 1 to 1000"))?.min(Self::MOST);
            }
            "before" => self.before = Some(id()?),
            "after" => self.after = Some(id()?),
            // As exchanges show it, and as ngrok's do.
            "tunnel_name" => self.route = text().map(|name| name.trim_end_matches(" (http)").to_owned()),
            "status" => {
                self.status = Some(parse_status(value).ok_or_else(|| wrong("404, 4xx, 200-299 or none"))?);
            }
            "method" => self.method = text(),
            "path" => {
                self.path = text().map(|text| match text.strip_prefix('^') {
                    Some(start) => PathFilter::Prefix(start.to_owned()),
                    None => PathFilter::Contains(text),
                });
            }
            "verdict" => {
                let find = |word: &str| Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == word.trim());
                let verdicts: Option<Vec<_>> = value.split(',').map(find).collect();
                let all = Verdict::ALL.map(Verdict::as_str).join(", ");
                self.verdicts = verdicts.ok_or_else(|| wrong(&format!("some of {all}, with commas between")))?;
            }
            "provider" => self.provider = text(),
            "header" => {
                self.header = text().map(|text| match text.split_once(':') {
                    Some((name, part)) => {
                        HeaderFilter { name: name.trim().to_owned(), contains: Some(part.trim().to_owned()) }
                    }
                    None => HeaderFilter { name: text.trim().to_owned(), contains: None },
                });
            }
            "body" => self.body = text(),
            "q" => self.text = text(),
            "since" => self.since = Some(time()?),
            "until" => self.until = Some(time()?),
            "replay" => self.replay = Some(value.parse().map_err(|_| wrong("true or false"))?),
            "view" => {
                self.bodies = match value {
                    "full" => true,
                    "summary" => false,
                    _ => return Err(wrong("full or summary")),
                };
            }
            _ => return Err(format!("`{name}` is no parameter; there are {}", NAMES.join(", "))),
        }
        Ok(())
    }
}

fn parse_status(text: &str) -> Option<StatusFilter> {
    let status = |text: &str| text.parse::<u16>().ok().filter(|status| (100..=999).contains(status));
    if text == "none" {
        return Some(StatusFilter::None);
    }
    if let Some((first, last)) = text.split_once('-') {
        let range = status(first)?..=status(last)?;
        return (!range.is_empty()).then_some(StatusFilter::Range(range));
    }
    if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let first = class.parse::<u16>().ok().filter(|class| (1..=9).contains(class))? * 100;
        return Some(StatusFilter::Range(first..=first + 99));
    }
    status(text).map(|status| StatusFilter::Range(status..=status))
}

fn parse_time(text: &str) -> Option<SystemTime> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if let Ok(seconds) = seconds.parse::<u64>() {
        // Nobody means the year 58,000: these are milliseconds.
        jiff::Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
        // A number with a point would not keep its microseconds.
        let is_fraction = fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
        let nanoseconds = format!("{fraction:0<9}").parse().ok().filter(|_| is_fraction)?;
        return UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds));
    }
    // Where a plus sign of a URL's zone came as a blank.
    let text = text.replace(' ', "+");
    text.parse::<jiff::Timestamp>().ok().map(Into::into)
}

const NAMES: &[&str] = &[
    "limit",
    "before",
    "after",
    "tunnel_name",
    "status",
    "method",
    "path",
    "verdict",
    "provider",
    "header",
    "body",
    "q",
    "since",
    "until",
    "replay",
    "view",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_can_be_asked() {
        let query = Query::parse([
            ("limit", "7"),
            ("before", "00000000000000ff"),
            ("tunnel_name", "command_line"),
            ("status", "4xx"),
            ("method", "post"),
            ("path", "^/sms"),
            ("verdict", "accepted,refused"),
            ("header", "X-A: one"),
            ("q", ""),
            ("since", "1795000000"),
            ("until", "2026-11-22T03:00:00+01:00"),
            ("replay", "false"),
            ("view", "summary"),
        ])
        .unwrap();
        let until = UNIX_EPOCH + Duration::from_secs(1_795_312_800);
        assert_eq!(
            query,
            Query {
                limit: 7,
                before: "00000000000000ff".parse().ok(),
                route: Some("command_line".to_owned()),
                status: Some(StatusFilter::Range(400..=499)),
                method: Some("post".to_owned()),
                path: Some(PathFilter::Prefix("/sms".to_owned())),
                verdicts: vec![Verdict::Accepted, Verdict::Refused],
                header: Some(HeaderFilter { name: "X-A".to_owned(), contains: Some("one".to_owned()) }),
                since: Some(UNIX_EPOCH + Duration::from_secs(1_795_000_000)),
                until: Some(until),
                replay: Some(false),
                bodies: false,
                ..Query::default()
            }
        );
        assert_eq!(parse_time("2026-11-22T03:00:00 01:00"), Some(until));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (name, value, says) in [
            ("limit", "0", "1 to 1000"),
            ("before", "x", "16 hexadecimal"),
            ("status", "300-200", "200-299"),
            ("status", "0xx", "200-299"),
            ("status", "", "200-299"),
            ("verdict", "good", "accepted"),
            ("since", "yesterday", "Unix seconds"),
            ("since", "-1", "Unix seconds"),
            ("since", "1.x", "Unix seconds"),
            ("since", "1795000000123", "Unix seconds"),
            ("since", "99999999999999999999", "Unix seconds"),
            ("replay", "yes", "true or false"),
            ("view", "all", "summary"),
            ("sort", "up", "tunnel_name"),
        ] {
            let error = Query::parse([(name, value)]).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
        assert_eq!(Query::parse([("status", "none")]).unwrap().status, Some(StatusFilter::None));
        assert_eq!(Query::parse([("status", "201-204")]).unwrap().status, Some(StatusFilter::Range(201..=204)));
    }
}
