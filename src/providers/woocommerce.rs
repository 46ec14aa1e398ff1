use bytes::Bytes;
use http::{Method, Response};

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    Rejection,
    request::{RequestHead, WebhookRequest},
    scheme::{Answer, Challenge, Format, Options, Part, Recipe, Signature},
};

/// WooCommerce: HMAC-SHA256 of the raw body, in base64.
///
/// * **Header**: `X-WC-Webhook-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none. `X-WC-Webhook-Delivery-ID` is not signed, and two deliveries within a second share
///   it.
/// * **Ping**: when a webhook is first saved, the shop sends one unsigned form, `webhook_id=` and digits, and takes
///   nothing but 200 for success. Exactly that form, with none of the `X-WC-` headers, is answered with an empty 200.
///   It never reaches the app.
/// * **Secret**: WooCommerce, Settings, Advanced, Webhooks, the webhook, Secret. Copy it after the last save: saving
///   may change one with `<`, `>` or double spaces.
///
/// Shops can change the hash by a filter (`woocommerce_webhook_hash_algorithm`): those are refused.
///
/// Source: <https://woocommerce.com/document/webhooks/>
pub static WOOCOMMERCE: Provider = Provider {
    id: "woocommerce",
    aliases: &[],
    name: "WooCommerce",
    docs: "https://woocommerce.com/document/webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "WOOCOMMERCE_WEBHOOK_SECRET",
        location: "WooCommerce > Settings > Advanced > Webhooks > the webhook > Secret",
        format: "free text; generated ones have 50 characters with punctuation",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the first request is an unsigned form; an answer other than 200 keeps the webhook pending",
        "more than five failures in a row disable the webhook",
        "saving again may change a secret with < > or double spaces: copy it after the last save",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["x-wc-webhook-signature"], Format::Bare))
    .delivery_id(&["x-wc-webhook-delivery-id"])
    .challenge(&Challenge { verified: None, unverified: Some(Answer { applies: may_be_ping, answer: ping }) })
    .check();

fn may_be_ping(head: &RequestHead<'_>, _: &Options) -> bool {
    head.method() == Method::POST
        && head.has_content_type("application/x-www-form-urlencoded")
        && !head.headers().keys().any(|name| name.as_str().starts_with("x-wc-"))
}

fn ping(request: &WebhookRequest<'_>, _: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    let body = request.body().contiguous();
    let id = body.strip_prefix(b"webhook_id=")?;
    let is_id = (1..=MAX_DIGITS).contains(&id.len()) && id.iter().all(u8::is_ascii_digit);
    is_id.then(|| Ok(answers::empty()))
}

/// The digits of the largest id that a database can give.
const MAX_DIGITS: usize = 20;
