//! Every provider and every sample: what the binary sends is accepted by the provider's verifier, and what it tampers
//! with is refused, as it arrives from the socket.

use std::{
    collections::BTreeMap,
    fs,
    panic::{self, AssertUnwindSafe},
    path::Path,
    process::Output,
    sync::{Arc, Mutex},
    thread,
};

use countersign::{
    RejectionKind, WebhookVerifier,
    providers::{self, Provider, TimeWindow},
    scheme::{OptionValue, Options},
    vectors::{Expectation, Vector, VectorFile},
};
use serde_json::Value;

use crate::{
    received::verdict,
    stderr,
    support::{App, Ends, countersign},
    values,
};

/// Nobody else can sign these.
const PROVIDER_ONLY: &[&str] = &["discord", "paypal", "plaid", "sendgrid", "sns", "telnyx", "wise"];
/// What their signatures do not cover.
const BODY_IS_NOT_SIGNED: &[&str] = &["figma", "mailgun", "monday", "okta", "telegram", "vmware"];
/// Their signatures stand in bodies.
const NO_SIGNATURE_HEADER: &[&str] = &["adyen", "braintree", "dropbox_sign", "figma", "mailgun"];
const URL_IS_SIGNED: &[&str] =
    &["bird", "contentful", "hubspot", "mailchimp", "monday", "plivo", "signalwire", "square", "trello", "twilio"];

/// A provider and the secret of one of its vectors.
struct Case {
    provider: &'static Provider,
    secret: String,
    verifier: Arc<dyn WebhookVerifier>,
}

#[test]
fn every_sample_is_accepted() {
    let samples = values(&countersign().args(["send", "--list", "--json"]).ends());
    let mut events: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for sample in &samples {
        let text = |name: &str| sample[name].as_str().unwrap().to_owned();
        events.entry(text("provider")).or_default().push(text("event"));
    }
    assert!(samples.len() > 70 && events.len() > 30, "{}", samples.len());
    for id in events.keys() {
        assert_eq!(providers::by_id(id).unwrap().id, id);
    }
    each(|case, app| {
        let id = case.provider.id;
        let own = events.get(id).cloned().unwrap_or_else(|| vec!["event".to_owned()]);
        for event in own {
            if (id, event.as_str()) == ("mailchimp", "subscribe") {
                continue;
            }
            let output = send(case, app, &[&event, "--expect", "200,101"]);
            if PROVIDER_ONLY.contains(&id) {
                assert_eq!(output.status.code(), Some(2), "{id}");
                assert!(stderr(&output).contains("can sign its deliveries"), "{id}: {}", stderr(&output));
                continue;
            }
            assert_eq!(output.status.code(), Some(0), "{id} {event}: {}", stderr(&output));
            let message = app.received().message;
            let scheme = if message.header("upgrade").is_some() { "ws" } else { "http" };
            let origin = format!("{scheme}://127.0.0.1:{}", app.port);
            assert_eq!(verdict(&*case.verifier, &origin, &message), Ok(()), "{id} {event}: {message:?}");
            assert!(!message.text().contains("{{"), "{id} {event}: {}", message.text());
        }
    });
}

#[test]
fn every_tampering_is_refused_or_said_to_be_none() {
    each(|case, app| {
        let id = case.provider.id;
        let origin = format!("http://127.0.0.1:{}", app.port);
        for tamper in ["body", "header", "secret", "time", "unsigned", "url"] {
            let output = send(case, app, &["--tamper", tamper, "--expect", "any"]);
            let is_possible = match tamper {
                "unsigned" => true,
                _ if PROVIDER_ONLY.contains(&id) => false,
                "body" => !BODY_IS_NOT_SIGNED.contains(&id),
                "header" => !NO_SIGNATURE_HEADER.contains(&id),
                "time" => matches!(case.provider.time_window, TimeWindow::Secs(_)) || id == "monday",
                "url" => URL_IS_SIGNED.contains(&id),
                _ => true,
            };
            assert_eq!(
                output.status.code(),
                Some(if is_possible { 0 } else { 2 }),
                "{id} {tamper}: {}",
                stderr(&output)
            );
            if !is_possible {
                assert!(stderr(&output).contains(case.provider.name), "{id} {tamper}: {}", stderr(&output));
                assert!(app.has_nothing_more(), "{id} {tamper}");
                continue;
            }
            let message = app.received().message;
            let verdict = verdict(&*case.verifier, &origin, &message);
            let reason = verdict.expect_err(&format!("{id} {tamper}"));
            if tamper == "time" && id != "monday" {
                let expected = [RejectionKind::TimestampTooOld, RejectionKind::SignatureMismatch];
                assert!(expected.contains(&reason), "{id}: {reason}");
            }
        }
    });
}

#[test]
fn schemes_that_options_choose() {
    let app = App::ok();
    let origin = format!("http://127.0.0.1:{}", app.port);
    let to = format!("{origin}/hook");
    for (id, event, option, value) in [
        ("mailchimp", "subscribe", "scheme", "marketing"),
        ("orbit", "event", "variant", "shared-token"),
        ("coinbase", "event", "scheme", "commerce"),
        ("sinch", "event", "scheme", "numbers"),
        ("buildkite", "event", "mode", "token"),
    ] {
        let arguments = ["send", id, event, "--to", &to, "--secret", "k", "--option", &format!("{option}={value}")];
        assert_eq!(countersign().args(arguments).ends().status.code(), Some(0), "{id}");
        let options = Options::new().with(option, OptionValue::Text(value.to_owned()));
        let verifier = providers::by_id(id).unwrap().verifier("k", &options).unwrap();
        assert_eq!(verdict(&*verifier, &origin, &app.received().message), Ok(()), "{id}");
    }
    // Where the provider names no window, the receiver's makes a delivery expire.
    let arguments = ["send", "mailgun", "--to", &to, "--secret", "k", "--tamper", "time", "--expect", "any"];
    let output = countersign().args(arguments).ends();
    assert_eq!((output.status.code(), stderr(&output).contains("tolerance_s")), (Some(2), true));
    assert_eq!(countersign().args(arguments).args(["--option", "tolerance_s=60"]).ends().status.code(), Some(0));
    let options = Options::new().with("tolerance_s", OptionValue::Secs(60));
    let verifier = providers::by_id("mailgun").unwrap().verifier("k", &options).unwrap();
    assert_eq!(verdict(&*verifier, &origin, &app.received().message), Err(RejectionKind::TimestampTooOld));
}

/// Runs `check` for every provider of the registry, with an app of its own, two at a time.
fn each(check: impl Fn(&Case, &App) + Sync) {
    let cases = Mutex::new(cases().into_iter());
    let failed = Mutex::new(Vec::new());
    let next = || cases.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let app = App::new(|message, wire| {
                        wire.send(if message.header("upgrade").is_some() { SWITCHING } else { OK });
                        message.header("upgrade").is_none()
                    });
                    // All that fail are named, not the first alone.
                    if panic::catch_unwind(AssertUnwindSafe(|| check(&case, &app))).is_err() {
                        failed.lock().unwrap().push(case.provider.id);
                    }
                }
            });
        }
    });
    assert_eq!(failed.into_inner().unwrap(), Vec::<&str>::new());
}

fn send(case: &Case, app: &App, arguments: &[&str]) -> Output {
    let to = format!("http://127.0.0.1:{}/hook", app.port);
    let mut command = countersign();
    command.args(["send", case.provider.id]).args(arguments).args(["--to", &to, "--secret", "env:SENDS_SECRET"]);
    command.env("SENDS_SECRET", &case.secret).ends()
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let cases: Vec<_> = providers::ALL
        .iter()
        .map(|provider| {
            let text = fs::read(folder.join(format!("{}.json", provider.id))).unwrap();
            let file = VectorFile::parse(&text).unwrap();
            let vector = plainest(&file);
            let verifier = vector.verifier(provider).unwrap();
            Case { provider, secret: vector.secrets[0].clone(), verifier }
        })
        .collect();
    assert!(cases.len() > 100);
    cases
}

/// A valid vector whose options matter least; keys that were fetched are no choice of anybody's.
fn plainest(file: &VectorFile) -> &Vector {
    let chosen = |vector: &&Vector| {
        let fetched = |value: &Value| value.is_object();
        vector.options.iter().filter(|(name, value)| *name != "tolerance_s" && !fetched(value)).count()
    };
    let valid = file.vectors.iter().filter(|vector| vector.expect == Expectation::Valid);
    valid.min_by_key(|vector| (chosen(vector), vector.options.contains_key("tolerance_s"))).unwrap()
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const SWITCHING: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
