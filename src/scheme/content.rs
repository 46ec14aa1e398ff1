//! What is signed: [`Part`]s, fed to a MAC one after the other.

use http::HeaderName;

use crate::{Rejection, RejectionKind, crypto::Sink, public_url::SignedUrl, request::WebhookRequest};

/// One part of the signed content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The raw body, as it came.
    Body,
    /// The delivery's id, as it stands in its header ([`Recipe::delivery_id`](super::Recipe::delivery_id)).
    DeliveryId,
    /// The value of a header (lower-case name), as it came; a request without it is refused.
    Header(&'static str),
    /// A constant text.
    Literal(&'static str),
    /// The method, in upper case as it came.
    Method,
    /// The timestamp, as it stands in the request ([`Recipe::timestamp`](super::Recipe::timestamp)).
    Timestamp,
    /// The whole public URL, as the provider requested it.
    Url,
}

/// The texts that parts refer to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Companions<'a> {
    pub(crate) timestamp: &'a [u8],
    pub(crate) delivery_id: &'a [u8],
}

/// Feeds all parts. `headers` are the names of the [`Part::Header`]s, in order.
pub(crate) fn feed(
    parts: &[Part],
    headers: &[HeaderName],
    request: &WebhookRequest<'_>,
    url: Option<&SignedUrl<'_>>,
    companions: Companions<'_>,
    sink: &mut (impl Sink + ?Sized),
) -> Result<(), Rejection> {
    let mut headers = headers.iter();
    for part in parts {
        match part {
            Part::Body => request.body().pieces().for_each(|piece| sink.put(piece)),
            Part::DeliveryId => sink.put(companions.delivery_id),
            Part::Header(_) => {
                let value = headers.next().map(|name| request.header(name)).transpose()?.flatten();
                sink.put(value.ok_or(RejectionKind::MalformedSignature)?);
            }
            Part::Literal(text) => sink.put(text.as_bytes()),
            Part::Method => sink.put(request.method().as_str().as_bytes()),
            Part::Timestamp => sink.put(companions.timestamp),
            Part::Url => {
                let url = url.ok_or(RejectionKind::UrlUnknown)?;
                url.pieces().iter().for_each(|piece| sink.put(piece.as_bytes()));
            }
        }
    }
    Ok(())
}
