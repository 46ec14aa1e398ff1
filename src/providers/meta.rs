//! What Meta's products have in common: Facebook, Messenger, Instagram, WhatsApp.

use bytes::Bytes;
use http::Response;

use super::{answers, hub};
use crate::{
    Rejection,
    request::WebhookRequest,
    scheme::{Answer, Challenge, Format, Legacy, OptionKind, OptionSpec, Options, Part, Recipe, Signature},
};

/// HMAC-SHA256 of the raw body. The SHA-1 header that may stand beside it is not looked at.
pub(super) const RECIPE: Recipe =
    Recipe::hmac_sha256(&[Part::Body], Signature::hex(&["x-hub-signature-256"], Format::Prefix("sha256=")))
        .challenge(&Challenge {
            verified: None,
            unverified: Some(Answer { applies: hub::applies, answer: subscription_check }),
        })
        .check();

/// The same, and an option for the SHA-1 header of before.
pub(super) const RECIPE_OR_SHA1: Recipe = RECIPE
    .legacy(&Legacy {
        option: ALLOW_SHA1.name,
        recipe: Recipe::hmac_sha1(&[Part::Body], Signature::hex(&["x-hub-signature"], Format::Prefix("sha1="))).check(),
    })
    .check();

/// The option that allows the SHA-1 header alone.
pub(super) const ALLOW_SHA1: OptionSpec = OptionSpec {
    name: "allow_sha1",
    kind: OptionKind::Bool,
    help: "Accept X-Hub-Signature (HMAC-SHA1) where X-Hub-Signature-256 is absent.",
};

/// The pitfalls of all of them.
pub(super) const PITFALLS: &[&str] = &[
    "JSON that was parsed and written again loses its \\u escapes: it fails for messages with such characters only",
    "the verify token is for the subscription check alone; the app secret is the key",
    "no time and no delivery id are signed: a deliberate replay is not noticed",
];

fn subscription_check(request: &WebhookRequest<'_>, options: &Options) -> Option<Result<Response<Bytes>, Rejection>> {
    Some(hub::challenge(request.head(), options).map(|challenge| answers::plain_text(&challenge)))
}
