//! Behind a real reverse proxy that is configured wrongly: what the explanation says, and that it helps.
//!
//! A client speaks TLS to nginx or HAProxy as a provider would, the proxy forwards to the built binary, and that to an
//! app. With a classic mistake in the proxy's configuration the delivery is refused; the finding names the mistake; with
//! exactly the flag that it names (or the proxy's configuration set right, where it says so) the app receives it.
//!
//! Not here: bodies that are changed beyond an added end. Neither proxy rewrites bodies without an interpreter in it.

#[path = "reverse_proxy/cases.rs"]
mod cases;
#[path = "reverse_proxy/client.rs"]
mod client;
#[path = "reverse_proxy/console.rs"]
mod console;
#[path = "reverse_proxy/front.rs"]
mod front;
#[path = "support/binary.rs"]
mod support;
#[path = "support/tools.rs"]
mod tools;

use std::process::ExitCode;

use libtest_mimic::Arguments;

/// No packages are needed.
const WORKERS: &str = "tests/reverse_proxy";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = cases::trials();
    trials.extend(console::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}
