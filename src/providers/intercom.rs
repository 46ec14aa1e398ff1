use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Intercom: HMAC-SHA1 of the raw body, in hex behind `sha1=`.
///
/// * **Header**: `X-Hub-Signature`. Other methods than `sha1` are refused.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `id` (`notif_…`) names the notification.
/// * **Secret**: Developer Hub, the app, Basic information, Client secret; subscriptions of the old API may have a
///   `hub_secret` of their own.
///
/// Canvas Kit requests are no webhooks: they carry `X-Body-Signature` and are refused.
///
/// Source: <https://intercom-developer-hub.readme.io/reference/signed-notifications>
pub static INTERCOM: Provider = Provider {
    id: "intercom",
    aliases: &[],
    name: "Intercom",
    docs: "https://intercom-developer-hub.readme.io/reference/signed-notifications",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "INTERCOM_CLIENT_SECRET",
        location: "Developer Hub > the app > Basic information > Client secret",
        format: "looks like a UUID, used as text",
    },
    summary: "HMAC-SHA1 of the raw body",
    pitfalls: &[
        "SHA-1 is all that Intercom offers for webhooks",
        "the ping on saving the endpoint is signed like any notification and wants a 2xx",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-hub-signature"], Format::Prefix("sha1="))).check();
