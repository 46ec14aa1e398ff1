//! An arbitrary delivery to every provider's explainer: it ends within its budget, it never panics, what it explains is
//! refused, and nothing of a secret is in what it says.

#![no_main]

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use arbitrary::{Arbitrary, Unstructured};
use countersign::{
    Explainer, PublicUrl, Secrets,
    clock::{FixedClock, UnixTime},
    explain::{Budget, Delivery, Elsewhere},
    providers,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;

const SECRETS: [&str; 3] =
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "f0a1b2c3d4e5f60718293a4b5c6d7e8f", "qJ7pWm2 vX9zKt4LcRb8 "];

/// Each provider once with the URL of the request, once with a fixed one.
static EXPLAINERS: LazyLock<Vec<(Explainer, &'static str)>> = LazyLock::new(|| {
    let explainers = providers::ALL.iter().flat_map(|provider| {
        let explainer = SECRETS.iter().find_map(|secret| Some((Explainer::provider(provider, *secret).ok()?, *secret)));
        let (explainer, secret) = explainer?;
        let others = Secrets::try_from(SECRETS).ok()?;
        let explainer = explainer
            .clock(FixedClock(UnixTime::from_secs(1_790_000_000)))
            .budget(Budget::new(60, Duration::from_millis(500)))
            .elsewhere(Elsewhere::route("other", &providers::GITHUB, others));
        let fixed = PublicUrl::fixed("https://hooks.example.com/in").ok()?;
        Some([(explainer.clone(), secret), (explainer.public_url(fixed), secret)])
    });
    explainers.flatten().collect()
});

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    explainer: u8,
    method: u8,
    target: &'a str,
    whole_url: bool,
    is_partial: bool,
    signature: &'a [u8],
    headers: Vec<(u8, &'a [u8])>,
    body: &'a [u8],
}

const NAMES: [&str; 14] = [
    "host",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-prefix",
    "x-forwarded-port",
    "x-original-uri",
    "forwarded",
    "authorization",
    "content-type",
    "content-encoding",
    "upgrade",
    "referer",
    "x-hub-signature-256",
    "webhook-signature",
];

fuzz_target!(|data: &[u8]| {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else { return };
    let Some((explainer, secret)) = EXPLAINERS.get(usize::from(input.explainer) % EXPLAINERS.len()) else { return };
    let provider = &providers::ALL[usize::from(input.explainer) / 2 % providers::ALL.len()];
    let mut headers = HeaderMap::new();
    if let (Some(name), Ok(value)) =
        (provider.signature_headers().first(), HeaderValue::from_bytes(input.signature))
    {
        headers.append(HeaderName::from_static(name), value);
    }
    for (name, value) in &input.headers {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(NAMES[usize::from(*name) % NAMES.len()]), value);
        }
    }
    let method = [Method::POST, Method::GET, Method::PUT][usize::from(input.method) % 3].clone();
    let uri: Uri = input.target.parse().unwrap_or_default();
    let delivery = if input.whole_url {
        Delivery::at(&method, input.target, &headers, input.body)
    } else {
        Delivery::new(&method, &uri, &headers, input.body)
    };
    let delivery = if input.is_partial { delivery.with_partial_body() } else { delivery };
    let start = Instant::now();
    let Some(finding) = explainer.explain(&delivery) else { return };
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", finding.tried);
    assert!(finding.tried.attempts <= 60);
    let said = format!("{finding} {} {finding:?}", finding.to_json());
    let input = format!("{data:?}{}", String::from_utf8_lossy(data));
    assert!(input.contains(secret.trim()) || !said.contains(secret.trim()), "{said}");
});
