use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Autodesk Platform Services (formerly Forge): HMAC-SHA1 of the raw body, in hex behind `sha1hash=`.
///
/// * **Header**: `X-Adsk-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. `X-Adsk-Delivery-Id` is not signed.
/// * **Secret**: the token that you chose and registered (`POST /webhooks/v1/tokens`, or on one webhook). Without one,
///   deliveries carry no signature and are refused.
///
/// Source: <https://aps.autodesk.com/en/docs/webhooks/v1/tutorials/how-to-verify-payload-signature/>
pub static AUTODESK: Provider = Provider {
    id: "autodesk",
    aliases: &[],
    name: "Autodesk Platform Services",
    docs: "https://aps.autodesk.com/en/docs/webhooks/v1/tutorials/how-to-verify-payload-signature/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "AUTODESK_WEBHOOK_SECRET",
        location: "the token registered with POST /webhooks/v1/tokens, or set on the webhook",
        format: "32 to 64 letters and digits, chosen by you",
    },
    summary: "HMAC-SHA1 of the raw body",
    pitfalls: &[
        "the webhook token signs, not the app's client secret",
        "without a registered token nothing is signed, and everything is refused",
        "SHA-1 is all that Autodesk offers",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-adsk-signature"], Format::Prefix("sha1hash=")))
        .delivery_id(&["x-adsk-delivery-id"])
        .check();
