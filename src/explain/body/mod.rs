//! The bodies that the provider may have signed, before somebody changed the one that arrived.
//!
//! Variants are made one at a time and thrown away: a body may be large. What costs much to make (JSON and forms in all
//! their writings) is left out for bodies that are too large for it.

mod charset;
mod compression;
pub(super) mod escape;
mod form;
mod json;
mod text;

use std::{
    borrow::Cow,
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use http::{HeaderMap, HeaderValue, header};

use super::{code::Code, delivery::Delivery};

/// A body that may have been signed.
pub(super) struct Variant<'v> {
    pub(super) code: Code,
    /// What was done to the body that arrived.
    pub(super) what: &'static str,
    pub(super) body: Cow<'v, [u8]>,
    /// The headers, where they have to change with it.
    pub(super) headers: Option<HeaderMap>,
}

impl<'v> Variant<'v> {
    fn new(code: Code, what: &'static str, body: impl Into<Cow<'v, [u8]>>) -> Self {
        Self { code, what, body: body.into(), headers: None }
    }
}

/// Takes variants until it says stop.
type Try<'t> = dyn FnMut(Variant<'_>) -> bool + 't;

/// Calls `try_one` with variant after variant, the likelier first, until it says stop. None comes twice.
pub(super) fn variants(delivery: &Delivery<'_>, provider: &str, try_one: &mut Try<'_>) {
    if !delivery.body_is_whole {
        return;
    }
    let hasher = RandomState::new();
    let mut known = HashSet::from([hasher.hash_one(&delivery.body[..])]);
    let mut fresh = |variant: Variant<'_>| {
        let is_new = variant.headers.is_some() || known.insert(hasher.hash_one(&variant.body[..]));
        is_new && try_one(variant)
    };
    // Each says whether it was told to stop.
    let _ = text::variants(&delivery.body, &mut fresh)
        || compression::variants(delivery, &mut fresh)
        || delivery.body.len() <= LARGEST
            && (json::variants(&delivery.body, &mut fresh)
                || form::variants(delivery, provider, &mut fresh)
                || charset::variants(&delivery.body, &mut fresh)
                || json::rare_variants(&delivery.body, &mut fresh));
}

/// The largest body of which JSON and forms are written anew.
const LARGEST: usize = 128 * 1024;

pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// The headers of a request whose body is a form.
pub(super) fn as_form(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
    headers
}

/// Whether the headers say that the body is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(FORM))
}

/// A flat JSON object as a form, for providers that sign its members as if they were parameters.
pub(super) fn flattened(delivery: &Delivery<'_>) -> Vec<Variant<'static>> {
    let forms = json::as_forms(&delivery.body).into_iter();
    forms
        .map(|form| Variant {
            headers: Some(as_form(delivery.headers)),
            ..Variant::new(Code::SchemeOtherVersion, "its JSON flattened into parameters", form.into_bytes())
        })
        .collect()
}
