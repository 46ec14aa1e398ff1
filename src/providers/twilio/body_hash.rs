//! `bodySHA256`: how Twilio covers a body that is no form.

use crate::{
    Rejection, RejectionKind,
    crypto::hex_sha256_matches,
    request::WebhookRequest,
    scheme::form::{Decoded, Params},
};

const NAME: &[u8] = b"bodySHA256";

/// Compares the query's hash with the body. Without a hash only an empty body is covered.
///
/// Twilio has sent the parameter twice: equal ones count once, differing ones are refused.
pub(in crate::providers) fn check(request: &WebhookRequest<'_>, body_is_empty: bool) -> Result<(), Rejection> {
    let query = request.url().query().unwrap_or_default();
    let params = Params::parse(query).ok_or(RejectionKind::SignatureMismatch)?;
    let mut hashes = params.iter().filter(|param| is_hash(param.name())).map(|param| param.value());
    let Some(first) = hashes.next() else {
        return if body_is_empty { Ok(()) } else { Err(RejectionKind::SignatureMismatch.into()) };
    };
    if hashes.any(|other| !other.eq(first.clone())) {
        return Err(RejectionKind::SignatureMismatch.into());
    }
    // One more than a hash has, so that a longer text cannot be cut to a right one.
    let hex: smallvec::SmallVec<[u8; 96]> = first.take(65).collect();
    if hex_sha256_matches(request.body().pieces(), &hex) {
        Ok(())
    } else {
        Err(RejectionKind::SignatureMismatch.into())
    }
}

fn is_hash(name: Decoded<'_>) -> bool {
    name.eq(NAME.iter().copied())
}

/// The URL with the body's hash in its query, in place of another body's.
#[cfg(feature = "signing")]
pub(in crate::providers) fn with_hash(url: &crate::SignedUrl<'_>, body: crate::request::RawBody<'_>) -> String {
    let hash = crate::crypto::hex_lower(&crate::crypto::sha256(body.pieces()));
    let [prefix, path] = url.path();
    let is_other = |pair: &str| {
        Params::parse(pair).is_some_and(|params| params.iter().next().is_some_and(|param| !is_hash(param.name())))
    };
    let others = url.query().unwrap_or_default().split('&').filter(|pair| is_other(pair));
    let mut text = format!("{}://{}{prefix}{path}?", url.scheme.as_str(), url.authority);
    for pair in others {
        text.push_str(pair);
        text.push('&');
    }
    text.push_str("bodySHA256=");
    text.push_str(&hash);
    text
}
