use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Typeform: HMAC-SHA256 of the raw body, in base64 behind `sha256=`.
///
/// * **Header**: `Typeform-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `event_id` names the event.
/// * **Secret**: the form, Connect, Webhooks, Edit, Secret. Without one, deliveries carry no signature and are
///   refused.
///
/// Source: <https://www.typeform.com/developers/webhooks/secure-your-webhooks/>
pub static TYPEFORM: Provider = Provider {
    id: "typeform",
    aliases: &[],
    name: "Typeform",
    docs: "https://www.typeform.com/developers/webhooks/secure-your-webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "TYPEFORM_WEBHOOK_SECRET",
        location: "the form > Connect > Webhooks > Edit > Secret",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "base64 behind sha256=, where GitHub has hex",
        "without a secret nothing is signed, and everything is refused",
        "webhooks made in the dashboard start switched off",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["typeform-signature"], Format::Prefix("sha256="))).check();
