use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// Stripe: HMAC-SHA256 of `{t}.{body}`, in hex as `v1` beside `t` in one header.
///
/// * **Header**: `Stripe-Signature: t=…,v1=…`; while a secret is being rolled there are two `v1`. `v0` (sent with test
///   events) and unknown items are skipped: accepting them would be a downgrade.
/// * **Signed**: the text of `t`, a full stop, the raw body. Snapshot and thin events alike.
/// * **Time window**: 300 s on either side; the option `tolerance_s` changes it.
/// * **Secret**: Workbench or Developers, Webhooks, the endpoint, Signing secret. The whole text is the key, `whsec_`
///   included. `stripe listen`, test mode and live mode have three different ones.
///
/// Source: <https://docs.stripe.com/webhooks/signature>
pub static STRIPE: Provider = Provider {
    id: "stripe",
    aliases: &[],
    name: "Stripe",
    docs: "https://docs.stripe.com/webhooks/signature",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "STRIPE_WEBHOOK_SECRET",
        location: "Workbench or Developers > Webhooks > the endpoint > Signing secret > Reveal",
        format: "whsec_ and at least 32 letters and digits",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "whsec_ belongs to the key, unlike with Svix and Standard Webhooks",
        "the secrets of `stripe listen`, of test mode and of live mode differ, and each endpoint has its own",
        "JSON that was parsed and written again does not verify",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["stripe-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.timestamp(Timestamp::pair("t").tolerance_secs(300))
.check();
