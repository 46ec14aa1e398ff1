use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Shopify: HMAC-SHA256 of the raw body, in base64.
///
/// * **Header**: `X-Shopify-Hmac-Sha256`; where it is not there, `Shopify-Hmac-Sha256` (Events, developer preview).
/// * **Signed**: the raw body.
/// * **Replay protection**: none. `X-Shopify-Triggered-At` and the ids are not signed.
/// * **Secret**: for app webhooks the app's client secret, a `shpss_` prefix included; for webhooks made in a store's
///   admin the key that Settings, Notifications, Webhooks shows below the list. After the client secret was rotated
///   it can take an hour until the new one signs: give both.
///
/// App proxy and OAuth requests sign their query in another way: they are no webhooks.
///
/// Source: <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>
pub static SHOPIFY: Provider = Provider {
    id: "shopify",
    aliases: &[],
    name: "Shopify",
    docs: "https://shopify.dev/docs/apps/build/webhooks/verify-deliveries",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "SHOPIFY_API_SECRET",
        location: "app webhooks: the app's client secret; store admin: Settings > Notifications > Webhooks, below the list",
        format: "app secrets usually start with shpss_, which belongs to the key",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "webhooks of an app and of a store's admin have different keys",
        "after a rotation the old secret goes on signing for up to an hour: give both",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Body],
    Signature::base64(&["x-shopify-hmac-sha256", "shopify-hmac-sha256"], Format::Bare),
)
.delivery_id(&["x-shopify-webhook-id", "shopify-webhook-id"])
.check();
