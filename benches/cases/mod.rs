//! What is measured: deliveries as providers send them, and three ways to verify each.
//!
//! | contender | what it does |
//! |---|---|
//! | [`Delivery::floor`] | the bare MAC over the bytes that are really signed, its key state kept and cloned |
//! | [`Delivery::verify`] | the public `WebhookVerifier::verify` |
//! | [`Peer`] | `webhook-verify`, with the form parsing that it asks of its caller |

mod delivery;
mod forms;
mod peer;

pub(crate) use self::{delivery::Delivery, peer::Peer};

/// Body sizes, small to large.
pub(crate) const SIZES: [(&str, usize); 4] =
    [("small", 200), ("2 KiB", 2 << 10), ("64 KiB", 64 << 10), ("1 MiB", 1 << 20)];

/// Providers that sign the raw body.
pub(crate) const RAW: [&str; 4] = ["github", "shopify", "slack", "stripe"];

/// Providers that sign the parameters of forms.
pub(crate) const FORMS: [&str; 2] = ["plivo", "twilio"];

/// Every delivery: each provider with each size. "small" is an SMS for the providers that sign forms.
pub(crate) fn all() -> Vec<Delivery> {
    let raw = RAW.iter().flat_map(|id| SIZES.iter().map(|(label, size)| raw(id, label, *size)));
    let forms = FORMS.iter().flat_map(|id| SIZES.iter().map(|(label, size)| form(id, label, *size)));
    raw.chain(forms).collect()
}

/// The small deliveries.
pub(crate) fn small() -> Vec<Delivery> {
    all().into_iter().filter(|delivery| delivery.label == SIZES[0].0).collect()
}

/// A JSON body of `size` bytes.
pub(crate) fn raw(provider: &'static str, label: &str, size: usize) -> Delivery {
    Delivery::sign(provider, label, "application/json", forms::json(size))
}

/// An SMS of 20 parameters; over 200 bytes with a text that has an escape or a `+` in every fifth byte.
pub(crate) fn form(provider: &'static str, label: &str, size: usize) -> Delivery {
    let body = if size <= 200 { forms::sms() } else { forms::dense(size) };
    Delivery::sign(provider, label, "application/x-www-form-urlencoded", body)
}

/// A form of many short parameters.
pub(crate) fn parameters(provider: &'static str, count: usize) -> Delivery {
    let label = format!("{count} parameters");
    Delivery::sign(provider, &label, "application/x-www-form-urlencoded", forms::parameters(count))
}
