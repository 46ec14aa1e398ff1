use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, hub, meta};

/// WhatsApp Business Platform (Cloud API): HMAC-SHA256 of the raw body, in hex behind `sha256=`.
///
/// * **Header**: `X-Hub-Signature-256`.
/// * **Signed**: the raw body, as it came: Meta escapes what is not ASCII as `\uXXXX` and signs that form.
/// * **Replay protection**: none. No time and no id are signed; a
///   message is named by `entry[].changes[].value.messages[].id` in the body, and one delivery may hold several.
/// * **Subscription check**: an unsigned GET with `hub.mode=subscribe`, `hub.verify_token` and `hub.challenge`. With
///   the option `verify_token` it is answered here, with the challenge as plain text; a wrong token is refused.
///   Without the option it is refused as unsigned.
/// * **Secret**: Meta for Developers, the app, App settings, Basic, App secret: text that looks like hex. It is the
///   secret of the app that owns the webhook, not of the business, and not the access token.
/// * **Legacy**: `X-Hub-Signature` (HMAC-SHA1) is never looked at, and does not suffice alone.
///
/// Source: <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint>
pub static WHATSAPP: Provider = Provider {
    id: "whatsapp",
    aliases: &[],
    name: "WhatsApp Business Platform",
    docs: "https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "WHATSAPP_APP_SECRET",
        location: "Meta for Developers > the app > App settings > Basic > App secret > Show",
        format: "32 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: meta::PITFALLS,
    options: &[hub::VERIFY_TOKEN],
    scheme: ProviderScheme::Recipe(meta::RECIPE),
};
