use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// Frame.io: HMAC-SHA256 of `v0:{time}:{body}`, in hex behind `v0=`.
///
/// * **Headers**: `X-Frameio-Signature`, and the time in `X-Frameio-Request-Timestamp`.
/// * **Signed**: `v0:`, the time, `:`, the raw body. V4, the legacy API and custom actions alike.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the window only; there is no delivery id.
/// * **Secret**: V4 shows it once, in the answer to creating the webhook or action; legacy: Developer Tools, Webhooks,
///   Copy.
///
/// Source: <https://developer.adobe.com/frameio/guides/Webhooks/>
pub static FRAMEIO: Provider = Provider {
    id: "frameio",
    aliases: &["frame_io"],
    name: "Frame.io",
    docs: "https://developer.adobe.com/frameio/guides/Webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "FRAMEIO_SECRET_KEY",
        location: "V4: the answer to creating the webhook, shown once; legacy: Developer Tools > Webhooks > Copy",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "each webhook has its own secret, and V4 shows it only once",
        "there is no delivery id, and failed deliveries are tried five times",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body],
    Signature::hex(&["x-frameio-signature"], Format::Prefix("v0=")),
)
.timestamp(Timestamp::header(&["x-frameio-request-timestamp"]).tolerance_secs(300))
.check();
