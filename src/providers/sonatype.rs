use http::HeaderName;

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, tailored::Tailored};
use crate::{
    Rejection, RejectionKind,
    request::RequestHead,
    scheme::{Format, Part, Recipe, Signature},
};

/// Sonatype Nexus Repository and IQ Server (Lifecycle): HMAC-SHA1 of the raw body, in hex.
///
/// * **Header**: `X-Nexus-Webhook-Signature`. IQ Server names the algorithm in `X-Nexus-Webhook-Signature-Algorithm`;
///   any other than `HmacSHA1` is refused.
/// * **Signed**: the raw body.
/// * **Replay protection**: none, no time is signed. `X-Nexus-Webhook-Delivery` is not signed; the body's `timestamp`
///   is covered, but no age limit is documented.
/// * **Secret**: Nexus Repository: Administration, System, Capabilities, the webhook, Settings, Secret Key; IQ Server:
///   System Preferences, Webhooks, Secret Key. Without one, deliveries carry no signature and are refused.
///
/// Source: <https://help.sonatype.com/en/enabling-a-repository-webhook-capability.html>
pub static SONATYPE: Provider = Provider {
    id: "sonatype",
    aliases: &["sonatype_nexus"],
    name: "Sonatype",
    docs: "https://help.sonatype.com/en/enabling-a-repository-webhook-capability.html",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "SONATYPE_WEBHOOK_SECRET",
        location: "Administration > System > Capabilities > the webhook > Secret Key; IQ: System Preferences > Webhooks",
        format: "the text that was chosen",
    },
    summary: "HMAC-SHA1 of the raw body",
    pitfalls: &[
        "SHA-1 is all that Sonatype offers",
        "without a secret key nothing is signed, and everything is refused",
        "JSON that was parsed and written again may not verify",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&SCHEME),
};

const RECIPE: Recipe = Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-nexus-webhook-signature"], Format::Bare))
    .delivery_id(&["x-nexus-webhook-delivery"])
    .check();

const SCHEME: Tailored = Tailored::new("sonatype", RECIPE).head(names_no_other_algorithm);

fn names_no_other_algorithm(head: &RequestHead<'_>) -> Result<(), Rejection> {
    match head.header(&HeaderName::from_static("x-nexus-webhook-signature-algorithm"))? {
        None | Some(b"" | b"HmacSHA1") => Ok(()),
        Some(_) => Err(RejectionKind::UnsupportedAlgorithm.into()),
    }
}
