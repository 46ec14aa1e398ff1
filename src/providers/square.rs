use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Legacy, OptionKind, OptionSpec, Part, Recipe, Signature};

/// Square: HMAC-SHA256 of the notification URL and the raw body, in base64.
///
/// * **Header**: `x-square-hmacsha256-signature`.
/// * **Signed**: the URL exactly as it was registered with Square (scheme, host, port, path, query, trailing slash),
///   then the raw body. Where the app sees another URL, set the public one.
/// * **Replay protection**: none, no time is signed. `square-initial-delivery-timestamp` is not signed; `event_id` of
///   the body names the event.
/// * **Secret**: Developer Console, the application, Webhooks, Subscriptions, the subscription, Signature Key; sandbox
///   and production have their own.
/// * **Legacy**: `x-square-signature` (HMAC-SHA1) is refused unless the option `legacy_sha1` is on, and never looked
///   at beside the newer header.
///
/// Source: <https://developer.squareup.com/docs/webhooks/step3validate>
pub static SQUARE: Provider = Provider {
    id: "square",
    aliases: &[],
    name: "Square",
    docs: "https://developer.squareup.com/docs/webhooks/step3validate",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "SQUARE_WEBHOOK_SIGNATURE_KEY",
        location: "Developer Console > the application > Webhooks > Subscriptions > the subscription > Signature Key",
        format: "22 characters that look like base64url, used as text",
    },
    summary: "HMAC-SHA256 of the notification URL and the raw body",
    pitfalls: &[
        "behind a proxy or tunnel the app sees another URL than the registered one: set the public URL",
        "a trailing slash or another query breaks the signature",
        "the access token is not the signature key",
        "each subscription and environment has its own key",
    ],
    options: &[OptionSpec {
        name: "legacy_sha1",
        kind: OptionKind::Bool,
        help: "Accept x-square-signature (HMAC-SHA1) where x-square-hmacsha256-signature is absent.",
    }],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Url, Part::Body], Signature::base64(&["x-square-hmacsha256-signature"], Format::Bare))
        .legacy(&Legacy {
            option: "legacy_sha1",
            recipe: Recipe::hmac_sha1(
                &[Part::Url, Part::Body],
                Signature::base64(&["x-square-signature"], Format::Bare),
            )
            .check(),
        })
        .check();
