use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, tailored::Tailored};
use crate::{
    Rejection, RejectionKind,
    request::RequestHead,
    scheme::{Encoding, Format, Part, Recipe, Signature, TOLERANCE, Timestamp, TimestampUnit},
};

/// Sanity: HMAC-SHA256 of `{t}.{body}`, in base64url as `v1` beside `t` in one header.
///
/// * **Header**: `sanity-webhook-signature: t=…,v1=…`, `t` in milliseconds. As in Sanity's own code the whole text
///   counts: this order, no blanks, nothing else, one header.
/// * **Signed**: the text of `t`, a full stop, the raw body. Empty bodies are refused, as by Sanity's own code.
/// * **Time window**: Sanity names none, and none is checked unless the option `tolerance_s` sets one. Times before
///   2021 are refused.
/// * **Replay protection**: the window, if you set one. `idempotency-key` is not signed.
/// * **Secret**: manage.sanity.io, the project, API, Webhooks, the webhook, Secret. Without one, deliveries carry no
///   signature and are refused.
///
/// Source: <https://www.sanity.io/docs/webhooks>
pub static SANITY: Provider = Provider {
    id: "sanity",
    aliases: &[],
    name: "Sanity",
    docs: "https://www.sanity.io/docs/webhooks",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "SANITY_WEBHOOK_SECRET",
        location: "manage.sanity.io > project > API > Webhooks > the webhook > Secret",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "base64url without padding, not hex and not standard base64",
        "the time is in milliseconds",
        "no time window is checked unless tolerance_s is set",
        "frameworks that parse the body first break the signature",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&SCHEME),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::new(
        &["sanity-webhook-signature"],
        Format::Pairs { separator: ',', assign: '=', key: "v1" },
        Encoding::Base64UrlUnpadded,
    ),
)
.timestamp(Timestamp::pair("t").unit(TimestampUnit::Millis))
.delivery_id(&["idempotency-key"])
.check();

const SCHEME: Tailored = Tailored::new("sanity", RECIPE).head(is_written_exactly).without_empty_bodies();

/// 2021-01-01 in milliseconds. Earlier times are most likely seconds.
const EARLIEST: u64 = 1_609_459_200_000;

fn is_written_exactly(head: &RequestHead<'_>) -> Result<(), Rejection> {
    let mut values = head.headers().get_all("sanity-webhook-signature").iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(RejectionKind::MalformedSignature.into());
    };
    let parts = value.to_str().ok().and_then(|text| text.strip_prefix("t=")?.split_once(",v1="));
    let (time, signature) = parts.ok_or(RejectionKind::MalformedSignature)?;
    if time.starts_with('0') || time.parse().is_ok_and(|time: u64| time < EARLIEST) {
        return Err(RejectionKind::TimestampMalformed.into());
    }
    // The recipe found a signature and a time; anything more would be a further item.
    if signature.contains(',') { Err(RejectionKind::MalformedSignature.into()) } else { Ok(()) }
}
