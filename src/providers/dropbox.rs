use bytes::Bytes;
use http::{Method, Response};

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers, query};
use crate::{
    Rejection, RejectionKind,
    request::{RequestHead, WebhookRequest},
    scheme::{Answer, Challenge, Format, Options, Part, Recipe, Signature},
};

/// Dropbox: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-Dropbox-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none. A notification names accounts and nothing else, so that a handler which lists changes
///   from its own cursor is not harmed by one.
/// * **Challenge**: an unsigned GET with the parameter `challenge` is answered with that text, as plain text. No secret
///   is involved. A POST with the parameter is a notification like any other.
/// * **Secret**: App Console, the app, Settings, App secret.
///
/// Dropbox Sign (HelloSign) is another product with another scheme.
///
/// Source: <https://www.dropbox.com/developers/reference/webhooks>
pub static DROPBOX: Provider = Provider {
    id: "dropbox",
    aliases: &[],
    name: "Dropbox",
    docs: "https://www.dropbox.com/developers/reference/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: true,
    secret: SecretInfo {
        env: "DROPBOX_APP_SECRET",
        location: "App Console > the app > Settings > App secret > Show",
        format: "about 15 letters and digits",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "the challenge is a GET: routes that take only POST fail it",
        "several notifications may come for one change, and none has an id",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-dropbox-signature"], Format::Bare))
    .challenge(&Challenge { verified: None, unverified: Some(Answer { applies: is_challenge, answer: echo }) })
    .check();

fn is_challenge(head: &RequestHead<'_>, _: &Options) -> bool {
    head.method() == Method::GET && !head.headers().contains_key("x-dropbox-signature") && query::has(head, "challenge")
}

fn echo(request: &WebhookRequest<'_>, _: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    let challenge = query::one(request.head(), "challenge").filter(|challenge| challenge.len() <= MAX_CHALLENGE);
    let text = challenge.and_then(|challenge| String::from_utf8(challenge).ok());
    let text = text.filter(|text| !text.is_empty() && !text.contains(char::is_control));
    Some(text.map(|text| answers::plain_text(&text)).ok_or_else(|| RejectionKind::MalformedSignature.into()))
}

/// Ten times what Dropbox sends.
const MAX_CHALLENGE: usize = 512;
