//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

pub mod adyen;
mod answers;
mod body_time;
pub mod bolt;
pub mod braintree;
pub mod coinbase;
pub mod contentful;
pub mod dropbox_sign;
pub mod figma;
pub mod gitea;
mod github;
pub mod graphcms;
pub mod hubspot;
mod linear;
pub mod mailchimp;
pub mod mailgun;
pub mod plivo;
mod provider;
mod pusher;
mod shopify;
pub mod signalwire;
pub mod sinch;
mod slack;
mod stripe;
pub mod twilio;

pub use self::{
    adyen::ADYEN,
    bolt::BOLT,
    braintree::BRAINTREE,
    coinbase::COINBASE,
    contentful::CONTENTFUL,
    dropbox_sign::DROPBOX_SIGN,
    figma::FIGMA,
    gitea::GITEA,
    github::GITHUB,
    graphcms::GRAPHCMS,
    hubspot::HUBSPOT,
    linear::LINEAR,
    mailchimp::MAILCHIMP,
    mailgun::MAILGUN,
    plivo::PLIVO,
    provider::{CustomScheme, Provider, ProviderScheme, SecretInfo, by_id},
    pusher::PUSHER,
    shopify::SHOPIFY,
    signalwire::SIGNALWIRE,
    sinch::SINCH,
    slack::SLACK,
    stripe::STRIPE,
    twilio::TWILIO,
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[
    &ADYEN,
    &BOLT,
    &BRAINTREE,
    &COINBASE,
    &CONTENTFUL,
    &DROPBOX_SIGN,
    &FIGMA,
    &GITEA,
    &GITHUB,
    &GRAPHCMS,
    &HUBSPOT,
    &LINEAR,
    &MAILCHIMP,
    &MAILGUN,
    &PLIVO,
    &PUSHER,
    &SHOPIFY,
    &SIGNALWIRE,
    &SINCH,
    &SLACK,
    &STRIPE,
    &TWILIO,
];
