//! URLs are taken apart without losing or moving a byte, whatever headers and configuration say.

#![no_main]

use arbitrary::Arbitrary;
use countersign::{
    PublicUrl,
    public_url::{RequestUrl, Scheme, SignedUrl},
};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    url: &'a str,
    uri: &'a str,
    allowed: [&'a str; 2],
    host: Option<&'a [u8]>,
    other_host: Option<&'a [u8]>,
    forwarded: Option<&'a [u8]>,
    forwarded_host: Option<&'a [u8]>,
    forwarded_proto: Option<&'a [u8]>,
    upgrade: bool,
}

fuzz_target!(|case: Case<'_>| {
    for text in [case.url, case.uri] {
        if let Some(url) = SignedUrl::parse(text) {
            whole(&url, text);
        }
        let _ = format!("{:?}", RequestUrl::from(text));
    }
    let mut headers = HeaderMap::new();
    let mut append = |name: &'static str, value: Option<&[u8]>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value).ok()) {
            headers.append(HeaderName::from_static(name), value);
        }
    };
    append("host", case.host);
    append("host", case.other_host);
    append("forwarded", case.forwarded);
    append("x-forwarded-host", case.forwarded_host);
    append("x-forwarded-proto", case.forwarded_proto);
    append("upgrade", case.upgrade.then_some(b"websocket"));
    let Ok(uri) = case.uri.parse::<Uri>() else { return };

    let requested = PublicUrl::from_request();
    for url in requested.resolve(&uri, &headers).candidates() {
        consistent(&url, &uri, case.upgrade);
        let host = uri.authority().map(|authority| authority.as_str().as_bytes());
        let host = host.or(headers.get("host").map(HeaderValue::as_bytes));
        assert_eq!(Some(url.authority.as_bytes()), host);
        assert!(uri.authority().is_some() || headers.get_all("host").iter().all(|other| other == url.authority));
        assert!(!url.authority.contains('@'));
    }
    if let Ok(fixed) = PublicUrl::fixed(case.url) {
        let _ = format!("{fixed:?}");
        for url in fixed.resolve(&uri, &headers).candidates() {
            consistent(&url, &uri, case.upgrade);
            let configured = format!("://{}{}", url.authority, url.prefix);
            let configured_text = case.url.trim_end_matches('/');
            assert!(configured_text.ends_with(&configured), "{configured_text} {configured}");
        }
    }
    if let Ok(forwarded) = PublicUrl::forwarded(case.allowed) {
        for url in forwarded.resolve(&uri, &headers).candidates() {
            consistent(&url, &uri, case.upgrade);
            assert!(case.allowed.iter().any(|host| host.eq_ignore_ascii_case(url.authority)));
        }
    }
});

/// The pieces make the text again, save for the fragment and the case of the scheme.
fn whole(url: &SignedUrl<'_>, text: &str) {
    let text = text.split('#').next().unwrap_or_default();
    let (scheme, rest) = text.split_once("://").expect("a scheme");
    assert_eq!(url.pieces().concat(), format!("{}://{rest}", scheme.to_lowercase()));
    let (host, port) = url.split_port();
    assert_eq!([host, port].concat(), url.authority);
    assert!(port.is_empty() || port.starts_with(':'));
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    assert_eq!(format!("{}{query}", url.path().concat()), format!("{}{}", url.prefix, url.target));
    assert!(!url.path().concat().contains('?'));
    let _ = format!("{url:?}");
}

/// What was put together comes apart at the same places: no byte moved between authority and path.
fn consistent(url: &SignedUrl<'_>, uri: &Uri, upgrade: bool) {
    assert_eq!(matches!(url.scheme, Scheme::Ws | Scheme::Wss), upgrade);
    assert_eq!(Some(url.target), uri.path_and_query().map(|target| target.as_str()));
    assert!(url.prefix.is_empty() || (url.prefix.starts_with('/') && !url.prefix.ends_with('/')));
    let text = url.pieces().concat();
    let again = SignedUrl::parse(&text).expect("a URL");
    assert_eq!(again.authority, url.authority);
    assert_eq!(again.target, [url.prefix, url.target].concat().split('#').next().unwrap_or_default());
}
