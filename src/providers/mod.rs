//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

mod answers;
mod github;
pub mod plivo;
mod provider;
mod shopify;
mod slack;
mod stripe;
pub mod twilio;

pub use self::{
    github::GITHUB,
    plivo::PLIVO,
    provider::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, by_id},
    shopify::SHOPIFY,
    slack::SLACK,
    stripe::STRIPE,
    twilio::TWILIO,
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[&GITHUB, &PLIVO, &SHOPIFY, &SLACK, &STRIPE, &TWILIO];
