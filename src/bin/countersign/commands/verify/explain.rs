//! Why a request was refused, within bounds.

use std::time::Duration;

use countersign::{
    Explainer,
    clock::{FixedClock, UnixTime},
    explain::{Budget, Delivery, Finding},
};
use http::HeaderMap;

use super::address::Address;
use crate::import::Imported;

/// For one of many requests: less than somebody waits for one.
pub(super) const ONE_OF_MANY: Budget = Budget::new(50_000, Duration::from_millis(500));

/// `None` where there is nothing to find, as where a body was cut that nobody signs.
pub(super) fn explain(
    explainer: &Explainer,
    request: &Imported,
    headers: &HeaderMap,
    address: &Address,
    now: Option<UnixTime>,
    budget: Budget,
) -> Option<Finding> {
    let explainer = explainer.clone().clock(FixedClock(now)).budget(budget);
    let (method, body) = (&request.method, &request.body[..]);
    let delivery = match address {
        Address::Exact(url) => Delivery::at(method, url, headers, body),
        Address::OfHost(uri) => Delivery::new(method, uri, headers, body),
    };
    let finding = explainer.explain(&delivery)?;
    if request.is_cut && !finding.is_explained() {
        // Had only a newline been cut off, it would have been found.
        return explainer.explain(&delivery.with_partial_body());
    }
    Some(finding)
}
