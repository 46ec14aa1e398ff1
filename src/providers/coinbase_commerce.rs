use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Coinbase Commerce: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-CC-Webhook-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `event.id` stays the same on a retry.
/// * **Secret**: Commerce dashboard, Settings, Notifications, webhook shared secret.
/// * **Status**: Commerce is being replaced by Coinbase Business, whose webhooks are signed in another way (provider
///   `coinbase`). This stays for stores that still receive the old ones.
///
/// Source: <https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security>
pub static COINBASE_COMMERCE: Provider = Provider {
    id: "coinbase_commerce",
    aliases: &[],
    name: "Coinbase Commerce",
    docs: "https://docs.cdp.coinbase.com/commerce/api-arcitecture/webhooks-security",
    status: Status::Discontinued,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "COINBASE_COMMERCE_WEBHOOK_SECRET",
        location: "Commerce dashboard > Settings > Notifications > webhook shared secret",
        format: "usually a UUID, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the API key is not the shared secret",
        "no time is signed: remember event.id",
        "today's Coinbase webhooks carry X-Hook0-Signature: use coinbase for them",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-cc-webhook-signature"], Format::Bare)).check();
