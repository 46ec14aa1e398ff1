//! Valid vectors of every provider in every form: accepted; with one byte broken: refused with a reason.

use std::ffi::OsString;

use countersign::{
    RejectionKind, providers,
    vectors::{Expectation, Vector},
};
use serde_json::Value;

use crate::{
    forms::{Delivery, FORMS, Folder, curl, settings, vectors, verify},
    support::{Ends, countersign},
};

/// How many of a provider's valid vectors are taken.
const EACH: usize = 2;

#[test]
fn genuine_deliveries_in_every_form() {
    let folder = Folder::new("genuine");
    let (mut count, mut wrong) = (0, Vec::new());
    for provider in providers::ALL {
        let valid = vectors(provider.id).into_iter().filter(|vector| vector.expect == Expectation::Valid);
        for vector in valid.take(EACH) {
            let Some(settings) = settings(Some(provider.id), &vector) else { continue };
            for (form, arguments) in FORMS {
                let said = verify(&[arguments(&Delivery::of(&vector), &folder), settings.clone()].concat());
                count += 1;
                if said.code != 0 || said.values.len() != 1 || said.values[0]["verdict"] != "accepted" {
                    wrong.push(format!("{}::{} as {form}: {said:?}", provider.id, vector.slug()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 1_000, "{count}");
}

/// Providers that sign the whole body and have a secret that many share.
const BODY_SIGNED: &[&str] = &[
    "calendly",
    "discord",
    "dropbox",
    "github",
    "line",
    "linear",
    "paddle",
    "pagerduty",
    "telnyx",
    "sendgrid",
    "sentry",
    "shopify",
    "slack",
    "square",
    "stripe",
    "svix",
    "twilio",
    "typeform",
    "xero",
    "zoom",
];

#[test]
fn one_wrong_byte_is_refused_in_every_form() {
    let folder = Folder::new("broken");
    for provider in BODY_SIGNED {
        let mut usable = vectors(provider).into_iter().filter_map(|vector| {
            let settings = settings(Some(provider), &vector)?;
            let delivery = Delivery::of(&vector);
            (vector.expect == Expectation::Valid && delivery.body.len() > 3).then_some((settings, delivery))
        });
        let (settings, mut delivery) = usable.next().expect(provider);
        let middle = delivery.body.len() / 2;
        delivery.body[middle] ^= 1;
        for (form, arguments) in FORMS {
            // That nothing would make it right takes long to find out.
            let said = verify(&[arguments(&delivery, &folder), settings.clone(), vec!["--no-explain".into()]].concat());
            assert_eq!((said.code, &said.values[0]["verdict"]), (1, &"refused".into()), "{provider} as {form}");
            let reason = said.values[0]["reason"].as_str().unwrap();
            let kind = RejectionKind::ALL.iter().find(|kind| kind.as_str() == reason).expect(reason);
            assert_eq!(said.values[0]["reason_text"], kind.explanation());
        }
    }
}

/// The provider is told by its headers, the secret is in the usual variable.
#[test]
fn guessed_providers() {
    let folder = Folder::new("guessed");
    let mut count = 0;
    for provider in BODY_SIGNED {
        let is_usable = |vector: &Vector| {
            vector.expect == Expectation::Valid && vector.options.is_empty() && vector.secrets.len() == 1
        };
        let vector = vectors(provider).into_iter().find(is_usable).expect(provider);
        let delivery = Delivery::of(&vector);
        let secret = OsString::from(&vector.secrets[0]);
        let said = verify(&[curl(&delivery, &folder), vec!["--secret".into(), secret.clone()]].concat());
        assert_eq!((said.code, &said.values[0]["provider"]), (0, &Value::from(*provider)), "{said:?}");
        assert_eq!(said.values[0]["guessed"], true);
        let env = providers::by_id(provider).unwrap().secret.env;
        let output = countersign().arg("verify").args(curl(&delivery, &folder)).env(env, secret).ends();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.starts_with("accepted  curl") && text.contains(&format!("env:{env}")), "{text}");
        count += 1;
    }
    assert!(count > 10);
}
