use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// Pinwheel: HMAC-SHA256 of `v2:{time}:{body}`, in hex behind `v2=`.
///
/// * **Headers**: `X-Pinwheel-Signature`, and the time in `X-Timestamp`.
/// * **Signed**: `v2:`, the time, `:`, the raw body.
/// * **Time window**: Pinwheel names none, and none is checked unless the option `tolerance_s` sets one: 300 is usual.
/// * **Replay protection**: the window, if you set one. The body's `event_id` names the event; `X-Pinwheel-Webhook-Id`
///   names the subscription.
/// * **Secret**: developer portal, API Keys, Reveal Secret: the API secret itself signs.
///
/// Source: <https://docs.pinwheelapi.com/docs/webhook-signature-verification>
pub static PINWHEEL: Provider = Provider {
    id: "pinwheel",
    aliases: &[],
    name: "Pinwheel",
    docs: "https://docs.pinwheelapi.com/docs/webhook-signature-verification",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "PINWHEEL_API_SECRET",
        location: "developer portal > Dashboard > API Keys > Reveal Secret",
        format: "the API secret as shown",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "the API secret signs; there is no separate webhook secret",
        "no time window is checked unless tolerance_s is set",
        "the time is in X-Timestamp, without Pinwheel's name",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Literal("v2:"), Part::Timestamp, Part::Literal(":"), Part::Body],
    Signature::hex(&["x-pinwheel-signature"], Format::Prefix("v2=")),
)
.timestamp(Timestamp::header(&["x-timestamp"]))
.check();
