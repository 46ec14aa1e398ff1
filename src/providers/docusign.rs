use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature};

/// Docusign Connect: HMAC-SHA256 of the raw body, in base64, in a numbered header for each key.
///
/// * **Headers**: `X-DocuSign-Signature-1`, `-2` and so on, up to 100: one for each active key of the account, any may
///   match.
/// * **Signed**: the raw body, JSON or XML.
/// * **Replay protection**: none, no time is signed. Remember `envelopeId`, `event` and `generatedDateTime` of the
///   body.
/// * **Secret**: Settings, Connect, Connect Keys, Add Secret Key; and tick Include HMAC Signature in the
///   configuration. The text is the key: it looks like base64 and is not decoded.
///
/// Source: <https://developers.docusign.com/platform/webhooks/connect/validate>
pub static DOCUSIGN: Provider = Provider {
    id: "docusign",
    aliases: &["docu_sign"],
    name: "Docusign Connect",
    docs: "https://developers.docusign.com/platform/webhooks/connect/validate",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "DOCUSIGN_HMAC_KEY",
        location: "Settings > Connect > Connect Keys > Add Secret Key",
        format: "44 characters that look like base64, used as text",
    },
    summary: "HMAC-SHA256 of the raw body, one header for each key",
    pitfalls: &[
        "the key is not decoded although it looks like base64",
        "without \"Include HMAC Signature\" in the configuration nothing is signed",
        "basic authentication, OAuth and mutual TLS are other mechanisms, and not looked at",
    ],
    options: &[],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::base64(HEADERS, Format::Bare).in_any_header()).check();

macro_rules! numbered {
    ($($number:literal)+) => {
        /// One header for each key that an account may have.
        const HEADERS: &[&str] = &[$(concat!("x-docusign-signature-", $number)),+];
    };
}

numbered! {
    1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
    21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40
    41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60
    61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80
    81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100
}
