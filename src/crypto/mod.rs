//! The only place where MACs are made and signatures are compared.
//!
//! 1. What a MAC should be never leaves this module in a form that can be compared: [`Expected`] has no bytes, no
//!    `Debug` and no `==`, only [`Expected::matches`]. There are two exceptions: the signing path (`signing` feature), and
//!    [`Keys::answer_challenge`] for the providers whose endpoint check is answered with the key that signs events.
//! 2. Comparison takes the same time wherever two tags differ, and a tag of another length never gets this far:
//!    decoding it already failed.
//! 3. A key is expanded once, when the verifier is made, and its state is cloned for each request.

mod encoding;
mod keyed_md5;
mod mac;
mod token;

pub use self::{encoding::Encoding, mac::Algorithm};
#[cfg(feature = "signing")]
pub(crate) use self::{
    encoding::hex_lower,
    mac::{Key, sha256},
};
pub(crate) use self::{
    encoding::{SignatureTag, decode_base64_text, decode_hex_text},
    keyed_md5::KeyedMd5,
    mac::{Keys, Sink, hex_sha256_matches},
    token::{Tokens, is_same_text},
};
