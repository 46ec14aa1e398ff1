//! Providers that publish the keys they sign with: where those come from.

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
};

use countersign::{
    ConfigError, Secrets, WebhookVerifier,
    key_source::{KeySource, StaticKeys},
    providers::{PAYPAL, Provider, SNS, sns::Sns},
    scheme::{OptionValue, Options},
};

use super::quantity;
use crate::{
    cli::HttpArgs,
    errors::Failure,
    keys::{Fetcher, Https, Route, Subscriptions, Trust},
};

/// A verifier, and what it needs of the network.
pub(super) struct PublishedKeys {
    pub(super) verifier: Arc<dyn WebhookVerifier>,
    pub(super) fetcher: Option<Fetcher>,
    pub(super) subscriptions: Option<Arc<Subscriptions>>,
}

impl PublishedKeys {
    /// Keys that were given win, and then nothing is fetched.
    pub(super) fn parse(
        provider: &'static Provider,
        secrets: Option<Secrets>,
        options: &Options,
        arguments: &HttpArgs,
    ) -> Result<Self, Failure> {
        if provider.id != SNS.id && provider.id != PAYPAL.id {
            let verifier = provider.verifier(secrets.ok_or(ConfigError::NoSecret)?, options);
            return Ok(Self {
                verifier: verifier.map_err(with_location(provider))?,
                fetcher: None,
                subscriptions: None,
            });
        }
        let https = Arc::new(parse_https(arguments)?);
        let (keys, fetcher): (Arc<dyn KeySource>, _) = match options.get("certificates") {
            Some(OptionValue::Map(given)) => (Arc::new(StaticKeys::certificates(given)?), None),
            _ => {
                let fetcher = Fetcher::new(Arc::clone(&https));
                (Arc::new(fetcher.clone()), Some(fetcher))
            }
        };
        let verifier = match secrets {
            Some(secrets) => provider.verifier_with_keys(secrets, options, keys).map_err(with_location(provider))?,
            None => any_owner(options, keys)?,
        };
        let subscriptions = (provider.id == SNS.id).then(|| {
            Arc::new(match options.is_on("auto_confirm") {
                true => Subscriptions::confirmed(https),
                false => Subscriptions::left_to_the_app(),
            })
        });
        Ok(Self { verifier, fetcher, subscriptions })
    }
}

/// SNS without an owner to compare: it works, and it is said that it is not enough.
fn any_owner(options: &Options, keys: Arc<dyn KeySource>) -> Result<Arc<dyn WebhookVerifier>, Failure> {
    if options.is_on("auto_confirm") {
        return Err(Failure::usage(format_args!(
            "auto_confirm would let anybody subscribe this endpoint to topics of theirs: name the AWS account or the \
             topic with --verify-webhook-secret or {}",
            SNS.secret.env
        )));
    }
    let _ = writeln!(
        io::stderr(),
        "countersign: warning: messages from any AWS account are accepted: name yours, or a topic's ARN, with \
         --verify-webhook-secret or {}",
        SNS.secret.env
    );
    let sns = Sns::dangerous_any_owner(keys);
    Ok(Arc::new(match options.tolerance() {
        Some(tolerance) => sns.tolerance(tolerance),
        None => sns,
    }))
}

/// Says where the secret is found.
fn with_location(provider: &'static Provider) -> impl Fn(ConfigError) -> Failure {
    move |error| Failure::usage(format_args!("{error} (it is found at: {})", provider.secret.location))
}

fn parse_https(arguments: &HttpArgs) -> Result<Https, Failure> {
    let trust = Trust::new(arguments.ca_file.as_deref())?;
    let routes = arguments.connect_to.iter().map(|text| parse_route(text)).collect::<Result<_, _>>()?;
    Ok(Https::new(trust, routes, quantity::duration("--fetch-timeout", &arguments.fetch_timeout)?))
}

fn parse_route(text: &str) -> Result<Route, Failure> {
    let route = text.split_once('=').and_then(|(host, address)| {
        let address: SocketAddr = address.parse().ok()?;
        (!host.is_empty()).then(|| Route { host: host.to_owned(), address })
    });
    route.ok_or_else(|| Failure::usage(format_args!("--connect-to: `{text}` needs the form HOST=ADDRESS:PORT")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
        let route = parse_route("sns.us-east-1.amazonaws.com=127.0.0.1:8443").unwrap();
        assert_eq!((route.host.as_str(), route.address.port()), ("sns.us-east-1.amazonaws.com", 8443));
        for text in ["", "a", "=127.0.0.1:1", "a=127.0.0.1", "a=localhost:1"] {
            assert!(parse_route(text).is_err(), "{text}");
        }
    }
}
