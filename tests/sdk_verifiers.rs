//! What our signer signs, judged by the verifiers of the providers' own SDKs: they accept it, and refuse it with one
//! byte changed, under another secret, or too old, as our own verifiers do.
//!
//! `sdk_verifiers/table.rs` says which package and function that is for each provider, `sdk_verifiers/differences.rs`
//! where an SDK is known to say something else, and why. For Twilio and Plivo see `sdk.rs` and `differential.rs`.

#[path = "sdk_verifiers/cases.rs"]
mod cases;
#[path = "sdk_verifiers/delivery.rs"]
mod delivery;
#[path = "sdk_verifiers/differences.rs"]
mod differences;
#[path = "sdk_verifiers/pins.rs"]
mod pins;
#[path = "sdk_verifiers/samples.rs"]
mod samples;
#[path = "sdk_verifiers/table.rs"]
mod table;
#[path = "support/tools.rs"]
mod tools;
#[path = "sdk/worker.rs"]
mod worker;

use std::process::ExitCode;

use libtest_mimic::Arguments;

/// Where the workers are, and their packages.
const WORKERS: &str = "tests/sdk_verifiers";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = cases::trials();
    trials.extend(pins::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
