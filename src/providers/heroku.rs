use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Heroku: HMAC-SHA256 of the raw body, in base64.
///
/// * **Header**: `Heroku-Webhook-Hmac-SHA256`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. A captured delivery can be sent again at any time: remember the
///   ids in the body.
/// * **Secret**: chosen when the webhook is made (dashboard: the app, More, View Webhooks, Create Webhook). Without
///   one, deliveries carry no signature and are refused.
///
/// Source: <https://devcenter.heroku.com/articles/app-webhooks>
pub static HEROKU: Provider = Provider {
    id: "heroku",
    aliases: &[],
    name: "Heroku",
    docs: "https://devcenter.heroku.com/articles/app-webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "HEROKU_WEBHOOK_SECRET",
        location: "chosen when the webhook is made: the app > More > View Webhooks > Create Webhook > Secret",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "a webhook made without a secret is not signed, and is refused",
        "a fixed Authorization header can be configured as well: it is not looked at",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["heroku-webhook-hmac-sha256"], Format::Bare)).check();
