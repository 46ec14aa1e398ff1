use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::scheme::{Format, Part, Recipe, Signature, TOLERANCE, Timestamp};

/// TikTok for Developers: HMAC-SHA256 of `{t}.{body}`, in hex as `s` beside `t` in one header.
///
/// * **Header**: `TikTok-Signature: t=…,s=…`.
/// * **Signed**: the text of `t`, a full stop, the raw body.
/// * **Time window**: 300 s on either side (our choice: TikTok leaves it to the receiver); the option `tolerance_s`
///   changes it.
/// * **Replay protection**: the window only; there is no delivery id.
/// * **Secret**: developer portal, Manage apps, the app, Credentials, Client secret.
///
/// TikTok Shop and TikTok ads sign differently and are refused.
///
/// Source: <https://developers.tiktok.com/doc/webhooks-verification>
pub static TIKTOK: Provider = Provider {
    id: "tiktok",
    aliases: &[],
    name: "TikTok",
    docs: "https://developers.tiktok.com/doc/webhooks-verification",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: false,
    secret: SecretInfo {
        env: "TIKTOK_CLIENT_SECRET",
        location: "developer portal > Manage apps > the app > Credentials > Client secret",
        format: "letters and digits",
    },
    summary: "HMAC-SHA256 of the time and the raw body",
    pitfalls: &[
        "TikTok Shop signs in another way",
        "content is JSON text inside JSON: writing it again does not verify",
        "whether a retry is signed anew is not documented: widen tolerance_s if retries are refused",
    ],
    options: &[TOLERANCE],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["tiktok-signature"], Format::Pairs { separator: ',', assign: '=', key: "s" }),
)
.timestamp(Timestamp::pair("t").tolerance_secs(300))
.check();
