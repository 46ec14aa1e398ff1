//! The URL that the provider signed, as far as the message and the arguments tell.

use countersign::{
    PublicUrl,
    public_url::{RequestUrl, Scheme, SignedUrl},
    request::RequestHead,
};
use http::{HeaderMap, Method, Uri, header};

use crate::{errors::Failure, import::Imported};

/// What `--public-url` says.
#[derive(Clone, Debug)]
pub(super) struct Public {
    origin: String,
    path: String,
    query: Option<String>,
}

impl Public {
    pub(super) fn parse(url: &str) -> Result<Self, Failure> {
        let (base, query) = match url.split('#').next().unwrap_or_default().split_once('?') {
            Some((base, query)) => (base, Some(query.to_owned())),
            None => (url, None),
        };
        // The library decides what can be a public URL.
        PublicUrl::fixed(base).map_err(|error| Failure::usage(format_args!("--public-url: {error}")))?;
        let parsed = SignedUrl::parse(base).ok_or_else(|| Failure::usage("--public-url: it is no URL"))?;
        let path = parsed.target.to_owned();
        Ok(Self { origin: format!("{}://{}", parsed.scheme.as_str(), parsed.authority), path, query })
    }

    /// The URLs that it may mean for a message, the likelier first.
    ///
    /// Without a path it is an origin. With one, it is what a proxy takes off in front of the app, as with
    /// `countersign http --url`, or the whole path. The query is the message's unless the public URL has one.
    fn of(&self, target: &str) -> Vec<String> {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let own = self.path.trim_end_matches('/');
        let prefixed = format!("{own}{path}");
        let paths = if self.query.is_some() {
            vec![self.path.clone()]
        } else if own.is_empty() {
            vec![prefixed]
        } else if path.len() > 1 && own.ends_with(path.trim_end_matches('/')) {
            vec![self.path.clone(), prefixed]
        } else {
            vec![prefixed, self.path.clone()]
        };
        let query = self.query.as_deref().or(query).map(|query| format!("?{query}")).unwrap_or_default();
        paths.into_iter().map(|path| format!("{}{path}{query}", self.origin)).collect()
    }
}

/// Where a request went.
#[derive(Debug)]
pub(super) enum Address {
    /// To this URL.
    Exact(String),
    /// To this path of the host that the headers name, by https or by http.
    OfHost(Uri),
}

impl Address {
    /// The likeliest first; none when the target is nothing that a client can request.
    pub(super) fn all(request: &Imported, headers: &HeaderMap, public: Option<&Public>) -> Vec<Self> {
        let parsed = SignedUrl::parse(&request.target);
        let target = parsed.map_or(request.target.as_str(), |url| url.target);
        if let Some(public) = public {
            let urls = public.of(target).into_iter();
            return urls.map(|url| Self::exact(&url, &request.method, headers)).collect();
        }
        match parsed {
            Some(url) if host_agrees(url.authority, headers) => {
                vec![Self::exact(&request.target, &request.method, headers)]
            }
            // The Host header is what the server went by.
            _ => {
                let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
                target.parse().ok().map(Self::OfHost).into_iter().collect()
            }
        }
    }

    pub(super) fn resolve<'a>(&'a self, public: &'a PublicUrl, headers: &'a HeaderMap) -> RequestUrl<'a> {
        match self {
            Self::Exact(url) => RequestUrl::from(url.as_str()),
            Self::OfHost(uri) => public.resolve(uri, headers),
        }
    }

    /// WebSocket clients call `https` by the name of `wss`.
    fn exact(url: &str, method: &Method, headers: &HeaderMap) -> Self {
        let is_websocket = RequestHead::new(method, url, headers).is_websocket_upgrade();
        let scheme = match SignedUrl::parse(url).map(|url| url.scheme) {
            Some(Scheme::Https) if is_websocket => "wss",
            Some(Scheme::Http) if is_websocket => "ws",
            _ => return Self::Exact(url.to_owned()),
        };
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        Self::Exact(format!("{scheme}://{rest}"))
    }
}

/// A URL for people: without the userinfo, which may hold a password.
pub(super) fn shown(url: &SignedUrl<'_>) -> String {
    let host = url.authority.rsplit('@').next().unwrap_or_default();
    let userinfo = if host.len() < url.authority.len() { "…@" } else { "" };
    format!("{}://{userinfo}{host}{}{}", url.scheme.as_str(), url.prefix, url.target)
}

/// Whether the Host header, if there is one, names the host of the URL.
fn host_agrees(authority: &str, headers: &HeaderMap) -> bool {
    let host = authority.rsplit('@').next().unwrap_or_default();
    let without_port = |text: &str| {
        let port = text.strip_suffix(":443").or_else(|| text.strip_suffix(":80"));
        port.unwrap_or(text).to_ascii_lowercase()
    };
    headers
        .get_all(header::HOST)
        .iter()
        .all(|value| value.to_str().is_ok_and(|value| without_port(value) == without_port(host)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn url(target: &str, host: Option<&'static str>, public: Option<&str>) -> String {
        let mut request = Imported::new(b"POST", target.to_owned()).unwrap();
        if let Some(host) = host {
            request.push_header(b"host", host.as_bytes()).unwrap();
        }
        let headers = request.header_map();
        let public = public.map(|url| Public::parse(url).unwrap());
        let from_request = PublicUrl::from_request();
        let addresses = Address::all(&request, &headers, public.as_ref());
        let urls = addresses.iter().flat_map(|address| address.resolve(&from_request, &headers).candidates());
        urls.map(|url| shown(&url)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn without_a_public_url() {
        assert_eq!(url("https://u:p@h:8443/a?b", None, None), "https://…@h:8443/a?b");
        assert_eq!(url("https://h/a", Some("H:443"), None), "https://h/a");
        assert_eq!(url("http://127.0.0.1:4000?a", Some("h"), None), "https://h/?a http://h/?a");
        assert_eq!(url("/a?b", Some("h"), None), "https://h/a?b http://h/a?b");
        assert_eq!(url("/a?b", None, None), "");
    }

    #[test]
    fn with_a_public_url() {
        for (target, public, expected) in [
            ("/sms?a", "https://h", "https://h/sms?a"),
            ("/sms?a", "https://h/", "https://h/sms?a"),
            ("/sms?a", "https://h/in", "https://h/in/sms?a https://h/in?a"),
            ("/sms", "https://h/in/", "https://h/in/sms https://h/in/"),
            ("/sms?a", "https://h/sms", "https://h/sms?a https://h/sms/sms?a"),
            ("/sms?a", "https://h/in/sms", "https://h/in/sms?a https://h/in/sms/sms?a"),
            ("/sms", "https://h/sms/", "https://h/sms/ https://h/sms/sms"),
            ("/sms?a", "https://h/x?b", "https://h/x?b"),
            ("http://localhost:1/", "https://h/in", "https://h/in/ https://h/in"),
            ("http://localhost:1", "https://h", "https://h"),
        ] {
            assert_eq!(url(target, Some("other"), Some(public)), expected, "{target} {public}");
        }
        assert!(Public::parse("hooks.example.com").is_err());
    }

    #[test]
    fn websockets() {
        let mut request = Imported::new(b"GET", "https://h/a".to_owned()).unwrap();
        request.push_header(b"upgrade", b"websocket").unwrap();
        let headers = HeaderMap::from_iter([(header::UPGRADE, HeaderValue::from_static("websocket"))]);
        let [Address::Exact(url)] = &Address::all(&request, &headers, None)[..] else { panic!() };
        assert_eq!(url, "wss://h/a");
    }
}
