use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};

use super::{
    Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers,
    public_key::{PublicKeyAlgorithm, PublicKeyScheme},
};
use crate::{
    request::WebhookRequest,
    scheme::{TOLERANCE, json},
};

/// Discord (interactions and webhook events): Ed25519 over the time and the raw body, in hex.
///
/// Needs the feature `ed25519`.
///
/// * **Headers**: `X-Signature-Ed25519`, and the time in `X-Signature-Timestamp`.
/// * **Signed**: the text of the time and the raw body, with nothing between them.
/// * **Replay protection**: the time is signed, but Discord names no window and none is checked, unless the option
///   `tolerance_s` sets one. Interactions have an id in their body.
/// * **Challenge**: `PING` is answered once its signature was found right: interactions with `{"type":1}`, webhook
///   events with an empty 204. Discord also sends wrongly signed ones on purpose, and wants 401 for them; that is the
///   status of every refusal here.
/// * **Key**: Developer Portal, the application, General Information, Public Key. It is public: only Discord can sign.
///
/// Incoming webhooks (URLs that one posts to) are another thing; they are not signed.
///
/// Source: <https://discord.com/developers/docs/interactions/overview>
pub static DISCORD: Provider = Provider {
    id: "discord",
    aliases: &[],
    name: "Discord",
    docs: "https://discord.com/developers/docs/interactions/overview",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: true,
    secret: SecretInfo {
        env: "DISCORD_PUBLIC_KEY",
        location: "Developer Portal > the application > General Information > Public Key",
        format: "64 hexadecimal digits",
    },
    summary: "Ed25519 over the time and the raw body",
    pitfalls: &[
        "Discord refuses an endpoint that answers PING before it checks the signature",
        "an interaction's PING and a webhook event both have the type 1; only the event has a member event",
        "an interaction must be answered within three seconds",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&&SCHEME),
};

static SCHEME: PublicKeyScheme = PublicKeyScheme {
    provider: "discord",
    algorithm: PublicKeyAlgorithm::Ed25519Hex,
    signature: "x-signature-ed25519",
    timestamp: Some(("x-signature-timestamp", "")),
    tolerance: None,
    delivery_id: None,
    challenge: Some(ping),
    refusal_status: StatusCode::UNAUTHORIZED,
};

fn ping(request: &WebhookRequest<'_>) -> Option<Response<Bytes>> {
    let body = request.body().contiguous();
    let event = json::Object::parse(&body).filter(|event| event.get("event").is_none())?;
    let kind = event.get("type")?.number().filter(|_| request.method() == Method::POST)?;
    let mut response = match kind {
        "0" => {
            let mut response = answers::empty();
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        "1" => Response::new(Bytes::from_static(br#"{"type":1}"#)),
        _ => return None,
    };
    // Discord's page wants one on both answers, on the one without a body too.
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Some(response)
}
