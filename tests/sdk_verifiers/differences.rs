//! Where an SDK does not say what we say, and why. The tests hold each row against the SDK, so that the list stays true.

use crate::table::Sdk;

/// One known difference.
#[derive(Debug)]
pub(crate) struct Difference {
    verifier: &'static str,
    registry: &'static str,
    pub case: &'static str,
    /// What the SDK does, and what speaks for doing otherwise.
    pub reason: &'static str,
}

const fn row(verifier: &'static str, registry: &'static str, case: &'static str, reason: &'static str) -> Difference {
    Difference { verifier, registry, case, reason }
}

const PAST_ALONE: &str = "looks at the past alone; we hold the same window on both sides";

pub(crate) const DIFFERENCES: &[Difference] = &[
    row("contentful", "npm", "future", PAST_ALONE),
    row("hubspot", "pypi", "future", PAST_ALONE),
    row("mux", "npm", "future", PAST_ALONE),
    row("paddle", "npm", "future", PAST_ALONE),
    row("stripe", "npm", "future", "looks at the past alone; Stripe's SDK for .NET looks at both sides, as we do"),
    row("workos", "npm", "future", PAST_ALONE),
    row(
        "vonage",
        "npm",
        "changed-body",
        "verifies the token alone; that its claim payload_hash is the body's is left to the app, by Vonage's documentation",
    ),
    row("zoom", "npm", "escapes", REWRITES),
    row("zoom", "npm", "odd-spacing", REWRITES),
    row("zoom", "npm", "old", NO_WINDOW),
    row("zoom", "npm", "future", NO_WINDOW),
];

const REWRITES: &str = "hashes the event as it writes it again (CommonHttpRequest.isEventVerified), which is the body \
                        only while Zoom sends compact JSON; Zoom's documentation speaks of the body";
const NO_WINDOW: &str = "does not look at the time, and Zoom names no window; ours is a choice that an option changes";

impl Difference {
    pub(crate) fn is_of(&self, sdk: &Sdk) -> bool {
        self.verifier == sdk.verifier && self.registry == sdk.registry()
    }

    pub(crate) fn find(sdk: &Sdk, case: &str) -> Option<&'static Self> {
        DIFFERENCES.iter().find(|row| row.is_of(sdk) && row.case == case)
    }
}
