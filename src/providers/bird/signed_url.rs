//! The Notifications API's scheme.

use http::HeaderName;

use super::BIRD;
use crate::{
    Rejection, RejectionKind, Secrets, Verdict, Verified,
    clock::UnixTime,
    crypto::{Algorithm, Encoding, Keys, SignatureTag, sha256},
    request::{RequestHead, WebhookRequest},
    scheme::timestamp::{TimestampUnit, check_window},
    verdict::{UrlForm, UrlMatch},
    verifier::Context,
};

pub(super) const SIGNATURE: HeaderName = HeaderName::from_static("messagebird-signature");
const TIMESTAMP: HeaderName = HeaderName::from_static("messagebird-request-timestamp");

pub(super) struct SignedUrlScheme {
    keys: Keys,
}

struct Presented<'a> {
    tag: SignatureTag,
    timestamp: &'a [u8],
    signed_at: UnixTime,
}

impl SignedUrlScheme {
    pub(super) fn new(secrets: &Secrets) -> Option<Self> {
        let keys = Keys::new(Algorithm::HmacSha256, secrets, |secret| Some(secret.to_vec().into()))?;
        Some(Self { keys })
    }

    pub(super) fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        present(head).map(drop)
    }

    pub(super) fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let presented = present(request.head())?;
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        let hash = sha256(request.body().pieces());
        let found = request.url().candidates().find_map(|url| {
            let index = self.keys.find_fed(&[presented.tag], |sink| {
                sink.put(presented.timestamp);
                sink.put(b"\n");
                url.pieces().iter().for_each(|piece| sink.put(piece.as_bytes()));
                sink.put(b"\n");
                sink.put(&hash);
            })?;
            Some((index, url.scheme.as_str()))
        });
        let (index, scheme) = found.ok_or(RejectionKind::SignatureMismatch)?;
        check_window(presented.signed_at, None, context)?;
        let verified = Verified::new(BIRD.id, self.keys.secret(index)).with_signed_at(Some(presented.signed_at));
        Ok(Verdict::Accept(verified.with_url(UrlMatch { scheme, form: UrlForm::AsRequested })))
    }
}

fn present<'a>(head: &RequestHead<'a>) -> Result<Presented<'a>, Rejection> {
    let text = head.header(&SIGNATURE)?.filter(|text| !text.is_empty()).ok_or(RejectionKind::MissingSignature)?;
    let tag = Encoding::Base64.decode(text, Algorithm::HmacSha256.tag_length());
    let tag = tag.ok_or(RejectionKind::MalformedSignature)?;
    let timestamp = head.header(&TIMESTAMP)?.ok_or(RejectionKind::TimestampMissing)?;
    let signed_at = TimestampUnit::Secs.parse(timestamp).ok_or(RejectionKind::TimestampMalformed)?;
    Ok(Presented { tag, timestamp, signed_at })
}
