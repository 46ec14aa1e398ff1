//! What the request itself tells of the URL that the provider may have called.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};

use super::UrlParts;
use crate::explain::{delivery::Delivery, explainer::Explainer};

/// Hosts, ports, paths and the like that stand in headers, in the configuration, or in the body.
#[derive(Debug, Default)]
pub(in crate::explain) struct Hints {
    /// `host` or `host:port`, the likelier first.
    pub(in crate::explain) hosts: Vec<String>,
    /// With their colon.
    pub(in crate::explain) ports: Vec<String>,
    /// Path prefixes that a proxy may have stripped.
    pub(in crate::explain) prefixes: Vec<String>,
    /// Whole targets (path and query) from before a proxy changed them.
    pub(in crate::explain) targets: Vec<String>,
    /// `user:password`.
    pub(in crate::explain) userinfo: Vec<String>,
}

impl Hints {
    pub(in crate::explain) fn of(explainer: &Explainer, delivery: &Delivery<'_>, arrived: &[UrlParts]) -> Self {
        let mut hints = Self::default();
        let headers = delivery.headers;
        for name in HOST_HEADERS {
            for value in texts(headers, name) {
                value.split(',').for_each(|host| hints.host(host));
            }
        }
        for element in texts(headers, "forwarded").flat_map(|value| value.split([',', ';'])) {
            if let Some((name, host)) = element.split_once('=')
                && name.trim().eq_ignore_ascii_case("host")
            {
                hints.host(host.trim().trim_matches('"'));
            }
        }
        texts(headers, "host").for_each(|host| hints.host(host));
        explainer.hosts.iter().for_each(|host| hints.host(host));
        explainer.public_url.named_hosts().for_each(|host| hints.host(host));
        for value in URL_HEADERS.iter().flat_map(|name| texts(headers, name)) {
            match UrlParts::parse(value) {
                Some(url) => {
                    hints.host(&format!("{}{}", url.host, url.port));
                    add(&mut hints.targets, &url.target());
                }
                None if value.starts_with('/') => add(&mut hints.targets, value),
                None => {}
            }
        }
        for value in PREFIX_HEADERS.iter().flat_map(|name| texts(headers, name)) {
            let prefix = value.trim().trim_matches('/');
            if !prefix.is_empty() {
                add(&mut hints.prefixes, &format!("/{prefix}"));
            }
        }
        for value in texts(headers, "x-forwarded-port").flat_map(|value| value.split(',')) {
            if value.trim().bytes().all(|byte| byte.is_ascii_digit()) {
                add(&mut hints.ports, &format!(":{}", value.trim()));
            }
        }
        let ports: Vec<_> =
            hints.hosts.iter().filter_map(|host| host.rsplit_once(':').map(|(_, p)| p.to_owned())).collect();
        ports
            .iter()
            .filter(|port| port.bytes().all(|b| b.is_ascii_digit()))
            .for_each(|port| add(&mut hints.ports, &format!(":{port}")));
        hints.hosts_of_body(&delivery.body);
        if let Some(prefix) = explainer.public_url.prefix().filter(|prefix| !prefix.is_empty()) {
            add(&mut hints.prefixes, prefix);
        }
        let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some((scheme, encoded)) = basic.and_then(|value| value.split_once(' '))
            && scheme.eq_ignore_ascii_case("basic")
            && let Some(text) = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok())
        {
            add(&mut hints.userinfo, &text);
        }
        arrived
            .iter()
            .filter_map(|url| url.userinfo.as_deref())
            .for_each(|userinfo| add(&mut hints.userinfo, userinfo));
        hints
    }

    fn host(&mut self, text: &str) {
        let text = text.trim();
        let is_host = |byte: u8| byte.is_ascii_graphic() && !b"/?#\\\"<>,@".contains(&byte);
        if !text.is_empty() && text.len() <= 300 && text.bytes().all(is_host) {
            add(&mut self.hosts, text);
        }
    }

    /// Providers like to repeat the address that they call.
    fn hosts_of_body(&mut self, body: &[u8]) {
        let text = String::from_utf8_lossy(body.get(..body.len().min(SEARCHED)).unwrap_or_default());
        let text =
            text.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/").replace("%2f", "/").replace("\\/", "/");
        for part in text.split("://").skip(1).take(16) {
            let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || ".-:_".contains(c))).unwrap_or(part.len());
            self.host(part.get(..end).unwrap_or_default());
        }
    }
}

fn texts<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> + use<'h> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

fn add(list: &mut Vec<String>, text: &str) {
    if list.len() < MOST && text.len() <= 8192 && !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
}

/// How much of the body is searched for addresses.
const SEARCHED: usize = 16 * 1024;
/// How many hints of a kind are followed: what stands in a request is a stranger's.
const MOST: usize = 16;

const HOST_HEADERS: &[&str] = &[
    "x-forwarded-host",
    "x-original-host",
    "x-host",
    "x-forwarded-server",
    "x-real-host",
    "x-http-host-override",
    "disguised-host",
    "x-envoy-original-host",
    "x-countersign-host",
    "ngrok-host",
    ":authority",
];

const URL_HEADERS: &[&str] = &[
    "x-original-url",
    "x-original-uri",
    "x-forwarded-uri",
    "x-forwarded-url",
    "x-request-uri",
    "x-rewrite-url",
    "x-envoy-original-path",
    "x-replaced-path",
    "x-forwarded-path",
    "x-waws-unencoded-url",
    "request-uri",
    "origin",
    "referer",
];

const PREFIX_HEADERS: &[&str] = &[
    "x-forwarded-prefix",
    "x-script-name",
    "x-forwarded-context",
    "x-forwarded-path",
    "x-base-path",
    "x-ingress-path",
];
