use std::time::Duration;

use http::StatusCode;

use super::{
    Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow,
    public_key::{PublicKeyAlgorithm, PublicKeyScheme},
};
use crate::scheme::TOLERANCE;

/// Telnyx: Ed25519 over `{time}|{body}`, in base64.
///
/// Needs the feature `ed25519`.
///
/// * **Headers**: `telnyx-signature-ed25519`, and the time in `telnyx-timestamp`.
/// * **Signed**: the text of the time, a bar, the raw body.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Coverage**: one key for the whole account: deliveries of all its applications verify, so look at whose they are.
/// * **Key**: Mission Control Portal, Account Settings, Keys & Credentials, Public Key. Only Telnyx can sign.
///
/// The retired API v1 (`X-Telnyx-Signature`) is not supported.
///
/// Source: <https://developers.telnyx.com/docs/development/sdk/python/webhooks>
pub static TELNYX: Provider = Provider {
    id: "telnyx",
    aliases: &[],
    name: "Telnyx",
    docs: "https://developers.telnyx.com/docs/development/sdk/python/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "TELNYX_PUBLIC_KEY",
        location: "Mission Control Portal > Account Settings > Keys & Credentials > Public Key",
        format: "44 characters of base64",
    },
    summary: "Ed25519 over the time and the raw body",
    pitfalls: &[
        "the public key is not the API key",
        "the key belongs to the account: deliveries of its other applications verify too",
        "JSON that was parsed and written again does not verify",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&&SCHEME),
};

static SCHEME: PublicKeyScheme = PublicKeyScheme {
    provider: "telnyx",
    algorithm: PublicKeyAlgorithm::Ed25519Base64,
    signature: "telnyx-signature-ed25519",
    timestamp: Some(("telnyx-timestamp", "|")),
    tolerance: Some(Duration::from_secs(300)),
    delivery_id: None,
    challenge: None,
    refusal_status: StatusCode::FORBIDDEN,
};
