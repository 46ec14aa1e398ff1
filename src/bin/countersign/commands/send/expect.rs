//! Which answers are the right ones.

use http::StatusCode;

use crate::errors::Failure;

/// Statuses, and classes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expected(Vec<Pattern>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pattern {
    Any,
    Class(u16),
    Status(u16),
}

impl Expected {
    /// What is due to a genuine delivery, or to a broken one.
    pub(super) fn by_default(is_broken: bool, is_websocket: bool) -> Self {
        Self(vec![match (is_broken, is_websocket) {
            (true, _) => Pattern::Class(4),
            (false, true) => Pattern::Status(101),
            (false, false) => Pattern::Class(2),
        }])
    }

    /// `2xx`, `403`, `any`, or several with commas between.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let one = |text: &str| {
            let text = text.trim().to_ascii_lowercase();
            let class = text.strip_suffix("xx").and_then(|class| class.parse().ok());
            let status = text.parse().ok();
            match (class, status) {
                _ if text == "any" => Some(Pattern::Any),
                (Some(class @ 1..=5), _) => Some(Pattern::Class(class)),
                (_, Some(status @ 100..=599)) if text.len() == 3 => Some(Pattern::Status(status)),
                _ => None,
            }
        };
        let patterns: Option<Vec<_>> = text.split(',').map(one).collect();
        patterns.map(Self).ok_or_else(|| {
            Failure::usage(format_args!("--expect: `{text}` is no status; write 2xx, 403, 200,204 or any"))
        })
    }

    pub(super) fn fits(&self, status: StatusCode) -> bool {
        self.0.iter().any(|pattern| match *pattern {
            Pattern::Any => true,
            Pattern::Class(class) => status.as_u16() / 100 == class,
            Pattern::Status(expected) => status.as_u16() == expected,
        })
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts: Vec<_> = self
            .0
            .iter()
            .map(|pattern| match pattern {
                Pattern::Any => "any".to_owned(),
                Pattern::Class(class) => format!("{class}xx"),
                Pattern::Status(status) => status.to_string(),
            })
            .collect();
        f.write_str(&texts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let fits = |text: &str, status: u16| Expected::parse(text).unwrap().fits(StatusCode::from_u16(status).unwrap());
        assert!(fits("2xx", 204) && !fits("2xx", 301) && fits("200, 4XX", 403) && fits("200,4xx", 200));
        assert!(fits("403", 403) && !fits("403", 401) && fits("any", 599));
        for text in ["", "2x", "xx", "6xx", "0xx", "99", "600", "200,", "+20", "two"] {
            assert!(Expected::parse(text).is_err(), "{text}");
        }
        assert_eq!(Expected::parse("200,4XX").unwrap().to_string(), "200,4xx");
    }
}
