use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Legacy, OptionKind, OptionSpec, Part, Recipe, Signature};

/// GitHub: HMAC-SHA256 of the raw body, in hex behind `sha256=`.
///
/// * **Header**: `X-Hub-Signature-256`.
/// * **Signed**: the raw body; for the form content type the encoded form as it was sent.
/// * **Replay protection**: none. No time is signed, and `X-GitHub-Delivery` is outside the signature: remember ids if
///   a deliberate repetition could do harm.
/// * **Secret**: repository or organisation, Settings, Webhooks, Secret; for apps: app settings, Webhook secret.
/// * **Legacy**: `X-Hub-Signature` (HMAC-SHA1) is refused unless the option `allow_sha1` is on, and never looked at
///   beside the newer header.
///
/// Source: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
pub static GITHUB: Provider = Provider {
    id: "github",
    aliases: &[],
    name: "GitHub",
    docs: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "GITHUB_WEBHOOK_SECRET",
        location: "repository or organisation > Settings > Webhooks > Secret; app settings > Webhook secret",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "a webhook without a secret sends no signature and is refused",
        "form deliveries are signed as sent, not the JSON inside",
        "X-GitHub-Delivery is not signed: it does not stop a deliberate replay",
    ],
    options: &[OptionSpec {
        name: "allow_sha1",
        kind: OptionKind::Bool,
        help: "Accept X-Hub-Signature (HMAC-SHA1) where X-Hub-Signature-256 is absent.",
    }],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-hub-signature-256"], Format::Prefix("sha256=")))
        .delivery_id(&["x-github-delivery"])
        .legacy(&Legacy {
            option: "allow_sha1",
            recipe: Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-hub-signature"], Format::Prefix("sha1=")))
                .delivery_id(&["x-github-delivery"])
                .check(),
        })
        .check();
