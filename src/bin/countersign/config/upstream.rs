//! The app's address.

use std::fmt;

use http::uri::{Authority, Parts, PathAndQuery, Scheme, Uri};

use crate::errors::Failure;

/// An app that is reached by plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upstream {
    pub(crate) authority: Authority,
}

impl Upstream {
    /// Takes a port on this machine, `host:port`, or `http://host[:port]`.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let cannot = |problem: &str| Err(Failure::usage(format_args!("the app's address `{text}` {problem}")));
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return match text.parse() {
                Ok(0_u16) | Err(_) => cannot("is no port; ports go from 1 to 65535"),
                Ok(port) => Self::from_authority(&format!("localhost:{port}")).map_or_else(cannot, Ok),
            };
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            if !text.contains(':') {
                return cannot("has no port; write 3000, localhost:3000 or http://localhost:3000");
            }
            return Self::from_authority(text).map_or_else(cannot, Ok);
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" => {}
            "https" => return cannot("asks for TLS, which is not supported towards the app; write http://"),
            _ => return cannot("is no http:// URL"),
        }
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if !matches!(path, "" | "/") {
            return cannot("has a path; paths are forwarded as they come, write only http://host:port");
        }
        Self::from_authority(authority).map_or_else(cannot, Ok)
    }

    fn from_authority(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "has not the form host:port";
        let authority: Authority = text.parse().map_err(|_| FORM)?;
        let port = authority.port();
        if authority.host().is_empty() || text.contains('@') || port.as_ref().is_some_and(|port| port.as_u16() == 0) {
            return Err(FORM);
        }
        // A port that is no number is no port to the parser, and would silently be port 80.
        let tail = authority.as_str().rsplit(']').next().unwrap_or_default();
        if port.is_none() && tail.contains(':') {
            return Err(FORM);
        }
        Ok(Self { authority })
    }

    /// The app's URL, without a path.
    pub(crate) fn uri(&self) -> Uri {
        let mut parts = Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::from_static("/"));
        // All three are there, so nothing can be wrong with them.
        Uri::from_parts(parts).unwrap_or_default()
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("3000", "http://localhost:3000"),
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://foo.local:8080/", "http://foo.local:8080"),
            ("http://foo.local", "http://foo.local"),
            ("[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(Upstream::parse(text).unwrap().to_string(), expected);
        }
        for text in [
            "",
            "0",
            "65536",
            "localhost",
            "https://localhost",
            "ftp://a:1",
            "http://a/b",
            "http://u:p@a",
            "a:b",
            ":80",
            "http://",
            "a:",
            "a b:3",
        ] {
            assert!(Upstream::parse(text).is_err(), "{text}");
        }
    }
}
