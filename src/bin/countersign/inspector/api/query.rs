//! What may be asked of the list.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use super::ApiError;
use crate::store::{HeaderFilter, PathFilter, Query, StatusFilter, Verdict};

/// What was asked, and how the answer is to look.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) query: Query,
    pub(crate) view: View,
}

/// How much of each exchange is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    #[default]
    Full,
    Summary,
}

/// Reads the parameters of a list. `extra` names one that the caller has read itself.
pub(crate) fn parse(pairs: &[(String, String)], extra: &str) -> Result<Asked, ApiError> {
    let mut query = Query::default();
    let mut view = View::default();
    for (name, value) in pairs {
        let wrong = |due: &str| ApiError::bad(format_args!("{name}: `{value}` is wrong; write {due}"));
        match name.as_str() {
            // An empty field of a form is no condition.
            _ if value.is_empty() => {}
            "limit" => {
                let limit = value.parse::<usize>().ok().filter(|limit| *limit > 0);
                query.limit = limit.ok_or_else(|| wrong("a number from 1 to 1000"))?.min(Query::MOST);
            }
            "before" => query.before = Some(value.parse().map_err(|_| wrong("the id of an exchange"))?),
            "after" => query.after = Some(value.parse().map_err(|_| wrong("the id of an exchange"))?),
            // ngrok's own scripts write the name with what it stands for.
            "tunnel_name" => query.route = Some(value.strip_suffix(" (http)").unwrap_or(value).to_owned()),
            "status" => query.status = Some(status(value).ok_or_else(|| wrong("404, 4xx, 200-299 or none"))?),
            "method" => query.method = Some(value.clone()),
            "path" => {
                query.path = Some(match value.strip_prefix('^') {
                    Some(prefix) => PathFilter::Prefix(prefix.to_owned()),
                    None => PathFilter::Contains(value.clone()),
                });
            }
            "verdict" => {
                for word in value.split(',') {
                    let verdict = Verdict::ALL.into_iter().find(|verdict| verdict.as_str() == word.trim());
                    query.verdicts.push(verdict.ok_or_else(|| {
                        wrong(&Verdict::ALL.map(Verdict::as_str).join(", ").replace(", unverified", " or unverified"))
                    })?);
                }
            }
            "provider" => query.provider = Some(value.clone()),
            "header" => {
                let (name, contains) = match value.split_once(':') {
                    Some((name, contains)) => (name, Some(contains.trim().to_owned()).filter(|text| !text.is_empty())),
                    None => (value.as_str(), None),
                };
                query.header = Some(HeaderFilter { name: name.trim().to_owned(), contains });
            }
            "body" => query.body = Some(value.clone()),
            "q" => query.text = Some(value.clone()),
            "since" => query.since = Some(time(value).ok_or_else(|| wrong(TIME))?),
            "until" => query.until = Some(time(value).ok_or_else(|| wrong(TIME))?),
            "replay" => query.replay = Some(value.parse().map_err(|_| wrong("true or false"))?),
            "view" => {
                view = match value.as_str() {
                    "full" => View::Full,
                    "summary" => View::Summary,
                    _ => return Err(wrong("full or summary")),
                }
            }
            other if other == extra => {}
            _ => {
                return Err(ApiError::bad(format_args!(
                    "there is no parameter `{name}`; there are limit, before, after, tunnel_name, status, method, path, \
                     verdict, provider, header, body, q, since, until, replay and view"
                )));
            }
        }
    }
    query.bodies = view == View::Full;
    Ok(Asked { query, view })
}

fn status(text: &str) -> Option<StatusFilter> {
    if text == "none" {
        return Some(StatusFilter::None);
    }
    if let Some(class) = text.to_ascii_lowercase().strip_suffix("xx") {
        let class = class.parse::<u16>().ok().filter(|class| (1..=9).contains(class))?;
        return Some(StatusFilter::Range(class * 100..=class * 100 + 99));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(StatusFilter::Range(first.trim().parse().ok()?..=last.trim().parse().ok()?))
}

fn time(text: &str) -> Option<SystemTime> {
    if let Ok(secs) = text.parse::<f64>() {
        let since = Duration::try_from_secs_f64(secs).ok()?;
        return UNIX_EPOCH.checked_add(since);
    }
    text.parse::<Timestamp>().ok().map(SystemTime::from)
}

const TIME: &str = "2026-01-31T12:00:00Z, or seconds since 1970";

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Result<Asked, ApiError> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        parse(&pairs, "as")
    }

    #[test]
    fn all_conditions() {
        let asked = asked(&[
            ("limit", "5"),
            ("tunnel_name", "command_line (http)"),
            ("status", "4xx"),
            ("path", "^/sms"),
            ("verdict", "refused,accepted"),
            ("header", "X-A: b"),
            ("since", "1700000000"),
            ("until", "2026-01-31T12:00:00+01:00"),
            ("view", "summary"),
            ("q", ""),
            ("as", "curl"),
        ])
        .unwrap();
        assert_eq!(asked.view, View::Summary);
        let query = asked.query;
        assert_eq!((query.limit, query.route.as_deref()), (5, Some("command_line")));
        assert_eq!(query.status, Some(StatusFilter::Range(400..=499)));
        assert_eq!(query.path, Some(PathFilter::Prefix("/sms".to_owned())));
        assert_eq!(query.verdicts, [Verdict::Refused, Verdict::Accepted]);
        assert_eq!(query.header, Some(HeaderFilter { name: "X-A".to_owned(), contains: Some("b".to_owned()) }));
        assert_eq!(query.since, Some(UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
        assert_eq!(query.until, Some(UNIX_EPOCH + Duration::from_secs(1_769_857_200)));
        assert_eq!(query.text, None);
        assert!(!query.bodies);
    }

    #[test]
    fn mistakes_say_what_is_right() {
        for (name, value, due) in [
            ("limit", "0", "a number from 1 to 1000"),
            ("status", "4x", "404, 4xx, 200-299 or none"),
            ("verdict", "fine", "accepted, answered, refused, undecided or unverified"),
            ("since", "yesterday", TIME),
            ("colour", "red", "there is no parameter `colour`"),
        ] {
            let error = asked(&[(name, value)]).unwrap_err();
            assert!(error.message().contains(due), "{}", error.message());
        }
    }
}
