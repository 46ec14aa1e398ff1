//! Where captures are kept, and where they are shown.

use std::net::SocketAddr;

use super::{parse_address, quantity, secret};
use crate::{
    cli::InspectArgs,
    errors::Failure,
    store::{Limits, Location},
};

/// The inspector and its store.
#[derive(Clone, Debug)]
pub(crate) struct InspectConfig {
    pub(crate) web: WebAddress,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) token: Option<Token>,
    pub(crate) store: Location,
    pub(crate) limits: Limits,
    pub(crate) body_limit: usize,
    /// Whether refusals are explained.
    pub(crate) explains: bool,
}

/// Where the inspector listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WebAddress {
    At(SocketAddr),
    /// On port 4040 of this machine, or the next free one.
    Usual,
    Off,
}

/// A token, not shown by `Debug`.
#[derive(Clone)]
pub(crate) struct Token(pub(crate) String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl InspectConfig {
    pub(super) fn parse(arguments: &InspectArgs) -> Result<Self, Failure> {
        let web = match arguments.web_addr.as_deref() {
            None => WebAddress::Usual,
            Some("false" | "off" | "none") => WebAddress::Off,
            Some(text) => WebAddress::At(parse_address("--web-addr", text)?),
        };
        let store = match arguments.store.as_deref() {
            None => Location::usual(),
            Some(text) => {
                Location::parse(text).map_err(|problem| Failure::usage(format_args!("--store: `{text}` {problem}")))?
            }
        };
        if arguments.store_count == 0 {
            return Err(Failure::usage("--store-count: 0 keeps nothing; --store none says so"));
        }
        Ok(Self {
            web,
            allowed_hosts: arguments.web_allow_host.clone(),
            token: arguments.web_token.as_deref().map(secret::token).transpose()?.map(Token),
            store,
            limits: Limits {
                count: arguments.store_count,
                bytes: quantity::size("--store-size", &arguments.store_size)? as u64,
                ..Limits::FILE
            },
            body_limit: quantity::size("--capture-limit", &arguments.capture_limit)?,
            explains: !arguments.no_explanations,
        })
    }
}
