use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Vercel: HMAC-SHA1 of the raw body, in hex.
///
/// * **Header**: `x-vercel-signature`.
/// * **Signed**: the raw body. Account webhooks, integrations and drains alike; only the secret differs.
/// * **Replay protection**: none, no time is signed. The `id` (`uev_…`) of an event's body names it; drains have none.
/// * **Secret**: account webhooks: shown once when the webhook is made; integrations: the Client Secret; drains: the
///   drain's signature secret.
///
/// Source: <https://vercel.com/docs/webhooks/webhooks-api>
pub static VERCEL: Provider = Provider {
    id: "vercel",
    aliases: &[],
    name: "Vercel",
    docs: "https://vercel.com/docs/webhooks/webhooks-api",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "VERCEL_WEBHOOK_SECRET",
        location: "shown once when the webhook is made; the integration's Client Secret; the drain's signature secret",
        format: "the text as shown",
    },
    summary: "HMAC-SHA1 of the raw body",
    pitfalls: &[
        "SHA-1 is all that Vercel offers",
        "integrations sign with their Client Secret",
        "no time is signed: remember the id in the body",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-vercel-signature"], Format::Bare)).check();
