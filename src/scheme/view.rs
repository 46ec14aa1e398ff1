//! The bytes that a recipe signs, for people to look at.

use http::HeaderName;

use super::{content::Part, recipe::Recipe, timestamp::Location};
use crate::{
    explain::{SegmentKind, SignedView},
    request::WebhookRequest,
};

impl Recipe {
    /// What is signed of a request, with the URL's first candidate; of the older scheme where only its header is there.
    #[must_use]
    pub fn signed_view(&self, request: &WebhookRequest<'_>) -> SignedView {
        let present = |name: &&'static str| request.headers().contains_key(HeaderName::from_static(name));
        if let Some(legacy) = self.legacy
            && !self.signature.headers.iter().any(&present)
            && legacy.recipe.signature.headers.iter().any(present)
        {
            return legacy.recipe.signed_view(request);
        }
        let mut view = SignedView::default();
        for part in self.content {
            match part {
                Part::Body => view.push(SegmentKind::Body, request.body().contiguous()),
                Part::DeliveryId => view.push(SegmentKind::DeliveryId, first_of(request, self.delivery_id)),
                Part::Header(name) => view.push_named(SegmentKind::Header, name, first_of(request, &[name])),
                Part::Literal(text) => view.push(SegmentKind::Literal, *text),
                Part::Method => view.push(SegmentKind::Method, request.method().as_str()),
                Part::Timestamp => view.push(SegmentKind::Timestamp, self.timestamp_text(request)),
                Part::Url => {
                    let url = request.url().candidates().next();
                    view.push(SegmentKind::Url, url.map(|url| url.pieces().concat()).unwrap_or_default());
                }
            }
        }
        view
    }

    fn timestamp_text<'a>(&self, request: &WebhookRequest<'a>) -> &'a [u8] {
        match self.timestamp.map(|timestamp| timestamp.location) {
            Some(Location::Headers(names)) => first_of(request, names),
            Some(Location::Pair(name)) => {
                let header = first_of(request, self.signature.headers);
                self.signature.format.pair(header, name).ok().flatten().unwrap_or_default()
            }
            None => &[],
        }
    }
}

/// The first of the headers that is there; nothing if none is.
fn first_of<'a>(request: &WebhookRequest<'a>, names: &[&'static str]) -> &'a [u8] {
    let values = names.iter().filter_map(|name| request.headers().get(HeaderName::from_static(name)));
    values.map(http::HeaderValue::as_bytes).find(|value| !value.is_empty()).unwrap_or_default()
}
