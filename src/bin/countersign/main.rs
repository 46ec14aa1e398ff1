//! `countersign`: a forwarding proxy that verifies webhooks.

mod cli;
mod commands;
mod config;
mod console;
mod errors;
mod import;
mod proxy;
#[allow(dead_code, reason = "capture is being put in front of it")]
mod store;

use std::process::ExitCode;

use clap::Parser;

use self::cli::{Cli, Command};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Http(arguments) => commands::http::run(&arguments),
        Command::Demo(arguments) => commands::demo::run(&arguments),
        Command::Providers(arguments) => commands::providers::run(&arguments),
        Command::Verify(arguments) => commands::verify::run(&arguments),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}
