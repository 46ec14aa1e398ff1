//! Where an SDK is known to disagree with us, and why: each row with an example that a test holds against the SDK, so
//! that the list stays true.

use countersign::{RejectionKind, verdict::UrlForm};

use super::Sdk;
use crate::{
    delivery::{Delivery, Scheme},
    worker::Answer,
};

/// One known disagreement.
pub struct Difference {
    pub sdk: Sdk,
    pub name: &'static str,
    pub reason: &'static str,
    /// Whether it can be the cause of a disagreement that was found.
    pub applies: fn(&Found<'_>) -> bool,
    pub example: fn() -> Example,
}

/// A disagreement.
pub struct Found<'a> {
    pub delivery: &'a Delivery,
    pub ours: Result<Option<UrlForm>, RejectionKind>,
    pub sdk: &'a Answer,
}

/// A delivery that the two sides see differently.
pub struct Example {
    /// What is signed, as the documentation says.
    pub signed: Delivery,
    /// What arrives with this signature.
    pub arrives: Delivery,
    /// Whether we accept it; the SDK does the opposite.
    pub accepted_by_us: bool,
}

pub const DIFFERENCES: &[Difference] = &[];
