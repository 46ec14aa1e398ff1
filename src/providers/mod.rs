//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

pub mod adyen;
mod answers;
mod body_time;
pub mod bolt;
pub mod braintree;
pub mod figma;
pub mod gitea;
mod github;
pub mod hubspot;
mod linear;
pub mod plivo;
mod provider;
mod pusher;
mod shopify;
mod slack;
mod stripe;
pub mod twilio;

pub use self::{
    adyen::ADYEN,
    bolt::BOLT,
    braintree::BRAINTREE,
    figma::FIGMA,
    gitea::GITEA,
    github::GITHUB,
    hubspot::HUBSPOT,
    linear::LINEAR,
    plivo::PLIVO,
    provider::{CustomScheme, Provider, ProviderScheme, SecretInfo, by_id},
    pusher::PUSHER,
    shopify::SHOPIFY,
    slack::SLACK,
    stripe::STRIPE,
    twilio::TWILIO,
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[
    &ADYEN, &BOLT, &BRAINTREE, &FIGMA, &GITEA, &GITHUB, &HUBSPOT, &LINEAR, &PLIVO, &PUSHER, &SHOPIFY, &SLACK, &STRIPE,
    &TWILIO,
];
