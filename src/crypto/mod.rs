//! The only place where MACs are made and signatures are compared.
//!
//! 1. What a MAC should be never leaves this module in a form that can be compared: it is made and
//!    compared in one function. The one exception is the signing path (`signing` feature).
//! 2. Comparison takes the same time wherever two tags differ, and a tag of another length never gets this far:
//!    decoding it already failed.
//! 3. A key is expanded once, when the verifier is made, and its state is cloned for each request.

mod encoding;
mod mac;

pub use self::{encoding::Encoding, mac::Algorithm};
#[cfg(feature = "signing")]
pub(crate) use self::{
    encoding::hex_lower,
    mac::{Key, sha256},
};
pub(crate) use self::{
    encoding::{SignatureTag, decode_base64_text, decode_hex_text},
    mac::{Keys, Sink, hex_sha256_matches},
};
