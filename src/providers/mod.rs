//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

pub mod airship;
mod answers;
mod asana;
mod dropbox;
mod facebook_graph_api;
mod facebook_messenger;
mod github;
pub mod gitlab;
mod hub;
mod instagram;
mod meta;
mod notion;
pub mod okta;
pub mod plivo;
mod provider;
mod query;
mod shopify;
mod slack;
mod strava;
mod stripe;
pub mod telegram;
pub mod trello;
pub mod twilio;
pub mod twitter;
pub mod vmware;
mod whatsapp;
mod woocommerce;
mod worldline;
pub mod xero;
pub mod zoom;

pub use self::{
    airship::AIRSHIP,
    answers::OfferedSecret,
    asana::ASANA,
    dropbox::DROPBOX,
    facebook_graph_api::FACEBOOK_GRAPH_API,
    facebook_messenger::FACEBOOK_MESSENGER,
    github::GITHUB,
    gitlab::GITLAB,
    instagram::INSTAGRAM,
    notion::NOTION,
    okta::OKTA,
    plivo::PLIVO,
    provider::{CustomScheme, Provider, ProviderScheme, SecretInfo, by_id},
    shopify::SHOPIFY,
    slack::SLACK,
    strava::STRAVA,
    stripe::STRIPE,
    telegram::TELEGRAM,
    trello::TRELLO,
    twilio::TWILIO,
    twitter::TWITTER,
    vmware::VMWARE,
    whatsapp::WHATSAPP,
    woocommerce::WOOCOMMERCE,
    worldline::WORLDLINE,
    xero::XERO,
    zoom::ZOOM,
};

/// Every provider, sorted by id.
#[rustfmt::skip]
pub static ALL: &[&Provider] = &[
    &AIRSHIP,
    &ASANA,
    &DROPBOX,
    &FACEBOOK_GRAPH_API,
    &FACEBOOK_MESSENGER,
    &GITHUB,
    &GITLAB,
    &INSTAGRAM,
    &NOTION,
    &OKTA,
    &PLIVO,
    &SHOPIFY,
    &SLACK,
    &STRAVA,
    &STRIPE,
    &TELEGRAM,
    &TRELLO,
    &TWILIO,
    &TWITTER,
    &VMWARE,
    &WHATSAPP,
    &WOOCOMMERCE,
    &WORLDLINE,
    &XERO,
    &ZOOM,
];
