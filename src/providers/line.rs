use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// LINE Messaging API: HMAC-SHA256 of the raw body, in base64.
///
/// * **Header**: `x-line-signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. Each event has a `webhookEventId`; `deliveryContext.isRedelivery`
///   marks repetitions.
/// * **Secret**: LINE Developers Console, the channel, Basic settings, Channel secret. Its text is the key.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/receiving-messages/>
pub static LINE: Provider = Provider {
    id: "line",
    aliases: &[],
    name: "LINE",
    docs: "https://developers.line.biz/en/docs/messaging-api/receiving-messages/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "LINE_CHANNEL_SECRET",
        location: "LINE Developers Console > provider > channel > Basic settings > Channel secret",
        format: "32 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the channel access token is not the channel secret",
        "the secret looks like hex and is not decoded",
        "the console's Verify button sends a signed delivery without events: answer it with 200",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["x-line-signature"], Format::Bare)).check();
