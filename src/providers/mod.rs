//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

mod answers;
mod facebook_graph_api;
mod facebook_messenger;
mod github;
mod hub;
mod instagram;
mod meta;
pub mod plivo;
mod provider;
mod query;
mod shopify;
mod slack;
mod strava;
mod stripe;
pub mod twilio;
mod whatsapp;

pub use self::{
    answers::OfferedSecret,
    facebook_graph_api::FACEBOOK_GRAPH_API,
    facebook_messenger::FACEBOOK_MESSENGER,
    github::GITHUB,
    instagram::INSTAGRAM,
    plivo::PLIVO,
    provider::{CustomScheme, Provider, ProviderScheme, SecretInfo, by_id},
    shopify::SHOPIFY,
    slack::SLACK,
    strava::STRAVA,
    stripe::STRIPE,
    twilio::TWILIO,
    whatsapp::WHATSAPP,
};

/// Every provider, sorted by id.
#[rustfmt::skip]
pub static ALL: &[&Provider] = &[
    &FACEBOOK_GRAPH_API,
    &FACEBOOK_MESSENGER,
    &GITHUB,
    &INSTAGRAM,
    &PLIVO,
    &SHOPIFY,
    &SLACK,
    &STRAVA,
    &STRIPE,
    &TWILIO,
    &WHATSAPP,
];
