use bytes::Bytes;
use http::{Method, Response};

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    Rejection,
    request::{RequestHead, WebhookRequest},
    scheme::{
        Answer, Challenge, Format, OptionKind, OptionSpec, Options, Part, Recipe, Signature, TOLERANCE, Timestamp,
        form, json,
    },
};

/// Slack: HMAC-SHA256 of `v0:{time}:{body}`, in hex behind `v0=`.
///
/// * **Headers**: `X-Slack-Signature`, and the time in `X-Slack-Request-Timestamp` as it stands there.
/// * **Signed**: `v0:`, the time, `:`, the raw body. Form bodies stay encoded.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Challenge**: `url_verification` is signed like every event; once its signature was found right it is answered
///   with the challenge as plain text, and the app is not asked.
/// * **`ssl_check`**: Slack sometimes checks a slash command's certificate with an unsigned form. It is refused, unless
///   the option `answer_ssl_check` has it answered with an empty 200. It never reaches the app.
/// * **Secret**: api.slack.com/apps, the app, Basic Information, App Credentials, Signing Secret.
///
/// Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack>
pub static SLACK: Provider = Provider {
    id: "slack",
    aliases: &[],
    name: "Slack",
    docs: "https://docs.slack.dev/authentication/verifying-requests-from-slack",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: true,
    secret: SecretInfo {
        env: "SLACK_SIGNING_SECRET",
        location: "api.slack.com/apps > the app > Basic Information > App Credentials > Signing Secret > Show",
        format: "32 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "bot tokens, the client secret and the verification token are not the signing secret",
        "slash commands are forms: they must be hashed before they are parsed",
        "Slack waits three seconds for an answer",
    ],
    options: &[
        OptionSpec {
            name: "answer_ssl_check",
            kind: OptionKind::Bool,
            help: "Answer unsigned ssl_check forms with an empty 200 instead of refusing them.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body],
    Signature::hex(&["x-slack-signature"], Format::Prefix("v0=")),
)
.timestamp(Timestamp::header(&["x-slack-request-timestamp"]).tolerance_secs(300))
.challenge(&Challenge {
    verified: Some(url_verification),
    unverified: Some(Answer { applies: may_be_ssl_check, answer: ssl_check }),
})
.check();

fn url_verification(request: &WebhookRequest<'_>) -> Option<Response<Bytes>> {
    if !request.head().has_content_type("application/json") {
        return None;
    }
    let body = request.body().contiguous();
    let event = json::Object::parse(&body)?;
    (event.text("type")? == "url_verification").then_some(())?;
    Some(answers::plain_text(&event.text("challenge")?))
}

fn may_be_ssl_check(head: &RequestHead<'_>, options: &Options) -> bool {
    options.is_on("answer_ssl_check")
        && head.method() == Method::POST
        && head.has_content_type("application/x-www-form-urlencoded")
        && !head.headers().contains_key("x-slack-signature")
}

fn ssl_check(request: &WebhookRequest<'_>, _: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    let params = form::Params::parse(request.body())?;
    let asks = params.iter().any(|param| param.name().eq(*b"ssl_check") && param.value().eq(*b"1"));
    asks.then(|| Ok(answers::empty()))
}
