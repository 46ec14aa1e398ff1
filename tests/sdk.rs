//! Twilio's and Plivo's own SDKs at both ends.
//!
//! * `through-the-proxy`: requests that an official SDK signed, sent by a real client through the built binary to a real
//!   app: what is genuine arrives byte for byte, what differs in one byte is answered with 403 and never arrives.
//! * `sent-to-express`: what `countersign send` delivers to an app that validates with the official SDKs.
//! * `signed-by-us`: requests that our signer signed, given to the official validators.

#[path = "sdk/delivery.rs"]
mod delivery;
#[path = "sdk/express.rs"]
mod express;
#[path = "sdk/process.rs"]
mod process;
#[path = "sdk/proxied.rs"]
mod proxied;
#[path = "sdk/samples.rs"]
mod samples;
#[path = "sdk/signed_by_us.rs"]
mod signed_by_us;
#[path = "support/tools.rs"]
mod tools;
#[path = "sdk/worker.rs"]
mod worker;

use std::process::ExitCode;

use libtest_mimic::Arguments;

use self::delivery::WORKERS;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = proxied::trials();
    trials.extend(express::trials());
    trials.extend(signed_by_us::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
