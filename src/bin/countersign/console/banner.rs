//! What is said at the start.

use std::{fmt::Write, net::SocketAddr};

use jiff::Timestamp;
use serde_json::json;

use super::{
    format::put_json,
    text::{Paint, escape},
};
use crate::{
    cli::LogFormat,
    config::{LogConfig, RouteConfig},
};

/// What listens, and what it does.
pub(crate) struct Banner<'a> {
    pub(crate) listening: SocketAddr,
    pub(crate) route: &'a RouteConfig,
    /// Where the inspector is.
    pub(crate) inspector: Option<String>,
}

impl Banner<'_> {
    pub(super) fn show(&self, log: LogConfig) -> String {
        let mut text = String::new();
        match log.format {
            LogFormat::Json => self.json(&mut text),
            LogFormat::Pretty => self.pretty(Paint { colour: log.colour }, &mut text),
        }
        text
    }

    fn json(&self, text: &mut String) {
        let Self { listening, route, inspector } = self;
        let verification = route.verification.as_ref();
        put_json(
            text,
            &json!({
                "time": Timestamp::now().to_string(),
                "event": "listening",
                "address": listening.to_string(),
                "app": route.upstream.to_string(),
                "provider": verification.map(|verification| verification.provider.id),
                "secrets": verification.map(|verification| &verification.secret_labels),
                "inspector": inspector,
                "public_url": route.public_origin.as_ref().map(|origin| &origin.url),
            }),
        );
    }

    fn pretty(&self, paint: Paint, text: &mut String) {
        let Self { listening, route, inspector } = self;
        let _ = writeln!(text, "{} {}\n", paint.bold("countersign"), env!("CARGO_PKG_VERSION"));
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "  {}{value}", paint.dim(format_args!("{name:<12}")));
        };
        line("Listening", &format!("http://{listening}"));
        line("App", &route.upstream.to_string());
        if let Some(inspector) = inspector {
            line("Inspector", inspector);
        }
        let Some(verification) = &route.verification else {
            line("Verifying", &paint.bad("nothing: every request is forwarded, whoever sent it"));
            line("", "--verify-webhook PROVIDER lets only genuine deliveries through");
            text.push('\n');
            return;
        };
        let labels = &verification.secret_labels;
        let name = verification.provider.name;
        let count = if labels.len() == 1 { "1 secret".to_owned() } else { format!("{} secrets", labels.len()) };
        if labels.is_empty() {
            line("Verifying", &format!("{}, {}", paint.good(name), paint.bad("from anybody's AWS account")));
            line("", "--verify-webhook-secret takes the account, or a topic's ARN, whose messages count");
        } else {
            line("Verifying", &format!("{} with {count} ({})", paint.good(name), escape(&labels.join(", "), 200)));
        }
        if verification.fetcher.is_some() {
            line("Keys", "the certificates that deliveries name are fetched from the provider");
        }
        match &route.public_origin {
            Some(origin) => line("Public URL", &origin.url),
            None => {
                line("Public URL", "the Host header of each request, tried with https and with http;");
                line("", "--url https://... makes it exact, and is needed if a proxy changes Host");
            }
        }
        line("Next", &format!("point your tunnel or reverse proxy to http://{listening},"));
        let target = route.public_origin.as_ref().map_or("the tunnel's public URL", |origin| &origin.url);
        line("", &format!("and {name}'s webhook to {target}"));
        text.push('\n');
    }
}
