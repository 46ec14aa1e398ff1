//! `countersign providers`: what is verified and how; one provider's page.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

use countersign::{
    providers::{self, Provider, ProviderScheme},
    scheme::Recipe,
};
use serde_json::{Value, json};

use crate::{cli::ProvidersArgs, errors::Failure};

pub(crate) fn run(arguments: &ProvidersArgs) -> Result<ExitCode, Failure> {
    let text = match (&arguments.provider, arguments.json) {
        (None, false) => table(providers::ALL),
        (None, true) => lines(providers::ALL),
        (Some(id), false) => page(providers::by_id(id)?),
        (Some(id), true) => lines(&[providers::by_id(id)?]),
    };
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::running(error)),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// One line for each provider, in columns.
fn table(providers: &[&Provider]) -> String {
    let header = ["ID", "NAME", "SIGNED", "TIME WINDOW", "CHALLENGE", "STATUS"].map(str::to_owned);
    let rows = providers.iter().map(|provider| {
        let challenge = if provider.challenge { "answered" } else { "-" };
        [
            provider.id.to_owned(),
            provider.name.to_owned(),
            provider.summary.to_owned(),
            provider.time_window.to_string(),
            challenge.to_owned(),
            provider.status.as_str().to_owned(),
        ]
    });
    let rows: Vec<_> = std::iter::once(header).chain(rows).collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    let _ = writeln!(text, "\n{} providers; `countersign providers ID` shows one", providers.len());
    text
}

/// All providers, as `--json` shows each.
pub(crate) fn all_as_json() -> Value {
    providers::ALL.iter().map(|provider| value(provider)).collect()
}

fn lines(providers: &[&Provider]) -> String {
    providers.iter().map(|provider| format!("{}\n", value(provider))).collect()
}

fn value(provider: &Provider) -> Value {
    let recipe = recipe(provider);
    json!({
        "id": provider.id,
        "aliases": provider.aliases,
        "name": provider.name,
        "docs": provider.docs,
        "scheme": provider.summary,
        "algorithm": recipe.map(|recipe| recipe.algorithm().as_str()),
        "signed": recipe.map(Recipe::signed_template),
        "headers": recipe.map(Recipe::header_lines),
        "time_window_s": match provider.time_window {
            providers::TimeWindow::Secs(secs) => Some(secs),
            _ => None,
        },
        "time_window": provider.time_window.to_string(),
        "challenge": provider.challenge,
        "status": provider.status.as_str(),
        "confidence": provider.confidence.as_str(),
        "secret": {
            "env": provider.secret.env,
            "location": provider.secret.location,
            "format": provider.secret.format,
        },
        "options": provider.options.iter().map(|option| json!({
            "name": option.name,
            "value": option.kind.expected(),
            "help": option.help,
        })).collect::<Vec<_>>(),
        "pitfalls": provider.pitfalls,
    })
}

/// The page that a person reads.
fn page(provider: &Provider) -> String {
    let mut text = format!("{} ({})\n  {}\n", provider.name, provider.id, provider.summary);
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = write!(text, "\n{title}\n");
            for line in lines {
                let _ = writeln!(text, "  {line}");
            }
        }
    };
    if let Some(recipe) = recipe(provider) {
        section("Signed", vec![format!("{} of {}", recipe.algorithm().as_str(), recipe.signed_template())]);
        section("Headers", recipe.header_lines());
    }
    section("Time window", vec![provider.time_window.to_string()]);
    section(
        "Secret",
        vec![
            format!("found at     {}", provider.secret.location),
            format!("looks like   {}", provider.secret.format),
            format!("taken from   {} unless --verify-webhook-secret is given", provider.secret.env),
        ],
    );
    let option = |option: &countersign::scheme::OptionSpec| {
        format!("{}={}\n      {}", option.name, option.kind.expected(), option.help)
    };
    section("Options (--verify-webhook-option)", provider.options.iter().map(option).collect());
    section("Pitfalls", provider.pitfalls.iter().map(|pitfall| format!("- {pitfall}")).collect());
    let mut notes = Vec::new();
    if provider.challenge {
        notes.push("Its endpoint challenge is answered; the app is not asked.".to_owned());
    }
    if provider.confidence != providers::Confidence::High {
        notes.push(format!(
            "Confidence in this scheme: {}. Try it on real deliveries first.",
            provider.confidence.as_str()
        ));
    }
    if provider.status != providers::Status::Active {
        notes.push(format!("Status: {}.", provider.status.as_str()));
    }
    if !provider.aliases.is_empty() {
        notes.push(format!("Also called: {}.", provider.aliases.join(", ")));
    }
    section("Notes", notes);
    section(
        "In front of an app on port 3000",
        vec![format!("countersign http 3000 --verify-webhook {} --url https://hooks.example.com", provider.id)],
    );
    section("Source", vec![provider.docs.to_owned()]);
    text
}

fn recipe(provider: &Provider) -> Option<&Recipe> {
    match &provider.scheme {
        ProviderScheme::Recipe(recipe) => Some(recipe),
        _ => None,
    }
}
