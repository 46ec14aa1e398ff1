use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp, TimestampUnit};

/// Orb: HMAC-SHA256 of `v1:{time}:{body}`, in hex behind `v1=`.
///
/// * **Headers**: `X-Orb-Signature` (several signatures between blanks, any may match; other versions are skipped),
///   and the time in `X-Orb-Timestamp`, ISO 8601, in UTC unless it says otherwise.
/// * **Signed**: `v1:`, the time as it stands in its header, `:`, the raw body.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the window; the body's `id` names the event.
/// * **Secret**: the endpoint's settings in Orb; the API shows it when the endpoint is created. It looks like
///   base64url and is not decoded.
///
/// Source: <https://developer.withorb.com/docs/orb-docs/webhooks>
pub static ORB: Provider = Provider {
    id: "orb",
    aliases: &["withorb"],
    name: "Orb",
    docs: "https://developer.withorb.com/docs/orb-docs/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "ORB_WEBHOOK_SECRET",
        location: "the endpoint's webhook settings in Orb; through the API only on creation",
        format: "43 characters that look like base64url, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &["the time has no zone and means UTC", "the secret is not decoded although it looks like base64url"],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Literal("v1:"), Part::Timestamp, Part::Literal(":"), Part::Body],
    Signature::hex(&["x-orb-signature"], Format::Pairs { separator: ' ', assign: '=', key: "v1" }),
)
.timestamp(Timestamp::header(&["x-orb-timestamp"]).unit(TimestampUnit::Rfc3339).tolerance_secs(300))
.check();
