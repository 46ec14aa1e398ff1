use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Cisco Webex: HMAC-SHA1 of the raw body, in hex.
///
/// * **Header**: `X-Spark-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `id` names the webhook, not the delivery: `data.id`
///   and `event` tell what happened.
/// * **Secret**: the `secret` given when the webhook was created. Without one, deliveries carry no signature and are
///   refused.
///
/// Webex Contact Center has rules of its own and is refused.
///
/// Source: <https://developer.webex.com/blog/using-a-webhook-secret>
pub static WEBEX: Provider = Provider {
    id: "webex",
    aliases: &[],
    name: "Webex",
    docs: "https://developer.webex.com/blog/using-a-webhook-secret",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "WEBEX_WEBHOOK_SECRET",
        location: "the secret given to POST /v1/webhooks",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA1 of the raw body",
    pitfalls: &[
        "SHA-1 is all that Webex documents",
        "without a secret nothing is signed, and everything is refused",
        "the id in the body is the webhook, not the event",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-spark-signature"], Format::Bare)).check();
