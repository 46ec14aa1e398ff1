//! Schemes that several providers share.

use crate::scheme::{Format, KeyFormat, Part, Recipe, Signature, Timestamp};

/// Standard Webhooks and Svix, which differ in the names of the headers only: HMAC-SHA256 of `{id}.{time}.{body}` in
/// base64 behind `v1,`, several signatures between blanks, the time in seconds.
///
/// Other versions (`v1a` is made with a public key) are skipped. The secret is base64 behind `whsec_`; providers that
/// treat it otherwise set another key format.
pub(super) const fn standard_webhooks(
    id: &'static [&'static str],
    timestamp: &'static [&'static str],
    signature: &'static [&'static str],
) -> Recipe {
    Recipe::hmac_sha256(
        &[Part::DeliveryId, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body],
        Signature::base64(signature, Format::Pairs { separator: ' ', assign: ',', key: "v1" }),
    )
    .key(KeyFormat::BASE64.strip("whsec_"))
    .delivery_id(id)
    .timestamp(Timestamp::header(timestamp).tolerance_secs(300))
}
