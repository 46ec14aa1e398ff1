//! The only place where MACs are made and signatures are compared.
//!
//! 1. What a MAC should be never leaves this module in a form that can be compared: it is made and compared in one
//!    function. There are two exceptions: the signing path (`signing` feature), and [`Keys::answer_challenge`] for the
//!    providers whose endpoint check is answered with the key that signs events.
//! 2. Comparison takes the same time wherever two tags differ, and a tag of another length never gets this far:
//!    decoding it already failed.
//! 3. Public-key signatures are verified strictly, and there are no private keys here at all.
//! 4. A key is expanded or parsed once, when the verifier is made, and its state is cloned for each request.

#[cfg(feature = "ecdsa")]
mod ecdsa;
#[cfg(feature = "ed25519")]
mod ed25519;
mod encoding;
mod mac;
#[cfg(any(feature = "ecdsa", feature = "ed25519", feature = "rsa"))]
mod public_key;
#[cfg(feature = "rsa")]
mod rsa;
mod token;
#[cfg(feature = "x509")]
mod x509;

#[cfg(feature = "ecdsa")]
pub(crate) use self::ecdsa::{EcdsaKey, EcdsaSignature};
#[cfg(feature = "ed25519")]
pub(crate) use self::ed25519::{ED25519_LENGTH, Ed25519Key};
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
pub(crate) use self::encoding::decode_strict_base64;
#[cfg(feature = "signing")]
pub(crate) use self::mac::Key;
#[cfg(any(feature = "ecdsa", feature = "ed25519", feature = "rsa"))]
pub(crate) use self::public_key::PublicKeys;
#[cfg(feature = "x509")]
pub(crate) use self::x509::Certificate;
pub use self::{encoding::Encoding, mac::Algorithm};
pub(crate) use self::{
    encoding::{SignatureTag, decode_base64_text, decode_hex_text, decode_strict_base64url, hex_lower},
    mac::{Keys, Sink, hex_sha256_matches, md5, sha1_key, sha256},
    token::{Tokens, is_same_text},
};
#[cfg(feature = "rsa")]
pub(crate) use self::{
    mac::sha1,
    rsa::{RsaHash, RsaKey},
};
