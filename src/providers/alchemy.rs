use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Alchemy (Notify webhooks): HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-Alchemy-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `id` (`whevt_…`) names the event.
/// * **Secret**: dashboard, Data, Webhooks, the webhook, Signing Key; each webhook has its own. The whole text is the
///   key, `whsec_` included.
///
/// Source: <https://docs.alchemy.com/reference/notify-api-quickstart>
pub static ALCHEMY: Provider = Provider {
    id: "alchemy",
    aliases: &[],
    name: "Alchemy",
    docs: "https://docs.alchemy.com/reference/notify-api-quickstart",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "ALCHEMY_SIGNING_KEY",
        location: "dashboard > Data > Webhooks > the webhook > Signing Key (one key for each webhook)",
        format: "whsec_ and letters and digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "whsec_ belongs to the key: nothing is stripped or decoded, unlike with Standard Webhooks",
        "the app's auth token is not the signing key",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-alchemy-signature"], Format::Bare)).check();
