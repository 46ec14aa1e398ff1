use bytes::Bytes;
use http::{HeaderName, Method, Response};

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    Rejection, RejectionKind,
    request::{RequestHead, WebhookRequest},
    scheme::{Answer, Challenge, Format, Options, Part, Recipe, Signature},
};

/// Worldline Connect, Direct and Online Payments: HMAC-SHA256 of the raw body, in base64.
///
/// * **Headers**: `X-GCS-Signature`. `X-GCS-KeyId` names the key that was used; it is not signed and not looked at,
///   since all configured keys are tried.
/// * **Signed**: the raw body.
/// * **Replay protection**: none. No time is signed; the body's member `id` names the event.
/// * **Challenge**: an unsigned GET with `X-GCS-Webhooks-Endpoint-Verification` is answered with that value, as plain
///   text. No secret is involved.
/// * **Secret**: Configuration Center or Merchant Portal, Developer, Webhooks: the secret webhook key, used as text.
///
/// Source: <https://docs.connect.worldline-solutions.com/documentation/webhooks/>
pub static WORLDLINE: Provider = Provider {
    id: "worldline",
    aliases: &[],
    name: "Worldline",
    docs: "https://docs.connect.worldline-solutions.com/documentation/webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "WORLDLINE_WEBHOOK_SECRET",
        location: "Configuration Center or Merchant Portal > Developer > Webhooks > secret webhook key",
        format: "random text or a GUID, shown once",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the secret webhook key is not the API secret, and not the key's id",
        "the secret may look like base64: it is used as text",
        "the endpoint check is a GET: routes that take only POST fail it",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::base64(&["x-gcs-signature"], Format::Bare))
    .challenge(&Challenge { verified: None, unverified: Some(Answer { applies: is_check, answer: echo }) })
    .check();

const ENDPOINT_VERIFICATION: HeaderName = HeaderName::from_static("x-gcs-webhooks-endpoint-verification");

fn is_check(head: &RequestHead<'_>, _: &Options) -> bool {
    head.method() == Method::GET
        && head.headers().contains_key(ENDPOINT_VERIFICATION)
        && !head.headers().contains_key("x-gcs-signature")
}

fn echo(request: &WebhookRequest<'_>, _: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    let value = match request.header(&ENDPOINT_VERIFICATION) {
        Ok(value) => value.filter(|value| answers::is_visible(value)),
        Err(rejection) => return Some(Err(rejection)),
    };
    let text = value.and_then(|value| str::from_utf8(value).ok());
    Some(text.map(answers::plain_text).ok_or_else(|| RejectionKind::MalformedSignature.into()))
}
