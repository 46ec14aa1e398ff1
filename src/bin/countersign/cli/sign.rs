//! `countersign sign` and `countersign send`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Whose signature, and with which secret.
#[derive(Args, Debug)]
pub(crate) struct KeyArgs {
    /// The signing secret: better env:NAME or file:PATH than the text itself, which other users of this machine can
    /// see in the list of processes. Without it the provider's usual variable is read, for example TWILIO_AUTH_TOKEN
    #[arg(long, value_name = "TEXT|env:NAME|file:PATH", allow_hyphen_values = true)]
    pub(crate) secret: Option<String>,

    /// An option of the provider, for example scheme=marketing (`countersign providers ID` shows them)
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) option: Vec<String>,

    /// The time of signing: seconds since 1970, 2026-01-29T18:00:27Z, or a distance such as -10m; now if absent
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) time: Option<String>,

    /// The delivery's id, or the nonce of schemes that have one; a fresh one if absent
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
}

/// Signs a request as its provider would, and prints the headers.
#[derive(Args, Debug)]
#[command(after_help = SIGN_HELP)]
pub(crate) struct SignArgs {
    /// The provider, for example twilio, or a TOML file that describes another scheme
    #[arg(value_name = "PROVIDER|FILE.toml")]
    pub(crate) provider: String,

    /// The public URL that the provider requests
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,

    #[command(flatten)]
    pub(crate) key: KeyArgs,

    /// The method: POST, or GET for ws:// and wss:// URLs, unless it is given
    #[arg(long, short = 'X', value_name = "METHOD")]
    pub(crate) method: Option<String>,

    /// A header that the request has besides
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,

    /// The body: a text, @FILE, or - for standard input. It counts as JSON if it is some, else as a form, unless a
    /// header gives its Content-Type
    #[arg(long, short = 'd', value_name = "TEXT|@FILE|-", conflicts_with = "form", allow_hyphen_values = true)]
    pub(crate) data: Option<String>,

    /// A field of a form as the body
    #[arg(long, short = 'F', value_name = "NAME=VALUE")]
    pub(crate) form: Vec<String>,

    /// A curl command in place of the headers
    #[arg(long, conflicts_with = "json")]
    pub(crate) curl: bool,

    /// The whole request as one JSON value
    #[arg(long)]
    pub(crate) json: bool,
}

/// Delivers signed sample events to an app, as their provider would.
#[derive(Args, Debug)]
#[command(after_help = SEND_HELP)]
pub(crate) struct SendArgs {
    /// The provider, for example twilio, or a TOML file that describes another scheme
    #[arg(value_name = "PROVIDER|FILE.toml", required_unless_present = "list")]
    pub(crate) provider: Option<String>,

    /// Which event: the provider's first one if absent (--list shows them)
    pub(crate) event: Option<String>,

    /// Where to deliver to: the app, or the proxy in front of it
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    pub(crate) to: Option<String>,

    /// The public URL that is signed: that of --to if absent. One without a path gets the path and query of --to
    #[arg(long, value_name = "PUBLIC-URL")]
    pub(crate) url: Option<String>,

    #[command(flatten)]
    pub(crate) key: KeyArgs,

    /// Changes the sample: a field of a form, or a path into JSON such as data.object.amount=1200
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "data")]
    pub(crate) set: Vec<String>,

    /// Another body than the sample's: a text, @FILE, or - for standard input
    #[arg(long, short = 'd', value_name = "TEXT|@FILE|-", allow_hyphen_values = true)]
    pub(crate) data: Option<String>,

    /// A header in place of the sample's, or besides
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,

    /// Breaks exactly this, after signing or by signing wrongly
    #[arg(long, value_name = "WHAT")]
    pub(crate) tamper: Option<Tamper>,

    /// What the answers must be, for example 2xx, 403, 200,204 or any. If absent: 2xx (101 for a WebSocket), and 4xx
    /// with --tamper
    #[arg(long, value_name = "STATUS")]
    pub(crate) expect: Option<String>,

    /// How many deliveries
    #[arg(long, short = 'n', value_name = "N", default_value_t = 1)]
    pub(crate) count: u64,

    /// How many a second at most, for example 50/s or 30/m
    #[arg(long, value_name = "N/s")]
    pub(crate) rate: Option<String>,

    /// How many at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) concurrency: u16,

    /// How long an answer may take
    #[arg(long, value_name = "TIME", default_value = "15s")]
    pub(crate) timeout: String,

    /// A certificate authority (PEM) to trust besides those of the web, for https:// targets of your own
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,

    /// List the samples, of all providers or of one, and send nothing
    #[arg(long)]
    pub(crate) list: bool,

    /// One JSON value a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tamper {
    /// One value of the body, after signing
    Body,
    /// One letter of the signature header
    Header,
    /// Signed with another key of the same form
    Secret,
    /// Signed rightly, but longer ago than the provider's window
    Time,
    /// Not signed at all
    Unsigned,
    /// Signed for another path
    Url,
}

const SIGN_HELP: &str = "\
Examples:
  The headers of a text message; the token is in TWILIO_AUTH_TOKEN:
    countersign sign twilio --url https://hooks.example.com/sms -F Body=Hello -F From=+15558675310

  A curl command to paste:
    countersign sign github --url http://localhost:3000/github --secret env:SECRET -d @push.json --curl

  One that was signed ten minutes ago:
    countersign sign stripe --url https://a.example/stripe --secret whsec_test -d '{\"type\":\"ping\"}' --time -10m

What the provider signs with a private key of its own, nobody else can sign.
Exit codes: 0 signed, 2 it cannot be.";

const SEND_HELP: &str = "\
Examples:
  A text message to an app on port 3000; the token is in TWILIO_AUTH_TOKEN:
    countersign send twilio sms --to http://localhost:3000/sms --set Body=Hello

  The same through the proxy, which verifies it for its public URL:
    countersign send twilio sms --to http://localhost:4000/sms --url https://hooks.example.com

  Does the app refuse what is forged? The exit code says so in CI:
    countersign send stripe --to http://localhost:3000/stripe --tamper body --expect 400,403

  A thousand pushes, 50 a second:
    countersign send github push --to http://localhost:3000/github -n 1000 --rate 50/s

  What there is:
    countersign send --list

Samples are made up; ids and times in them are fresh each time. Redirects are not followed.
Exit codes: 0 all answers as expected, 1 some were not, 2 nothing could be sent.";
