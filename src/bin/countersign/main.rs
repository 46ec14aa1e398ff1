//! `countersign`: a forwarding proxy that verifies webhooks.

mod background;
mod cli;
mod commands;
mod config;
mod console;
mod errors;
mod explaining;
mod import;
mod inspector;
mod keys;
mod proxy;
mod signing;
mod store;
mod warnings;

use std::process::ExitCode;

use clap::Parser;

use self::cli::{Cli, Command};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Http(arguments) => commands::http::run(&arguments),
        Command::Demo(arguments) => commands::demo::run(&arguments),
        Command::Providers(arguments) => commands::providers::run(&arguments),
        Command::Replay(arguments) => commands::replay::run(&arguments),
        Command::Send(arguments) => commands::send::run(&arguments),
        Command::Sign(arguments) => commands::sign::run(&arguments),
        Command::Verify(arguments) => commands::verify::run(&arguments),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}
