use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// MongoDB Atlas, Cloud Manager and Ops Manager (alert webhooks): HMAC-SHA1 of the raw body, in base64.
///
/// * **Header**: `X-MMS-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `id` names the alert, not the delivery; `X-MMS-Event`
///   is not signed.
/// * **Secret**: project, Integrations, Webhook, Webhook Secret, or the alert's own notification. Without one,
///   deliveries carry no signature and are refused.
///
/// Source: <https://www.mongodb.com/docs/atlas/tutorial/webhook-integration/>
pub static MONGODB: Provider = Provider {
    id: "mongodb",
    aliases: &[],
    name: "MongoDB Atlas",
    docs: "https://www.mongodb.com/docs/atlas/tutorial/webhook-integration/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "MONGODB_WEBHOOK_SECRET",
        location: "project > Integrations > Webhook > Webhook Secret, or the alert's own notification",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA1 of the raw body",
    pitfalls: &[
        "SHA-1 in base64, not SHA-256 in hex",
        "X-MMS-Event is not signed",
        "the body's id names the alert: open, update and close share it",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha1(&[Part::Body], Signature::base64(&["x-mms-signature"], Format::Bare)).check();
