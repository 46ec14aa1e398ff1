//! The URLs that the provider may have signed.
//!
//! Variants are made by edits of the URL as it arrived; what a match is *called* is told by comparing it with that URL
//! ([`diff`]), whatever edits led to it.

mod diff;
mod edits;
mod hints;
mod parts;
mod query;

pub(super) use self::{diff::differences, edits::variants, hints::Hints, parts::UrlParts, query::permutations};
