use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response};

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    Rejection, RejectionKind,
    request::{RequestHead, WebhookRequest},
    scheme::{Answer, Challenge, Format, Options, Part, Recipe, Signature},
};

/// Asana: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-Hook-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none. No time and no id are signed. An event list may be empty: that is a heartbeat.
/// * **Handshake**: the first request to an endpoint is an unsigned POST with `X-Hook-Secret`, and it is answered with
///   the same header, whatever its value. The value becomes no key by that: it is in the answer's extensions
///   ([`OfferedSecret`](super::OfferedSecret)) for the operator, who configures it. Beside a signature header it counts
///   for nothing.
/// * **Secret**: that text, used as it stands. Each webhook has its own: give all of them.
///
/// Source: <https://developers.asana.com/docs/webhooks-guide>
pub static ASANA: Provider = Provider {
    id: "asana",
    aliases: &[],
    name: "Asana",
    docs: "https://developers.asana.com/docs/webhooks-guide",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "X_HOOK_SECRET",
        location: "the X-Hook-Secret header of the handshake, sent once when a webhook is made",
        format: "32 or 64 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the secret is shown once, in the handshake; if it is lost, the webhook must be made anew",
        "every webhook has its own secret: give all of them",
        "the handshake arrives while the call that makes the webhook is still waiting",
        "a receiver that adopts every X-Hook-Secret by itself can be taken over by anybody",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-hook-signature"], Format::Bare))
    .challenge(&Challenge { verified: None, unverified: Some(Answer { applies: is_handshake, answer: handshake }) })
    .check();

const HOOK_SECRET: HeaderName = HeaderName::from_static("x-hook-secret");

fn is_handshake(head: &RequestHead<'_>, _: &Options) -> bool {
    head.method() == Method::POST
        && head.headers().contains_key(HOOK_SECRET)
        && !head.headers().contains_key("x-hook-signature")
}

fn handshake(request: &WebhookRequest<'_>, _: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    Some(offer(request.head()))
}

fn offer(head: &RequestHead<'_>) -> Result<Response<Bytes>, Rejection> {
    let secret = head.header(&HOOK_SECRET)?.filter(|secret| answers::is_token(secret));
    let text = secret.and_then(|secret| str::from_utf8(secret).ok()).ok_or(RejectionKind::MalformedSignature)?;
    let mut response = answers::offered(text);
    let value = HeaderValue::from_str(text).map_err(|_| RejectionKind::MalformedSignature)?;
    response.headers_mut().insert(HOOK_SECRET, value);
    Ok(response)
}
