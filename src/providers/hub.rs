//! The subscription check that Meta and Strava share: an unsigned GET with `hub.mode`, `hub.challenge` and
//! `hub.verify_token`.
//!
//! The verify token is a text that the user chose and typed in at the provider. It is no key: events are signed with
//! another secret. Without the option the check is refused like any unsigned request.

use http::Method;

use super::{answers, query};
use crate::{
    Rejection, RejectionKind,
    crypto::is_same_text,
    request::RequestHead,
    scheme::{OptionKind, OptionSpec, Options},
};

/// The option that holds the verify token.
pub(super) const VERIFY_TOKEN: OptionSpec = OptionSpec {
    name: "verify_token",
    kind: OptionKind::Text,
    help: "The verify token that was given to the provider: subscription checks that carry it are answered.",
};

/// Whether a request is to be judged as a subscription check.
pub(super) fn applies(head: &RequestHead<'_>, options: &Options) -> bool {
    head.method() == Method::GET
        && options.text(VERIFY_TOKEN.name).is_some()
        && [MODE, CHALLENGE, TOKEN].into_iter().any(|name| query::has(head, name))
}

/// The challenge to be repeated, if the verify token is right.
///
/// The challenge comes from whoever knows the token, and is repeated only if it cannot be anything but a word.
pub(super) fn challenge(head: &RequestHead<'_>, options: &Options) -> Result<String, Rejection> {
    let expected = options.text(VERIFY_TOKEN.name).ok_or(RejectionKind::MissingSignature)?;
    let presented = query::one(head, TOKEN).unwrap_or_default();
    if !is_same_text(&presented, expected.as_bytes()) || query::one(head, MODE).as_deref() != Some(b"subscribe") {
        return Err(RejectionKind::SignatureMismatch.into());
    }
    query::one(head, CHALLENGE)
        .filter(|challenge| answers::is_token(challenge))
        .and_then(|challenge| String::from_utf8(challenge).ok())
        .ok_or_else(|| RejectionKind::MalformedSignature.into())
}

const CHALLENGE: &str = "hub.challenge";
const MODE: &str = "hub.mode";
const TOKEN: &str = "hub.verify_token";
