use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// HCP Terraform and Terraform Enterprise: HMAC-SHA512 of the raw body, in hex.
///
/// * **Headers**: `X-TFE-Notification-Signature` (notifications), else `X-TFC-Task-Signature` (run tasks).
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. There is no delivery id either.
/// * **Secret**: workspace, project or team, Settings, Notifications, the webhook, Token; for run tasks organization,
///   Settings, Run tasks, HMAC key. Without one, deliveries carry no signature and are refused.
///
/// Source: <https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations/workspace>
pub static TERRAFORM: Provider = Provider {
    id: "terraform",
    aliases: &["hcp_terraform"],
    name: "HCP Terraform",
    docs: "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations/workspace",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "TERRAFORM_NOTIFICATION_TOKEN",
        location: "Settings > Notifications > the webhook > Token; Settings > Run tasks > HMAC key",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA512 of the raw body",
    pitfalls: &[
        "SHA-512: 128 hexadecimal digits",
        "without a token nothing is signed, and everything is refused",
        "the verification request on enabling is signed too and wants a 2xx",
        "no time and no delivery id: replays cannot be told apart",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha512(
    &[Part::Body],
    Signature::hex(&["x-tfe-notification-signature", "x-tfc-task-signature"], Format::Bare),
)
.check();
