//! RSA with PKCS#1 v1.5 padding (RFC 8017 section 8.2).
//!
//! The `rsa` crate's advisory about timing (RUSTSEC-2023-0071, "Marvin") concerns operations with private keys. There
//! are none here: nothing is decrypted or signed, and a verification handles public values only.

use rsa::{Pkcs1v15Sign, RsaPublicKey, pkcs8::DecodePublicKey, traits::PublicKeyParts};

/// The hash of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RsaHash {
    /// Broken for collisions; only where a provider signs with nothing better.
    Sha1,
    Sha256,
}

/// A public key of 2048 to 4096 bits.
#[derive(Clone)]
pub(crate) struct RsaKey(RsaPublicKey);

impl RsaKey {
    /// A SubjectPublicKeyInfo as PEM.
    pub(crate) fn from_pem(text: &[u8]) -> Option<Self> {
        Self::checked(RsaPublicKey::from_public_key_pem(str::from_utf8(text).ok()?.trim_ascii()).ok()?)
    }

    /// A SubjectPublicKeyInfo in DER.
    #[cfg(feature = "x509")]
    pub(crate) fn from_der(bytes: &[u8]) -> Option<Self> {
        Self::checked(RsaPublicKey::from_public_key_der(bytes).ok()?)
    }

    fn checked(key: RsaPublicKey) -> Option<Self> {
        (256..=512).contains(&key.size()).then_some(Self(key))
    }

    /// The length of its signatures in bytes.
    pub(crate) fn signature_length(&self) -> usize {
        self.0.size()
    }

    /// Whether the key made the signature over what has this digest.
    pub(crate) fn verify(&self, hash: RsaHash, digest: &[u8], signature: &[u8]) -> bool {
        self.0.verify(hash.padding(), digest, signature).is_ok()
    }
}

impl RsaHash {
    fn padding(self) -> Pkcs1v15Sign {
        // The DER of DigestInfo up to the digest, RFC 8017 section 9.2 note 1.
        let (length, prefix): (usize, &[u8]) = match self {
            Self::Sha1 => (20, b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"),
            Self::Sha256 => (32, b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
        };
        Pkcs1v15Sign { hash_len: Some(length), prefix: prefix.into() }
    }
}
