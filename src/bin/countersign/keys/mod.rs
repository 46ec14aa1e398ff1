//! Keys that providers publish: fetched, kept, and asked for by the verifier. And the one other thing that is fetched,
//! the confirmation of an SNS subscription.
//!
//! What is fetched is named by requests, and requests come from strangers. So:
//!
//! 1. The library's verifier pins host and path, and nothing else decides which URLs are fetched.
//! 2. [`https`] makes the connection: TLS with the public authorities, no redirects, bounded in time and size, and to
//!    public addresses only ([`address`]).
//! 3. [`fetcher`] bounds the rest: one fetch for all deliveries that wait for a key, so many fetches at a time and per
//!    second, so many deliveries that wait. [`cache`] remembers what was found, and for a while what was not.

mod address;
mod cache;
mod fetcher;
mod https;
mod rate;
mod report;
mod subscriptions;
mod trust;

pub(crate) use self::{
    fetcher::Fetcher,
    https::{Https, Route},
    subscriptions::Subscriptions,
    trust::Trust,
};
