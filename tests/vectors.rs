//! One named test for each conformance vector: `<provider>::<slug of its name>`.
//!
//! `COUNTERSIGN_VECTORS=DIR cargo test --test vectors` runs the files of another folder as well.

use std::{collections::BTreeMap, path::Path, process::ExitCode};

use countersign::{
    providers,
    vectors::{Vector, VectorFile},
};
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut trials = trials(&own, "");
    if let Some(folder) = std::env::var_os("COUNTERSIGN_VECTORS") {
        trials.extend(self::trials(Path::new(&folder), "held-out::"));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(path: &Path, prefix: &str) -> Vec<Trial> {
    let files = match VectorFile::load(path) {
        Ok(files) => files,
        Err(error) => {
            let message = error.to_string();
            return vec![Trial::test(format!("{prefix}load"), move || Err(message.into()))];
        }
    };
    let mut seen = BTreeMap::new();
    let mut trials = Vec::new();
    for file in files {
        for vector in file.vectors {
            if needs_absent_feature(&file.id, &vector) {
                continue;
            }
            let name = format!("{prefix}{}::{}", file.id, vector.slug());
            let times = seen.entry(name.clone()).and_modify(|times| *times += 1).or_insert(1);
            let name = if *times > 1 { format!("{name}-{times}") } else { name };
            let id = file.id.clone();
            trials.push(Trial::test(name, move || {
                let provider = providers::by_id(&id)?;
                Ok(vector.run(provider)?)
            }));
        }
    }
    trials
}

/// Whether a vector is about something that was left out when the crate was built.
fn needs_absent_feature(id: &str, vector: &Vector) -> bool {
    let (ecdsa, ed25519) = (cfg!(feature = "ecdsa"), cfg!(feature = "ed25519"));
    let (rsa, x509) = (cfg!(feature = "rsa"), cfg!(feature = "x509"));
    match id {
        "discord" | "telnyx" => !ed25519,
        "plaid" | "sendgrid" => !ecdsa,
        "wise" => !rsa,
        "paypal" | "sns" => !x509,
        "paddle" => !rsa && vector.options.get("scheme").is_some_and(|scheme| scheme == "classic"),
        "standard_webhooks" | "svix" => !ed25519 && vector.secrets.iter().any(|secret| secret.starts_with("whpk_")),
        _ => false,
    }
}
