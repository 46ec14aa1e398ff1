//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.
//!
//! Providers that sign with a private key need a feature of the crate: `ecdsa`, `ed25519`, `rsa` or `x509`, as their
//! pages say. Without it they are not there: a feature adds providers and never changes what another one does.

mod answers;
pub mod bird;
#[cfg(feature = "ed25519")]
mod discord;
mod github;
pub mod monday;
pub mod netlify;
pub mod paddle;
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
#[cfg(feature = "x509")]
pub mod sns;
mod standard_webhooks;
mod stripe;
mod svix;
#[cfg(feature = "ed25519")]
mod telnyx;
pub mod twilio;
pub mod vonage;
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
#[cfg(feature = "x509")]
pub use self::sns::SNS;
#[cfg(feature = "ed25519")]
pub use self::telnyx::TELNYX;
#[cfg(feature = "rsa")]
pub use self::wise::WISE;
pub use self::{
    bird::BIRD,
    github::GITHUB,
    monday::MONDAY,
    netlify::NETLIFY,
    paddle::PADDLE,
    plivo::PLIVO,
    provider::{CustomScheme, Provider, ProviderScheme, SecretInfo, by_id},
    shopify::SHOPIFY,
    slack::SLACK,
    standard_webhooks::STANDARD_WEBHOOKS,
    stripe::STRIPE,
    svix::SVIX,
    twilio::TWILIO,
    vonage::VONAGE,
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[
    &BIRD,
    #[cfg(feature = "ed25519")]
    &DISCORD,
    &GITHUB,
    &MONDAY,
    &NETLIFY,
    &PADDLE,
    #[cfg(feature = "x509")]
    &PAYPAL,
    #[cfg(feature = "ecdsa")]
    &PLAID,
    &PLIVO,
    #[cfg(feature = "ecdsa")]
    &SENDGRID,
    &SHOPIFY,
    &SLACK,
    #[cfg(feature = "x509")]
    &SNS,
    &STANDARD_WEBHOOKS,
    &STRIPE,
    &SVIX,
    #[cfg(feature = "ed25519")]
    &TELNYX,
    &TWILIO,
    &VONAGE,
    #[cfg(feature = "rsa")]
    &WISE,
];
