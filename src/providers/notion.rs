use bytes::Bytes;
use http::{Method, Response};

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    Rejection, RejectionKind,
    request::{RequestHead, WebhookRequest},
    scheme::{Answer, Challenge, Format, Options, Part, Recipe, Signature, json},
};

/// Notion: HMAC-SHA256 of the raw body, in hex behind `sha256=`.
///
/// * **Header**: `X-Notion-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none. No time is signed apart from the body; its member `id` names the event.
/// * **Handshake**: Notion hands the key over in an unsigned POST, a JSON object whose only member is
///   `verification_token`. It is answered with an empty 200 and never reaches the app. The token becomes no key by
///   that: it is in the answer's extensions ([`OfferedSecret`](super::OfferedSecret)) for the operator, who pastes it
///   into Notion and configures it.
/// * **Secret**: that token, whole: `secret_` belongs to the key. Each subscription has its own.
///
/// Webhook actions of Notion's automations are another feature and are not signed.
///
/// Source: <https://developers.notion.com/reference/webhooks>
pub static NOTION: Provider = Provider {
    id: "notion",
    aliases: &[],
    name: "Notion",
    docs: "https://developers.notion.com/reference/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "NOTION_VERIFICATION_TOKEN",
        location: "arrives in the verification request: integration settings > Webhooks > Verify subscription",
        format: "secret_ followed by letters and digits",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the token must be caught when it arrives; Notion can send it again and does not show it",
        "secret_ belongs to the key, and each subscription has its own token",
        "a receiver that adopts whatever token a stranger sends can be taken over",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-notion-signature"], Format::Prefix("sha256=")))
        .challenge(&Challenge {
            verified: None,
            unverified: Some(Answer { applies: may_be_handshake, answer: handshake }),
        })
        .check();

fn may_be_handshake(head: &RequestHead<'_>, _: &Options) -> bool {
    head.method() == Method::POST
        && head.has_content_type("application/json")
        && !head.headers().contains_key("x-notion-signature")
}

fn handshake(request: &WebhookRequest<'_>, _: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    let body = request.body().contiguous();
    let object = json::Object::parse(&body).filter(|object| object.len() == 1)?;
    object.raw("verification_token")?;
    let token = object.text("verification_token").filter(|token| answers::is_visible(token.as_bytes()));
    Some(token.map(|token| answers::offered(&token)).ok_or_else(|| RejectionKind::MalformedBody.into()))
}
