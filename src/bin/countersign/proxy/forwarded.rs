//! What the app is told about the client: `X-Forwarded-For`, `-Proto`, `-Host` and `Forwarded` (RFC 7239).
//!
//! Frameworks believe these headers, so each of them must be somebody's word who knows:
//!
//! 1. **A peer that is not on this machine is a stranger.** All its `X-Forwarded-*`, `Forwarded` and `X-Real-IP` go,
//!    spelled with `_` too, since some frameworks cannot tell the difference. What the app gets is our own view.
//! 2. **A peer on this machine is a proxy in front of us**: the agent of a tunnel, a reverse proxy. What it says is kept.
//!    Of several values of `-Proto` and `-Host` the *last* counts, the one that the nearest proxy added: some tunnels
//!    append to what the client sent. Its list of clients is continued with its own address. What is spelled with `_` goes
//!    here, too: it is a stranger's that a tunnel handed on.
//! 3. **`--url` wins over both** for scheme and host, as it does in verification.
//!
//! A tunnel that hands on a client's own `X-Forwarded-Host` (some do) can only be corrected by `--url`.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{
    headers::is_named_like,
    peer::{Peer, node},
};
use crate::config::PublicOrigin;

/// Whether a header goes before ours are set.
pub(super) fn is_claim(name: &str, peer_is_local: bool, has_public_url: bool) -> bool {
    if !peer_is_local {
        return is_named_like(name, "x-forwarded-") || name == "forwarded" || is_named_like(name, "x-real-ip");
    }
    // No proxy spells them so, and it would stand beside ours: a tunnel's agent hands on what strangers send.
    let is_misspelled = name.contains('_') && (is_named_like(name, "x-forwarded-") || is_named_like(name, "x-real-ip"));
    // Beside a configured URL these could only repeat it or contradict it.
    is_misspelled || has_public_url && matches!(name, "x-forwarded-port" | "x-forwarded-scheme" | "x-forwarded-ssl")
}

/// Whether a header says who asks for what.
fn is_description(name: &str) -> bool {
    name.starts_with("x-forwarded-") || name == "forwarded"
}

/// Sets the four headers; `host` is the one that the client asked for.
pub(super) fn set(headers: &mut HeaderMap, peer: &Peer, host: Option<&HeaderValue>, public: Option<&PublicOrigin>) {
    // Most say nothing: one look at all names is less than a look-up of each.
    let said = peer.is_local() && headers.keys().any(|name| is_description(name.as_str()));
    let proto = match public {
        Some(public) => public.scheme,
        None => if said { said_proto(headers) } else { None }.unwrap_or("http"),
    };
    let host = match public {
        Some(public) => Some(public.host.clone()),
        None => if said { said_host(headers) } else { None }.or_else(|| host.cloned()),
    };
    let clients = if said { joined(headers, &X_FORWARDED_FOR) } else { None };
    let elements = if said { joined(headers, &header::FORWARDED) } else { None };

    let own = || element(peer, host.as_ref(), proto);
    let forwarded = match (elements, &clients) {
        (Some(elements), _) => HeaderValue::try_from(elements + ", " + &own()).ok(),
        (None, Some(clients)) => HeaderValue::try_from(as_elements(clients) + &own()).ok(),
        // Mostly the same as for the request before.
        (None, None) => peer.forwarded(host.as_ref(), proto, own),
    };
    let clients = match clients {
        Some(clients) => HeaderValue::try_from(format!("{clients}, {}", peer.address().ip())).ok(),
        None => Some(peer.name().clone()),
    };

    put(headers, X_FORWARDED_FOR, clients);
    put(headers, X_FORWARDED_PROTO, Some(HeaderValue::from_static(proto)));
    put(headers, X_FORWARDED_HOST, host);
    put(headers, header::FORWARDED, forwarded);
}

/// Our own element of `Forwarded`.
fn element(peer: &Peer, host: Option<&HeaderValue>, proto: &str) -> String {
    let quoted = host.and_then(|host| host.to_str().ok()).filter(|host| !host.contains(['"', '\\']));
    match quoted {
        Some(quoted) => [peer.node(), ";host=\"", quoted, "\";proto=", proto].concat(),
        None => [peer.node(), ";proto=", proto].concat(),
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    match value {
        Some(value) => drop(headers.insert(name, value)),
        None => drop(headers.remove(name)),
    }
}

fn said_proto(headers: &HeaderMap) -> Option<&'static str> {
    let proto = last(headers, &X_FORWARDED_PROTO).or_else(|| parameter(last(headers, &header::FORWARDED)?, "proto"))?;
    ["https", "http"].into_iter().find(|known| known.eq_ignore_ascii_case(proto))
}

fn said_host(headers: &HeaderMap) -> Option<HeaderValue> {
    let host = last(headers, &X_FORWARDED_HOST).or_else(|| parameter(last(headers, &header::FORWARDED)?, "host"))?;
    // What is no host would be quoted by somebody, somewhere.
    host.parse::<http::uri::Authority>().ok().filter(|_| !host.contains('@'))?;
    HeaderValue::from_str(host).ok()
}

/// The last element of a list that may stand in several headers.
fn last<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    value.rsplit(',').next().map(str::trim).filter(|value| !value.is_empty())
}

fn parameter<'a>(element: &'a str, wanted: &str) -> Option<&'a str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"'))
    })
}

/// All values of a header as one list.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut list = String::new();
    for value in headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).filter(|value| !value.is_empty())
    {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(value);
    }
    Some(list).filter(|list| !list.is_empty())
}

/// `X-Forwarded-For` in the words of RFC 7239 (its section 7.4), each element with its comma.
fn as_elements(clients: &str) -> String {
    let mut elements = String::new();
    for client in clients.split(',').map(str::trim) {
        match client.parse() {
            Ok(address) => elements.push_str(&node(address)),
            Err(_) => elements.push_str("for=unknown"),
        }
        elements.push_str(", ");
    }
    elements
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::headers::clean_request;

    /// The headers that the app gets, by name; `-` for none.
    fn seen(peer: &str, url: Option<&str>, sent: &[(&'static str, &'static str)]) -> [String; 4] {
        let peer = Peer::new(format!("{peer}:5000").parse().unwrap());
        let public = url.map(|url| PublicOrigin::parse(url).unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        clean_request(&mut headers, |name| is_claim(name, peer.is_local(), public.is_some()));
        set(&mut headers, &peer, Some(&HeaderValue::from_static("own.example")), public.as_ref());
        ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"].map(|name| {
            assert!(headers.get_all(name).iter().count() <= 1, "{name} once");
            headers.get(name).map_or("-".to_owned(), |value| value.to_str().unwrap().to_owned())
        })
    }

    const SPOOFED: &[(&str, &str)] = &[
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-for", "5.6.7.8"),
        ("x-forwarded-proto", "http, https"),
        ("x-forwarded-host", "evil.example, public.example"),
    ];

    #[test]
    fn our_own_view() {
        let expected = ["127.0.0.1", "http", "own.example", "for=127.0.0.1;host=\"own.example\";proto=http"];
        assert_eq!(seen("127.0.0.1", None, &[]), expected);
    }

    #[test]
    fn each_request_of_a_connection_has_its_own_host() {
        let peer = Peer::new("192.0.2.1:5000".parse().unwrap());
        let forwarded = |host: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            set(&mut headers, &peer, host.map(HeaderValue::from_static).as_ref(), None);
            headers.get(header::FORWARDED).unwrap().to_str().unwrap().to_owned()
        };
        for _ in 0..2 {
            assert_eq!(forwarded(Some("a.example")), "for=192.0.2.1;host=\"a.example\";proto=http");
            assert_eq!(forwarded(Some("a.example")), "for=192.0.2.1;host=\"a.example\";proto=http");
            assert_eq!(forwarded(Some("b.example")), "for=192.0.2.1;host=\"b.example\";proto=http");
            assert_eq!(forwarded(None), "for=192.0.2.1;proto=http");
        }
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let expected = ["192.0.2.1", "http", "own.example", "for=192.0.2.1;host=\"own.example\";proto=http"];
        assert_eq!(seen("192.0.2.1", None, SPOOFED), expected);
        assert_eq!(seen("192.0.2.1", None, &[("forwarded", "for=1.2.3.4;host=evil;proto=https")]), expected);
        assert!(is_claim("x_forwarded_for", false, false) && is_claim("x-real-ip", false, false));
        // Nor one whose headers a tunnel hands on.
        assert!(is_claim("x_forwarded_host", true, false) && is_claim("x-forwarded_proto", true, true));
        assert!(!is_claim("x-forwarded-host", true, false) && !is_claim("my_header", true, true));
    }

    #[test]
    fn a_proxy_on_this_machine_is_believed() {
        let expected = [
            "1.2.3.4, 5.6.7.8, 127.0.0.1",
            "https",
            "public.example",
            "for=1.2.3.4, for=5.6.7.8, for=127.0.0.1;host=\"public.example\";proto=https",
        ];
        assert_eq!(seen("127.0.0.1", None, SPOOFED), expected);
        let expected = [
            "127.0.0.1",
            "https",
            "public.example:8443",
            "for=\"[2001:db8::1]\";host=\"public.example:8443\";proto=https, \
             for=127.0.0.1;host=\"public.example:8443\";proto=https",
        ];
        let element = "for=\"[2001:db8::1]\";host=\"public.example:8443\";proto=https";
        assert_eq!(seen("127.0.0.1", None, &[("forwarded", element)]), expected);
    }

    #[test]
    fn nonsense_of_a_local_proxy_is_not_handed_on() {
        let sent =
            [("x-forwarded-for", "\"><script>"), ("x-forwarded-proto", "gopher"), ("x-forwarded-host", "a/b\"c")];
        let [_, proto, host, forwarded] = seen("127.0.0.1", None, &sent);
        assert_eq!((proto.as_str(), host.as_str()), ("http", "own.example"));
        assert_eq!(forwarded, "for=unknown, for=127.0.0.1;host=\"own.example\";proto=http");
    }

    #[test]
    fn the_configured_url_wins() {
        for peer in ["127.0.0.1", "192.0.2.1"] {
            let [_, proto, host, _] = seen(peer, Some("https://hooks.example.com:8443/in"), SPOOFED);
            assert_eq!((proto.as_str(), host.as_str()), ("https", "hooks.example.com:8443"));
        }
    }

    #[test]
    fn addresses_of_version_six() {
        let [clients, .., forwarded] = seen("[::ffff:192.0.2.7]", None, &[]);
        assert_eq!((clients.as_str(), forwarded.starts_with("for=192.0.2.7;")), ("192.0.2.7", true));
        let [clients, .., forwarded] = seen("[2001:db8::7]", None, &[]);
        assert_eq!((clients.as_str(), forwarded.starts_with("for=\"[2001:db8::7]\";")), ("2001:db8::7", true));
    }
}
