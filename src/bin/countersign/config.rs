//! What the command line means: parsed once, so that what exists can be used.

mod inspect;
mod published_keys;
mod quantity;
mod secret;
mod upstream;

use std::{
    fmt::Display,
    io::IsTerminal,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use countersign::{
    ConfigError, PublicUrl, Secrets, VerifyWebhookLayer,
    middleware::BufferBudget,
    providers::{self, Provider},
    public_url::SignedUrl,
    scheme::{OptionValue, Options, file},
};
use http::HeaderValue;

use self::published_keys::PublishedKeys;
pub(crate) use self::{
    inspect::{InspectConfig, WebAddress},
    quantity::duration as parse_duration,
    secret::{load_one as load_secret, read as read_secrets, token as read_token},
    upstream::Upstream,
};
use crate::{
    cli::{HttpArgs, LogArgs, LogFormat},
    errors::Failure,
    keys::{Fetcher, Subscriptions},
    proxy::Observer,
};

/// All that `countersign http` needs.
#[derive(Debug)]
pub(crate) struct HttpConfig {
    pub(crate) listen: SocketAddr,
    pub(crate) route: RouteConfig,
    pub(crate) inspect: InspectConfig,
    pub(crate) log: LogConfig,
}

/// One way from the listener to an app.
#[derive(Debug)]
pub(crate) struct RouteConfig {
    /// What ngrok calls the tunnel's name.
    pub(crate) name: Arc<str>,
    pub(crate) upstream: Upstream,
    pub(crate) upstream_timeout: Duration,
    pub(crate) host_header: HostHeader,
    pub(crate) public_origin: Option<PublicOrigin>,
    pub(crate) verification: Option<Verification>,
}

/// A provider, and the layer that verifies its deliveries.
#[derive(Debug)]
pub(crate) struct Verification {
    pub(crate) provider: &'static Provider,
    pub(crate) secret_labels: Vec<String>,
    /// None where the provider can do without (SNS).
    pub(crate) secrets: Option<Secrets>,
    pub(crate) options: Options,
    pub(crate) public_url: PublicUrl,
    pub(crate) layer: VerifyWebhookLayer,
    /// Where the provider publishes its keys and they are fetched.
    pub(crate) fetcher: Option<Fetcher>,
    /// Where the provider asks to confirm subscriptions.
    pub(crate) subscriptions: Option<Arc<Subscriptions>>,
}

/// Scheme and host as the world knows them.
#[derive(Clone, Debug)]
pub(crate) struct PublicOrigin {
    pub(crate) url: String,
    pub(crate) scheme: &'static str,
    pub(crate) host: HeaderValue,
}

/// Which `Host` the app gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HostHeader {
    Fixed(HeaderValue),
    Preserve,
    Rewrite,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LogConfig {
    pub(crate) format: LogFormat,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
    pub(crate) colour: bool,
}

impl HttpConfig {
    pub(crate) fn parse(arguments: &HttpArgs) -> Result<Self, Failure> {
        let upstream = Upstream::parse(&arguments.upstream)?;
        let public_origin = arguments.url.as_deref().map(PublicOrigin::parse).transpose()?;
        let verification = match &arguments.verify_webhook {
            Some(id) => Some(Verification::parse(id, arguments)?),
            // A mistake does not wait for the day when something is verified.
            None => {
                quantity::size("--max-body", &arguments.max_body)?;
                quantity::duration("--body-timeout", &arguments.body_timeout)?;
                quantity::duration("--fetch-timeout", &arguments.fetch_timeout)?;
                None
            }
        };
        let upstream_timeout = quantity::duration("--upstream-timeout", &arguments.upstream_timeout)?;
        let host_header = HostHeader::parse(&arguments.host_header)?;
        Ok(Self {
            listen: parse_listen(&arguments.listen)?,
            route: RouteConfig {
                name: COMMAND_LINE.into(),
                upstream,
                upstream_timeout,
                host_header,
                public_origin,
                verification,
            },
            inspect: InspectConfig::parse(&arguments.inspect)?,
            log: LogConfig::parse(&arguments.log),
        })
    }
}

impl Verification {
    fn parse(id: &str, arguments: &HttpArgs) -> Result<Self, Failure> {
        let provider = find_provider("--verify-webhook: ", id)?;
        let secrets = &arguments.verify_webhook_secret;
        let secrets = secret::load("--verify-webhook-secret", provider, secrets)?;
        let secret_labels = secrets.as_ref().map(|(_, labels)| labels.clone()).unwrap_or_default();
        let options = parse_options("--verify-webhook-option", provider, &arguments.verify_webhook_option)?;
        let public_url = match &arguments.url {
            Some(url) => PublicUrl::fixed(url)?,
            None => PublicUrl::from_request(),
        };
        let secrets = secrets.map(|(secrets, _)| secrets);
        let PublishedKeys { verifier, fetcher, subscriptions } =
            PublishedKeys::parse(provider, secrets.clone(), &options, arguments)?;
        let mut layer = VerifyWebhookLayer::new(verifier)
            .public_url(public_url.clone())
            .max_body(quantity::size("--max-body", &arguments.max_body)?)
            .body_timeout(quantity::duration("--body-timeout", &arguments.body_timeout)?)
            .buffer_budget(BufferBudget::default());
        if let Some(fetcher) = fetcher.clone() {
            layer = layer.key_fetcher(fetcher);
        }
        Ok(Self { provider, secret_labels, secrets, options, public_url, layer, fetcher, subscriptions })
    }
}

impl Verification {
    /// Lets the observer know what is fetched; what is to be done about subscriptions.
    pub(crate) fn report_to(&self, observer: &Arc<dyn Observer>) -> Option<Arc<Subscriptions>> {
        if let Some(fetcher) = &self.fetcher {
            fetcher.report_to(Arc::clone(observer));
        }
        if let Some(subscriptions) = &self.subscriptions {
            subscriptions.report_to(Arc::clone(observer));
        }
        self.subscriptions.clone()
    }
}

impl PublicOrigin {
    pub(crate) fn parse(url: &str) -> Result<Self, Failure> {
        // The library's parser decides what can be a public URL; here it is only taken apart.
        PublicUrl::fixed(url).map_err(|error| Failure::usage(format_args!("--url: {error}")))?;
        let cannot = || Failure::usage(format_args!("--url: `{url}` needs the form https://host[:port][/prefix]"));
        let parsed = SignedUrl::parse(url).ok_or_else(cannot)?;
        let scheme = match parsed.scheme.as_str() {
            "https" | "wss" => "https",
            _ => "http",
        };
        let host = parsed.authority.rsplit('@').next().unwrap_or_default();
        Ok(Self {
            url: format!("{scheme}://{host}{}", parsed.target.trim_end_matches('/')),
            scheme,
            host: HeaderValue::from_str(host).map_err(|_| cannot())?,
        })
    }
}

impl HostHeader {
    fn parse(text: &str) -> Result<Self, Failure> {
        match text {
            "preserve" => Ok(Self::Preserve),
            "rewrite" => Ok(Self::Rewrite),
            name => match name.parse::<http::uri::Authority>() {
                Ok(authority) if !name.contains('@') => {
                    let value = HeaderValue::from_str(authority.as_str());
                    value.map(Self::Fixed).map_err(Failure::usage)
                }
                _ => Err(Failure::usage(format_args!(
                    "--host-header: `{name}` is neither preserve nor rewrite nor a host name"
                ))),
            },
        }
    }
}

impl LogConfig {
    fn parse(arguments: &LogArgs) -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        Self { format: arguments.log_format, quiet: arguments.quiet, verbose: arguments.verbose, colour }
    }

    /// The demo's: pretty, for people.
    pub(crate) fn for_people() -> Self {
        Self::parse(&LogArgs::default())
    }
}

fn parse_listen(text: &str) -> Result<SocketAddr, Failure> {
    parse_address("--listen", text)
}

fn parse_address(flag: &str, text: &str) -> Result<SocketAddr, Failure> {
    let loopback = |port: &str| port.parse().ok().map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    let address = match text.strip_prefix("localhost:") {
        Some(port) => loopback(port),
        None => text.parse().ok().or_else(|| loopback(text)),
    };
    address.ok_or_else(|| {
        Failure::usage(format_args!("{flag}: `{text}` is no address; write 127.0.0.1:4000, or [::]:4000 for all"))
    })
}

/// A listed provider, or the one that a file describes.
///
/// `context` begins its messages.
pub(crate) fn find_provider(context: &str, text: &str) -> Result<&'static Provider, Failure> {
    if Path::new(text).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        let failed = |error: &dyn Display| Failure::usage(format_args!("{context}{text}: {error}"));
        let file = std::fs::read_to_string(text).map_err(|error| failed(&error))?;
        return file::parse(&file).map_err(|error| failed(&error));
    }
    providers::by_id(text).map_err(|error| {
        let hint = match &error {
            ConfigError::UnknownProvider { nearest, .. } if nearest.is_empty() => {
                "; `countersign providers` lists all, and a TOML file can describe another scheme"
            }
            _ => "",
        };
        Failure::usage(format_args!("{context}{error}{hint}"))
    })
}

/// The options that `flag` gave.
pub(crate) fn parse_options(flag: &str, provider: &'static Provider, texts: &[String]) -> Result<Options, Failure> {
    let mut options = Options::new();
    for text in texts {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Failure::usage(format_args!("{flag}: `{text}` needs the form NAME=VALUE")));
        };
        let Some(spec) = provider.options.iter().find(|spec| spec.name == name.replace('-', "_")) else {
            return Err(ConfigError::UnknownOption {
                provider: provider.id,
                option: name.to_owned(),
                known: provider.options.iter().map(|spec| spec.name).collect(),
            }
            .into());
        };
        let Some(value) = spec.kind.parse(value) else {
            return Err(ConfigError::WrongOptionValue {
                provider: provider.id,
                option: spec.name.to_owned(),
                expected: spec.kind.expected(),
            }
            .into());
        };
        // Names and texts add up: one certificate each time.
        let value = match (options.get(spec.name), value) {
            (Some(OptionValue::Map(known)), OptionValue::Map(more)) => {
                OptionValue::Map(known.clone().into_iter().chain(more).collect())
            }
            (_, value) => value,
        };
        options = options.with(spec.name, value);
    }
    Ok(options)
}

/// The name of the route that the command line describes, as ngrok has it.
const COMMAND_LINE: &str = "command_line";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listen_addresses() {
        for (text, expected) in [
            ("127.0.0.1:4000", "127.0.0.1:4000"),
            ("4000", "127.0.0.1:4000"),
            ("localhost:0", "127.0.0.1:0"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(parse_listen(text).unwrap(), expected.parse().unwrap());
        }
        for text in ["", "4000:", "example.com:80", "70000", "127.0.0.1"] {
            assert!(parse_listen(text).is_err(), "{text}");
        }
    }

    #[test]
    fn public_origins() {
        let origin = PublicOrigin::parse("wss://user:word@hooks.example.com:8443/in/").unwrap();
        assert_eq!((origin.scheme, origin.host.to_str().unwrap()), ("https", "hooks.example.com:8443"));
        assert_eq!(origin.url, "https://hooks.example.com:8443/in");
        assert!(PublicOrigin::parse("hooks.example.com").is_err());
        assert!(PublicOrigin::parse("https://hooks.example.com/?a").is_err());
    }
}
