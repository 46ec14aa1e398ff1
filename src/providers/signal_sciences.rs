use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Signal Sciences, now Fastly Next-Gen WAF: HMAC-SHA256 of the raw body, in hex.
///
/// * **Header**: `X-SigSci-Signature`.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. The body's `created` is covered, but no age limit is documented.
/// * **Secret**: site, Manage, Site Integrations, the generic webhook, reveal key. It can be rotated there: give old
///   and new for a while.
///
/// Source: <https://www.fastly.com/documentation/guides/next-gen-waf/integrations/generic-webhooks/>
pub static SIGNAL_SCIENCES: Provider = Provider {
    id: "signal_sciences",
    aliases: &["fastly", "signalsciences"],
    name: "Signal Sciences",
    docs: "https://www.fastly.com/documentation/guides/next-gen-waf/integrations/generic-webhooks/",
    status: Status::Renamed,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "SIGNAL_SCIENCES_SIGNING_KEY",
        location: "site > Manage > Site Integrations > the generic webhook > reveal key",
        format: "the text as shown",
    },
    summary: "HMAC-SHA256 of the raw body",
    pitfalls: &[
        "when the key is rotated, give the old and the new one for a while",
        "the header kept the old name of the product",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-sigsci-signature"], Format::Bare)).check();
