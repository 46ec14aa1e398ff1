//! What was signed, as bytes.

use countersign::{providers, request::WebhookRequest};
use serde_json::Value;

use super::{Inspector, edits::Edits, export};
use crate::store::Exchange;

impl Inspector {
    /// The pieces that the provider's scheme signs in this request, where that can be told without showing a secret.
    pub(super) fn signed_view(&self, exchange: &Exchange) -> Option<Value> {
        if exchange.request.body.kept() > MOST_SHOWN {
            return None;
        }
        let provider = providers::by_id(exchange.decision.provider.as_deref()?).ok()?;
        let route = self.route(&exchange.route).ok().and_then(|route| route.config.verification.as_ref());
        let options = route.filter(|route| route.provider.id == provider.id).map(|route| route.options.clone());
        let request = Edits::default().apply(exchange).ok()?;
        let url = export::url(exchange);
        let request = WebhookRequest::new(request.method(), url.as_str(), request.headers(), &request.body()[..]);
        let view = provider.signed_view(&request, &options.unwrap_or_default())?;
        serde_json::to_value(view.segments).ok()
    }
}

/// Larger bodies are not shown twice.
const MOST_SHOWN: usize = 256 << 10;
