//! The samples: made-up events in the providers' shapes, as data files.

use std::{collections::BTreeMap, fmt::Write};

use countersign::providers::Provider;
use serde::Deserialize;

use super::payload::{Json, Payload};
use crate::errors::Failure;

/// One event.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    pub(super) event: String,
    /// What happened, in one sentence.
    pub(super) about: String,
    #[serde(default = "post")]
    pub(super) method: String,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// Whether it is the handshake of a WebSocket.
    #[serde(default)]
    pub(super) websocket: bool,
    form: Option<Json>,
    json: Option<Json>,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: String,
    samples: Vec<Sample>,
}

/// The samples of a provider, the commonest event first; a generic one for those that have none of their own.
pub(super) fn of(provider: &Provider) -> Result<Vec<Sample>, Failure> {
    let own = files()?.into_iter().find(|file| file.provider == provider.id);
    Ok(own.map_or_else(|| vec![generic()], |file| file.samples))
}

/// The sample of this name, or the first.
pub(super) fn find(provider: &Provider, event: Option<&str>) -> Result<Sample, Failure> {
    let samples = of(provider)?;
    let names: Vec<_> = samples.iter().map(|sample| sample.event.clone()).collect();
    let is_wanted = |sample: &Sample| event.is_none_or(|event| sample.event.eq_ignore_ascii_case(event));
    samples.into_iter().find(is_wanted).ok_or_else(|| {
        Failure::usage(format_args!(
            "there is no sample `{}` of {}; there are: {} (--data sends a body of your own)",
            event.unwrap_or_default(),
            provider.id,
            names.join(", ")
        ))
    })
}

/// A table of all samples, or of one provider's.
pub(super) fn table(provider: Option<&Provider>) -> Result<String, Failure> {
    let rows = rows(provider)?;
    let width = |column: fn(&(String, Sample)) -> &str| rows.iter().map(|row| column(row).len()).max().unwrap_or(0);
    let (ids, events) = (width(|row| &row.0), width(|row| &row.1.event));
    let mut text = format!("{:ids$}  {:events$}  WHAT HAPPENED\n", "PROVIDER", "EVENT");
    for (id, sample) in &rows {
        let _ = writeln!(text, "{id:ids$}  {:events$}  {}", sample.event, sample.about);
    }
    if provider.is_none() {
        text.push_str("\nEvery other provider: one event with a generic JSON body.\n");
    }
    Ok(text)
}

/// The same, one JSON value a line.
pub(super) fn lines(provider: Option<&Provider>) -> Result<String, Failure> {
    let line = |(id, sample): &(String, Sample)| {
        let value = serde_json::json!({
            "provider": id,
            "event": sample.event,
            "about": sample.about,
            "method": sample.method,
            "websocket": sample.websocket,
        });
        format!("{value}\n")
    };
    Ok(rows(provider)?.iter().map(line).collect())
}

fn rows(provider: Option<&Provider>) -> Result<Vec<(String, Sample)>, Failure> {
    if let Some(provider) = provider {
        return Ok(of(provider)?.into_iter().map(|sample| (provider.id.to_owned(), sample)).collect());
    }
    let named = |file: File| file.samples.into_iter().map(move |sample| (file.provider.clone(), sample));
    Ok(files()?.into_iter().flat_map(named).collect())
}

impl Sample {
    pub(super) fn payload(&self) -> Payload {
        match (&self.form, &self.json, &self.text) {
            (Some(Json::Object(fields)), ..) => Payload::Form(
                fields
                    .iter()
                    .map(|(name, value)| match value {
                        Json::Scalar(serde_json::Value::String(text)) => (name.clone(), text.clone()),
                        other => (name.clone(), serde_json::to_string(other).unwrap_or_default()),
                    })
                    .collect(),
            ),
            (_, Some(json), _) => Payload::Json(json.clone()),
            (.., Some(text)) => Payload::Text(text.clone()),
            _ => Payload::None,
        }
    }
}

fn generic() -> Sample {
    let json =
        r#"{"id":"{{id}}","type":"test","created_at":"{{rfc3339}}","data":{"message":"Hello from countersign"}}"#;
    Sample {
        event: "event".to_owned(),
        about: "Something happened".to_owned(),
        method: post(),
        headers: BTreeMap::new(),
        websocket: false,
        form: None,
        json: serde_json::from_str(json).ok(),
        text: None,
    }
}

fn files() -> Result<Vec<File>, Failure> {
    // They are compiled in, and a test reads them all.
    let read =
        |text: &&str| serde_json::from_str(text).map_err(|error| Failure::running(format_args!("a sample: {error}")));
    FILES.iter().map(read).collect()
}

fn post() -> String {
    "POST".to_owned()
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(include_str!(concat!("../../fixtures/", $name, ".json"))),*]
    };
}

/// Sorted by provider.
const FILES: &[&str] = files![
    "adyen",
    "bitbucket",
    "braintree",
    "calendly",
    "clerk",
    "contentful",
    "discord",
    "dropbox_sign",
    "github",
    "gitlab",
    "hubspot",
    "intercom",
    "line",
    "linear",
    "mailchimp",
    "mailgun",
    "notion",
    "openai",
    "paddle",
    "pagerduty",
    "plivo",
    "resend",
    "sendgrid",
    "sentry",
    "shopify",
    "slack",
    "square",
    "stripe",
    "svix",
    "telegram",
    "twilio",
    "typeform",
    "vonage",
    "whatsapp",
    "xero",
    "zendesk",
    "zoom",
];
