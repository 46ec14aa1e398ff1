use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, families::standard_webhooks};
use crate::scheme::{Recipe, TOLERANCE};

/// Resend: HMAC-SHA256 of `{id}.{time}.{body}`, in base64 behind `v1,` (Svix).
///
/// * **Headers**: `svix-signature` (several signatures between blanks, any may match), `svix-id`, `svix-timestamp`.
/// * **Signed**: id, full stop, time, full stop, the raw body.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the signed id names one delivery; it stays the same on a retry.
/// * **Secret**: dashboard, Webhooks, the endpoint, Signing Secret.
///
/// Source: <https://resend.com/docs/webhooks/verify-webhooks-requests>
pub static RESEND: Provider = Provider {
    id: "resend",
    aliases: &[],
    name: "Resend",
    docs: "https://resend.com/docs/webhooks/verify-webhooks-requests",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "RESEND_WEBHOOK_SECRET",
        location: "dashboard > Webhooks > the endpoint > Signing Secret",
        format: "whsec_ and base64",
    },
    summary: "HMAC-SHA256 of the id, the time and the raw body",
    pitfalls: &["the API key (re_…) is not the secret", "the secret is base64 behind whsec_: its text is not the key"],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = standard_webhooks(&["svix-id"], &["svix-timestamp"], &["svix-signature"]).check();
