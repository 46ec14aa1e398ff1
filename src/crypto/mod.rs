//! The only place where MACs are made and signatures are compared.
//!
//! 1. What a MAC should be never leaves this module in a form that can be compared: [`Expected`] has no bytes, no
//!    `Debug` and no `==`, only [`Expected::matches`]. The one exception is [`Key::sign`]: the signing path (`signing`
//!    feature), and challenges that a provider wants answered with the key.
//! 2. Comparison takes the same time wherever two tags differ, and a tag of another length never gets this far:
//!    decoding it already failed.
//! 3. A key is expanded once, when the verifier is made, and its state is cloned for each request.

mod encoding;
mod mac;
mod token;

#[cfg(feature = "signing")]
pub(crate) use self::mac::sha256;
pub use self::{encoding::Encoding, mac::Algorithm};
pub(crate) use self::{
    encoding::{SignatureTag, decode_base64_text, decode_hex_text, hex_lower},
    mac::{Key, Keys, Sink, hex_sha256_matches, md5, sha1_key},
    token::Tokens,
};
