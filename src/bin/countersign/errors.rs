//! What ends the program, and with which exit code.

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

use countersign::ConfigError;

/// Exit code for what was refused or failed while running.
const FAILED: u8 = 1;
/// Exit code for what was wrong with the command line or the configuration.
const USAGE: u8 = 2;

/// A reason to stop, by phase.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Something went wrong after the start.
    Running(String),
    /// What was typed cannot be done; nothing was started.
    Usage(String),
}

impl Failure {
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }

    pub(crate) fn running(message: impl fmt::Display) -> Self {
        Self::Running(message.to_string())
    }

    /// The same, and about which of several.
    pub(crate) fn about(self, which: &str) -> Self {
        match self {
            Self::Running(message) => Self::running(format_args!("{which}: {message}")),
            Self::Usage(message) => Self::usage(format_args!("{which}: {message}")),
        }
    }

    /// Says it in one line on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        // A closed standard error is no reason to panic.
        let _ = writeln!(io::stderr(), "countersign: {self}");
        ExitCode::from(match self {
            Self::Running(_) => FAILED,
            Self::Usage(_) => USAGE,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running(message) | Self::Usage(message) => f.write_str(message),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error)
    }
}
