use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Razorpay: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-Razorpay-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. `x-razorpay-event-id` stays the same for repetitions, but is not
///   signed.
/// * **Secret**: Dashboard, Account & Settings, Webhooks: chosen by you. After a change, retries of older events are
///   still signed with the old one: give both.
///
/// Signatures on payment redirects are other formulas with the API key secret: they are no webhooks.
///
/// Source: <https://razorpay.com/docs/webhooks/validate-test/>
pub static RAZORPAY: Provider = Provider {
    id: "razorpay",
    aliases: &[],
    name: "Razorpay",
    docs: "https://razorpay.com/docs/webhooks/validate-test/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "RAZORPAY_WEBHOOK_SECRET",
        location: "Dashboard > Account & Settings > Webhooks > Secret",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the webhook secret is not the API key secret",
        "after a change, retries of older events are signed with the old secret: give both",
        "JSON that was parsed and written again does not verify",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-razorpay-signature"], Format::Bare))
    .delivery_id(&["x-razorpay-event-id"])
    .check();
