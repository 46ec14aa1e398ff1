use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// CircleCI: HMAC-SHA256 of the raw body, in hex as `v1`.
///
/// * **Header**: `circleci-signature: v1=…`, a list between commas: versions that may come later are skipped.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `id` names the delivery.
/// * **Secret**: project settings, Webhooks, Secret token. Without one, deliveries carry no signature and are refused.
///
/// Source: <https://circleci.com/docs/guides/integration/outbound-webhooks/>
pub static CIRCLECI: Provider = Provider {
    id: "circleci",
    aliases: &["circle_ci"],
    name: "CircleCI",
    docs: "https://circleci.com/docs/guides/integration/outbound-webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "CIRCLECI_WEBHOOK_SECRET",
        location: "Project Settings > Webhooks > Secret token",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "without a secret token nothing is signed, and everything is refused",
        "the API token of CircleCI is not the secret",
        "no time is signed: remember the id in the body",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Body],
    Signature::hex(&["circleci-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.check();
