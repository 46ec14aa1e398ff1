//! What can be wrong before the first request arrives.

use std::{convert::Infallible, fmt};

/// A configuration that cannot be used.
///
/// Returned by constructors, so that a mistake ends the start of a program instead of refusing its deliveries one by
/// one. No variant holds a secret or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A secret was the empty text.
    EmptySecret,
    /// The provider is there with one of the crate's features only, and it is off.
    FeatureNeeded {
        /// The provider.
        provider: &'static str,
        /// The feature.
        feature: &'static str,
    },
    /// A provider's public key or certificate cannot be read.
    MalformedKey {
        /// The form that was expected.
        expected: &'static str,
    },
    /// A secret has not the form that the provider issues, for example a `whsec_` text that is not base64.
    MalformedSecret {
        /// The provider whose secret it should be.
        provider: &'static str,
        /// The form that was expected.
        expected: &'static str,
    },
    /// No secret was given at all.
    NoSecret,
    /// The verifier's secrets were fixed when it was made.
    SecretsFixed,
    /// The provider has no option of this name.
    UnknownOption {
        /// The provider.
        provider: &'static str,
        /// The name that was asked for.
        option: String,
        /// The names that exist.
        known: Vec<&'static str>,
    },
    /// No provider has this id or alias.
    UnknownProvider {
        /// The text that was asked for.
        id: String,
        /// The nearest ids, best first.
        nearest: Vec<&'static str>,
    },
    /// The public URL cannot be used.
    Url {
        /// The text that was given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// An option's value is of the wrong kind or out of range.
    WrongOptionValue {
        /// The provider.
        provider: &'static str,
        /// The option's name.
        option: String,
        /// What is expected.
        expected: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptySecret => f.write_str("the secret is empty"),
            Self::FeatureNeeded { provider, feature } => {
                write!(f, "`{provider}` needs countersign's feature `{feature}`")
            }
            Self::MalformedKey { expected } => write!(f, "the key cannot be used: expected {expected}"),
            Self::MalformedSecret { provider, expected } => {
                write!(f, "the secret is not one of {provider}'s: expected {expected}")
            }
            Self::NoSecret => f.write_str("no secret was given"),
            Self::SecretsFixed => f.write_str("this verifier's secrets cannot be replaced"),
            Self::UnknownOption { provider, option, known } => {
                write!(f, "{provider} has no option `{option}`")?;
                if known.is_empty() {
                    f.write_str("; it has none")
                } else {
                    write!(f, "; it has: {}", known.join(", "))
                }
            }
            Self::UnknownProvider { id, nearest } => {
                write!(f, "no provider is called `{id}`")?;
                if nearest.is_empty() { Ok(()) } else { write!(f, "; the nearest names are: {}", nearest.join(", ")) }
            }
            Self::Url { url, problem } => write!(f, "the public URL `{url}` cannot be used: {problem}"),
            Self::WrongOptionValue { provider, option, expected } => {
                write!(f, "{provider}'s option `{option}` needs {expected}")
            }
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<Infallible> for ConfigError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
