use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, families::standard_webhooks};
use crate::scheme::{Recipe, TOLERANCE};

/// Brex: HMAC-SHA256 of `{id}.{time}.{body}`, in base64 behind `v1,` (Standard Webhooks).
///
/// * **Headers**: `Webhook-Signature` (several signatures between blanks, any may match), `Webhook-Id`,
///   `Webhook-Timestamp`.
/// * **Signed**: id, full stop, time, full stop, the raw body.
/// * **Time window**: 300 s on either side, as the Standard Webhooks libraries have it; the option `tolerance_s`
///   changes it.
/// * **Replay protection**: the signed id names one delivery; it stays the same on a retry.
/// * **Secret**: the API shows it (`GET /v1/webhooks/secrets`), the dashboard does not. During a rotation there are
///   two: give both.
///
/// Source: <https://developer.brex.com/docs/webhooks>
pub static BREX: Provider = Provider {
    id: "brex",
    aliases: &[],
    name: "Brex",
    docs: "https://developer.brex.com/docs/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "BREX_WEBHOOK_SECRET",
        location: "Brex API: GET /v1/webhooks/secrets (two of them during a rotation)",
        format: "base64 without a prefix; whsec_ is stripped if you added it",
    },
    summary: "HMAC-SHA256 of the id, the time and the raw body",
    pitfalls: &[
        "the secret is base64: its text is not the key",
        "during a rotation two secrets are valid: give both",
        "only the API shows the secret, not the dashboard",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = standard_webhooks(&["webhook-id"], &["webhook-timestamp"], &["webhook-signature"]).check();
