//! Broken deliveries, each with the finding that is due: one named test for each, `<provider>::<name>`.
//!
//! The cases are data (`tests/explain/*.json`), made from genuine signatures by the mutations in
//! `tests/explain/generate.rs`: `COUNTERSIGN_BLESS=1 cargo test --features cli --test explain` writes them anew. What is
//! expected comes from the mutation and never from the explainer. `COUNTERSIGN_EXPLAIN=DIR` runs another folder's.

#[path = "explain/case.rs"]
mod case;
#[path = "explain/generate.rs"]
mod generate;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::ExitCode,
};

use libtest_mimic::{Arguments, Trial};

use self::case::{File, Outcome};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    if std::env::var_os("COUNTERSIGN_BLESS").is_some() {
        generate::write(&folder);
    }
    let arguments = Arguments::from_args();
    let mut trials = trials(&folder, "");
    trials.push(Trial::test("the_corpus_is_what_it_claims_to_be", move || corpus(&folder)));
    if let Some(other) = std::env::var_os("COUNTERSIGN_EXPLAIN") {
        trials.extend(self::trials(&PathBuf::from(other), "held-out::"));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(folder: &Path, prefix: &str) -> Vec<Trial> {
    let mut trials = Vec::new();
    for file in File::load(folder) {
        for case in file.cases {
            let provider = file.provider.clone();
            trials.push(Trial::test(format!("{prefix}{provider}::{}", case.name), move || match case.run(&provider) {
                Outcome::Named => Ok(()),
                other => Err(format!("{other:?}").into()),
            }));
        }
    }
    trials
}

/// Enough cases over enough providers, every code among them, and the share of those that are named.
fn corpus(folder: &Path) -> Result<(), libtest_mimic::Failed> {
    let (mut all, mut named, mut wrong) = (0, 0, Vec::new());
    let (mut codes, mut providers, mut names) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    for file in File::load(folder) {
        for case in &file.cases {
            all += 1;
            *providers.entry(file.provider.clone()).or_insert(0) += 1;
            codes.insert(case.expect.code.clone());
            if !names.insert(format!("{} {}", file.provider, case.name)) {
                return Err(format!("two cases are called {}::{}", file.provider, case.name).into());
            }
            match case.run(&file.provider) {
                Outcome::Named => named += 1,
                Outcome::Missed(_) => {}
                Outcome::Wrong(found) => wrong.push(format!("{}::{} {found}", file.provider, case.name)),
            }
        }
    }
    println!("{named} of {all} cases named, over {} providers", providers.len());
    let missing: Vec<_> =
        countersign::explain::Code::ALL.iter().filter(|code| !codes.contains(code.as_str())).collect();
    if !missing.is_empty() {
        return Err(format!("no case for {missing:?}").into());
    }
    if !wrong.is_empty() {
        return Err(format!("named wrongly: {wrong:#?}").into());
    }
    if all < 150 || providers.len() < 15 || named * 100 < all * 95 {
        return Err(format!("{named} of {all} named, {} providers", providers.len()).into());
    }
    Ok(())
}
