use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, families::standard_webhooks};
use crate::scheme::{KeyFormat, Recipe, TOLERANCE};

/// BigCommerce: HMAC-SHA256 of `{id}.{time}.{body}`, in base64 behind `v1,` (Standard Webhooks).
///
/// * **Headers**: `Webhook-Signature` (several signatures between blanks, any may match), `Webhook-Id`,
///   `Webhook-Timestamp`.
/// * **Signed**: id, full stop, time, full stop, the raw body.
/// * **Time window**: 300 s on either side, as the Standard Webhooks libraries have it; the option `tolerance_s`
///   changes it.
/// * **Replay protection**: the signed id names one delivery; it stays the same on a retry.
/// * **Secret**: the client secret of the API account or app whose token made the webhook, as text: it is not base64.
/// * **Evidence**: medium. BigCommerce gives no formula: it shows the Standard Webhooks libraries with the client
///   secret, encoded because the library decodes it. No published signature was found.
///
/// Source: <https://developer.bigcommerce.com/docs/integrations/webhooks/https-webhook-overview>
pub static BIGCOMMERCE: Provider = Provider {
    id: "bigcommerce",
    aliases: &[],
    name: "BigCommerce",
    docs: "https://developer.bigcommerce.com/docs/integrations/webhooks/https-webhook-overview",
    status: Status::Active,
    confidence: Confidence::Medium,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "BIGCOMMERCE_CLIENT_SECRET",
        location: "the client secret of the API account (shown once) or app whose token made the webhook",
        format: "64 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the id, the time and the raw body",
    pitfalls: &[
        "each webhook belongs to the account that made it: another account's client secret never matches",
        "the client secret is the key as it stands, and must not be decoded",
        "the access token is not the key",
        "the form of the signature is inferred from the libraries that BigCommerce recommends",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    standard_webhooks(&["webhook-id"], &["webhook-timestamp"], &["webhook-signature"]).key(KeyFormat::TEXT).check();
