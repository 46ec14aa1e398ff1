use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, body_time::BodyTime};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE};

/// Pusher Channels: HMAC-SHA256 of the raw body, in hex.
///
/// * **Headers**: `X-Pusher-Signature`; `X-Pusher-Key` names the app key whose secret signed. It is not looked at: the
///   signature decides.
/// * **Signed**: the raw body, and with it `time_ms` at the top level of the JSON.
/// * **Time window**: none unless the option `tolerance_s` sets one; then `time_ms` must be there. Pusher repeats
///   failed deliveries for five minutes, so that less than 300 s loses repetitions.
/// * **Replay protection**: none without a window, and no delivery has an id.
/// * **Secret**: dashboard, the Channels app, App Keys, secret. Webhooks have none of their own.
/// * **Not covered**: Pusher Beams, another product with another scheme.
///
/// Source: <https://pusher.com/docs/channels/server_api/webhooks/>
pub static PUSHER: Provider = Provider {
    id: "pusher",
    aliases: &["pusher_channels"],
    name: "Pusher Channels",
    docs: "https://pusher.com/docs/channels/server_api/webhooks/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: false,
    secret: SecretInfo {
        env: "PUSHER_SECRET",
        location: "Pusher dashboard > the Channels app > App Keys > secret",
        format: "20 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "there is no webhook secret: it is the app secret",
        "after a key was added Pusher goes on signing with the oldest active one",
        "signatures of channel authorisation (`key:signature`) are something else",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Custom(&BodyTime {
        provider: "pusher",
        recipe: RECIPE,
        member: "time_ms",
        tolerance: None,
    }),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-pusher-signature"], Format::Bare)).check();
