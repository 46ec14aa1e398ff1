#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
//!
//! # The map of the crate
//! | module | what is in it |
//! |---|---|
//! | [`middleware`] | the layer, its service, future, bodies |
//! | [`providers`] | one page and one scheme for each provider |
//! | [`scheme`] | the vocabulary of signature schemes, for providers of your own |
//! | [`public_url`] | how the URL that was signed is found behind proxies and tunnels |
//! | `explain` (feature `explain`) | why a delivery was refused: the one change that would have made it match |
//! | [`guide`] | the public URL, rotation, replays, tenants, providers of your own |
//! | `key_source` (features `ecdsa`, `x509`) | certificates and key sets that providers publish |
//! | [`request`], [`verifier`], [`verdict`] | what a verifier sees, does, and decides |
//! | `sign` (feature `signing`) | signed requests for tests of your own, and captured ones signed anew |
//! | [`secret`], [`clock`], [`error`] | what it needs, and what can be wrong with it |

pub mod clock;
mod crypto;
pub mod error;
#[cfg(feature = "explain")]
pub mod explain;
pub mod guide;
#[cfg(any(feature = "ecdsa", feature = "x509"))]
pub mod key_source;
pub mod middleware;
pub mod providers;
pub mod public_url;
pub mod request;
pub mod scheme;
pub mod secret;
#[cfg(feature = "signing")]
pub mod sign;
mod trace;
#[cfg(feature = "vectors")]
pub mod vectors;
pub mod verdict;
pub mod verifier;

#[cfg(feature = "explain")]
pub use self::explain::Explainer;
pub(crate) use self::public_url::SignedUrl;
pub use self::{
    error::ConfigError,
    middleware::VerifyWebhookLayer,
    public_url::PublicUrl,
    secret::{Secret, Secrets},
    verdict::{Rejection, RejectionKind, Verdict, Verified},
    verifier::WebhookVerifier,
};
