use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Castle: HMAC-SHA256 of the raw body, in base64.
///
/// * **Header**: `X-Castle-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `created_at` is covered, but nobody looks at its age.
/// * **Secret**: dashboard, Configuration, Application, API Secret. There is none for webhooks alone: guard it as an
///   API key.
///
/// Source: <https://docs.castle.io/docs/webhooks>
pub static CASTLE: Provider = Provider {
    id: "castle",
    aliases: &[],
    name: "Castle",
    docs: "https://docs.castle.io/docs/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "CASTLE_API_SECRET",
        location: "dashboard > Configuration > Application > API Secret",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &["the API secret of the environment signs; there is no separate webhook secret"],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["x-castle-signature"], Format::Bare)).check();
