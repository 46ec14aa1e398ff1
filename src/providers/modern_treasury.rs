use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Modern Treasury: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. A captured delivery can be sent again at any time.
/// * **Secret**: Developers, Webhooks, the endpoint, Webhook Key.
///
/// Source: <https://github.com/Modern-Treasury/modern-treasury-python>
pub static MODERN_TREASURY: Provider = Provider {
    id: "modern_treasury",
    aliases: &["moderntreasury"],
    name: "Modern Treasury",
    docs: "https://github.com/Modern-Treasury/modern-treasury-python",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "MODERN_TREASURY_WEBHOOK_KEY",
        location: "Developers > Webhooks > the endpoint > Webhook Key",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &["other services use X-Signature with other encodings: the header does not tell the provider"],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-signature"], Format::Bare)).check();
