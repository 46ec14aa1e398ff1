//! Why a right signature was refused for its time.

use countersign::{
    Secret,
    clock::{Clock, SystemClock, UnixTime},
    providers::STRIPE,
    request::WebhookRequest,
    scheme::{Options, SigningContext},
};
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::support::{App, Countersign, Wire, countersign};

const SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";
const EVENT: &str = r#"{"id":"evt_1","type":"charge.succeeded"}"#;

/// An event that Stripe signed so many seconds from now.
fn event(seconds_ahead: i64) -> String {
    let now = UnixTime::from_secs(SystemClock.now().unwrap().as_secs() + seconds_ahead).unwrap();
    let (method, none) = (Method::POST, HeaderMap::new());
    let request = WebhookRequest::new(&method, "https://hooks.example.com/stripe", &none, EVENT);
    let context = SigningContext { now, delivery_id: "" };
    let signed = STRIPE.sign(&Secret::new(SECRET).unwrap(), &Options::new(), &request, &context).unwrap();
    let signature = signed.headers[0].1.to_str().unwrap();
    format!(
        "POST /stripe HTTP/1.1\r\nHost: hooks.example.com\r\nStripe-Signature: {signature}\r\nContent-Length: {}\r\n\r\n\
         {EVENT}",
        EVENT.len()
    )
}

fn stripe(app: &App, more: &[&str]) -> Countersign {
    let mut command = countersign();
    command.args(["http", &format!("127.0.0.1:{}", app.port), "--verify-webhook", "stripe"]);
    command.args(["--verify-webhook-secret", "env:HOOK_SECRET"]).args(more).env("HOOK_SECRET", SECRET);
    Countersign::start(&mut command)
}

/// The finding on an event of that time, after its refusal.
fn finding(proxy: &Countersign, seconds_ahead: i64, reason: &str) -> Value {
    assert_eq!(Wire::connect(proxy.address).ask(event(seconds_ahead)).status(), 403);
    assert_eq!(proxy.record()["reason"], reason);
    proxy.event("explanation")
}

/// The seconds that a text names: the delivery takes a moment.
fn is_about(text: &Value, before: &str, seconds: u64, after: &str) {
    let text = text.as_str().unwrap();
    let number = text.strip_prefix(before).and_then(|rest| rest.split_once(after)).map(|(number, _)| number);
    let number: u64 = number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{text}"));
    assert!(number.abs_diff(seconds) <= 20, "{text}");
}

#[test]
fn a_clock_that_is_behind() {
    let app = App::ok();
    let proxy = stripe(&app, &[]);
    let finding = finding(&proxy, 412, "timestamp-too-new");
    assert_eq!((&finding["code"], &finding["flag"]), (&"clock-skew".into(), &Value::Null), "{finding}");
    is_about(&finding["text"], "signature matches, and your clock is ", 412, " s behind \u{2192} ");
    assert_eq!(finding["fix"], "set this machine's clock (NTP)");
    // With the clock set, its time is now.
    assert_eq!(Wire::connect(proxy.address).ask(event(0)).status(), 200);
}

#[test]
fn a_delivery_that_is_late() {
    let app = App::ok();
    let proxy = stripe(&app, &[]);
    let finding = finding(&proxy, -3600, "timestamp-too-old");
    assert_eq!(finding["code"], "timestamp-only", "{finding}");
    is_about(&finding["text"], "signature matches, and is ", 3600, " s old \u{2192} ");
    let flag = finding["flag"].as_str().unwrap();
    let (option, number) = flag.rsplit_once('=').unwrap();
    assert_eq!(option, "--verify-webhook-option tolerance_s", "{finding}");
    // The number is the user's, but one that is enough stands there.
    assert!(number.parse().is_ok_and(|number: u64| number >= 3600), "{finding}");
    let lenient = stripe(&app, &flag.split(' ').collect::<Vec<_>>());
    assert_eq!(Wire::connect(lenient.address).ask(event(-3600)).status(), 200);
}
