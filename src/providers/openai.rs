use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, families::standard_webhooks};
use crate::scheme::{KeyEncoding, KeyFormat, Recipe, TOLERANCE};

/// OpenAI: HMAC-SHA256 of `{id}.{time}.{body}`, in base64 behind `v1,` (Standard Webhooks).
///
/// * **Headers**: `webhook-signature` (several signatures between blanks, any may match), `webhook-id`,
///   `webhook-timestamp`.
/// * **Signed**: id, full stop, time, full stop, the raw body. A signature without `v1,`, which OpenAI's SDKs take, is
///   refused.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the signed id names one delivery; it stays the same on a retry.
/// * **Secret**: project settings, Webhooks, shown once. Behind `whsec_` it is base64; a secret without it is text, as
///   in OpenAI's SDKs.
///
/// Source: <https://platform.openai.com/docs/guides/webhooks>
pub static OPENAI: Provider = Provider {
    id: "openai",
    aliases: &[],
    name: "OpenAI",
    docs: "https://platform.openai.com/docs/guides/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "OPENAI_WEBHOOK_SECRET",
        location: "platform.openai.com > project settings > Webhooks > create (shown once)",
        format: "whsec_ and base64; without whsec_, text",
    },
    summary: "HMAC-SHA256 of the id, the time and the raw body",
    pitfalls: &[
        "the API key (sk-…) is not the webhook secret",
        "the body has blanks that writing the JSON again removes",
        "whsec_ must be pasted too: without it the rest counts as text",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = standard_webhooks(&["webhook-id"], &["webhook-timestamp"], &["webhook-signature"])
    .key(KeyFormat::new(KeyEncoding::Base64IfPrefixed).strip("whsec_"))
    .check();
