//! What was typed. What it means is [`config`](crate::config)'s matter.

mod replay;
mod sign;
mod verify;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::{
    replay::ReplayArgs,
    sign::{KeyArgs, SendArgs, SignArgs, Tamper},
    verify::VerifyArgs,
};

/// Verifies webhook signatures in front of a local app.
#[derive(Debug, Parser)]
#[command(version, about, after_help = AFTER_HELP, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one, once")]
pub(crate) enum Command {
    Http(HttpArgs),
    Demo(DemoArgs),
    Replay(ReplayArgs),
    Send(SendArgs),
    Sign(SignArgs),
    Verify(VerifyArgs),
    Providers(ProvidersArgs),
}

/// Forwards to a local app what the provider signed, and refuses the rest.
#[derive(Args, Debug)]
#[command(after_help = HTTP_HELP)]
pub(crate) struct HttpArgs {
    /// The app: a port on this machine, host:port, or http://host:port
    #[arg(value_name = "PORT|HOST:PORT|URL")]
    pub(crate) upstream: String,

    /// Where deliveries arrive: the address that your tunnel or reverse proxy points to
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4000")]
    pub(crate) listen: String,

    /// The public URL that the provider calls; makes signatures over the URL exact, whatever headers say
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,

    /// The provider whose signatures are verified, for example twilio, plivo, github, stripe (`countersign providers`
    /// lists all), or a TOML file that describes another scheme. Without it everything is forwarded unverified
    #[arg(long, value_name = "PROVIDER|FILE.toml")]
    pub(crate) verify_webhook: Option<String>,

    /// The signing secret: better env:NAME or file:PATH than the text itself, which other users of this machine can
    /// see in the list of processes. Repeat it while a secret is being rotated. Without it the provider's usual
    /// variable is read, for example TWILIO_AUTH_TOKEN
    #[arg(long, value_name = "TEXT|env:NAME|file:PATH", requires = "verify_webhook", allow_hyphen_values = true)]
    pub(crate) verify_webhook_secret: Vec<String>,

    /// An option of the provider, for example tolerance_s=600
    #[arg(long, value_name = "NAME=VALUE", requires = "verify_webhook")]
    pub(crate) verify_webhook_option: Vec<String>,

    /// How long the certificate that a delivery names (Amazon SNS, PayPal) may take to be fetched, while the delivery
    /// waits; later is answered with 503
    #[arg(long, value_name = "TIME", default_value = "8s")]
    pub(crate) fetch_timeout: String,

    /// Certificate authorities that are trusted besides the public ones where certificates are fetched: for networks
    /// that inspect TLS
    #[arg(long, value_name = "FILE.pem", requires = "verify_webhook")]
    pub(crate) ca_file: Option<String>,

    /// Where a host is found instead of where DNS says, for tests. The server must still have a certificate for that
    /// host; one of --ca-file's will do
    #[arg(long, value_name = "HOST=ADDRESS:PORT", requires = "ca_file", hide = true)]
    pub(crate) connect_to: Vec<String>,

    /// The Host header that the app gets: as it came (preserve), the app's own address (rewrite), or a name
    #[arg(long, value_name = "preserve|rewrite|NAME", default_value = "preserve")]
    pub(crate) host_header: String,

    /// The largest body that is verified; larger ones are answered with 413
    #[arg(long, value_name = "SIZE", default_value = "1MiB")]
    pub(crate) max_body: String,

    /// How long a body that is verified may take to arrive; later ones are answered with 408
    #[arg(long, value_name = "TIME", default_value = "15s")]
    pub(crate) body_timeout: String,

    /// How long the app may take to begin its answer, or to take more of a body; later is answered with 504
    #[arg(long, value_name = "TIME", default_value = "60s")]
    pub(crate) upstream_timeout: String,

    #[command(flatten)]
    pub(crate) inspect: InspectArgs,

    #[command(flatten)]
    pub(crate) log: LogArgs,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Inspector")]
pub(crate) struct InspectArgs {
    /// Where the inspector listens: 127.0.0.1:4040, or the next free port if that one is taken, unless told; `false`
    /// for no inspector
    #[arg(long, value_name = "ADDRESS|false", env = "COUNTERSIGN_WEB_ADDR")]
    pub(crate) web_addr: Option<String>,

    /// Another name with which the inspector may be opened, besides localhost; repeatable
    #[arg(long, value_name = "HOST")]
    pub(crate) web_allow_host: Vec<String>,

    /// The token that the inspector asks for: env:NAME or file:PATH. Off loopback one is made up and shown, unless given
    #[arg(long, value_name = "env:NAME|file:PATH")]
    pub(crate) web_token: Option<String>,

    /// Where captures are kept: a file, `memory` (gone at the end), or `none`. The usual file lies where your system
    /// keeps programs' state, and can be shared by several countersigns
    #[arg(long, value_name = "PATH|memory|none", env = "COUNTERSIGN_STORE")]
    pub(crate) store: Option<String>,

    /// How many exchanges are kept; the oldest go first
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub(crate) store_count: u64,

    /// How much is kept; the oldest go first
    #[arg(long, value_name = "SIZE", default_value = "512MiB")]
    pub(crate) store_size: String,

    /// How much of each body is kept; the rest is forwarded all the same
    #[arg(long, value_name = "SIZE", default_value = "10MiB")]
    pub(crate) capture_limit: String,

    /// Refusals are not explained; for measurements
    #[arg(long, hide = true)]
    pub(crate) no_explanations: bool,
}

impl InspectArgs {
    /// Nothing is left behind; and nothing is shown if it ends at once.
    pub(crate) fn of_a_demo(ends_at_once: bool) -> Self {
        Self {
            web_addr: ends_at_once.then(|| "false".to_owned()),
            web_allow_host: Vec::new(),
            web_token: None,
            store: Some(if ends_at_once { "none" } else { "memory" }.to_owned()),
            store_count: 1000,
            store_size: "16MiB".to_owned(),
            capture_limit: "1MiB".to_owned(),
            no_explanations: false,
        }
    }
}

#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Log")]
pub(crate) struct LogArgs {
    /// How each request is shown
    #[arg(long, value_name = "FORMAT", default_value = "pretty")]
    pub(crate) log_format: LogFormat,

    /// Show errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Show more of each request: which secret and which form of the URL matched, and what broken clients did
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// One JSON object a line
    Json,
    /// For people
    #[default]
    Pretty,
}

/// Shows it all in one minute: a sample app, the proxy, and a few signed and forged deliveries.
#[derive(Args, Debug)]
#[command(after_help = DEMO_HELP)]
pub(crate) struct DemoArgs {
    /// Whose deliveries to send
    #[arg(default_value = "twilio")]
    pub(crate) provider: DemoProvider,

    /// End after the deliveries; the exit code is 0 if each met the verdict that was due
    #[arg(long)]
    pub(crate) once: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DemoProvider {
    Plivo,
    Twilio,
}

/// Lists the providers whose signatures are verified, or shows one: what is signed, where its secret is found.
#[derive(Args, Debug)]
#[command(after_help = PROVIDERS_HELP)]
pub(crate) struct ProvidersArgs {
    /// A provider's id, for example stripe
    pub(crate) provider: Option<String>,

    /// One JSON value a line
    #[arg(long)]
    pub(crate) json: bool,
}

const AFTER_HELP: &str = "\
Begin here:
  countersign demo                                        see it work, nothing to set up
  countersign http 3000 --verify-webhook twilio           the token is read from TWILIO_AUTH_TOKEN
  countersign send twilio sms --to http://localhost:3000  a signed sample event, to test your app
  countersign providers                                   whose signatures are verified, and how

`countersign <COMMAND> --help` shows examples.";

const HTTP_HELP: &str = "\
Examples:
  Twilio, in front of an app on port 3000; the token is in TWILIO_AUTH_TOKEN:
    countersign http 3000 --verify-webhook twilio --url https://hooks.example.com

  While a secret is being rotated, both count:
    countersign http 3000 --verify-webhook stripe \\
        --verify-webhook-secret file:/run/secrets/new --verify-webhook-secret env:OLD_SECRET

  Amazon SNS, for the topics of one AWS account; certificates are fetched from AWS, subscriptions are confirmed:
    countersign http 3000 --verify-webhook sns --verify-webhook-secret 123456789012 \\
        --verify-webhook-option auto_confirm=true

  A development server that insists on its own host name:
    countersign http localhost:5173 --verify-webhook github --host-header rewrite

Point your tunnel or reverse proxy to the --listen address, and the provider's webhook to the public URL.
A refused request is answered with 403 and never reaches the app; the line in the log names the reason.
Exit codes: 0 ended by a signal, 1 failed while running, 2 wrong usage.";

const DEMO_HELP: &str = "\
Examples:
  countersign demo
  countersign demo plivo --once";

const PROVIDERS_HELP: &str = "\
Examples:
  countersign providers
  countersign providers stripe
  countersign providers --json | jq -r .id

A provider that is not listed: describe its scheme in a TOML file, and give --verify-webhook ./acme.toml.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
