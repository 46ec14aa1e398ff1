//! What was signed, as bytes.

use serde_json::Value;

use super::Inspector;
use crate::store::Exchange;

impl Inspector {
    /// The pieces that the provider's scheme signs in this request, where that can be told without showing a secret.
    pub(super) fn signed_view(&self, exchange: &Exchange) -> Option<Value> {
        let _ = exchange;
        None
    }
}
