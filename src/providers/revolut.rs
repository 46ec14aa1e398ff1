use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp, TimestampUnit};

/// Revolut (Merchant and Business API): HMAC-SHA256 of `v1.{time}.{body}`, in hex as `v1`.
///
/// * **Headers**: `Revolut-Signature: v1=…` (several between commas while a secret is being rotated; other versions
///   are skipped), and the time in milliseconds in `Revolut-Request-Timestamp`.
/// * **Signed**: `v1.`, the time, a full stop, the raw body.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the window only; no delivery id is known.
/// * **Secret**: `signing_secret` in the answer when the webhook is created or fetched. The whole text is the key,
///   `wsk_` included; after a rotation the old one stays valid for up to seven days.
///
/// Source: <https://developer.revolut.com/docs/guides/merchant/monitor-and-observe/webhooks/verify-the-payload-signature>
pub static REVOLUT: Provider = Provider {
    id: "revolut",
    aliases: &[],
    name: "Revolut",
    docs: "https://developer.revolut.com/docs/guides/merchant/monitor-and-observe/webhooks/verify-the-payload-signature",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "REVOLUT_SIGNING_SECRET",
        location: "signing_secret in the answer when the webhook is created or fetched through the API",
        format: "wsk_ and 32 characters, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "the time is in milliseconds",
        "wsk_ belongs to the key",
        "no delivery id is known: remember event and object id of the body",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Literal("v1."), Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["revolut-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.timestamp(Timestamp::header(&["revolut-request-timestamp"]).unit(TimestampUnit::Millis).tolerance_secs(300))
.check();
