use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Trend Micro Cloud One Conformity, now in Trend Vision One: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-Conformity-Signature` (Cloud One) or `X-TrendMicro-Signature` (Vision One).
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. A captured delivery can be sent again at any time.
/// * **Secret**: Conformity, Accounts, Settings, Update communication settings, Webhook, Configure now, Webhook
///   Security Token. Its text is the key. Without one, deliveries carry no signature and are refused.
/// * **Evidence**: medium. The documentation shows code, but no example with secret, body and signature.
///
/// Source: <https://cloudone.trendmicro.com/docs/conformity/webhook-communication/>
pub static TRENDMICRO_CONFORMITY: Provider = Provider {
    id: "trendmicro_conformity",
    aliases: &["conformity", "trendmicro"],
    name: "Trend Micro Conformity",
    docs: "https://cloudone.trendmicro.com/docs/conformity/webhook-communication/",
    status: Status::Renamed,
    confidence: Confidence::Medium,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "TRENDMICRO_CONFORMITY_WEBHOOK_SECRET",
        location: "Accounts > Settings > Update communication settings > Webhook > Webhook Security Token",
        format: "characters of base64, chosen by you, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "without a token nothing is signed, and everything is refused",
        "the token is not decoded although only the characters of base64 are allowed in it",
        "custom headers are not signed",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Body],
    Signature::hex(&["x-conformity-signature", "x-trendmicro-signature"], Format::Bare),
)
.check();
