//! `countersign verify`.

use std::path::PathBuf;

use clap::Args;

/// Verifies a recorded request from anywhere, or runs conformance vectors.
#[derive(Args, Debug)]
#[command(after_help = HELP)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) message: MessageArgs,

    /// Only the N-th entry of the HAR file, from 1
    #[arg(long, value_name = "N", requires = "har")]
    pub(crate) entry: Option<usize>,

    /// The inspector that has the capture
    #[arg(long, value_name = "URL", requires = "capture", default_value = DEFAULT_INSPECTOR)]
    pub(crate) inspector: String,

    /// Ask an inspector that is not on this machine; the connection is not encrypted
    #[arg(long)]
    pub(crate) allow_remote: bool,

    /// Whose signature it is: a provider's id, or a TOML file that describes another scheme. Without it, the headers
    /// tell
    #[arg(long, value_name = "ID|FILE.toml", visible_alias = "verify-webhook")]
    pub(crate) provider: Option<String>,

    /// The signing secret: better env:NAME or file:PATH than the text itself, which other users of this machine can
    /// see in the list of processes. Repeat it to try several. Without it the provider's usual variable is read
    #[arg(
        long,
        value_name = "TEXT|env:NAME|file:PATH",
        visible_alias = "verify-webhook-secret",
        allow_hyphen_values = true
    )]
    pub(crate) secret: Vec<String>,

    /// An option of the provider, for example tolerance_s=600
    #[arg(long, value_name = "NAME=VALUE", visible_alias = "verify-webhook-option")]
    pub(crate) option: Vec<String>,

    /// The URL that the provider called, where the message has another one: https://hooks.example.com, with the path
    /// that a proxy takes off, or the whole URL
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// Verify as of this time: RFC 3339, or Unix seconds. Without it, the time at which a capture or a HAR entry says
    /// that it arrived, else now
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) at: Option<String>,

    /// Verify as of now, whatever a capture or a HAR entry says
    #[arg(long, conflicts_with = "at")]
    pub(crate) now: bool,

    /// One JSON value a line
    #[arg(long)]
    pub(crate) json: bool,

    /// Do not look for why a request was refused; looking takes 3 s at most, and half a second for each of several
    #[arg(long, conflicts_with_all = ["explain", "vectors"])]
    pub(crate) no_explain: bool,

    /// With --vectors: a line for every vector, and why each refused one was
    #[arg(long, requires = "vectors")]
    pub(crate) explain: bool,
}

/// Where the requests are.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct InputArgs {
    /// A curl command: bash's or cmd.exe's, as browsers copy them
    #[arg(long, value_name = "FILE|-")]
    pub(crate) curl: Option<PathBuf>,

    /// A HAR file: every entry
    #[arg(long, value_name = "FILE|-")]
    pub(crate) har: Option<PathBuf>,

    /// An HTTP/1.1 request as bytes
    #[arg(long, value_name = "FILE|-")]
    pub(crate) raw: Option<PathBuf>,

    /// Everything that a running ngrok has captured
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = DEFAULT_INSPECTOR)]
    pub(crate) ngrok: Option<String>,

    /// One capture of an inspector
    #[arg(long, value_name = "ID")]
    pub(crate) capture: Option<String>,

    /// A request in flags: its URL
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// Vector files, or folders of them
    #[arg(long, value_name = "FILE|DIR", num_args = 1..)]
    pub(crate) vectors: Option<Vec<PathBuf>>,
}

/// The rest of a request in flags.
#[derive(Args, Debug)]
pub(crate) struct MessageArgs {
    /// Its method; POST if there is a body, else GET
    #[arg(long, value_name = "METHOD", requires = "url")]
    pub(crate) method: Option<String>,

    /// A header of it
    #[arg(short = 'H', long, value_name = "NAME: VALUE", requires = "url")]
    pub(crate) header: Vec<String>,

    /// Its body, byte for byte
    #[arg(long, value_name = "TEXT|@FILE|-", requires = "url", allow_hyphen_values = true)]
    pub(crate) data: Option<String>,
}

pub(super) const DEFAULT_INSPECTOR: &str = "http://127.0.0.1:4040";

const HELP: &str = "\
Examples:
  A curl command from the clipboard; the provider is told by its headers, the secret is in TWILIO_AUTH_TOKEN:
    xclip -o | countersign verify --curl - --public-url https://hooks.example.com

  A HAR file from a browser or a webhook tool, and one entry of it:
    countersign verify --har deliveries.har --provider stripe --secret file:whsec.txt
    countersign verify --har deliveries.har --entry 3

  A message as bytes, as of the time at which it arrived:
    countersign verify --raw delivery.http --provider slack --at 2026-01-02T03:04:05Z

  What a running ngrok has captured, and one capture of countersign's own inspector:
    countersign verify --ngrok
    countersign verify --capture 5f0c9a7be2d14836

  A request in flags:
    countersign verify --url https://hooks.example.com/sms -H 'X-Twilio-Signature: …' \\
        -H 'Content-Type: application/x-www-form-urlencoded' --data @body.txt

  Conformance vectors, each with the verdict that is due; and broken deliveries, each with why it is refused:
    countersign verify --vectors tests/vectors --json
    countersign verify --vectors broken/ --explain --json

Nothing is sent to anybody, and no secret is shown.
Exit codes: 0 all accepted (vectors: all agree), 1 some refused (disagree), 2 wrong usage, or something that cannot be
read or that no provider is known for.";
