use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, tailored::Tailored};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Clearbit, today Breeze Intelligence in HubSpot: HMAC-SHA1 of the raw body, in hex behind `sha1=`.
///
/// * **Header**: `X-Request-Signature`. Other methods than `sha1` are refused.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `id` names the event.
/// * **Secret**: dashboard, API, Secret API Key. One leading `sk_` or `pk_` is stripped: it does not belong to the
///   key.
/// * **Evidence**: medium. The scheme is that of Clearbit's Ruby client; the documentation's page could not be seen,
///   nor whether these webhooks are still sent.
///
/// Source: <https://dashboard.clearbit.com/docs#webhooks>
pub static CLEARBIT: Provider = Provider {
    id: "clearbit",
    aliases: &[],
    name: "Clearbit",
    docs: "https://dashboard.clearbit.com/docs#webhooks",
    status: Status::Renamed,
    confidence: Confidence::Medium,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "CLEARBIT_KEY",
        location: "dashboard > API > Secret API Key",
        format: "sk_ and letters and digits",
    },
    summary: "HMAC-SHA1 of the raw body",
    pitfalls: &[
        "sk_ does not belong to the key: leaving it on is the usual mistake of other verifiers",
        "the API key of the account signs: it cannot be rotated for webhooks alone",
        "whether these webhooks are still sent could not be established",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&SCHEME),
};

const RECIPE: Recipe =
    Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-request-signature"], Format::Prefix("sha1="))).check();

const SCHEME: Tailored = Tailored::new("clearbit", RECIPE).key_text(without_prefix);

fn without_prefix(secret: &[u8]) -> &[u8] {
    secret.strip_prefix(b"sk_").or_else(|| secret.strip_prefix(b"pk_")).unwrap_or(secret)
}
