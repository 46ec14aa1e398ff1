use http::HeaderName;

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, tailored::Tailored};
use crate::{
    Rejection, RejectionKind,
    request::RequestHead,
    scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp, TimestampUnit},
};

/// Zendesk: HMAC-SHA256 of the time and the raw body, in base64.
///
/// * **Headers**: `X-Zendesk-Webhook-Signature`, and the time in `X-Zendesk-Webhook-Signature-Timestamp`, RFC 3339 in
///   UTC.
/// * **Signed**: the time as it stands in its header, then the raw body, with nothing between them. So that nobody can
///   move a part of one into the other, the time must end in `Z`, as all of Zendesk's do.
/// * **Time window**: 300 s on either side (our choice: Zendesk names none); the option `tolerance_s` changes it.
/// * **Replay protection**: the window; `X-Zendesk-Webhook-Invocation-Id` is not signed.
/// * **Secret**: Admin Center, Apps and integrations, Webhooks, the webhook, Reveal secret. Its text is the key. Tests
///   made before a webhook is saved are signed with a secret that stands in the documentation: never leave that one
///   configured.
///
/// Webhooks may use other methods than POST and other bodies than JSON, or none: all are verified.
///
/// Source: <https://developer.zendesk.com/documentation/webhooks/verifying/>
pub static ZENDESK: Provider = Provider {
    id: "zendesk",
    aliases: &[],
    name: "Zendesk",
    docs: "https://developer.zendesk.com/documentation/webhooks/verifying/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "ZENDESK_WEBHOOK_SECRET",
        location: "Admin Center > Apps and integrations > Webhooks > the webhook > Reveal secret",
        format: "about 40 characters that look like base64, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "the secret for tests is public: never leave it configured",
        "the secret is not decoded although it looks like base64",
        "the URL is not signed: a GET without a body signs the time alone",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&SCHEME),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Body],
    Signature::base64(&["x-zendesk-webhook-signature"], Format::Bare),
)
.timestamp(
    Timestamp::header(&["x-zendesk-webhook-signature-timestamp"]).unit(TimestampUnit::Rfc3339).tolerance_secs(300),
)
.delivery_id(&["x-zendesk-webhook-invocation-id"])
.check();

const SCHEME: Tailored = Tailored::new("zendesk", RECIPE).head(time_ends_in_z);

/// Without a separator behind it, a time without its zone and a body that starts with `Z` would be signed alike.
fn time_ends_in_z(head: &RequestHead<'_>) -> Result<(), Rejection> {
    match head.header(&HeaderName::from_static("x-zendesk-webhook-signature-timestamp"))? {
        Some(time) if time.ends_with(b"Z") => Ok(()),
        _ => Err(RejectionKind::TimestampMalformed.into()),
    }
}
