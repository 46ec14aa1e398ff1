use bytes::Bytes;
use http::Response;

use super::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers, hub};
use crate::{
    Rejection,
    request::WebhookRequest,
    scheme::{Answer, Challenge, Format, Options, Part, Recipe, Signature, TOLERANCE, Timestamp},
};

/// Strava: HMAC-SHA256 of `{t}.{body}`, in hex as `v1` beside `t` in one header. **Experimental.**
///
/// * **How sure this is**: the subscription check is documented. The signature of events is not: Strava's pages do not
///   mention it, several receivers read it since about 2025 with the formula here, and one reports that it did not
///   match. Where Strava sends none, every event is refused.
/// * **Header**: `X-Strava-Signature: t=…,v1=…`.
/// * **Signed**: the text of `t` (digits only), a full stop, the raw body.
/// * **Time window**: 300 s on either side, as receivers have it; the option `tolerance_s` changes it.
/// * **Subscription check**: an unsigned GET with `hub.mode=subscribe`, `hub.verify_token` and `hub.challenge`. With
///   the option `verify_token` it is answered here, in JSON; a wrong token is refused. Without the option it is
///   refused as unsigned.
/// * **Secret**: the signing secret, if strava.com/settings/api shows one, else the client secret. Sources disagree:
///   give both.
///
/// Source: <https://developers.strava.com/docs/webhooks/>
pub static STRAVA: Provider = Provider {
    id: "strava",
    aliases: &[],
    name: "Strava",
    docs: "https://developers.strava.com/docs/webhooks/",
    status: Status::Active,
    confidence: Confidence::Low,
    time_window: TimeWindow::Secs(300),
    challenge: true,
    secret: SecretInfo {
        env: "STRAVA_WEBHOOK_SIGNING_SECRET",
        location: "strava.com/settings/api: signing secret if it is shown, and client secret",
        format: "40 hexadecimal digits, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body (undocumented)",
    pitfalls: &[
        "event signatures are not documented: unsigned events, which may be the usual case, are refused",
        "the verify token comes with the subscription check only and is no key",
        "the check must be answered within two seconds",
    ],
    options: &[TOLERANCE, hub::VERIFY_TOKEN],
    scheme: ProviderScheme::Recipe(RECIPE),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal("."), Part::Body],
    Signature::hex(&["x-strava-signature"], Format::Pairs { separator: ',', assign: '=', key: "v1" }),
)
.timestamp(Timestamp::pair("t").tolerance_secs(300))
.challenge(&Challenge {
    verified: None,
    unverified: Some(Answer { applies: hub::applies, answer: subscription_check }),
})
.check();

fn subscription_check(request: &WebhookRequest<'_>, options: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    Some(hub::challenge(request.head(), options).map(|challenge| answers::json(&[("hub.challenge", &challenge)])))
}
