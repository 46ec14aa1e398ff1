//! Our verdicts held against those of Twilio's and Plivo's own SDKs, over random deliveries: signed by the SDKs, by us,
//! or by a third implementation, then tampered with or not.
//!
//! Both sides must agree on every one, but for the disagreements that are listed, with their reasons, in
//! `differential/differences.rs`.
//!
//! * `COUNTERSIGN_DIFFERENTIAL_CASES`: how many cases in all.
//! * `COUNTERSIGN_SEED`: another run than the usual one: a number, which every failure names, or `random`.

#[path = "sdk/delivery.rs"]
mod delivery;
#[path = "differential/differences.rs"]
mod differences;
#[path = "differential/generate.rs"]
mod generate;
#[path = "differential/random.rs"]
mod random;
#[path = "differential/tamper.rs"]
mod tamper;
#[path = "support/tools.rs"]
mod tools;
#[path = "sdk/worker.rs"]
mod worker;

use std::{
    collections::BTreeMap,
    fmt::Write,
    hash::{BuildHasher, RandomState},
    process::ExitCode,
    time::Duration,
};

use libtest_mimic::{Arguments, Failed, Trial};

use self::{
    delivery::{Delivery, Scheme, WORKERS},
    differences::{DIFFERENCES, Difference, Found},
    random::Random,
    tools::Tool,
    worker::Language,
};

const DEFAULT_CASES: u64 = 4_000;
/// So many cases are asked about at a time.
const BATCH: u64 = 1_000;
/// For one batch. Slow machines need a few seconds.
const LIMIT: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let seed = match std::env::var("COUNTERSIGN_SEED").as_deref() {
        Ok("random") => RandomState::new().hash_one(0),
        Ok(text) => text.parse().expect("COUNTERSIGN_SEED: a number, or `random`"),
        Err(_) => 1,
    };
    let cases = std::env::var("COUNTERSIGN_DIFFERENTIAL_CASES").ok();
    let cases = cases.map_or(DEFAULT_CASES, |text| text.parse().expect("COUNTERSIGN_DIFFERENTIAL_CASES: a number"));

    let mut trials = Vec::new();
    for sdk in Sdk::ALL {
        let name = format!("agreement::{}", sdk.name());
        let share = cases.div_ceil(Sdk::ALL.len() as u64);
        trials.push(tools::trial(&name, &[sdk.tools()], move || compare(sdk, seed, share)));
    }
    for row in DIFFERENCES {
        trials.extend(row.sdks.iter().map(|sdk| still_differs(row, *sdk)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A provider's own SDK, of the version that `tests/sdk` pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sdk {
    PlivoNode,
    PlivoPython,
    TwilioNode,
    TwilioPython,
}

impl Sdk {
    const ALL: [Self; 4] = [Self::PlivoNode, Self::PlivoPython, Self::TwilioNode, Self::TwilioPython];

    const fn name(self) -> &'static str {
        match self {
            Self::PlivoNode => "plivo-node",
            Self::PlivoPython => "plivo-python",
            Self::TwilioNode => "twilio-node",
            Self::TwilioPython => "twilio-python",
        }
    }

    const fn language(self) -> Language {
        match self {
            Self::PlivoNode | Self::TwilioNode => Language::Node,
            Self::PlivoPython | Self::TwilioPython => Language::Python,
        }
    }

    const fn is_twilio(self) -> bool {
        matches!(self, Self::TwilioNode | Self::TwilioPython)
    }

    const fn tools(self) -> &'static [Tool] {
        match self.language() {
            Language::Node => delivery::NODE_SDKS,
            Language::Python => delivery::PYTHON_SDKS,
        }
    }
}

/// Who signs a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signer {
    Document,
    Ours,
    Sdk,
}

struct Case {
    number: u64,
    random: Random,
    signer: Signer,
    delivery: Delivery,
    changes: Vec<&'static str>,
}

impl Case {
    fn new(sdk: Sdk, seed: u64, number: u64) -> Self {
        let mut random = Random::for_case(seed, number);
        let scheme = match (sdk.is_twilio(), random.percent(10)) {
            (true, _) => Scheme::Twilio,
            (false, true) => Scheme::PlivoV2,
            (false, false) => Scheme::PlivoV3,
        };
        let mut signer = random.pick(&[Signer::Document, Signer::Ours, Signer::Sdk]);
        // Plivo's SDK for Node has no signer, that for Python one for V3 only.
        if signer == Signer::Sdk && (sdk == Sdk::PlivoNode || scheme == Scheme::PlivoV2) {
            signer = Signer::Document;
        }
        let mut delivery = generate::delivery(scheme, &mut random);
        if signer == Signer::Ours && (scheme == Scheme::PlivoV2 || delivery.sign().is_err()) {
            signer = Signer::Document;
        }
        Self { number, random, signer, delivery, changes: Vec::new() }
    }

    fn tamper(&mut self) {
        let changes = self.random.pick(&[0, 0, 0, 1, 1, 1, 2]);
        for _ in 0..changes {
            self.changes.push(tamper::tamper(&mut self.delivery, &mut self.random));
        }
    }
}

fn compare(sdk: Sdk, seed: u64, share: u64) -> Result<(), Failed> {
    let (mut accepted, mut refused, mut unexplained) = (0, 0, 0);
    let mut known: BTreeMap<&str, u64> = BTreeMap::new();
    let mut report = String::new();
    for start in (0..share).step_by(BATCH as usize) {
        let mut cases: Vec<_> = (start..share.min(start + BATCH)).map(|number| Case::new(sdk, seed, number)).collect();
        sign(sdk, Signer::Sdk, "sign", &mut cases);
        sign(sdk, Signer::Document, "sign-by-hand", &mut cases);
        cases.iter_mut().for_each(Case::tamper);
        let questions: Vec<_> = cases.iter().map(|case| case.delivery.question("verify")).collect();
        for (case, answer) in cases.iter().zip(worker::ask(sdk.language(), &questions, LIMIT)) {
            let found = Found { delivery: &case.delivery, ours: case.delivery.verify(), sdk: &answer };
            match (found.ours.is_ok(), answer.is_accepted()) {
                (true, true) => accepted += 1,
                (false, false) => refused += 1,
                _ => match DIFFERENCES.iter().find(|row| row.sdks.contains(&sdk) && (row.applies)(&found)) {
                    Some(row) => *known.entry(row.name).or_default() += 1,
                    None => {
                        unexplained += 1;
                        if unexplained <= 5 {
                            describe(&mut report, case, &found);
                        }
                    }
                },
            }
        }
    }
    let summary = format!(
        "{} of {share} cases: {accepted} accepted by both, {refused} refused by both, known differences: {known:?}",
        sdk.name()
    );
    eprintln!("{summary}");
    if unexplained > 0 {
        return Err(format!(
            "{unexplained} disagreements that no known difference explains.\n{summary}\n{report}\nCOUNTERSIGN_SEED={seed} repeats this run"
        )
        .into());
    }
    // A run in which nearly all is accepted, or refused, would show nothing.
    if share >= 500 && accepted.min(refused) < share / 5 {
        return Err(format!("too one-sided: {summary}\nCOUNTERSIGN_SEED={seed} repeats this run").into());
    }
    Ok(())
}

/// Signs the cases that are this signer's. What an SDK fails to sign is left to the third implementation.
fn sign(sdk: Sdk, signer: Signer, call: &str, cases: &mut [Case]) {
    let mut mine: Vec<_> = cases.iter_mut().filter(|case| case.signer == signer).collect();
    let questions: Vec<_> = mine.iter().map(|case| case.delivery.question(call)).collect();
    let answers = worker::ask(sdk.language(), &questions, LIMIT);
    for (case, answer) in mine.iter_mut().zip(answers) {
        match answer.text() {
            Some(signature) => signature.clone_into(&mut case.delivery.signature),
            None if signer == Signer::Sdk => case.signer = Signer::Document,
            None => panic!("{answer:?} for {:?}", case.delivery),
        }
    }
}

fn describe(report: &mut String, case: &Case, found: &Found<'_>) {
    let body = String::from_utf8_lossy(&case.delivery.body);
    let _ = write!(
        report,
        "\ncase {}, signed by {:?}, then {:?}\n  ours: {:?}\n  SDK: {:?}\n  {:?}\n  body: {body}\n",
        case.number, case.signer, case.changes, found.ours, found.sdk, case.delivery
    );
}

/// The example of a known difference, held against the SDK.
fn still_differs(row: &'static Difference, sdk: Sdk) -> Trial {
    let name = format!("known-difference::{}::{}", sdk.name(), row.name);
    tools::trial(&name, &[sdk.tools()], move || {
        let example = (row.example)();
        let language = sdk.language();
        let signed = worker::ask(language, &[example.signed.question("sign-by-hand")], LIMIT);
        let mut arrives = example.arrives;
        let signature = signed[0].text().ok_or_else(|| format!("{:?}", signed[0]))?;
        // An example may say how the signature is written.
        arrives.signature = if arrives.signature.is_empty() {
            signature.to_owned()
        } else {
            arrives.signature.replace("{}", signature)
        };
        let answer = worker::ask(language, &[arrives.question("verify")], LIMIT).remove(0);
        let found = Found { delivery: &arrives, ours: arrives.verify(), sdk: &answer };
        if found.ours.is_ok() != example.accepted_by_us {
            return Err(format!("we have changed our mind: {:?} on {arrives:?}", found.ours).into());
        }
        if answer.is_accepted() == example.accepted_by_us {
            return Err(format!("the SDK agrees by now, take the row out ({}): {arrives:?}", row.reason).into());
        }
        if !(row.applies)(&found) {
            return Err(format!("the row does not cover its own example: {arrives:?}").into());
        }
        Ok(())
    })
}
