//! Valid vectors of every provider in every form: accepted; with one byte broken: refused with a reason.

use countersign::{RejectionKind, providers, vectors::Expectation};

use crate::forms::{Delivery, FORMS, Folder, settings, vectors, verify};

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
