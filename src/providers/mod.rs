//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.
//!
//! Providers that sign with a private key need a feature of the crate: `ecdsa`, `ed25519`, `rsa` or `x509`, as their
//! pages say. Without it they are not there: a feature adds providers and never changes what another one does.

mod answers;
#[cfg(feature = "ed25519")]
mod discord;
mod github;
pub mod monday;
pub mod netlify;
#[cfg(feature = "x509")]
pub mod paypal;
#[cfg(feature = "ecdsa")]
pub mod plaid;
pub mod plivo;
mod provider;
#[cfg(any(feature = "ecdsa", feature = "ed25519", feature = "rsa"))]
mod public_key;
#[cfg(feature = "ecdsa")]
mod sendgrid;
mod shopify;
mod slack;
mod standard_webhooks;
mod stripe;
mod svix;
#[cfg(feature = "ed25519")]
mod telnyx;
pub mod twilio;
#[cfg(feature = "rsa")]
mod wise;

#[cfg(feature = "ed25519")]
pub use self::discord::DISCORD;
#[cfg(feature = "x509")]
pub use self::paypal::PAYPAL;
#[cfg(feature = "ecdsa")]
pub use self::plaid::PLAID;
#[cfg(feature = "ecdsa")]
pub use self::sendgrid::SENDGRID;
#[cfg(feature = "ed25519")]
pub use self::telnyx::TELNYX;
#[cfg(feature = "rsa")]
pub use self::wise::WISE;
pub use self::{
    github::GITHUB,
    monday::MONDAY,
    netlify::NETLIFY,
    plivo::PLIVO,
    shopify::SHOPIFY,
    slack::SLACK,
    standard_webhooks::STANDARD_WEBHOOKS,
    stripe::STRIPE,
    svix::SVIX,
    twilio::TWILIO,
    provider::{CustomScheme, Provider, ProviderScheme, SecretInfo, by_id},
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[
    #[cfg(feature = "ed25519")]
    &DISCORD,
    &GITHUB,
    &MONDAY,
    &NETLIFY,
    #[cfg(feature = "x509")]
    &PAYPAL,
    #[cfg(feature = "ecdsa")]
    &PLAID,
    &PLIVO,
    #[cfg(feature = "ecdsa")]
    &SENDGRID,
    &SHOPIFY,
    &SLACK,
    &STANDARD_WEBHOOKS,
    &STRIPE,
    &SVIX,
    #[cfg(feature = "ed25519")]
    &TELNYX,
    &TWILIO,
    #[cfg(feature = "rsa")]
    &WISE,
];
