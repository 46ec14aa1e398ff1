use http::StatusCode;

use super::{
    Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow,
    public_key::{PublicKeyAlgorithm, PublicKeyScheme},
};
use crate::scheme::TOLERANCE;

/// Twilio SendGrid (Event Webhook, Inbound Parse): ECDSA on P-256 over the time and the raw body, in base64.
///
/// Needs the feature `ecdsa`.
///
/// * **Headers**: `X-Twilio-Email-Event-Webhook-Signature`, and the time in `X-Twilio-Email-Event-Webhook-Timestamp`.
/// * **Signed**: the text of the time and the raw body, with nothing between them. Bodies end with CR LF, and that is
///   signed too.
/// * **Replay protection**: the time is signed, but SendGrid names no window and none is checked, unless the option
///   `tolerance_s` sets one.
/// * **Inbound Parse**: documented to be signed likewise, with a key of its own; the names of its headers were not seen
///   and are taken to be the same.
/// * **Key**: Settings, Mail Settings, Event Webhooks, the webhook, Enable Signed Event Webhook, Verification Key. It is
///   public: only SendGrid can sign.
///
/// Source: <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features>
pub static SENDGRID: Provider = Provider {
    id: "sendgrid",
    aliases: &["twilio_sendgrid"],
    name: "Twilio SendGrid",
    docs: "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "SENDGRID_WEBHOOK_VERIFICATION_KEY",
        location: "Settings > Mail Settings > Event Webhooks > the webhook > Security features > Verification Key",
        format: "124 characters of base64, or the same as PEM",
    },
    summary: "ECDSA on P-256 over the time and the raw body",
    pitfalls: &[
        "the body ends with CR LF: trimming it breaks the signature",
        "each event webhook has its own key, which exists once the webhook was saved; tests before that are unsigned",
        "half of all good signatures have a high s",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&&SCHEME),
};

static SCHEME: PublicKeyScheme = PublicKeyScheme {
    provider: "sendgrid",
    algorithm: PublicKeyAlgorithm::EcdsaP256,
    signature: "x-twilio-email-event-webhook-signature",
    timestamp: Some(("x-twilio-email-event-webhook-timestamp", "")),
    tolerance: None,
    delivery_id: None,
    challenge: None,
    refusal_status: StatusCode::FORBIDDEN,
};
