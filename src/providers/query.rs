//! Parameters of a URL's query, decoded as those of a form.

use crate::{request::RequestHead, scheme::form::Params};

/// Whether the query has a parameter of this name.
pub(super) fn has(head: &RequestHead<'_>, name: &str) -> bool {
    params(head).is_some_and(|params| params.iter().any(|param| param.name().eq(name.bytes())))
}

/// The decoded value of the one parameter of this name; `None` if there is none, or more than one.
pub(super) fn one(head: &RequestHead<'_>, name: &str) -> Option<Vec<u8>> {
    let params = params(head)?;
    let mut found = params.iter().filter(|param| param.name().eq(name.bytes()));
    match (found.next(), found.next()) {
        (Some(param), None) => Some(param.value().collect()),
        _ => None,
    }
}

fn params<'a>(head: &RequestHead<'a>) -> Option<Params<'a>> {
    Params::parse(head.url().query()?)
}
