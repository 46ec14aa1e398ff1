use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// PagerDuty (v3 webhook subscriptions): HMAC-SHA256 of the raw body, in hex as `v1`.
///
/// * **Header**: `X-PagerDuty-Signature: v1=…`, several between commas while a secret is being rotated; other versions
///   are skipped.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. `event.id` of the body names the event; retries go on for 48
///   hours.
/// * **Secret**: shown once, when the subscription is created. Its text is the key, although it may look like base64.
///
/// Source: <https://docs.pagerduty.com/developer/verifying-webhook-signatures>
pub static PAGERDUTY: Provider = Provider {
    id: "pagerduty",
    aliases: &["pager_duty"],
    name: "PagerDuty",
    docs: "https://docs.pagerduty.com/developer/verifying-webhook-signatures",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "PAGERDUTY_WEBHOOK_SECRET",
        location: "shown once: Integrations > Generic Webhooks (v3), or delivery_method.secret in the API",
        format: "may look like base64, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the secret is shown only when the subscription is created",
        "v2 webhooks are not signed, and are refused",
        "no time is signed: remember event.id for 48 hours",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Body],
    Signature::hex(&["x-pagerduty-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.check();
