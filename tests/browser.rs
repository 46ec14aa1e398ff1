//! The inspector's page in a real browser: Debian's chromium, driven over WebDriver.
//!
//! Each test has a browser, a proxy and an app of its own. What it waits for is looked for inside the page, until it is
//! there or time is up. Screenshots of the main views are left in `target/screenshots`.

#[path = "support/binary.rs"]
mod support;
#[path = "support/tools.rs"]
mod tools;
#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the API")]
#[path = "inspector/web.rs"]
mod web;

#[path = "sdk/process.rs"]
mod process;

#[path = "browser/detail.rs"]
mod detail;
#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/editing.rs"]
mod editing;
#[path = "browser/hostile.rs"]
mod hostile;
#[path = "browser/list.rs"]
mod list;
#[path = "browser/looks.rs"]
mod looks;
#[path = "browser/page.rs"]
mod page;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use self::tools::Tool;

/// Where the packages of the official SDKs are pinned.
const WORKERS: &str = "tests/sdk";
const BROWSER: &[Tool] = &[Tool::Program("chromium"), Tool::Program("chromedriver")];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A browser is several processes: more of them at once only slow each other down.
    arguments.test_threads.get_or_insert(2);
    let trials = [list::trials(), detail::trials(), editing::trials(), hostile::trials(), looks::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}

/// A test that needs the browser, and maybe more.
fn trial(name: &str, more: &'static [Tool], run: fn()) -> Trial {
    tools::trial(name, &[BROWSER, more], move || {
        run();
        Ok(())
    })
}
