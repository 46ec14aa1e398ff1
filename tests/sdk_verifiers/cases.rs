//! The tests: each SDK with each of its samples, as it was signed and changed.

use std::time::Duration;

use countersign::providers::TimeWindow;
use libtest_mimic::{Failed, Trial};

use crate::{
    delivery::Delivery,
    differences::Difference,
    samples::Sample,
    table::{SDKS, Sdk},
    tools, worker,
};

const LIMIT: Duration = Duration::from_secs(120);
/// Beyond all windows.
const LONG: i64 = 7200;

pub(crate) fn trials() -> Vec<Trial> {
    SDKS.iter().flat_map(|sdk| cases(sdk).into_iter().map(move |case| case.trial(sdk))).collect()
}

/// One delivery, or several that are changed in the same way.
pub(crate) struct Case {
    pub name: String,
    make: Box<dyn Fn(&'static Sdk) -> Vec<Delivery> + Send>,
    accepted: bool,
}

impl Case {
    fn new(
        name: impl Into<String>,
        accepted: bool,
        make: impl Fn(&'static Sdk) -> Vec<Delivery> + Send + 'static,
    ) -> Self {
        Self { name: name.into(), make: Box::new(make), accepted }
    }

    fn trial(self, sdk: &'static Sdk) -> Trial {
        let difference = Difference::find(sdk, &self.name);
        let says = |accepted| if accepted { "accepts" } else { "refuses" };
        let sdk_accepts = self.accepted != difference.is_some();
        let name = format!("{}::{}::{}-{}", sdk.verifier, sdk.registry(), says(sdk_accepts), self.name);
        tools::trial(&name, &[&sdk.tools()], move || self.run(sdk, sdk_accepts))
    }

    fn run(&self, sdk: &'static Sdk, sdk_accepts: bool) -> Result<(), Failed> {
        // The SDK is loaded before the clock of a short window runs.
        accept_first(sdk)?;
        let deliveries = (self.make)(sdk);
        let questions: Vec<_> = deliveries.iter().map(Delivery::question).collect();
        let answers = worker::ask(sdk.language, &questions, LIMIT);
        for (delivery, answer) in deliveries.iter().zip(answers) {
            let ours = delivery.verify();
            if ours.is_ok() != self.accepted {
                return Err(format!("we say {ours:?} of {delivery:?}").into());
            }
            if answer.is_accepted() != sdk_accepts {
                if let Some(difference) = Difference::find(sdk, &self.name) {
                    return Err(
                        format!("{sdk:?} has changed: {answer:?}. It was known that it {}", difference.reason).into()
                    );
                }
                return Err(format!("{sdk:?} says {answer:?} of {delivery:?}").into());
            }
        }
        Ok(())
    }
}

/// What is refused later must not be refused for another reason.
fn accept_first(sdk: &'static Sdk) -> Result<(), Failed> {
    let sample = (sdk.samples)().remove(0);
    let mut answers = Vec::new();
    // While it loads, the time of the first delivery may run out.
    while answers.len() < 2 {
        let question = Delivery::signed(sdk, &sample, 0).question();
        let answer = worker::ask(sdk.language, &[question], LIMIT).remove(0);
        if answer.is_accepted() {
            return Ok(());
        }
        answers.push(answer);
    }
    Err(format!("{sdk:?} says {answers:?} of its first sample").into())
}

pub(crate) fn cases(sdk: &'static Sdk) -> Vec<Case> {
    let first = |sdk: &Sdk| (sdk.samples)().remove(0);
    let mut cases: Vec<_> = (sdk.samples)()
        .into_iter()
        .map(|sample: Sample| Case::new(sample.name, true, move |sdk| vec![Delivery::signed(sdk, &sample, 0)]))
        .collect();
    cases.push(Case::new("changed-body", false, |sdk| {
        let signed = (sdk.samples)().into_iter().map(|sample| Delivery::signed(sdk, &sample, 0));
        signed.filter_map(|delivery| delivery.with_another_body()).collect()
    }));
    cases
        .push(Case::new("another-secret", false, move |sdk| vec![Delivery::signed(sdk, &first(sdk), 0).for_another()]));
    if sdk.signature.is_some() {
        cases.push(Case::new("changed-signature", false, move |sdk| {
            Delivery::signed(sdk, &first(sdk), 0).with_another_signature().into_iter().collect()
        }));
    }
    if sdk.signs_url {
        cases.push(Case::new("changed-url", false, move |sdk| {
            vec![Delivery::signed(sdk, &first(sdk), 0).with_another_url()]
        }));
    }
    if sdk.signs_time {
        let has_window = matches!(sdk.provider.time_window, TimeWindow::Secs(_));
        for (name, later) in [("old", -LONG), ("future", LONG)] {
            let make = move |sdk: &'static Sdk| vec![Delivery::signed(sdk, &first(sdk), later)];
            cases.push(Case::new(name, !has_window, make));
        }
    }
    cases
}
