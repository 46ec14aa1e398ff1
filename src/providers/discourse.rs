use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Discourse: HMAC-SHA256 of the raw body, in hex behind `sha256=`.
///
/// * **Header**: `X-Discourse-Event-Signature`.
/// * **Signed**: the raw body, bare JSON for both content types.
/// * **Replay protection**: none, no time is signed. `X-Discourse-Event-Id`, a number of the instance, is not signed.
/// * **Secret**: admin, API, Webhooks, the webhook, Secret. Without one, deliveries carry no signature and are
///   refused.
///
/// Source: <https://meta.discourse.org/t/49045>
pub static DISCOURSE: Provider = Provider {
    id: "discourse",
    aliases: &[],
    name: "Discourse",
    docs: "https://meta.discourse.org/t/49045",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "DISCOURSE_WEBHOOK_SECRET",
        location: "admin > API > Webhooks > the webhook > Secret",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "JSON that was parsed and written again does not verify",
        "with the form content type the body is JSON all the same",
        "the event headers (id, type, event, instance) are not signed",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-discourse-event-signature"], Format::Prefix("sha256=")))
        .delivery_id(&["x-discourse-event-id"])
        .check();
