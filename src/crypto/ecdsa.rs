//! ECDSA on P-256 with SHA-256 (FIPS 186-5).
//!
//! An `s` above half the order is accepted: providers send such signatures, and no signature serves as an identity here.

use p256::{
    ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier},
    pkcs8::DecodePublicKey,
};

use super::decode_base64_text;

/// A signature that was read.
pub(crate) struct EcdsaSignature(Signature);

impl EcdsaSignature {
    /// `SEQUENCE { r, s }` in DER.
    pub(crate) fn from_der(bytes: &[u8]) -> Option<Self> {
        Signature::from_der(bytes).ok().map(Self)
    }

    /// `r` and `s` of 32 bytes each, as in JWTs.
    pub(crate) fn from_fixed(bytes: &[u8]) -> Option<Self> {
        Signature::from_slice(bytes).ok().map(Self)
    }
}

/// A public key.
#[derive(Clone)]
pub(crate) struct EcdsaKey(VerifyingKey);

impl EcdsaKey {
    /// A SubjectPublicKeyInfo, as PEM or as the base64 within it.
    pub(crate) fn from_text(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let key = if text.starts_with(b"-----") {
            VerifyingKey::from_public_key_pem(str::from_utf8(text).ok()?).ok()?
        } else {
            VerifyingKey::from_public_key_der(&decode_base64_text(text)?).ok()?
        };
        Some(Self(key))
    }

    /// The affine coordinates of a JWK; `None` if they are not on the curve.
    pub(crate) fn from_coordinates(x: &[u8], y: &[u8]) -> Option<Self> {
        let (x, y) = (<[u8; 32]>::try_from(x).ok()?, <[u8; 32]>::try_from(y).ok()?);
        let mut point = vec![0x04];
        point.extend_from_slice(&x);
        point.extend_from_slice(&y);
        VerifyingKey::from_sec1_bytes(&point).ok().map(Self)
    }

    /// Whether the key made the signature over what has this SHA-256.
    pub(crate) fn verify(&self, sha256: &[u8; 32], signature: &EcdsaSignature) -> bool {
        self.0.verify_prehash(sha256, &signature.0).is_ok()
    }
}
