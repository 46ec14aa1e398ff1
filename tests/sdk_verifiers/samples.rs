//! What the providers' deliveries carry.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

/// A body with its media type. Its last digit is part of what is signed: tests change it.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub name: &'static str,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl Sample {
    fn new(name: &'static str, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { name, content_type, body: body.into() }
    }

    fn json(name: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self::new(name, "application/json", body)
    }
}

/// What any API may send.
pub(crate) fn json() -> Vec<Sample> {
    vec![
        Sample::json(
            "json",
            r#"{"id":"evt_1","type":"order.paid","amount":10.50,"paid":true,"note":null,"items":[{"n":2}]}"#,
        ),
        Sample::json("empty-object", "{}"),
        Sample::json("unicode", r#"{"text":"Über ü 🎈 日本語 \u00fc \" <b>&'\/","n":7}"#),
        Sample::json("odd-spacing", "{ \"b\" : 1.0e1 ,\r\n\t\"a\":\"x\",\"c\": 2 }\n"),
        Sample::json("large", large()),
    ]
}

/// Besides JSON a form, which some providers send if they are told to.
pub(crate) fn json_and_form() -> Vec<Sample> {
    let form = "payload=%7B%22text%22%3A%22%C3%BCber+%F0%9F%8E%88%22%7D&empty=&plus=%2B&n=1&n=2";
    let mut samples = json();
    samples.push(Sample::new("form", "application/x-www-form-urlencoded", form));
    samples
}

/// Zoom's SDK wants the name of an event.
pub(crate) fn zoom() -> Vec<Sample> {
    let event =
        |payload: &str| format!(r#"{{"event":"meeting.started","payload":{payload},"event_ts":1626230691572}}"#);
    vec![
        Sample::json("json", event(r#"{"account_id":"AAAAAABBBB","object":{"duration":60,"topic":"A"}}"#)),
        Sample::json("unicode", event(r#"{"topic":"Über ü 🎈 日本語"}"#)),
        Sample::json("large", event(&large())),
        Sample::json("escapes", event(r#"{"topic":"\u00fc"}"#)),
        Sample::json("odd-spacing", event("{ }")),
    ]
}

/// Standard notifications, which have their signatures in them.
pub(crate) fn adyen() -> Vec<Sample> {
    let notification = |reference: &str, success: &str| {
        let item = json!({"NotificationRequestItem": {
            "amount": {"currency": "EUR", "value": 1130},
            "eventCode": "AUTHORISATION",
            "merchantAccountCode": "TestMerchant",
            "merchantReference": reference,
            "pspReference": "7914073381342284",
            "success": success,
        }});
        json!({"live": "false", "notificationItems": [item]}).to_string()
    };
    vec![
        Sample::json("notification", notification("TestPayment-1407325143704", "true")),
        Sample::json("unicode", notification("Über 🎈", "true")),
        Sample::json("empty-reference", notification("", "false")),
    ]
}

/// A form with XML in base64.
pub(crate) fn braintree() -> Vec<Sample> {
    let form = |name: &str, timestamp: &str| {
        let xml = format!(
            "<notification><kind>check</kind><timestamp type=\"datetime\">{timestamp}</timestamp>\
             <subject><check type=\"boolean\">true</check><name>{name}</name></subject></notification>"
        );
        let payload: String =
            form_urlencoded::byte_serialize(format!("{}\n", STANDARD.encode(xml)).as_bytes()).collect();
        Sample::new("form", "application/x-www-form-urlencoded", format!("bt_payload={payload}"))
    };
    let unicode = Sample { name: "unicode", ..form("Über ü 🎈 日本語", "2026-11-21T14:23:11Z") };
    vec![form("Over", "2026-11-21T14:23:11Z"), unicode]
}

/// Forms of several parts; one is the event.
pub(crate) fn dropbox_sign() -> Vec<Sample> {
    let form = |kind: &str, title: &str| {
        let json = format!(
            r#"{{"signature_request":{{"title":"{title}"}},"event":{{"event_type":"{kind}","event_metadata":{{"reported_for_account_id":"a"}}}}}}"#
        );
        let head = "Content-Disposition: form-data; name=\"json\"";
        format!("--boundary\r\n{head}\r\nContent-Type: text/plain\r\n\r\n{json}\r\n--boundary--\r\n")
    };
    let content_type = "multipart/form-data; boundary=boundary";
    vec![
        Sample::new("form", content_type, form("signature_request_sent", "NDA")),
        Sample::new("unicode", content_type, form("account_confirmed", "Über ü 🎈 日本語")),
    ]
}

/// A quarter of a MiB.
fn large() -> String {
    let row = r#"{"text":"The quick brown fox jumps over the lazy dog: 'ü' & \"🎈\".","n":12345}"#;
    let rows = vec![row; (1 << 18) / row.len()];
    format!(r#"{{"rows":[{}]}}"#, rows.join(","))
}
