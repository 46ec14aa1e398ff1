use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// Go1: HMAC-SHA256 of `{t}.{body}`, in hex as `v1` beside `t` in one header.
///
/// * **Header**: `Go1-Signature: t=…,v1=…`.
/// * **Signed**: the text of `t`, a full stop, the raw body.
/// * **Time window**: 60 s on either side, the default of Go1's own verifier; the option `tolerance_s` changes it.
/// * **Replay protection**: the window only; no delivery id is known.
/// * **Secret**: the `secret_key` that was set on the webhook. Without one, deliveries carry no signature and are
///   refused.
///
/// Source: <https://www.go1.com/developers/partners/concepts/webhook-signature-authentification>
pub static GO1: Provider = Provider {
    id: "go1",
    aliases: &[],
    name: "Go1",
    docs: "https://www.go1.com/developers/partners/concepts/webhook-signature-authentification",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(60),
    challenge: false,
    secret: SecretInfo {
        env: "GO1_WEBHOOK_SECRET",
        location: "the secret_key set when the webhook was created or updated",
        format: "up to 64 characters, chosen by you",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "without a secret_key nothing is signed, and everything is refused",
        "a minute is tight for slow tunnels and for clocks that are off: tolerance_s widens it",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["go1-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.timestamp(Timestamp::pair("t").tolerance_secs(60))
.check();
