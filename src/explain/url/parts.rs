//! A URL in the parts that go wrong one by one.

use std::net::IpAddr;

use crate::{SignedUrl, public_url::Scheme};

/// A URL taken apart; nothing is normalised, so that it can be put together byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::explain) struct UrlParts {
    pub(in crate::explain) scheme: Scheme,
    /// Without the `@`; `None` if there is none.
    pub(in crate::explain) userinfo: Option<String>,
    pub(in crate::explain) host: String,
    /// With its colon; empty if there is none.
    pub(in crate::explain) port: String,
    pub(in crate::explain) path: String,
    pub(in crate::explain) query: Option<String>,
    pub(in crate::explain) fragment: Option<String>,
}

/// A URL put together, for a verifier to look at.
pub(in crate::explain) struct Built {
    scheme: Scheme,
    authority: String,
    target: String,
}

impl UrlParts {
    pub(in crate::explain) fn of(url: &SignedUrl<'_>) -> Self {
        let (host, port) = url.split_port();
        let (userinfo, host) = match host.rsplit_once('@') {
            Some((userinfo, host)) => (Some(userinfo.to_owned()), host),
            None => (None, host),
        };
        Self {
            scheme: url.scheme,
            userinfo,
            host: host.to_owned(),
            port: port.to_owned(),
            path: url.path().concat(),
            query: url.query().map(str::to_owned),
            fragment: None,
        }
    }

    /// An absolute URL as somebody wrote it, with its fragment.
    pub(in crate::explain) fn parse(text: &str) -> Option<Self> {
        let mut parts = Self::of(&SignedUrl::parse(text)?);
        parts.fragment = text.split_once('#').map(|(_, fragment)| fragment.to_owned());
        Some(parts)
    }

    /// `host` or `host:port`, in place of both.
    pub(in crate::explain) fn at_host(&self, authority: &str) -> Self {
        let url = SignedUrl { scheme: self.scheme, authority, prefix: "", target: "" };
        let (host, port) = url.split_port();
        let host = host.rsplit('@').next().unwrap_or_default();
        Self { host: host.to_owned(), port: port.to_owned(), ..self.clone() }
    }

    /// Whether the host is a name or an address that only machines nearby can call.
    pub(in crate::explain) fn has_private_host(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        match host.parse() {
            Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
            Ok(IpAddr::V6(address)) => {
                address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
            }
            Err(_) => {
                let name = host.to_ascii_lowercase();
                let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
                let is_near = !name.contains('.') || PRIVATE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
                is_name && is_near && (1..=LONGEST_NAME).contains(&name.len())
            }
        }
    }

    pub(in crate::explain) fn authority(&self) -> String {
        match &self.userinfo {
            Some(userinfo) => format!("{userinfo}@{}{}", self.host, self.port),
            None => format!("{}{}", self.host, self.port),
        }
    }

    /// Path, query and fragment.
    pub(in crate::explain) fn target(&self) -> String {
        let mut target = self.path.clone();
        for (sign, part) in [('?', &self.query), ('#', &self.fragment)] {
            if let Some(part) = part {
                target.push(sign);
                target.push_str(part);
            }
        }
        target
    }

    pub(in crate::explain) fn build(&self) -> Built {
        Built { scheme: self.scheme, authority: self.authority(), target: self.target() }
    }

    /// Scheme, host and port, without userinfo.
    pub(in crate::explain) fn origin(&self) -> String {
        format!("{}://{}{}", self.scheme.as_str(), self.host, self.port)
    }

    /// For people: whatever userinfo there is, is hidden.
    pub(in crate::explain) fn shown(&self) -> String {
        let userinfo = if self.userinfo.is_some() { "…@" } else { "" };
        format!("{}://{userinfo}{}{}{}", self.scheme.as_str(), self.host, self.port, self.target())
    }

    /// For logs: without query and fragment too.
    pub(in crate::explain) fn shown_in_short(&self) -> String {
        let userinfo = if self.userinfo.is_some() { "…@" } else { "" };
        format!("{}://{userinfo}{}{}{}", self.scheme.as_str(), self.host, self.port, self.path)
    }
}

impl Built {
    pub(in crate::explain) fn signed_url(&self) -> SignedUrl<'_> {
        SignedUrl { scheme: self.scheme, authority: &self.authority, prefix: "", target: &self.target }
    }
}

const PRIVATE_SUFFIXES: &[&str] = &[".internal", ".lan", ".local", ".localdomain", ".localhost", ".svc", ".home.arpa"];
/// The longest that a name in DNS can be.
const LONGEST_NAME: usize = 253;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_hosts() {
        let is_private = |host: &str| UrlParts::parse(&format!("http://{host}/sms")).expect("a URL").has_private_host();
        for host in [
            "localhost:4000",
            "127.0.0.1:4000",
            "10.0.0.7",
            "[::1]:80",
            "backend",
            "app_1",
            "App.Internal",
            "[fd00::1]",
        ] {
            assert!(is_private(host), "{host}");
        }
        for host in
            ["hooks.example.com", "8.8.8.8", "[2001:db8::1]:80", "a<b", "internal.example.com", &"a".repeat(254)]
        {
            assert!(!is_private(host), "{host}");
        }
    }
}
