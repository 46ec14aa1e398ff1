use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// LaunchDarkly: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-LD-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `_id` names the audit log entry.
/// * **Secret**: Integrations, Webhooks, the webhook, with Sign this webhook ticked. Without the tick, deliveries
///   carry no signature and are refused.
///
/// Source: <https://launchdarkly.com/docs/home/infrastructure/webhooks>
pub static LAUNCH_DARKLY: Provider = Provider {
    id: "launch_darkly",
    aliases: &["launchdarkly"],
    name: "LaunchDarkly",
    docs: "https://launchdarkly.com/docs/home/infrastructure/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "LAUNCH_DARKLY_WEBHOOK_SECRET",
        location: "Integrations > Webhooks > the webhook > Sign this webhook",
        format: "the text that was chosen or generated",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "without \"Sign this webhook\" nothing is signed, and everything is refused",
        "no time is signed: remember _id",
        "deliveries may come out of order",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-ld-signature"], Format::Bare)).check();
