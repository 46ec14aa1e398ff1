use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// Customer.io: HMAC-SHA256 of `v0:{time}:{body}`, in hex.
///
/// * **Headers**: `X-CIO-Signature`, and the time in `X-CIO-Timestamp`, decimal digits only.
/// * **Signed**: `v0:`, the time, `:`, the raw body.
/// * **Time window**: Customer.io names none, and none is checked unless the option `tolerance_s` sets one: 300 is
///   usual.
/// * **Replay protection**: the window, if you set one. The body's `event_id` names the event.
/// * **Secret**: Data & Integrations, Integrations, Reporting Webhooks, the webhook, Signing key.
/// * **Evidence**: medium. The formula is that of several independent receivers; no published example could be
///   recomputed.
///
/// Source: <https://docs.customer.io/api/webhooks/>
pub static CUSTOMERIO: Provider = Provider {
    id: "customerio",
    aliases: &["customer_io"],
    name: "Customer.io",
    docs: "https://docs.customer.io/api/webhooks/",
    status: Status::Active,
    confidence: Confidence::Medium,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "CUSTOMERIO_SIGNING_KEY",
        location: "Data & Integrations > Integrations > Reporting Webhooks > the webhook > Signing key",
        format: "hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "the timestamp in the body is the event's, not the signature's",
        "no time window is checked unless tolerance_s is set",
        "webhooks must be answered within four seconds",
        "the scheme is inferred from receivers, not from a published example",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body],
    Signature::hex(&["x-cio-signature"], Format::Bare),
)
.timestamp(Timestamp::header(&["x-cio-timestamp"]))
.check();
