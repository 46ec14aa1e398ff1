//! `countersign replay`.

use clap::Args;

use crate::signing::SignMode;

/// Sends captured requests again, edited if you like, and shows the old and the new answer side by side.
///
/// A running `countersign http` does it, through the same layers as a delivery: what was accepted is signed anew, so
/// that an app which verifies for itself accepts it.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct ReplayArgs {
    /// The captures' ids, as the console with -v and the inspector show them
    #[arg(value_name = "ID", required_unless_present = "last")]
    pub(crate) ids: Vec<String>,

    /// The last N deliveries that are no replays themselves, the oldest of them first
    #[arg(long, value_name = "N", conflicts_with = "ids", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) last: Option<u16>,

    /// Set a field of a form, or a value in JSON by its dotted path; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<String>,

    /// Another method
    #[arg(long)]
    pub(crate) method: Option<String>,

    /// Another path and query
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,

    /// Set a header, or take one away with `Name:`; repeatable
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,

    /// Another body: a text, @FILE, or - for standard input
    #[arg(long, short = 'd', value_name = "TEXT|@FILE|-", conflicts_with = "set", allow_hyphen_values = true)]
    pub(crate) data: Option<String>,

    /// How it is signed; without it, anew if it came with a valid signature
    #[arg(long)]
    pub(crate) sign: Option<SignMode>,

    /// Sign even what arrived without a valid signature
    #[arg(long)]
    pub(crate) sign_unverified: bool,

    /// The inspector of the countersign that runs
    #[arg(long, value_name = "URL", default_value = super::verify::DEFAULT_INSPECTOR)]
    pub(crate) inspector: String,

    /// The inspector's token, if it has one
    #[arg(long, value_name = "env:NAME|file:PATH")]
    pub(crate) web_token: Option<String>,

    /// Ask an inspector that is not on this machine; the connection is not encrypted
    #[arg(long)]
    pub(crate) allow_remote: bool,

    /// One JSON value a line: the new exchange, or the error and what it is a replay of
    #[arg(long)]
    pub(crate) json: bool,
}

const HELP: &str = "\
Examples:
  The delivery that came last, as it was:
    countersign replay --last 1

  An SMS with another text, signed anew:
    countersign replay 06a1b2c3d4e5f607 --set 'Body=Hello from the replay!'

  Does the app refuse what is too old?
    countersign replay 06a1b2c3d4e5f607 --sign expired

Exit codes: 0 it reached the app, which answered below 500 (with --sign wrong or expired: it was refused), 1 not,
2 wrong usage, or there is no such capture or no inspector. Of several, all are tried: 1 if one of them failed.";
