use super::{
    Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow,
    standard_webhooks::{Family, Scheme},
};
use crate::scheme::TOLERANCE;

/// Svix: Standard Webhooks under `svix-` names: HMAC-SHA256 or Ed25519 over `{id}.{time}.{body}`, in base64 behind `v1,`
/// or `v1a,`.
///
/// * **Headers**: `svix-id`, `svix-timestamp`, `svix-signature`; where one is absent, the same name with `webhook-`
///   (white-label senders). The last holds one signature or several between blanks; any may match, and versions that
///   do not go with a configured key are skipped.
/// * **Signed**: the id, a full stop, the time, a full stop, the raw body.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it. The id is signed too, and is the same
///   for every retry.
/// * **Secret**: the endpoint's Signing Secret, `whsec_` and base64: the decoded bytes are the key. `whpk_` and base64 is
///   a public key: it needs the feature `ed25519`, counts for `v1a` only, and is never an HMAC key.
///
/// Source: <https://docs.svix.com/receiving/verifying-payloads/why>
pub static SVIX: Provider = Provider {
    id: "svix",
    aliases: &[],
    name: "Svix",
    docs: "https://docs.svix.com/receiving/verifying-payloads/why",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "SVIX_WEBHOOK_SECRET",
        location: "Svix dashboard or the sender's portal > the endpoint > Signing Secret",
        format: "whsec_ and base64 of 24 to 64 bytes, or whpk_ and base64 of 32 bytes",
    },
    summary: "HMAC-SHA256 or Ed25519 over id, time and raw body",
    pitfalls: &[
        "the secret is decoded from base64, unlike Stripe's, which looks alike",
        "a public key (whpk_) must never serve as an HMAC key: everybody knows it",
        "every retry has the same svix-id: it is the key to handle a message once",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&Scheme(&FAMILY)),
};

static FAMILY: Family = Family {
    provider: "svix",
    id: &["svix-id", "webhook-id"],
    timestamp: &["svix-timestamp", "webhook-timestamp"],
    signature: &["svix-signature", "webhook-signature"],
};
