use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, tailored::Tailored};
use crate::scheme::{Format, Part, Recipe, Signature};

/// GoCardless: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `Webhook-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. `meta.webhook_id` names the delivery, `id` (`EV…`) each of its
///   events, which come in any order.
/// * **Refusals** are answered with status 498, as GoCardless asks.
/// * **Secret**: dashboard, Developers, Webhook endpoints, the endpoint, Secret.
///
/// Source: <https://developer.gocardless.com/api-reference/#webhooks-overview>
pub static GOCARDLESS: Provider = Provider {
    id: "gocardless",
    aliases: &["go_cardless"],
    name: "GoCardless",
    docs: "https://developer.gocardless.com/api-reference/#webhooks-overview",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "GOCARDLESS_WEBHOOK_SECRET",
        location: "dashboard > Developers > Webhook endpoints > the endpoint > Secret",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "one delivery holds many events, in any order",
        "Origin names the environment and is not signed",
        "no time is signed: remember the ids of the events",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&SCHEME),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["webhook-signature"], Format::Bare)).check();

const SCHEME: Tailored = Tailored::new("gocardless", RECIPE).refusal_status(498);
