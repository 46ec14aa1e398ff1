use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp, TimestampUnit};

/// WorkOS: HMAC-SHA256 of `{t}.{body}`, in hex as `v1` beside `t` in one header.
///
/// * **Header**: `WorkOS-Signature: t=…, v1=…`, `t` in milliseconds.
/// * **Signed**: the text of `t`, a full stop, the raw body.
/// * **Time window**: 180 s on either side, as in WorkOS's SDKs; the option `tolerance_s` changes it.
/// * **Replay protection**: the window; the body's `id` names the event.
/// * **Secret**: dashboard, Webhooks, the endpoint, signing secret.
///
/// WorkOS Actions have another secret and a signed answer: they are not covered.
///
/// Source: <https://workos.com/docs/events/data-syncing/webhooks>
pub static WORKOS: Provider = Provider {
    id: "workos",
    aliases: &["work_os"],
    name: "WorkOS",
    docs: "https://workos.com/docs/events/data-syncing/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(180),
    challenge: false,
    secret: SecretInfo {
        env: "WORKOS_WEBHOOK_SECRET",
        location: "dashboard > Webhooks > the endpoint > signing secret",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "the time is in milliseconds",
        "the window is three minutes, shorter than with most",
        "the API key is not the webhook secret",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["workos-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.timestamp(Timestamp::pair("t").unit(TimestampUnit::Millis).tolerance_secs(180))
.check();
