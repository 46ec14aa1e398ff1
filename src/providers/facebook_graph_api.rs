use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, hub, meta};

/// Facebook Graph API: HMAC-SHA256 of the raw body, in hex behind `sha256=`.
///
/// * **Header**: `X-Hub-Signature-256`.
/// * **Signed**: the raw body, as it came: Meta escapes what is not ASCII as `\uXXXX` and signs that form.
/// * **Replay protection**: none. No time and no id are signed.
/// * **Subscription check**: an unsigned GET with `hub.mode=subscribe`, `hub.verify_token` and `hub.challenge`. With
///   the option `verify_token` it is answered here, with the challenge as plain text; a wrong token is refused.
///   Without the option it is refused as unsigned.
/// * **Secret**: Meta for Developers, the app, App settings, Basic, App secret: text that looks like hex.
/// * **Legacy**: `X-Hub-Signature` (HMAC-SHA1) is refused unless the option `allow_sha1` is on, and never looked at
///   beside the newer header.
///
/// Source: <https://developers.facebook.com/docs/graph-api/webhooks/getting-started/>
pub static FACEBOOK_GRAPH_API: Provider = Provider {
    id: "facebook_graph_api",
    aliases: &[],
    name: "Facebook Graph API",
    docs: "https://developers.facebook.com/docs/graph-api/webhooks/getting-started/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "FACEBOOK_APP_SECRET",
        location: "Meta for Developers > the app > App settings > Basic > App secret > Show",
        format: "32 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: meta::PITFALLS,
    options: &[meta::ALLOW_SHA1, hub::VERIFY_TOKEN],
    scheme: ProviderScheme::Recipe(meta::RECIPE_OR_SHA1),
};
