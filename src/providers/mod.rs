//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

mod answers;
mod body_time;
pub mod bolt;
pub mod figma;
pub mod gitea;
mod github;
mod linear;
pub mod plivo;
mod provider;
mod pusher;
mod shopify;
mod slack;
mod stripe;
pub mod twilio;

pub use self::{
    bolt::BOLT,
    figma::FIGMA,
    gitea::GITEA,
    github::GITHUB,
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
pub static ALL: &[&Provider] =
    &[&BOLT, &FIGMA, &GITEA, &GITHUB, &LINEAR, &PLIVO, &PUSHER, &SHOPIFY, &SLACK, &STRIPE, &TWILIO];
