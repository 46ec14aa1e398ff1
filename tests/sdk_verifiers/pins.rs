//! The table held against itself and against the files that pin what is installed.

use std::{collections::BTreeSet, fs};

use libtest_mimic::{Failed, Trial};

use crate::{
    WORKERS, cases,
    differences::DIFFERENCES,
    table::{SDKS, Sdk},
    tools::in_repository,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("table::versions-are-the-pinned-ones", versions_are_the_pinned_ones),
        Trial::test("table::differences-are-of-cases", differences_are_of_cases),
        Trial::test("table::has-twenty-providers", has_twenty_providers),
    ]
}

fn versions_are_the_pinned_ones() -> Result<(), Failed> {
    let read = |name: &str| fs::read_to_string(in_repository(&format!("{WORKERS}/{name}")));
    let manifest: serde_json::Value = serde_json::from_str(&read("package.json")?)?;
    let npm = manifest["dependencies"].as_object().ok_or("dependencies")?;
    let npm = npm.iter().map(|(name, version)| format!("npm {name} {}", version.as_str().unwrap_or_default()));
    let pypi = read("requirements.txt")?;
    let pypi =
        pypi.lines().filter_map(|line| line.split_once("==")).map(|(name, version)| format!("pypi {name} {version}"));
    let pinned: BTreeSet<_> = npm.chain(pypi).collect();
    let used = SDKS.iter().map(|sdk| format!("{} {} {}", sdk.registry(), sdk.package, sdk.version));
    let used: BTreeSet<_> = used.collect();
    if used != pinned {
        return Err(format!("{:?}", used.symmetric_difference(&pinned)).into());
    }
    Ok(())
}

fn differences_are_of_cases() -> Result<(), Failed> {
    let is_of_a_case = |sdk: &'static Sdk, name: &str| cases::cases(sdk).iter().any(|case| case.name == name);
    for row in DIFFERENCES {
        if !SDKS.iter().any(|sdk| row.is_of(sdk) && is_of_a_case(sdk, row.case)) {
            return Err(format!("{row:?}").into());
        }
    }
    Ok(())
}

fn has_twenty_providers() -> Result<(), Failed> {
    let providers: BTreeSet<_> = SDKS.iter().map(|sdk| sdk.provider.id).collect();
    if providers.len() < 20 {
        return Err(format!("{providers:?}").into());
    }
    Ok(())
}
