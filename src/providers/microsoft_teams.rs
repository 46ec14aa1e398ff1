use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, KeyFormat, Part, Recipe, Signature};

/// Microsoft Teams (outgoing webhooks): HMAC-SHA256 of the raw body, in base64 behind the word `HMAC`.
///
/// * **Header**: `Authorization: HMAC …`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `id` names the message.
/// * **Secret**: the security token, shown once by Create an outgoing webhook. It is base64 of the key.
///
/// Only outgoing webhooks (mentions in a channel) are signed like this. Teams shows the app's answer in the channel
/// and waits about five seconds for it.
///
/// Source: <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook>
pub static MICROSOFT_TEAMS: Provider = Provider {
    id: "microsoft_teams",
    aliases: &["msteams", "teams"],
    name: "Microsoft Teams",
    docs: "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-outgoing-webhook",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "MICROSOFT_TEAMS_SECURITY_TOKEN",
        location: "Manage team > Apps > Create an outgoing webhook (shown once)",
        format: "44 characters of base64 (32 bytes)",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the token is base64: its text is not the key",
        "the signature is in Authorization, which gateways strip or interpret",
        "Teams waits about five seconds for a JSON answer",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["authorization"], Format::Prefix("HMAC ")))
        .key(KeyFormat::BASE64)
        .check();
