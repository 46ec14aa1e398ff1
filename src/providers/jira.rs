use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Jira Cloud (admin webhooks): HMAC-SHA256 of the raw body, in hex behind `sha256=`.
///
/// * **Header**: `X-Hub-Signature`. Other methods than `sha256` are refused.
/// * **Signed**: the raw body; empty where the webhook is set to exclude it, and then nothing of the request is
///   covered.
/// * **Replay protection**: none, no time is signed. `X-Atlassian-Webhook-Identifier` stays the same on a retry, but
///   is not signed.
/// * **Secret**: Settings, System, WebHooks, the webhook, Secret; shown until it is saved. Without one, deliveries
///   carry no signature and are refused.
///
/// Webhooks that apps registered are not signed this way: they carry a JWT in `Authorization`, and are refused.
///
/// Source: <https://developer.atlassian.com/cloud/jira/platform/webhooks/>
pub static JIRA: Provider = Provider {
    id: "jira",
    aliases: &[],
    name: "Jira Cloud",
    docs: "https://developer.atlassian.com/cloud/jira/platform/webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "JIRA_WEBHOOK_SECRET",
        location: "Settings > System > WebHooks > the webhook > Secret (shown until it is saved)",
        format: "the text that was chosen or generated",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "X-Hub-Signature holds SHA-256 here; there is no X-Hub-Signature-256",
        "webhooks registered by apps carry a JWT instead, and are refused",
        "a webhook that excludes the body signs the empty text: its URL and headers are covered by nothing",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-hub-signature"], Format::Prefix("sha256=")))
        .delivery_id(&["x-atlassian-webhook-identifier"])
        .check();
