//! The vocabulary in which signature schemes are written down.
//!
//! Most providers do the same thing with other words: an HMAC over some parts of the request, written in a header in
//! some grammar, with a timestamp here or there. A [`Recipe`] says which parts and which grammar, as a constant:
//!
//! ```
//! use countersign::scheme::{Format, Part, Recipe, Signature, Timestamp};
//!
//! // v1=<hex> of "v1:<time>:<body>", the time in seconds in a header of its own, five minutes either way.
//! const ACME: Recipe = Recipe::hmac_sha256(
//!     &[Part::Literal("v1:"), Part::Timestamp, Part::Literal(":"), Part::Body],
//!     Signature::hex(&["acme-signature"], Format::Prefix("v1=")),
//! )
//! .timestamp(Timestamp::header(&["acme-time"]).tolerance_secs(300))
//! .check();
//! ```
//!
//! The same recipe verifies ([`SchemeVerifier`]), signs (feature `signing`) and describes itself. What contradicts
//! itself does not compile: a recipe that signs a time which it never reads, for example, ends the build at
//! [`Recipe::check`].
//!
//! # The words
//! | question | words |
//! |---|---|
//! | which algorithm | [`Algorithm`]: HMAC with SHA-1, SHA-256, SHA-384, SHA-512 |
//! | how the pasted secret becomes a key | [`KeyFormat`]: as text, base64, hex, with a prefix to strip |
//! | what is signed | [`Part`]: body, literal, timestamp, delivery id, URL, method, another header |
//! | where the signature is | [`Signature`]: one header or several, first present or any |
//! | how it is written | [`Format`]: bare, prefixed, a list of `key=value` pairs; [`Encoding`]: hex, base64, base64url |
//! | when it was signed | [`Timestamp`]: header or pair; seconds, milliseconds, RFC 3339; window |
//! | what else must be said | [`Recipe::require`]: headers with fixed values, such as the scheme's version |
//! | what to do about an older scheme | [`Legacy`]: refused unless an option allows it, never beside the newer one |
//! | what else to answer | [`Challenge`]: a function, before or after verification |
//!
//! A provider that no recipe fits is written by hand from the same bricks, beside the others in
//! [`providers`](crate::providers). A new word enters when three providers need it.

pub(crate) mod content;
mod describe;
#[cfg(feature = "toml")]
pub mod file;
pub(crate) mod form;
pub(crate) mod json;
pub(crate) mod jwt;
mod key;
pub(crate) mod multipart;
mod options;
mod recipe;
#[cfg(feature = "signing")]
pub(crate) mod sign;
mod signature;
pub(crate) mod timestamp;
mod verify;
#[cfg(feature = "explain")]
mod view;

#[cfg(feature = "signing")]
pub use self::sign::{SignError, Signed, SigningContext};
pub use self::{
    content::Part,
    key::{KeyEncoding, KeyFormat},
    options::{OptionKind, OptionSpec, OptionValue, Options},
    recipe::{Answer, AnswerUnverified, AnswerVerified, Challenge, Legacy, Recipe, RecipeError},
    signature::{Format, Signature},
    timestamp::{Timestamp, TimestampUnit},
    verify::SchemeVerifier,
};
pub(crate) use self::{options::TOLERANCE, signature::Tags, timestamp::check_window, verify::challenge_limit};
pub use crate::crypto::{Algorithm, Encoding};
