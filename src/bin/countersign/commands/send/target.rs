//! Where to deliver to, and the public URL that is signed.

use countersign::{PublicUrl, public_url::SignedUrl};
use http::Uri;

use crate::errors::Failure;

/// The server behind `--to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::commands) struct Target {
    pub(super) is_tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// Path and query.
    pub(super) uri: Uri,
}

impl Target {
    pub(in crate::commands) fn parse(text: &str) -> Result<Self, Failure> {
        let cannot = |problem: &str| {
            Failure::usage(format_args!("--to: the URL cannot be used: {problem} (http://host:port/path)"))
        };
        let url = SignedUrl::parse(text).ok_or_else(|| cannot("it is no absolute http:// or https:// URL"))?;
        let is_tls = matches!(url.scheme.as_str(), "https" | "wss");
        let authority: http::uri::Authority = url.authority.parse().map_err(|_| cannot("its host is none"))?;
        let (_, port) = url.split_port();
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or_else(|| cannot("its port is none"))?,
            None if is_tls => 443,
            None => 80,
        };
        let slash = if url.target.starts_with('/') { "" } else { "/" };
        let uri = format!("{slash}{}", url.target).parse();
        Ok(Self {
            is_tls,
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port,
            uri: uri.map_err(|_| cannot("its path or query holds what must be escaped"))?,
        })
    }
}

/// The URL that the provider requests: `url`, or that of `to`.
///
/// As everywhere, a public URL that is only an origin goes before the path and query of the request.
pub(super) fn public_url(url: Option<&str>, to: &str, target: &Target, websocket: bool) -> Result<String, Failure> {
    let text = url.unwrap_or(to);
    let parsed =
        SignedUrl::parse(text).ok_or_else(|| Failure::usage("--url: it needs the form https://host[:port][/path]"))?;
    let origin = [parsed.scheme.as_str(), "://", parsed.authority].concat();
    PublicUrl::fixed(&origin).map_err(|error| Failure::usage(format_args!("--url: {error}")))?;
    let target = if matches!(parsed.target, "" | "/") { target.uri.to_string() } else { parsed.target.to_owned() };
    let scheme = match (parsed.scheme.as_str(), websocket) {
        ("http", true) => "ws",
        ("https", true) => "wss",
        (scheme, _) => scheme,
    };
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok(format!("{scheme}://{}{slash}{target}", parsed.authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for (text, is_tls, host, port, uri) in [
            ("http://localhost", false, "localhost", 80, "/"),
            ("https://u:p@a.test?x=1", true, "a.test", 443, "/?x=1"),
            ("ws://127.0.0.1:3000/a//b?c#d", false, "127.0.0.1", 3000, "/a//b?c"),
            ("http://[::1]:3000/", false, "::1", 3000, "/"),
        ] {
            let expected = Target { is_tls, host: host.to_owned(), port, uri: uri.parse().unwrap() };
            assert_eq!(Target::parse(text).unwrap(), expected, "{text}");
        }
        for text in
            ["", "localhost:3000", "ftp://a/", "http://", "http://a:0/", "http://a:x/", "http://a b/", "http://a/ b"]
        {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn public_urls() {
        let to = "http://127.0.0.1:3000/sms?a=b";
        let target = Target::parse(to).unwrap();
        for (url, websocket, expected) in [
            (None, false, to),
            (None, true, "ws://127.0.0.1:3000/sms?a=b"),
            (Some("https://hooks.example.com"), false, "https://hooks.example.com/sms?a=b"),
            (Some("https://hooks.example.com/"), true, "wss://hooks.example.com/sms?a=b"),
            (Some("https://hooks.example.com/in/sms?c"), false, "https://hooks.example.com/in/sms?c"),
        ] {
            assert_eq!(public_url(url, to, &target, websocket).unwrap(), expected, "{url:?}");
        }
        assert!(public_url(Some("hooks.example.com"), to, &target, false).is_err());
    }
}
