use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Bitbucket (Cloud and Data Center): HMAC-SHA256 of the raw body, in hex behind `sha256=`.
///
/// * **Header**: `X-Hub-Signature`. Other methods than `sha256` are refused.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. `X-Request-UUID` (Cloud) and `X-Request-Id` (Data Center) are not
///   signed.
/// * **Secret**: repository, workspace or project settings, Webhooks, Secret. Without one, deliveries carry no
///   signature and are refused.
///
/// Source: <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/>
pub static BITBUCKET: Provider = Provider {
    id: "bitbucket",
    aliases: &[],
    name: "Bitbucket",
    docs: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "BITBUCKET_WEBHOOK_SECRET",
        location: "repository, workspace or project settings > Webhooks > Secret",
        format: "the text that was chosen or generated",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "X-Hub-Signature holds SHA-256 here, but SHA-1 with GitHub",
        "Bitbucket Server 5 sends test pings and some events unsigned: they are refused",
        "Data Center with basic authentication instead of a secret signs nothing",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-hub-signature"], Format::Prefix("sha256=")))
        .delivery_id(&["x-request-uuid", "x-request-id"])
        .check();
