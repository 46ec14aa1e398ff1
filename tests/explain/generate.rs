//! Makes the cases: signs a delivery as the provider would, then does to it what happens on the way.
//!
//! A delivery is signed for its public URL and with its genuine body; the case holds what arrived. Mutations are
//! applied to what arrived, so that what is expected is known from the mutation alone.

use std::{collections::BTreeMap, io::Write, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{
    Secret,
    clock::UnixTime,
    providers,
    request::WebhookRequest,
    scheme::{Options, SigningContext},
};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::json;

use super::case::{Case, Expect, File, Other, Request};

const NOW: i64 = 1_790_000_000;
const PUBLIC: &str = "https://hooks.example.com/in/sms?b=2&a=one%20two";
const FORM: &str = "application/x-www-form-urlencoded";
const FORM_BODY: &str = "AccountSid=AC0123456789abcdef0123456789abcdef&Body=Hello+there%2C+how+are+you%3F&From=%2B15551230001&FromCity=&To=%2B15551230002";
const JSON_BODY: &str = r#"{"id":"evt_1","object":"event","amount":1200,"rate":0.25,"name":"Zoë Müller","link":"https://shop.example.com/a?x=1&y=2","items":[{"sku":"A-1","qty":2},{"sku":"B <2>","qty":1}],"note":"","live":true,"parent":null}"#;

/// Providers that sign the URL, with a secret of their form and the media type that they send.
const URL_SIGNED: &[(&str, &str, bool)] = &[
    ("twilio", "2bc9e43f7a06d1b8c5f0e19d3a7b4c62", true),
    ("plivo", "Y2Q2ZDgxZmY5YWRiOTI5YmQ1Njg0MTAxZWIyOTc4", true),
    ("signalwire", "PSKtest1234567890abcdef", true),
    ("square", "Ibxx_5AKakO-3qeNVR61Dw", false),
    ("trello", "3a1f5c7e9b2d4f6081a3c5e7092b4d6f8a1c3e5f70921b3d5f7a9c1e3b5d7f90", false),
    ("hubspot", "6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9", false),
];

/// Providers that sign the body.
const BODY_SIGNED: &[(&str, &str)] = &[
    ("github", "It's a Secret to Everybody"),
    ("stripe", "whsec_4eC39HqLyjWDarjtT1zdp7dcVx0q2b8K"),
    ("slack", "8f742231b10e8888abcd99dddeee85a5"),
    ("shopify", "hush-hush-hush"),
    ("linear", "lin_wh_6tQ2fXaB9cDeFgHiJkLmNoPqRs"),
    ("zendesk", "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmc="),
    ("standard_webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ("paddle", "pdl_ntfset_01hwzx_abcdefgh"),
    ("typeform", "typeform-secret-1"),
    ("intercom", "intercom-client-secret"),
    ("razorpay", "razor-webhook-secret"),
    ("woocommerce", "ck-woo-secret-23"),
];

/// A genuine delivery, as the provider sent it.
#[derive(Clone)]
struct Sent {
    provider: &'static str,
    secret: String,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Sent {
    /// Signs.
    fn new(provider: &'static str, secret: &str, method: &str, url: &str, kind: &str, body: &[u8]) -> Self {
        let mut headers = HeaderMap::new();
        if !kind.is_empty() {
            headers.insert("content-type", HeaderValue::from_str(kind).unwrap());
        }
        let verb = Method::from_bytes(method.as_bytes()).unwrap();
        let request = WebhookRequest::new(&verb, url, &headers, body);
        let context = SigningContext { now: UnixTime::from_secs(NOW).unwrap(), delivery_id: "12051644167472448581" };
        let row = providers::by_id(provider).unwrap();
        let signed = row.sign(&Secret::new(secret).unwrap(), &Options::new(), &request, &context).unwrap();
        let (url, body) = (signed.url.clone().unwrap_or_else(|| url.to_owned()), signed.body.clone());
        let body = body.map_or_else(|| body_of(&request), |body| body.to_vec());
        signed.apply(&mut headers);
        let headers = headers.iter().map(|(n, v)| (n.as_str().to_owned(), v.to_str().unwrap().to_owned())).collect();
        Self { provider, secret: secret.to_owned(), method: method.to_owned(), url, headers, body }
    }

    /// A form or JSON, whatever the provider sends.
    fn usual(provider: &'static str, secret: &str, is_form: bool, url: &str) -> Self {
        if is_form {
            Self::new(provider, secret, "POST", url, FORM, FORM_BODY.as_bytes())
        } else {
            Self::new(provider, secret, "POST", url, "application/json", JSON_BODY.as_bytes())
        }
    }

    /// What arrives if nothing happens: the target, and `Host`.
    fn case(&self, name: &str, mutation: &str, code: &str) -> Case {
        let (origin, target) = split(&self.url);
        let mut headers = vec![("host".to_owned(), origin.split_once("://").unwrap().1.to_owned())];
        headers.extend(self.headers.clone());
        let mut case = Case {
            name: name.to_owned(),
            mutation: mutation.to_owned(),
            secrets: vec![self.secret.clone()],
            options: BTreeMap::new(),
            elsewhere: Vec::new(),
            public_url: None,
            forwarded_hosts: Vec::new(),
            now: NOW,
            history: Vec::new(),
            request: Request {
                method: self.method.clone(),
                target: Some(target.to_owned()),
                url: None,
                headers,
                body: None,
                body_base64: None,
            },
            expect: Expect { code: code.to_owned(), ..Expect::default() },
        };
        set_body(&mut case, self.body.clone());
        case
    }
}

fn body_of(request: &WebhookRequest<'_>) -> Vec<u8> {
    request.body().contiguous().into_owned()
}

/// Scheme and authority, and the rest.
fn split(url: &str) -> (&str, &str) {
    let start = url.find("://").unwrap() + 3;
    let at = url[start..].find(['/', '?']).map_or(url.len(), |at| start + at);
    url.split_at(at)
}

fn set_body(case: &mut Case, body: Vec<u8>) {
    (case.request.body, case.request.body_base64) = match String::from_utf8(body) {
        Ok(text) if text.is_empty() => (None, None),
        Ok(text) => (Some(text), None),
        Err(error) => (None, Some(STANDARD.encode(error.into_bytes()))),
    };
}

fn set_header(case: &mut Case, name: &str, value: &str) {
    case.request.headers.retain(|(known, _)| known != name);
    case.request.headers.push((name.to_owned(), value.to_owned()));
}

fn header<'c>(case: &'c Case, name: &str) -> &'c str {
    &case.request.headers.iter().find(|(known, _)| known == name).unwrap().1
}

/// The header that holds the signature.
fn signature_header(sent: &Sent) -> String {
    let names = providers::by_id(sent.provider).unwrap().signature_headers();
    names.into_iter().find(|name| sent.headers.iter().any(|(known, _)| known == name)).unwrap().to_owned()
}

type Cases = BTreeMap<&'static str, Vec<Case>>;

/// Writes all files.
pub(crate) fn write(folder: &Path) {
    let mut cases = Cases::new();
    urls(&mut cases);
    queries(&mut cases);
    bodies(&mut cases);
    forms(&mut cases);
    secrets(&mut cases);
    schemes(&mut cases);
    times(&mut cases);
    nothing(&mut cases);
    for (provider, cases) in cases {
        let file = File { provider: provider.to_owned(), cases };
        let text = serde_json::to_string_pretty(&json!(file)).unwrap() + "\n";
        std::fs::write(folder.join(format!("{provider}.json")), text).unwrap();
    }
}

fn add(cases: &mut Cases, sent: &Sent, name: &str, mutation: &str, code: &str, change: impl FnOnce(&mut Case)) {
    let mut case = sent.case(name, mutation, code);
    change(&mut case);
    cases.entry(sent.provider).or_default().push(case);
}

/// Scheme, host, port, path: what proxies do.
fn urls(cases: &mut Cases) {
    for (provider, secret, is_form) in URL_SIGNED {
        let sent = Sent::usual(provider, secret, *is_form, PUBLIC);
        add(
            cases,
            &sent,
            "scheme-lost",
            "TLS ends at a proxy and the configured URL says http",
            "url-scheme",
            |case| {
                case.public_url = Some("http://hooks.example.com".into());
                case.expect.flag = Some("--url https://hooks.example.com".into());
            },
        );
        add(
            cases,
            &sent,
            "host-rewritten",
            "the proxy puts its upstream into Host, the first one into X-Forwarded-Host",
            "url-host",
            |case| {
                set_header(case, "host", "10.0.0.7:3000");
                set_header(case, "x-forwarded-host", "hooks.example.com");
                set_header(case, "x-forwarded-proto", "https");
                case.expect.url = Some(PUBLIC.into());
                case.expect.flag = Some("--url https://hooks.example.com".into());
            },
        );
        add(cases, &sent, "host-and-scheme", "the configured URL is the app's own", "url-host", |case| {
            case.public_url = Some("http://localhost:3000".into());
            set_header(case, "host", "localhost:3000");
            set_header(case, "forwarded", "for=192.0.2.1;proto=https;host=hooks.example.com");
            case.expect.also = vec!["url-scheme".into()];
        });
        add(cases, &sent, "prefix-stripped", "the proxy strips /in and says so", "url-path-prefix", |case| {
            case.request.target = Some("/sms?b=2&a=one%20two".into());
            set_header(case, "x-forwarded-prefix", "/in");
            case.expect.flag = Some("--url https://hooks.example.com/in".into());
        });
        add(cases, &sent, "prefix-added", "the proxy puts /webhooks before the path", "url-path-prefix", |case| {
            case.request.target = Some("/webhooks/in/sms?b=2&a=one%20two".into());
        });
        add(cases, &sent, "slash-added", "the framework redirects to a path with a slash", "url-path-slash", |case| {
            case.request.target = Some("/in/sms/?b=2&a=one%20two".into());
        });
        add(
            cases,
            &sent,
            "query-dropped-from-what-was-signed",
            "a parameter is added on the way",
            "url-query-missing",
            |case| {
                case.request.target = Some("/in/sms?b=2&a=one%20two&trace=77".into());
            },
        );
        let port = "https://hooks.example.com:8443/in/sms";
        let sent = Sent::usual(provider, secret, *is_form, port);
        if !matches!(*provider, "twilio" | "signalwire") {
            add(cases, &sent, "port-dropped", "Host comes without the port", "url-port", |case| {
                set_header(case, "host", "hooks.example.com");
                set_header(case, "x-forwarded-port", "8443");
                case.expect.url = Some(port.into());
            });
            let sent = Sent::usual(provider, secret, *is_form, "https://hooks.example.com/in/sms");
            add(cases, &sent, "port-added", "Host comes with the proxy's port", "url-port", |case| {
                set_header(case, "host", "hooks.example.com:3000");
            });
        }
        let sent = Sent::usual(provider, secret, *is_form, "https://hooks.example.com/in//sms/");
        add(cases, &sent, "slashes-merged", "nginx merges double slashes", "url-path-slash", |case| {
            case.request.target = Some("/in/sms/".into());
        });
        if *provider != "twilio" {
            let sent = Sent::usual(provider, secret, *is_form, "https://user:passw0rd@hooks.example.com/in/sms");
            add(cases, &sent, "userinfo", "the URL's userinfo comes as Authorization", "url-userinfo", |case| {
                set_header(case, "host", "hooks.example.com");
                set_header(case, "authorization", &format!("Basic {}", STANDARD.encode("user:passw0rd")));
            });
        }
    }
    let sent = Sent::usual("twilio", URL_SIGNED[0].1, true, "https://user:passw0rd@hooks.example.com/in/sms");
    add(cases, &sent, "userinfo", "the URL's userinfo comes as Authorization", "url-userinfo", |case| {
        set_header(case, "host", "hooks.example.com");
        set_header(case, "authorization", &format!("Basic {}", STANDARD.encode("user:passw0rd")));
    });
    let sent = Sent::usual("twilio", URL_SIGNED[0].1, true, "https://hooks.example.com:8443/in/sms");
    add(cases, &sent, "another-port", "Host comes with the proxy's port", "url-port", |case| {
        set_header(case, "host", "hooks.example.com:3000");
        set_header(case, "x-forwarded-port", "8443");
    });
    let sent = Sent::usual("twilio", URL_SIGNED[0].1, true, PUBLIC);
    add(cases, &sent, "host-not-allowed", "X-Forwarded-Host names a host that is not believed", "url-host", |case| {
        case.forwarded_hosts = vec!["other.example.com".into()];
        set_header(case, "x-forwarded-host", "hooks.example.com");
        set_header(case, "x-forwarded-proto", "https");
    });
    add(cases, &sent, "everything-at-once", "host, scheme, prefix and a slash", "url-host", |case| {
        case.public_url = Some("http://10.0.0.7:3000".into());
        set_header(case, "host", "10.0.0.7:3000");
        set_header(case, "x-forwarded-host", "hooks.example.com");
        case.request.target = Some("/sms/?b=2&a=one%20two".into());
        set_header(case, "x-original-uri", "/in/sms?b=2&a=one%20two");
        case.expect.also = vec!["url-path-prefix".into(), "url-scheme".into()];
    });
    let websocket = Sent::new("twilio", URL_SIGNED[0].1, "GET", "wss://hooks.example.com/media", "", b"");
    add(cases, &websocket, "websocket-scheme", "the upgrade is lost on the way: https for wss", "url-scheme", |_| {});
    let mut stream = Sent::new("plivo", URL_SIGNED[1].1, "GET", "https://hooks.example.com/stream", "", b"");
    stream.headers.extend([("connection".into(), "Upgrade".into()), ("upgrade".into(), "websocket".into())]);
    add(
        cases,
        &stream,
        "websocket-signed-as-https",
        "a media stream's upgrade is signed as https",
        "url-scheme",
        |case| {
            case.expect.flag = Some("--verify-webhook-option websocket_scheme=https".into());
        },
    );
    let sent = Sent::usual("plivo", URL_SIGNED[1].1, true, "https://hooks.example.com/in/sms");
    add(cases, &sent, "tunnel", "the configured URL is yesterday's tunnel", "url-host", |case| {
        case.public_url = Some("https://1f2e3d4c.ngrok.example".into());
        set_header(case, "x-forwarded-host", "hooks.example.com");
    });
}

/// What is signed is the query as it was sent.
fn queries(cases: &mut Cases) {
    for (provider, secret, is_form) in URL_SIGNED {
        // Plivo sorts and decodes the query itself; Twilio's verifier takes what its own SDKs take.
        let is_decoded = *provider == "plivo";
        let sent = Sent::usual(provider, secret, *is_form, PUBLIC);
        let mut change = |name: &str, mutation: &str, code: &str, target: &str| {
            add(cases, &sent, name, mutation, code, |case| case.request.target = Some(target.into()));
        };
        if !is_decoded {
            change("query-sorted", "the framework sorts the query", "url-query-order", "/in/sms?a=one%20two&b=2");
        }
        if !is_decoded && *provider != "twilio" {
            change("query-plus", "%20 becomes +", "url-query-encoding", "/in/sms?b=2&a=one+two");
        }
        change(
            "query-twice-encoded",
            "the query is escaped once more",
            "url-query-encoding",
            "/in/sms?b=2&a=one%2520two",
        );
        let lost = Sent::usual(provider, secret, *is_form, PUBLIC);
        add(
            cases,
            &lost,
            "query-lost",
            "a rewrite drops the query and says so in X-Original-URI",
            "url-query-missing",
            |case| {
                case.request.target = Some("/in/sms".into());
                set_header(case, "x-original-uri", "/in/sms?b=2&a=one%20two");
            },
        );
    }
    let sent = Sent::usual("square", URL_SIGNED[3].1, false, "https://hooks.example.com/in?x=caf%c3%a9&y=%2fa");
    add(cases, &sent, "query-hex-case", "the digits of escapes become capital", "url-query-encoding", |case| {
        case.request.target = Some("/in?x=caf%C3%A9&y=%2Fa".into());
    });
    let sent = Sent::usual("square", URL_SIGNED[3].1, false, "https://hooks.example.com/in?x=caf%C3%A9&y=%2Fa");
    add(cases, &sent, "query-slash-decoded", "a slash is no longer escaped", "url-query-encoding", |case| {
        case.request.target = Some("/in?x=caf%C3%A9&y=/a".into());
    });
    let sent = Sent::usual("trello", URL_SIGNED[4].1, false, "https://hooks.example.com/in?flag&z=1");
    add(cases, &sent, "query-equals-added", "a name without a value gets a =", "url-query-encoding", |case| {
        case.request.target = Some("/in?flag=&z=1".into());
    });
    let sent = Sent::new(
        "twilio",
        URL_SIGNED[0].1,
        "POST",
        "https://hooks.example.com/json",
        "application/json",
        JSON_BODY.as_bytes(),
    );
    add(cases, &sent, "body-hash-lost", "a rewrite drops the query with bodySHA256", "url-query-missing", |case| {
        case.request.target = Some("/json".into());
    });
    add(
        cases,
        &sent,
        "json-body-spaced",
        "the JSON is written anew in front of the verifier",
        "body-json-reserialized",
        |case| {
            set_body(case, python(JSON_BODY).into_bytes());
        },
    );
}

/// As Python's `json.dumps` writes it.
fn python(json: &str) -> String {
    let mut text = String::new();
    let mut in_text = false;
    for c in json.chars() {
        if c == '"' {
            in_text = !in_text;
        }
        match c {
            ':' | ',' if !in_text => text.extend([c, ' ']),
            c if !c.is_ascii() => {
                c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")))
            }
            c => text.push(c),
        }
    }
    text
}

/// Name, mutation, code, and the body as it was signed and as it arrives.
type Kind = (&'static str, &'static str, &'static str, Vec<u8>, Vec<u8>);

/// What parsers and relays do to a body. The provider signed the one given here; the other arrives.
fn bodies(cases: &mut Cases) {
    let pretty = serde_json::to_string_pretty(
        &serde_json::from_str::<serde_json::Value>(r#"{"a":1,"b":[1,2],"c":{"d":"é/<"}}"#).unwrap(),
    )
    .unwrap();
    let crlf = "{\r\n  \"a\": 1,\r\n  \"b\": \"x\"\r\n}";
    let slashed = JSON_BODY.replace('/', "\\/");
    let escaped = python(JSON_BODY);
    let html = JSON_BODY.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let sorted = r#"{"amount":1200,"id":"evt_1","link":"https://shop.example.com/a","name":"Zoë"}"#;
    let kinds: Vec<Kind> = vec![
        ("newline-lost", "the newline at the end is cut off", "body-newline", format!("{JSON_BODY}\n").into(), JSON_BODY.into()),
        ("newline-added", "a newline is added at the end", "body-newline", JSON_BODY.into(), format!("{JSON_BODY}\n").into()),
        ("crlf-lost", "CRLF becomes LF", "body-line-endings", crlf.into(), crlf.replace("\r\n", "\n").into()),
        ("crlf-added", "LF becomes CRLF", "body-line-endings", pretty.clone().into(), pretty.replace('\n', "\r\n").into()),
        ("bom-added", "a byte order mark is put before it", "body-bom", JSON_BODY.into(), format!("\u{feff}{JSON_BODY}").into()),
        ("bom-lost", "the byte order mark is taken off", "body-bom", format!("\u{feff}{JSON_BODY}").into(), JSON_BODY.into()),
        ("pretty-made-compact", "parsed and written compactly", "body-json-reserialized", pretty.clone().into(), br#"{"a":1,"b":[1,2],"c":{"d":"\u00e9/<"}}"#.to_vec()),
        ("compact-made-pretty", "parsed and written with indentation", "body-json-reserialized", br#"{"a":1,"b":[1,2],"c":{"d":"e"}}"#.to_vec(), b"{\n    \"a\": 1,\n    \"b\": [\n        1,\n        2\n    ],\n    \"c\": {\n        \"d\": \"e\"\n    }\n}".to_vec()),
        ("slashes-unescaped", "PHP's \\/ becomes /", "body-json-reserialized", slashed.into(), JSON_BODY.into()),
        ("unicode-unescaped", "Python's \\u escapes and blanks are gone", "body-json-reserialized", escaped.clone().into(), JSON_BODY.into()),
        ("unicode-escaped", "parsed and written by Python", "body-json-reserialized", JSON_BODY.into(), escaped.into()),
        ("html-unescaped", "Go's escapes of HTML are gone", "body-json-reserialized", html.into(), JSON_BODY.into()),
        ("sorted-lost", "the members are no longer sorted", "body-json-reserialized", sorted.into(), br#"{"id":"evt_1","name":"Zo\u00eb","link":"https://shop.example.com/a","amount":1200}"#.to_vec()),
        ("number-rewritten", "1.50 becomes 1.5", "body-json-reserialized", br#"{"total":1.50,"id":"x"}"#.to_vec(), br#"{"total":1.5,"id":"x"}"#.to_vec()),
        ("blank-trimmed", "blanks around it are cut off", "body-trimmed", b" {\"a\":1} ".to_vec(), b"{\"a\":1}".to_vec()),
        ("value-trimmed", "blanks at the end of a value are cut off", "body-trimmed", br#"{"id":1,"text":"hi "}"#.to_vec(), br#"{"id":1,"text":"hi"}"#.to_vec()),
        ("latin1", "converted to ISO 8859-1", "body-charset", JSON_BODY.into(), JSON_BODY.chars().map(|c| c as u8).collect()),
        ("utf8-twice", "taken for ISO 8859-1 and converted to UTF-8", "body-charset", JSON_BODY.into(), JSON_BODY.bytes().map(char::from).collect::<String>().into()),
        ("gunzipped-late", "still compressed", "body-compression", JSON_BODY.into(), gzip(JSON_BODY.as_bytes())),
        ("base64", "a gateway's base64 is still on", "body-compression", JSON_BODY.into(), STANDARD.encode(JSON_BODY).into()),
        ("json-in-json", "put into a JSON string", "body-json-reserialized", JSON_BODY.into(), serde_json::to_vec(JSON_BODY).unwrap()),
    ];
    for (index, (name, mutation, code, signed, arrived)) in kinds.iter().enumerate() {
        // Each kind for four of the providers, each provider with seven kinds.
        for turn in 0..4 {
            let (provider, secret) = BODY_SIGNED[(index + turn * 3) % BODY_SIGNED.len()];
            // What Linear signs holds the time of signing, and is written here as serde_json writes it.
            if provider == "linear" {
                continue;
            }
            let sent = Sent::new(provider, secret, "POST", "https://hooks.example.com/in", "application/json", signed);
            add(cases, &sent, name, mutation, code, |case| set_body(case, arrived.clone()));
        }
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// What frameworks do to forms.
fn forms(cases: &mut Cases) {
    let slack = BODY_SIGNED[2];
    let raw =
        "token=xyz&team_domain=example&text=94070+now&response_url=https%3A%2F%2Fhooks.example.com%2Fa&trigger_id=";
    let sent = Sent::new(slack.0, slack.1, "POST", "https://hooks.example.com/in", FORM, raw.as_bytes());
    for (name, mutation, code, arrived) in [
        ("form-blanks", "+ becomes %20", "body-form-reencoded", raw.replace('+', "%20")),
        (
            "form-hex-case",
            "the digits of escapes become small",
            "body-form-reencoded",
            raw.replace("%3A%2F%2F", "%3a%2f%2f").replace("%2Fa", "%2fa"),
        ),
        (
            "form-unescaped",
            "reserved characters are no longer escaped",
            "body-form-reencoded",
            raw.replace("%3A", ":").replace("%2F", "/"),
        ),
        (
            "form-empty-dropped",
            "an empty value is written without =",
            "body-form-reencoded",
            raw.trim_end_matches('=').to_owned(),
        ),
        ("form-newline", "a newline at the end", "body-newline", format!("{raw}\n")),
    ] {
        add(cases, &sent, name, mutation, code, |case| set_body(case, arrived.into()));
    }
    let sorted = "a=1&b=2&c=3&d=4";
    let sent = Sent::new(slack.0, slack.1, "POST", "https://hooks.example.com/in", FORM, sorted.as_bytes());
    add(cases, &sent, "form-order", "the parameters come in another order", "body-form-reencoded", |case| {
        set_body(case, b"d=4&a=1&b=2&c=3".to_vec());
    });
    for (provider, secret, _) in &URL_SIGNED[..3] {
        let url = "https://hooks.example.com/in";
        let with_blank = FORM_BODY.replace("%3F&From=", "%3F+&From=");
        let sent = Sent::new(provider, secret, "POST", url, FORM, with_blank.as_bytes());
        add(cases, &sent, "value-trimmed", "the framework trims values", "body-trimmed", |case| {
            set_body(case, FORM_BODY.into())
        });
        let sent = Sent::new(provider, secret, "POST", url, FORM, FORM_BODY.as_bytes());
        add(
            cases,
            &sent,
            "plus-decoded",
            "the plus signs of numbers are no longer escaped",
            "body-form-reencoded",
            |case| {
                set_body(case, FORM_BODY.replace("%2B", "+").into());
            },
        );
        let accented = FORM_BODY.replace("Hello", "H%C3%A9llo");
        let sent = Sent::new(provider, secret, "POST", url, FORM, accented.as_bytes());
        add(cases, &sent, "latin1", "the values are converted to ISO 8859-1", "body-charset", |case| {
            set_body(case, accented.replace("%C3%A9", "%E9").into());
        });
        add(cases, &sent, "form-made-json", "the framework made JSON of the form", "body-form-reencoded", |case| {
            let body = json!({
                "AccountSid": "AC0123456789abcdef0123456789abcdef", "Body": "Héllo there, how are you?",
                "From": "+15551230001", "FromCity": "", "To": "+15551230002",
            });
            set_body(case, body.to_string().into());
            set_header(case, "content-type", "application/json");
            if *provider == "plivo" {
                case.expect.code = "scheme-other-version".into();
            }
        });
    }
    let sent = Sent::new("twilio", URL_SIGNED[0].1, "POST", "https://hooks.example.com/in", FORM, FORM_BODY.as_bytes());
    add(cases, &sent, "empty-dropped", "empty values are left out", "body-trimmed", |case| {
        set_body(case, FORM_BODY.replace("FromCity=&", "").into());
    });
    add(cases, &sent, "content-type-lost", "Content-Type is lost", "body-form-reencoded", |case| {
        set_header(case, "content-type", "text/plain");
    });
    let (provider, secret) = BODY_SIGNED[0];
    let form = format!(
        "payload={}",
        JSON_BODY
            .bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect::<String>()
            .replace("%5F", "_")
            .replace("%2E", ".")
            .replace("%2D", "-")
    );
    let sent = Sent::new(provider, secret, "POST", "https://hooks.example.com/in", FORM, form.as_bytes());
    add(
        cases,
        &sent,
        "payload-taken-out",
        "the form's field payload is all that is left",
        "body-form-reencoded",
        |case| {
            set_body(case, JSON_BODY.into());
        },
    );
}

/// The right secret in the wrong writing, and others' secrets.
fn secrets(cases: &mut Cases) {
    let all = URL_SIGNED.iter().map(|(provider, secret, is_form)| Sent::usual(provider, secret, *is_form, PUBLIC));
    let body_signed = BODY_SIGNED.iter().map(|(provider, secret)| Sent::usual(provider, secret, false, PUBLIC));
    for (index, sent) in all.chain(body_signed).enumerate() {
        let mut wrong = |name: &str, mutation: &str, code: &str, secret: String| {
            add(cases, &sent, name, mutation, code, |case| case.secrets = vec![secret]);
        };
        // The decoders of base64 keys take no notice of white space.
        let is_text = !matches!(sent.provider, "standard_webhooks");
        match index % 4 {
            0 if is_text => wrong(
                "secret-newline",
                "the file that holds the secret ends in a newline",
                "secret-whitespace",
                format!("{}\n", sent.secret),
            ),
            1 if is_text => wrong(
                "secret-quoted",
                "the quotation marks of a .env file",
                "secret-whitespace",
                format!("\"{}\"", sent.secret),
            ),
            2 if is_text => {
                wrong("secret-blanks", "blanks pasted along", "secret-whitespace", format!("  {} ", sent.secret))
            }
            _ if is_text => wrong(
                "secret-base64",
                "the secret encoded in base64, as in a Kubernetes manifest",
                "secret-encoding",
                STANDARD.encode(&sent.secret),
            ),
            _ => {}
        }
        if index % 3 == 0 {
            add(
                cases,
                &sent,
                "secret-of-another-route",
                "the other endpoint's secret made it",
                "secret-other-route",
                |case| {
                    case.secrets = vec![another(&sent)];
                    case.elsewhere = vec![Other {
                        name: "billing".into(),
                        provider: Some(sent.provider.into()),
                        secrets: vec![sent.secret.clone()],
                    }];
                },
            );
        }
        if index % 3 == 1 {
            add(
                cases,
                &sent,
                "secret-of-another-account",
                "live and test are mixed up",
                "secret-other-account",
                |case| {
                    case.secrets = vec![another(&sent)];
                    case.elsewhere =
                        vec![Other { name: "test".into(), provider: None, secrets: vec![sent.secret.clone()] }];
                },
            );
        }
    }
    let (provider, secret) = BODY_SIGNED[1];
    let sent = Sent::usual(provider, secret, false, PUBLIC);
    add(cases, &sent, "secret-prefix-lost", "whsec_ was left out", "secret-prefix", |case| {
        case.secrets = vec![secret.trim_start_matches("whsec_").into()];
    });
    add(cases, &sent, "secret-assignment", "the name was pasted along", "secret-prefix", |case| {
        case.secrets = vec![format!("STRIPE_WEBHOOK_SECRET={secret}")];
    });
    let (provider, secret) = BODY_SIGNED[0];
    let sent = Sent::usual(provider, secret, false, PUBLIC);
    add(cases, &sent, "secret-hex", "the secret encoded in hex", "secret-encoding", |case| {
        case.secrets = vec![secret.bytes().map(|b| format!("{b:02x}")).collect()];
    });
    // Plivo signs with the main account's token beside the subaccount's.
    let (provider, main, _) = URL_SIGNED[1];
    let own = Sent::usual(provider, "subaccount-token-0123456789abcdef012345", true, PUBLIC);
    let by_main = Sent::usual(provider, main, true, PUBLIC);
    add(cases, &own, "main-account", "only the main account's token is at hand", "secret-other-account", |case| {
        let main_signature = header(&by_main.case("", "", ""), "x-plivo-signature-v3").to_owned();
        set_header(case, "x-plivo-signature-ma-v3", &main_signature);
        case.secrets = vec!["the-token-of-another-subaccount-0123".into()];
        case.elsewhere =
            vec![Other { name: "main".into(), provider: Some("plivo".into()), secrets: vec![main.into()] }];
    });
    // Both go wrong at once.
    let sent = Sent::usual("twilio", URL_SIGNED[0].1, true, PUBLIC);
    add(
        cases,
        &sent,
        "secret-and-host",
        "a newline in the secret, and the host is rewritten",
        "secret-whitespace",
        |case| {
            case.secrets = vec![format!("{}\n", sent.secret)];
            set_header(case, "host", "10.0.0.7:3000");
            set_header(case, "x-forwarded-host", "hooks.example.com");
            case.expect.also = vec!["url-host".into()];
        },
    );
}

/// A secret of the provider's form that made nothing.
fn another(sent: &Sent) -> String {
    match sent.provider {
        "standard_webhooks" => "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".into(),
        "zendesk" => "YW5vdGhlcl9zZWNyZXRfZm9yX3Rlc3Rpbmc=".into(),
        _ => format!("another-{}", sent.secret.chars().rev().collect::<String>()),
    }
}

/// Other versions, other providers, other methods, other writings of headers.
fn schemes(cases: &mut Cases) {
    let plivo = URL_SIGNED[1];
    let v2 = |url: &str| {
        // V2 covers scheme, host, path and nonce.
        let vector = Sent::usual(plivo.0, plivo.1, true, url);
        let (origin, target) = split(url);
        let path = target.split('?').next().unwrap();
        let signature = STANDARD.encode(hmac_sha256(plivo.1, format!("{origin}{path}12051644167472448581").as_bytes()));
        (vector, signature)
    };
    let (mut sent, signature) = v2(PUBLIC);
    sent.headers.retain(|(name, _)| name == "content-type");
    sent.headers.push(("x-plivo-signature-v2".into(), signature.clone()));
    sent.headers.push(("x-plivo-signature-v2-nonce".into(), "12051644167472448581".into()));
    add(cases, &sent, "v2-alone", "messaging signs with V2", "scheme-other-version", |case| {
        case.expect.flag = Some("--verify-webhook-option allow_v2=true".into());
    });
    add(cases, &sent, "v2-alone-json", "PHLO posts JSON with V2", "scheme-other-version", |case| {
        set_header(case, "content-type", "application/json");
        set_body(case, br#"{"flow":"x","digits":"1"}"#.to_vec());
    });
    add(cases, &sent, "v2-alone-behind-a-proxy", "V2, and the host is rewritten", "scheme-other-version", |case| {
        set_header(case, "host", "10.0.0.7:3000");
        set_header(case, "x-forwarded-host", "hooks.example.com");
        case.expect.also = vec!["url-host".into()];
    });
    let (both, signature) = v2(PUBLIC);
    add(cases, &both, "v2-beside-a-wrong-v3", "V3 is wrong, V2 is right", "scheme-other-version", |case| {
        set_header(case, "x-plivo-signature-v2", &signature);
        set_header(case, "x-plivo-signature-v2-nonce", "12051644167472448581");
        set_header(case, "x-plivo-signature-v3", &STANDARD.encode([7; 32]));
    });
    let bare = Sent::new(plivo.0, plivo.1, "POST", "https://hooks.example.com/phlo", "", b"");
    add(
        cases,
        &bare,
        "v3-over-the-url-alone",
        "PHLO posts JSON that V3 does not cover",
        "scheme-other-version",
        |case| {
            set_header(case, "content-type", "application/json");
            set_body(case, br#"{"flow":"x","digits":"1"}"#.to_vec());
        },
    );
    let flat = Sent::new(plivo.0, plivo.1, "POST", "https://hooks.example.com/phlo", FORM, b"flow=x&digits=1");
    add(cases, &flat, "v3-over-the-members", "V3 covers the JSON's members", "scheme-other-version", |case| {
        set_header(case, "content-type", "application/json");
        set_body(case, br#"{"flow":"x","digits":"1"}"#.to_vec());
    });
    let github = BODY_SIGNED[0];
    let sent = Sent::usual(github.0, github.1, false, PUBLIC);
    let sha1: String = hmac_sha1(github.1, JSON_BODY.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    add(cases, &sent, "sha1-alone", "an old server sends X-Hub-Signature only", "scheme-other-version", |case| {
        case.request.headers.retain(|(name, _)| name != "x-hub-signature-256");
        set_header(case, "x-hub-signature", &format!("sha1={sha1}"));
        case.expect.flag = Some("--verify-webhook-option allow_sha1=true".into());
    });
    add(cases, &sent, "sha1-beside-a-wrong-sha256", "sha256 is wrong, sha1 is right", "scheme-other-version", |case| {
        set_header(case, "x-hub-signature-256", &format!("sha256={}", "0".repeat(64)));
        set_header(case, "x-hub-signature", &format!("sha1={sha1}"));
    });
    // By their headers.
    for (index, (provider, secret)) in BODY_SIGNED.iter().enumerate() {
        let sent = Sent::usual(provider, secret, false, PUBLIC);
        let (expects, other_secret) = BODY_SIGNED[(index + 1) % BODY_SIGNED.len()];
        let name = format!("receives-{}", provider.replace('_', "-"));
        let mut case = sent.case(&name, "the provider calls another provider's route", "scheme-other-provider");
        case.secrets = vec![other_secret.into()];
        case.expect.provider = Some((*provider).into());
        if index % 2 == 0 {
            case.elsewhere = vec![Other {
                name: "theirs".into(),
                provider: Some((*provider).into()),
                secrets: vec![(*secret).into()],
            }];
        }
        // Intercom, GitHub and Zendesk apart, the header says it all.
        cases.entry(expects).or_default().push(case);
    }
    let sent = Sent::usual("stripe", BODY_SIGNED[1].1, false, PUBLIC);
    let mut case = sent.case("receives-stripe", "Stripe calls the route for Twilio", "scheme-other-provider");
    case.secrets = vec![URL_SIGNED[0].1.into()];
    cases.entry("twilio").or_default().push(case);
    // By their method.
    let hubspot = URL_SIGNED[5];
    let sent = Sent::usual(hubspot.0, hubspot.1, false, PUBLIC);
    add(cases, &sent, "method-changed", "a relay turns POST into PUT", "method", |case| {
        case.request.method = "PUT".into()
    });
    let sent = Sent::new(plivo.0, plivo.1, "POST", PUBLIC, FORM, b"From=1&To=2");
    add(cases, &sent, "method-changed", "a redirect turns POST into GET, body and all", "method", |case| {
        case.request.method = "GET".into();
    });
    for (provider, secret, _) in &URL_SIGNED[..2] {
        let url = "https://hooks.example.com/in/sms";
        let sent = Sent::new(provider, secret, "POST", url, FORM, FORM_BODY.as_bytes());
        add(cases, &sent, "post-made-get", "a redirect turns POST into GET, the form into a query", "method", |case| {
            case.request.method = "GET".into();
            case.request.target = Some(format!("/in/sms?{FORM_BODY}"));
            case.request.headers.retain(|(name, _)| name != "content-type");
            set_body(case, Vec::new());
        });
    }
    // What no code is about.
    let sent = Sent::usual(github.0, github.1, false, PUBLIC);
    let digest = header(&sent.case("", "", ""), "x-hub-signature-256").trim_start_matches("sha256=").to_owned();
    add(cases, &sent, "signature-without-prefix", "sha256= was cut off", "no-match", |case| {
        set_header(case, "x-hub-signature-256", &digest);
        case.expect.hint = Some("signature-format".into());
    });
    let shopify = BODY_SIGNED[3];
    let sent = Sent::usual(shopify.0, shopify.1, false, PUBLIC);
    add(cases, &sent, "signature-in-hex", "hex where base64 is due", "no-match", |case| {
        let name = signature_header(&sent);
        let raw = STANDARD.decode(header(case, &name)).unwrap();
        set_header(case, &name, &raw.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        case.expect.hint = Some("signature-format".into());
    });
}

/// The signature is right, the time is not.
fn times(cases: &mut Cases) {
    for (index, (provider, secret)) in BODY_SIGNED
        .iter()
        .filter(|(p, _)| matches!(*p, "stripe" | "slack" | "linear" | "standard_webhooks" | "paddle"))
        .enumerate()
    {
        let sent = Sent::usual(provider, secret, false, PUBLIC);
        add(cases, &sent, "replayed", "replayed after a day", "timestamp-only", |case| {
            case.now = NOW + 86_400 + index as i64
        });
        add(cases, &sent, "clock-behind", "the verifier's clock is slow", "clock-skew", |case| case.now = NOW - 412);
        add(cases, &sent, "clock-ahead", "the clock is fast: all deliveries are as late", "clock-skew", |case| {
            case.now = NOW + 3600;
            case.history = vec![-3600, -3601, -3600, -3602];
        });
    }
    let sent = Sent::usual("stripe", BODY_SIGNED[1].1, false, PUBLIC);
    add(
        cases,
        &sent,
        "replayed-and-rewritten",
        "a capture of yesterday, its JSON written anew",
        "body-json-reserialized",
        |case| {
            case.now = NOW + 86_400;
            set_body(case, python(JSON_BODY).into());
            case.expect.also = vec!["timestamp-only".into()];
        },
    );
}

/// Nothing to be found: forgeries, wrong secrets, no signature.
fn nothing(cases: &mut Cases) {
    let all = URL_SIGNED.iter().map(|(provider, secret, is_form)| Sent::usual(provider, secret, *is_form, PUBLIC));
    let body_signed = BODY_SIGNED.iter().map(|(provider, secret)| Sent::usual(provider, secret, false, PUBLIC));
    for (index, sent) in all.chain(body_signed).enumerate() {
        match index % 3 {
            0 => add(cases, &sent, "wrong-secret", "nobody here knows the secret", "no-match", |case| {
                case.secrets = vec![another(&sent)];
            }),
            1 => add(cases, &sent, "forged-body", "somebody changed a word of the body", "no-match", |case| {
                let body = String::from_utf8(case.request.body()).unwrap();
                set_body(case, body.replace("evt_1", "evt_2").replace("Hello", "Hullo").into());
            }),
            _ => add(cases, &sent, "random-signature", "a signature from nowhere", "no-match", |case| {
                let name = signature_header(&sent);
                let value = header(case, &name).to_owned();
                // The digits and letters of the digest change places.
                let at = value.len() - 24;
                let turned: String = value[at..at + 20].chars().rev().collect();
                set_header(case, &name, &format!("{}{turned}{}", &value[..at], &value[at + 20..]));
            }),
        }
        if index % 4 == 1 {
            add(cases, &sent, "unsigned", "somebody posts without a signature", "unsigned", |case| {
                let names = providers::by_id(sent.provider).unwrap().signature_headers();
                case.request.headers.retain(|(name, _)| !names.contains(&name.as_str()));
            });
        }
    }
    let sent = Sent::usual("plivo", URL_SIGNED[1].1, true, PUBLIC);
    add(cases, &sent, "nothing-at-all", "a browser looks in", "unsigned", |case| {
        case.request = Request {
            method: "GET".into(),
            target: Some("/".into()),
            url: None,
            headers: vec![("host".into(), "hooks.example.com".into()), ("user-agent".into(), "Mozilla/5.0".into())],
            body: None,
            body_base64: None,
        };
    });
    let sent = Sent::usual("twilio", URL_SIGNED[0].1, true, PUBLIC);
    add(cases, &sent, "forged-parameter", "somebody adds a parameter to the form", "no-match", |case| {
        set_body(case, format!("{FORM_BODY}&Admin=1").into());
    });
    add(cases, &sent, "body-replaced", "somebody replaces the form by JSON", "no-match", |case| {
        set_header(case, "content-type", "application/json");
        set_body(case, br#"{"Admin":1}"#.to_vec());
    });
}

/// An HMAC, from a provider that signs a text as it stands: no other way to one is public.
pub(crate) fn hmac_sha256(key: &str, text: &[u8]) -> Vec<u8> {
    let sent = Sent::new("shopify", key, "POST", "https://h.example/", "", text);
    STANDARD.decode(header(&sent.case("", "", ""), &signature_header(&sent))).unwrap()
}

pub(crate) fn hmac_sha1(key: &str, text: &[u8]) -> Vec<u8> {
    let sent = Sent::new("intercom", key, "POST", "https://h.example/", "", text);
    let case = sent.case("", "", "");
    let digits = header(&case, "x-hub-signature").trim_start_matches("sha1=");
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}
