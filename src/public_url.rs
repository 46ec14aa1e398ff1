//! The URL that the provider signed, seen from behind proxies and tunnels.
//!
//! Twilio, Plivo and others sign the URL that *they* requested. An app behind a tunnel or a TLS-terminating proxy sees
//! another one: `http` for `https`, its own host, a path without its prefix. [`PublicUrl`] says how to find the
//! provider's:
//!
//! 1. [`PublicUrl::fixed`]: the scheme, host and path prefix are written in the configuration. Exact, and nothing in
//!    the request can change it. **Use this in production.**
//! 2. [`PublicUrl::forwarded`]: they come from `X-Forwarded-Proto`, `X-Forwarded-Host` or `Forwarded`, and only hosts
//!    from a list are believed.
//! 3. [`PublicUrl::from_request`], the default: the request's own authority (`Host`), and both `https` and `http`.
//!
//! # Deployment caveat
//! With the default, whoever holds one genuine delivery for another host that shares your secret can send it to you
//! under that `Host`. Name your hosts to rule that out.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderName, Uri, header};

use crate::ConfigError;

const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// How to find the public URL of a request. See the [module](self).
#[derive(Clone)]
pub struct PublicUrl(Source);

#[derive(Clone)]
enum Source {
    Fixed(Arc<FixedUrl>),
    Forwarded(Arc<[Box<str>]>),
    Request,
}

struct FixedUrl {
    scheme: Scheme,
    authority: Box<str>,
    prefix: Box<str>,
}

impl PublicUrl {
    /// Takes scheme, authority and an optional path prefix from `url`, path and query from the request.
    ///
    /// `https://hooks.example.com/in` stands for an app that is mounted under `/in` by a proxy which strips it: a
    /// request for `/sms?a=1` was signed as `https://hooks.example.com/in/sms?a=1`. The authority is used byte for
    /// byte: write the port if, and only if, the provider's console has it.
    ///
    /// # Errors
    /// [`ConfigError::Url`] when `url` is no absolute `http`, `https`, `ws` or `wss` URL, or has a query or a fragment.
    pub fn fixed(url: impl AsRef<str>) -> Result<Self, ConfigError> {
        let text = url.as_ref();
        let problem = |problem| ConfigError::Url { url: redact(text), problem };
        let parsed = SignedUrl::parse(text).ok_or_else(|| problem("it needs the form https://host[:port][/prefix]"))?;
        if text.contains(['?', '#']) {
            return Err(problem("it must not have a query or a fragment"));
        }
        if !parsed.authority.bytes().all(is_authority_byte) || text.bytes().any(|byte| byte <= b' ') {
            return Err(problem("its host holds a character that no host can have"));
        }
        Ok(Self(Source::Fixed(Arc::new(FixedUrl {
            scheme: parsed.scheme.secure_or_plain_http(),
            authority: parsed.authority.into(),
            prefix: parsed.target.trim_end_matches('/').into(),
        }))))
    }

    /// Takes scheme and host from what a proxy in front of the app says, if the host is one of `hosts`.
    ///
    /// The *last* value of `X-Forwarded-Proto` and `X-Forwarded-Host` counts (the one that the nearest proxy set or
    /// added), else the last element of `Forwarded` (RFC 7239). A host that is not in the list, or no such header,
    /// leaves the URL unknown, and what signs the URL is then refused. Hosts are compared without regard to case, with
    /// their port if they have one.
    ///
    /// # Errors
    /// [`ConfigError::Url`] when the list is empty or an entry is no `host` or `host:port`.
    pub fn forwarded<T: AsRef<str>>(hosts: impl IntoIterator<Item = T>) -> Result<Self, ConfigError> {
        let hosts: Arc<[Box<str>]> = hosts.into_iter().map(|host| Box::from(host.as_ref())).collect();
        let bad = |host: &str, problem| Err(ConfigError::Url { url: host.to_owned(), problem });
        if hosts.is_empty() {
            return bad("", "at least one host must be allowed");
        }
        for host in hosts.iter() {
            if !is_host(host) {
                return bad(host, "it needs the form host or host:port");
            }
        }
        Ok(Self(Source::Forwarded(hosts)))
    }

    /// Takes the authority from the request (absolute form, or `Host`) and tries both `https` and `http`.
    #[must_use]
    pub const fn from_request() -> Self {
        Self(Source::Request)
    }

    /// The URLs that the provider may have requested; none if the configuration gives no answer.
    ///
    /// `uri` is the request's target as it arrived, before any router stripped a prefix from it.
    #[must_use]
    pub fn resolve<'a>(&'a self, uri: &'a Uri, headers: &'a HeaderMap) -> RequestUrl<'a> {
        let target = uri.path_and_query().map_or("", |target| target.as_str());
        if !target.starts_with('/') {
            return RequestUrl::UNKNOWN;
        }
        let websocket = is_websocket_upgrade(headers);
        match &self.0 {
            Source::Fixed(fixed) => RequestUrl {
                schemes: fixed.scheme.alone(websocket),
                authority: &fixed.authority,
                prefix: &fixed.prefix,
                target,
            },
            Source::Forwarded(hosts) => match forwarded(headers) {
                Some((scheme, host)) if hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) => {
                    RequestUrl { schemes: scheme.alone(websocket), authority: host, prefix: "", target }
                }
                _ => RequestUrl::UNKNOWN,
            },
            Source::Request => match request_authority(uri, headers) {
                Some(authority) => RequestUrl { schemes: Scheme::both(websocket), authority, prefix: "", target },
                None => RequestUrl::UNKNOWN,
            },
        }
    }
}

/// What an explanation may tell of the setting.
#[cfg(feature = "explain")]
impl PublicUrl {
    /// The hosts that were configured.
    pub(crate) fn named_hosts(&self) -> impl Iterator<Item = &str> {
        let hosts: Vec<&str> = match &self.0 {
            Source::Fixed(fixed) => vec![&fixed.authority],
            Source::Forwarded(hosts) => hosts.iter().map(|host| &**host).collect(),
            Source::Request => Vec::new(),
        };
        hosts.into_iter()
    }

    /// The path prefix that was configured.
    pub(crate) fn prefix(&self) -> Option<&str> {
        match &self.0 {
            Source::Fixed(fixed) => Some(&fixed.prefix),
            _ => None,
        }
    }

    pub(crate) fn is_fixed(&self) -> bool {
        matches!(self.0, Source::Fixed(_))
    }

    pub(crate) fn is_forwarded(&self) -> bool {
        matches!(self.0, Source::Forwarded(_))
    }

    /// The URL of a request whose public URL cannot be told: where a search may start.
    pub(crate) fn seen<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<SignedUrl<'a>> {
        let target = uri.path_and_query().map_or("", |target| target.as_str());
        let scheme = Scheme::both(is_websocket_upgrade(headers)).first()?;
        Some(SignedUrl {
            scheme: *scheme,
            authority: request_authority(uri, headers).unwrap_or_default(),
            prefix: "",
            target,
        })
    }
}

impl Default for PublicUrl {
    fn default() -> Self {
        Self::from_request()
    }
}

impl fmt::Debug for PublicUrl {
    /// Shows no userinfo: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Fixed(fixed) => {
                let host = fixed.authority.rsplit('@').next().unwrap_or_default();
                write!(f, "PublicUrl::fixed({}://{host}{})", fixed.scheme.as_str(), fixed.prefix)
            }
            Source::Forwarded(hosts) => f.debug_tuple("PublicUrl::forwarded").field(hosts).finish(),
            Source::Request => f.write_str("PublicUrl::from_request"),
        }
    }
}

/// A URL scheme of the web.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
    /// `ws`
    Ws,
    /// `wss`
    Wss,
}

impl Scheme {
    /// The scheme in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// The scheme of this name, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Http, Self::Https, Self::Ws, Self::Wss].into_iter().find(|s| s.as_str().eq_ignore_ascii_case(text))
    }

    const fn secure_or_plain_http(self) -> Self {
        match self {
            Self::Http | Self::Ws => Self::Http,
            Self::Https | Self::Wss => Self::Https,
        }
    }

    const fn alone(self, websocket: bool) -> &'static [Self] {
        match (self, websocket) {
            (Self::Http | Self::Ws, false) => &[Self::Http],
            (Self::Http | Self::Ws, true) => &[Self::Ws],
            (Self::Https | Self::Wss, false) => &[Self::Https],
            (Self::Https | Self::Wss, true) => &[Self::Wss],
        }
    }

    const fn both(websocket: bool) -> &'static [Self] {
        if websocket { &[Self::Wss, Self::Ws] } else { &[Self::Https, Self::Http] }
    }
}

/// The URLs that the provider may have requested: one path and query, one authority, one scheme or two.
#[derive(Clone, Copy)]
pub struct RequestUrl<'a> {
    schemes: &'static [Scheme],
    authority: &'a str,
    prefix: &'a str,
    target: &'a str,
}

impl<'a> RequestUrl<'a> {
    /// No URL is known.
    pub const UNKNOWN: Self = RequestUrl { schemes: &[], authority: "", prefix: "", target: "" };

    /// The URLs, the likelier first.
    pub fn candidates(&self) -> impl Iterator<Item = SignedUrl<'a>> + use<'a> {
        let Self { authority, prefix, target, schemes } = *self;
        schemes.iter().map(move |scheme| SignedUrl { scheme: *scheme, authority, prefix, target })
    }

    /// Whether no URL is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.schemes.is_empty()
    }

    /// What follows the `?`, byte for byte, the same for all candidates; `None` without a `?`.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        split_query(self.target).1
    }
}

impl<'a> From<SignedUrl<'a>> for RequestUrl<'a> {
    fn from(url: SignedUrl<'a>) -> Self {
        let schemes: &'static [Scheme] = match url.scheme {
            Scheme::Http => &[Scheme::Http],
            Scheme::Https => &[Scheme::Https],
            Scheme::Ws => &[Scheme::Ws],
            Scheme::Wss => &[Scheme::Wss],
        };
        Self { schemes, authority: url.authority, prefix: url.prefix, target: url.target }
    }
}

impl<'a> From<&'a str> for RequestUrl<'a> {
    /// A text that is no absolute URL makes an unknown one.
    fn from(url: &'a str) -> Self {
        SignedUrl::parse(url).map_or(Self::UNKNOWN, Self::from)
    }
}

impl fmt::Debug for RequestUrl<'_> {
    /// Shows no query: it may hold what is private to a user.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.candidates()).finish()
    }
}

/// One URL in the pieces that are hashed one after the other; nothing is normalised.
#[derive(Clone, Copy)]
pub struct SignedUrl<'a> {
    /// The scheme.
    pub scheme: Scheme,
    /// Userinfo, host and port, as written.
    pub authority: &'a str,
    /// What stands between the authority and the path that the app sees; empty or a path without a final slash.
    pub prefix: &'a str,
    /// Path and query as written; empty, or it starts with `/` or `?`.
    pub target: &'a str,
}

impl<'a> SignedUrl<'a> {
    /// Splits an absolute URL without changing a byte. A fragment is cut off: no client sends one.
    #[must_use]
    pub fn parse(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = Scheme::parse(scheme)?;
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        if authority.is_empty() {
            return None;
        }
        Some(Self { scheme, authority, prefix: "", target })
    }

    /// The whole URL, piece by piece.
    #[must_use]
    pub fn pieces(&self) -> [&'a str; 5] {
        [self.scheme.as_str(), "://", self.authority, self.prefix, self.target]
    }

    /// The path in two pieces: the prefix, and what the app sees.
    #[must_use]
    pub fn path(&self) -> [&'a str; 2] {
        [self.prefix, split_query(self.target).0]
    }

    /// What follows the `?`, as written; `None` without a `?`.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        split_query(self.target).1
    }

    /// The authority up to its port, and the port with its colon (empty if there is none).
    #[must_use]
    pub fn split_port(&self) -> (&'a str, &'a str) {
        // By bytes: this is done for each request, and takes a fifth of the time.
        let bytes = self.authority.as_bytes();
        let host = memchr::memrchr(b'@', bytes).map_or(0, |at| at + 1);
        // A colon starts the port only after the bracket that closes an IPv6 address.
        let search_from = memchr::memrchr(b']', bytes).map_or(host, |bracket| bracket + 1).max(host);
        match memchr::memchr(b':', bytes.get(search_from..).unwrap_or_default()) {
            Some(colon) => self.authority.split_at(search_from + colon),
            None => (self.authority, ""),
        }
    }
}

impl fmt::Debug for SignedUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.authority.rsplit('@').next().unwrap_or_default();
        write!(f, "{}://{host}{}{}", self.scheme.as_str(), self.path()[0], self.path()[1])
    }
}

pub(crate) fn is_websocket_upgrade(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|value| {
        value.as_bytes().split(|byte| *byte == b',').any(|name| name.trim_ascii().eq_ignore_ascii_case(b"websocket"))
    })
}

fn split_query(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}

fn request_authority<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str()).filter(|authority| is_host(authority));
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?;
    if hosts.any(|other| other != host) {
        return None;
    }
    host.to_str().ok().filter(|host| is_host(host))
}

/// Scheme and host as the nearest proxy names them.
fn forwarded(headers: &HeaderMap) -> Option<(Scheme, &str)> {
    let proto = last_value(headers, &X_FORWARDED_PROTO);
    let host = last_value(headers, &X_FORWARDED_HOST);
    let (proto, host) = match (proto, host) {
        (Some(proto), Some(host)) => (proto, host),
        (None, None) => {
            let element = last_value(headers, &header::FORWARDED)?;
            (forwarded_parameter(element, "proto")?, forwarded_parameter(element, "host")?)
        }
        _ => return None,
    };
    Some((Scheme::parse(proto)?, host)).filter(|(_, host)| is_host(host))
}

fn last_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim).filter(|value| !value.is_empty())
}

fn forwarded_parameter<'a>(element: &'a str, wanted: &str) -> Option<&'a str> {
    let mut values = element.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"'))
    });
    let value = values.next()?;
    // A parameter may stand only once in an element (RFC 7239, section 4).
    values.next().is_none().then_some(value)
}

/// Whether a text can be a host with an optional port, so that it cannot shift bytes between host and path: `a.example/x`
/// as a host and `/y` as a path would hash like `a.example` and `/x/y`.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| is_authority_byte(byte) && byte != b'@')
}

const fn is_authority_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'/' | b'?' | b'#' | b'\\' | b'"' | b'<' | b'>' | b',')
}

/// A URL as it may be shown: without user and password, and without what follows its path.
pub(crate) fn redact(url: &str) -> String {
    let (shown, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let (scheme, rest) = shown.split_at(shown.find("://").map_or(0, |end| end + 3));
    let mark = if query.is_empty() { "" } else { "?…" };
    match rest.rfind('@') {
        Some(at) => format!("{scheme}…{}{mark}", rest.get(at..).unwrap_or_default()),
        // What looks like a query may be the rest of a password.
        None if query.contains('@') => format!("{scheme}…{mark}"),
        None => format!("{shown}{mark}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who names the whole webhook URL may have a secret in its query, as Mailchimp Marketing's has.
    #[test]
    fn errors_show_neither_userinfo_nor_query() {
        for (url, shown) in [
            ("https://hooks.example.com/in?secret=s3cr3t", "https://hooks.example.com/in?…"),
            ("https://user:s3cr3t@hooks.example.com/in?a=s3cr3t@x", "https://…@hooks.example.com/in?…"),
            ("https://user:s3cr3t?x@hooks.example.com/in", "https://…?…"),
            ("https://hooks.example.com/in#s3cr3t", "https://hooks.example.com/in?…"),
            ("user:s3cr3t@hooks.example.com/in", "…@hooks.example.com/in"),
            ("hooks.example.com/in?secret=s3cr3t", "hooks.example.com/in?…"),
        ] {
            let error = PublicUrl::fixed(url).map(drop).expect_err("it cannot be used");
            assert!(error.to_string().contains(&format!("`{shown}`")), "{error}");
            assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
        }
    }
}
