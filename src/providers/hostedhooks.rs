use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// HostedHooks: HMAC-SHA256 of `{t}.{body}`, in hex as `s` beside `t` in one header.
///
/// * **Header**: `Hostedhooks-Signature: t=…,s=…`. The documentation calls it `HTTP_HOSTEDHOOKS_SIGNATURE`, its name
///   inside Rack; under that name it is read too.
/// * **Signed**: the text of `t`, a full stop, the raw body.
/// * **Time window**: HostedHooks names none, and none is checked unless the option `tolerance_s` sets one; retries
///   are signed anew, so 300 is safe.
/// * **Replay protection**: the window, if you set one.
/// * **Secret**: Apps, the app, Subscribers, View, Endpoints, View, Signing Secret; each endpoint has its own.
/// * **Evidence**: medium. The header's name on the wire and the hex are inferred from the documentation; no real
///   delivery was seen.
///
/// Source: <https://docs.hostedhooks.com/security/security-features/webhook-signatures>
pub static HOSTEDHOOKS: Provider = Provider {
    id: "hostedhooks",
    aliases: &["hosted_hooks"],
    name: "HostedHooks",
    docs: "https://docs.hostedhooks.com/security/security-features/webhook-signatures",
    status: Status::Active,
    confidence: Confidence::Medium,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "HOSTEDHOOKS_WEBHOOK_SECRET",
        location: "Apps > the app > Subscribers > View > Endpoints > View > Signing Secret > Reveal",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "no time window is checked unless tolerance_s is set",
        "the name of the header is inferred from its name inside Rack",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(
        &["hostedhooks-signature", "http_hostedhooks_signature"],
        Format::Pairs { separator: ',', assign: '=', key: "s" },
    ),
)
.timestamp(Timestamp::pair("t"))
.check();
