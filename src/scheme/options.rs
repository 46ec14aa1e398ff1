//! Settings of a provider that are not secrets: what the command line's `--verify-webhook-option` sets.

use std::{collections::BTreeMap, fmt, time::Duration};

use crate::ConfigError;

/// A provider's option: its name, what values it takes, what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionSpec {
    /// The name, in snake case.
    pub name: &'static str,
    /// The kind of value.
    pub kind: OptionKind,
    /// What it does, in one sentence.
    pub help: &'static str,
}

/// What values an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionKind {
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Texts by name, for example certificates by their URL.
    Map,
    /// Seconds, a whole number that is not negative.
    Secs,
    /// Any text that is not empty.
    Text,
}

/// An option's value. `Debug` shows no texts: some are as good as secrets (verify tokens).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionValue {
    /// `true` or `false`.
    Bool(bool),
    /// Texts by name.
    Map(BTreeMap<String, String>),
    /// Seconds.
    Secs(u64),
    /// A text, or one of the words of a choice.
    Text(String),
}

/// The options of one verifier, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options(BTreeMap<String, OptionValue>);

/// The option that every provider with a timestamp has.
pub(crate) const TOLERANCE: OptionSpec = OptionSpec {
    name: "tolerance_s",
    kind: OptionKind::Secs,
    help: "How many seconds the signed time may lie from now, on either side.",
};

impl Options {
    /// No options: the strict form of every scheme.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Sets an option.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: OptionValue) -> Self {
        self.0.insert(name.into(), value);
        self
    }

    /// The value that an option was set to.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OptionValue> {
        self.0.get(name)
    }

    /// Whether a boolean option is on; off unless set.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.get(name), Some(OptionValue::Bool(true)))
    }

    /// A text or a choice.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(OptionValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The window that was set, if one was.
    #[must_use]
    pub fn tolerance(&self) -> Option<Duration> {
        match self.get(TOLERANCE.name) {
            Some(OptionValue::Secs(secs)) => Some(Duration::from_secs(*secs)),
            _ => None,
        }
    }

    /// Holds the options to a provider's list.
    pub(crate) fn check(&self, provider: &'static str, known: &[OptionSpec]) -> Result<(), ConfigError> {
        for (name, value) in &self.0 {
            let Some(spec) = known.iter().find(|spec| spec.name == name) else {
                return Err(ConfigError::UnknownOption {
                    provider,
                    option: name.clone(),
                    known: known.iter().map(|spec| spec.name).collect(),
                });
            };
            if !spec.kind.admits(value) {
                return Err(ConfigError::WrongOptionValue {
                    provider,
                    option: name.clone(),
                    expected: spec.kind.expected(),
                });
            }
        }
        Ok(())
    }
}

impl fmt::Debug for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(on) => f.debug_tuple("Bool").field(on).finish(),
            Self::Map(texts) => f.debug_tuple("Map").field(&texts.len()).finish(),
            Self::Secs(secs) => f.debug_tuple("Secs").field(secs).finish(),
            Self::Text(_) => f.write_str("Text"),
        }
    }
}

impl OptionKind {
    /// What a value must look like, in words.
    #[must_use]
    pub fn expected(self) -> String {
        match self {
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Choice(words) => format!("one of `{}`", words.join("`, `")),
            Self::Map => "texts by name".to_owned(),
            Self::Secs => "a whole number of seconds".to_owned(),
            Self::Text => "a text that is not empty".to_owned(),
        }
    }

    /// Reads a value as the command line has it; `None` if it is none of this kind.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<OptionValue> {
        let value = match self {
            Self::Bool => OptionValue::Bool(text.parse().ok()?),
            Self::Secs => OptionValue::Secs(text.parse().ok()?),
            Self::Choice(_) | Self::Text => OptionValue::Text(text.to_owned()),
            Self::Map => {
                let (name, value) = text.split_once('=')?;
                OptionValue::Map(BTreeMap::from([(name.to_owned(), value.to_owned())]))
            }
        };
        self.admits(&value).then_some(value)
    }

    fn admits(self, value: &OptionValue) -> bool {
        match (self, value) {
            (Self::Bool, OptionValue::Bool(_))
            | (Self::Map, OptionValue::Map(_))
            | (Self::Secs, OptionValue::Secs(_)) => true,
            (Self::Text, OptionValue::Text(text)) => !text.is_empty(),
            (Self::Choice(words), OptionValue::Text(text)) => words.contains(&text.as_str()),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who misspelt a word must learn which words there are.
    #[test]
    fn the_words_of_a_choice_are_named() {
        let spec = OptionSpec { name: "scheme", kind: OptionKind::Choice(&["billing", "classic"]), help: "Which one." };
        let options = Options::new().with("scheme", OptionValue::Text("classics".to_owned()));
        let error = options.check("paddle", &[spec]).expect_err("it is none of them");
        assert_eq!(error.to_string(), "paddle's option `scheme` needs one of `billing`, `classic`");
    }

    #[test]
    fn texts_are_not_shown() {
        let options = Options::new().with("verify_token", OptionValue::Text("meatyhamhock".to_owned()));
        let shown = format!("{options:?}");
        assert!(shown.contains("verify_token") && !shown.contains("meaty"), "{shown}");
    }
}
