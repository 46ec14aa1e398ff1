use std::time::Duration;

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, body_time::BodyTime};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE};

/// Linear: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `Linear-Signature`.
/// * **Signed**: the raw body, and with it the time, a number `webhookTimestamp` (milliseconds) at the top level of the
///   JSON. A body without it is refused.
/// * **Time window**: 60 s on either side, as in Linear's SDK; the option `tolerance_s` changes it. That is short: keep
///   the clock right. The header `Linear-Timestamp` repeats the time unsigned and is not looked at.
/// * **Replay protection**: the window. `Linear-Delivery` names the delivery and is outside the signature.
/// * **Secret**: Settings, Administration, API, Webhooks, the webhook, Signing secret.
///
/// Source: <https://linear.app/developers/webhooks#securing-webhooks>
pub static LINEAR: Provider = Provider {
    id: "linear",
    aliases: &[],
    name: "Linear",
    docs: "https://linear.app/developers/webhooks#securing-webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(60),
    challenge: false,
    secret: SecretInfo {
        env: "LINEAR_WEBHOOK_SECRET",
        location: "Settings > Administration > API > Webhooks > the webhook > Signing secret",
        format: "opaque text, used as it stands",
    },
    summary: "HMAC-SHA256 of the raw body, the time inside it",
    pitfalls: &[
        "60 seconds are short: a clock that drifts refuses everything",
        "Linear-Timestamp is not signed: whoever trusts it can be sent old deliveries",
        "JSON that was parsed and written again does not verify",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&BodyTime {
        provider: "linear",
        recipe: RECIPE,
        member: "webhookTimestamp",
        tolerance: Some(Duration::from_secs(60)),
    }),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["linear-signature"], Format::Bare))
    .delivery_id(&["linear-delivery"])
    .check();
