//! Ed25519 (RFC 8032), verified strictly.

use ed25519_dalek::{Signature, VerifyingKey};

/// The length of a signature in bytes.
pub(crate) const ED25519_LENGTH: usize = 64;

/// A public key.
#[derive(Clone)]
pub(crate) struct Ed25519Key(VerifyingKey);

impl Ed25519Key {
    /// Takes the 32 bytes of a key. Keys of small order are refused: anybody could sign for them.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Self(key))
    }

    /// Whether the key made the signature. A second form of the same signature (S not reduced) and points of small
    /// order are refused.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::decode_hex_text;

    fn bytes(hex: &str) -> Vec<u8> {
        decode_hex_text(hex.as_bytes()).expect("hex")
    }

    /// RFC 8032 section 7.1, test 2.
    #[test]
    fn published_signature() {
        let key =
            Ed25519Key::from_bytes(&bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")).unwrap();
        let mut signature = bytes(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert!(key.verify(&[0x72], &signature));
        assert!(!key.verify(&[0x73], &signature));
        signature[0] ^= 1;
        assert!(!key.verify(&[0x72], &signature));
    }

    /// The neutral element, as a key and as a signature's point: with it, one signature fits every message.
    #[test]
    fn keys_of_small_order_are_no_keys() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(Ed25519Key::from_bytes(&neutral).is_none());
        assert!(Ed25519Key::from_bytes(&[0; 32]).is_none());
        assert!(Ed25519Key::from_bytes(&[1; 31]).is_none());
    }
}
