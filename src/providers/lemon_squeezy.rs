use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Lemon Squeezy: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. There is no delivery id either: repetitions cannot be told apart.
/// * **Secret**: Settings, Webhooks, the webhook, Signing secret: chosen by you, 6 to 40 characters. Short ones can be
///   guessed offline from one delivery: take 40.
///
/// Source: <https://docs.lemonsqueezy.com/help/webhooks/signing-requests>
pub static LEMON_SQUEEZY: Provider = Provider {
    id: "lemon_squeezy",
    aliases: &["lemonsqueezy"],
    name: "Lemon Squeezy",
    docs: "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "LEMONSQUEEZY_WEBHOOK_SECRET",
        location: "Settings > Webhooks > the webhook > Signing secret",
        format: "6 to 40 characters, chosen by you",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "X-Event-Name is not signed: use meta.event_name of the body",
        "short secrets can be guessed offline",
        "no time and no delivery id: replays cannot be told apart",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-signature"], Format::Bare)).check();
