use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// Mux: HMAC-SHA256 of `{t}.{body}`, in hex as `v1` beside `t` in one header.
///
/// * **Header**: `Mux-Signature: t=…,v1=…`; there may be several `v1`, other versions are skipped.
/// * **Signed**: the text of `t`, a full stop, the raw body.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the window; the body's `id` names the event.
/// * **Secret**: Settings, Webhooks, Show signing secret; each endpoint and environment has its own.
///
/// Source: <https://www.mux.com/docs/core/verify-webhook-signatures>
pub static MUX: Provider = Provider {
    id: "mux",
    aliases: &[],
    name: "Mux",
    docs: "https://www.mux.com/docs/core/verify-webhook-signatures",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "MUX_WEBHOOK_SECRET",
        location: "Settings > Webhooks > Show signing secret (one for each endpoint)",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "each endpoint and environment has its own secret",
        "the secret of an API access token is not the signing secret",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["mux-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.timestamp(Timestamp::pair("t").tolerance_secs(300))
.check();
