//! A URL in the parts that go wrong one by one.

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
