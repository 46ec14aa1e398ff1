//! Takes what is secret out of what is captured.

use std::borrow::Cow;

use super::Exchange;

/// Replaces credentials by header name, and the configured secrets by value.
#[derive(Default)]
pub(crate) struct Redactor {}

impl Redactor {
    /// `secrets`: each as it was configured, options' tokens among them. `headers`: more names of headers that hold
    /// credentials.
    pub(crate) fn new<'a>(
        secrets: impl IntoIterator<Item = &'a [u8]>,
        headers: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let _ = (secrets, headers);
        unimplemented!()
    }

    /// Redacts all parts of an exchange, and marks it if anything was replaced.
    pub(crate) fn exchange(&self, exchange: &mut Exchange) {
        let _ = exchange;
        unimplemented!()
    }

    /// Text for people, explanations, exports.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let _ = text;
        unimplemented!()
    }

    pub(crate) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let _ = bytes;
        unimplemented!()
    }
}
