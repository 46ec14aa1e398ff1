use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// Calendly (API v2): HMAC-SHA256 of `{t}.{body}`, in hex as `v1` beside `t` in one header.
///
/// * **Header**: `Calendly-Webhook-Signature: t=…,v1=…`.
/// * **Signed**: the text of `t`, a full stop, the raw body.
/// * **Time window**: 180 s on either side, three minutes as in Calendly's sample; the option `tolerance_s` changes
///   it.
/// * **Replay protection**: the window only; no delivery id is known.
/// * **Secret**: the `signing_key` that was given to `POST /webhook_subscriptions`; OAuth apps have one for all, in
///   the developer console. The API does not show it again.
///
/// Source: <https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures>
pub static CALENDLY: Provider = Provider {
    id: "calendly",
    aliases: &[],
    name: "Calendly",
    docs: "https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(180),
    challenge: false,
    secret: SecretInfo {
        env: "CALENDLY_WEBHOOK_SECRET",
        location: "the signing_key given when subscribing; OAuth apps: developer console > webhook signing key",
        format: "the text that was given or generated",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "a subscription made without signing_key is not signed, and is refused",
        "the window is three minutes, shorter than with most",
        "samples that sign the body alone never match",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["calendly-webhook-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.timestamp(Timestamp::pair("t").tolerance_secs(180))
.check();
