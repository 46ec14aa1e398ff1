use http::StatusCode;

use super::{
    Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow,
    public_key::{PublicKeyAlgorithm, PublicKeyScheme},
};

/// Wise: RSA (PKCS#1 v1.5, SHA-256) over the raw body, in base64.
///
/// Needs the feature `rsa`.
///
/// * **Header**: `X-Signature-SHA256`. The deprecated `X-Signature` (SHA-1) is never looked at.
/// * **Signed**: the raw body.
/// * **Coverage**: Wise has **one key for all its customers**: a right signature says that Wise sent this to somebody.
///   Compare `subscription_id` or `profile_id` in the body with your own before you act on it.
/// * **Replay protection**: none. No header with a time is signed, and `X-Delivery-Id` is outside the signature.
/// * **Key**: printed in Wise's documentation of webhooks, one for the sandbox and one for production. Only Wise can sign.
///
/// Source: <https://docs.wise.com/features/webhooks-notifications/event-handling>
pub static WISE: Provider = Provider {
    id: "wise",
    aliases: &["transferwise"],
    name: "Wise",
    docs: "https://docs.wise.com/features/webhooks-notifications/event-handling",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "WISE_WEBHOOK_PUBLIC_KEY",
        location: "Wise's API documentation > webhooks > event handling: production and sandbox keys",
        format: "PEM of an RSA public key of 2048 bits",
    },
    summary: "RSA with SHA-256 over the raw body",
    pitfalls: &[
        "the key is the same for every customer of Wise: check subscription_id or profile_id",
        "sandbox and production have different keys",
        "the test notification at set-up must be answered with 2xx",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&&SCHEME),
};

static SCHEME: PublicKeyScheme = PublicKeyScheme {
    provider: "wise",
    algorithm: PublicKeyAlgorithm::RsaSha256,
    signature: "x-signature-sha256",
    timestamp: None,
    tolerance: None,
    delivery_id: Some("x-delivery-id"),
    challenge: None,
    refusal_status: StatusCode::FORBIDDEN,
};
