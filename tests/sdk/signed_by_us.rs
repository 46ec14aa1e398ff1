//! What our signer signs, the official validators accept; and they see when it was changed.

use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use crate::{
    delivery::{self, Delivery, Scheme},
    samples, tools,
    worker::{self, Language},
};

const LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (language, name, tools) in
        [(Language::Node, "node", delivery::NODE_SDKS), (Language::Python, "python", delivery::PYTHON_SDKS)]
    {
        let mut add = |provider: &str, case: &str, delivery: Delivery| {
            let name = format!("signed-by-us::{provider}-{name}::{case}");
            trials.push(tools::trial(&name, &[tools], move || validates(language, delivery)));
        };
        for (case, delivery) in samples::twilio().into_iter().chain(ports()) {
            add("twilio", case, delivery);
        }
        for (case, delivery) in samples::plivo() {
            add("plivo", case, delivery);
        }
        // Twilio's SDK for Node knows no SharedKeys.
        if language == Language::Python {
            for (case, delivery) in shared_keys() {
                add("twilio", case, delivery);
            }
        }
    }
    trials
}

fn validates(language: Language, mut delivery: Delivery) -> Result<(), Failed> {
    delivery.sign()?;
    let mut deliveries = vec![delivery.clone()];
    deliveries.extend(samples::one_byte_changed(&delivery));
    let questions: Vec<_> = deliveries.iter().map(|delivery| delivery.question("verify")).collect();
    let answers = worker::ask(language, &questions, LIMIT);
    for (index, (delivery, answer)) in deliveries.iter().zip(answers).enumerate() {
        if delivery.verify().is_ok() != (index == 0) {
            return Err(format!("we say {:?} of {delivery:?}", delivery.verify()).into());
        }
        if answer.is_accepted() != (index == 0) {
            return Err(
                format!("{answer:?} for {}: {delivery:?}", if index == 0 { "ours" } else { "a changed one" }).into()
            );
        }
    }
    Ok(())
}

/// The official validators try the URL with and without its port.
fn ports() -> Vec<(&'static str, Delivery)> {
    [
        ("port", "https://hooks.example.com:8443/sms"),
        ("standard-port", "https://hooks.example.com:443/sms"),
        ("port-of-http", "http://hooks.example.com:8080/sms"),
    ]
    .map(|(case, url)| (case, Delivery::new(Scheme::Twilio, "POST", url).form("Body=Hi")))
    .into()
}

fn shared_keys() -> Vec<(&'static str, Delivery)> {
    [
        ("shared-key-hmac-sha256", "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"),
        ("shared-key-hmac-sha1", "key=k,algorithm=HMAC_SHA1"),
    ]
    .map(|(case, settings)| {
        let mut delivery =
            Delivery::new(Scheme::Twilio, "POST", "https://hooks.example.com/sms").form("Body=Hi+%C3%BC");
        delivery.settings = Some(settings);
        (case, delivery)
    })
    .into()
}
