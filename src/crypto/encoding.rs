//! How signatures are written in text.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

/// The largest digest of any algorithm here, in bytes (SHA-512).
pub(crate) const MAX_TAG: usize = 64;

/// How the bytes of a signature are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// RFC 4648 section 4, with padding, canonical.
    Base64,
    /// RFC 4648 section 5, without padding, canonical.
    Base64UrlUnpadded,
    /// Hexadecimal digits in either case; written in lower case.
    Hex,
}

impl Encoding {
    /// The encoding in words, for pages and explanations.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64UrlUnpadded => "base64url without padding",
            Self::Hex => "hex",
        }
    }

    /// Decodes a signature that a request presents; `None` unless it is exactly `length` bytes, canonically written.
    pub(crate) fn decode(self, text: &[u8], length: usize) -> Option<SignatureTag> {
        // Room for what base64 decodes to before its padding is known.
        let mut bytes = [0; MAX_TAG + 2];
        let decoded = match self {
            Self::Hex => decode_hex(text, &mut bytes)?,
            // The decoder works on whole groups of four; a longer text cannot be `length` bytes anyway.
            _ if text.len() > MAX_TAG.div_ceil(3) * 4 => return None,
            Self::Base64 => STANDARD.decode_slice(text, &mut bytes).ok()?,
            Self::Base64UrlUnpadded => URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?,
        };
        (decoded == length && length <= MAX_TAG).then_some(SignatureTag { bytes, length })
    }

    /// Writes a signature.
    #[cfg(feature = "signing")]
    pub(crate) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Base64 => STANDARD.encode(bytes),
            Self::Base64UrlUnpadded => URL_SAFE_NO_PAD.encode(bytes),
            Self::Hex => hex_lower(bytes),
        }
    }
}

/// A decoded signature as a request presented it. Public knowledge: the sender wrote it.
#[derive(Clone, Copy)]
pub(crate) struct SignatureTag {
    bytes: [u8; MAX_TAG + 2],
    length: usize,
}

impl SignatureTag {
    pub(crate) fn bytes(&self) -> &[u8] {
        // `decode` made sure that `length` is at most `MAX_TAG`.
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Key material written as standard base64, with or without padding.
pub(crate) fn decode_base64_text(text: &[u8]) -> Option<Vec<u8>> {
    use base64::{
        alphabet,
        engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    };
    const LENIENT_PADDING: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT_PADDING.decode(text).ok()
}

/// Bytes of any length that a request presents, in canonical standard base64.
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
pub(crate) fn decode_strict_base64(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Bytes of any length that a request presents, in canonical base64url without padding.
pub(crate) fn decode_strict_base64url(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Key material written as hexadecimal digits.
pub(crate) fn decode_hex_text(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![0; text.len() / 2];
    decode_hex(text, &mut bytes)?;
    Some(bytes)
}

/// Hexadecimal digits in lower case.
#[cfg(feature = "signing")]
pub(crate) fn hex_lower(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn decode_hex(text: &[u8], out: &mut [u8]) -> Option<usize> {
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() || pairs.len() > out.len() {
        return None;
    }
    let mut invalid = 0;
    for ([high, low], byte) in pairs.iter().zip(out) {
        let (high, low) = (HEX_DIGITS[*high as usize], HEX_DIGITS[*low as usize]);
        invalid |= high | low;
        *byte = (high << 4) | (low & 0x0f);
    }
    (invalid & 0xf0 == 0).then_some(pairs.len())
}

/// The value of each hexadecimal digit, 0xff for every other byte.
static HEX_DIGITS: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_exact() {
        assert!(Encoding::Hex.decode(b"00ffA0", 3).is_some_and(|tag| tag.bytes() == [0x00, 0xff, 0xa0]));
        for text in [&b"00ff"[..], b"00ffa", b"00ffg0", b"", b" 0ffa0", b"00ffa0a0"] {
            assert!(Encoding::Hex.decode(text, 3).is_none(), "{text:?}");
        }
        assert!(Encoding::Hex.decode(&[b'0'; 2 * MAX_TAG + 2], MAX_TAG).is_none());
    }

    #[test]
    fn base64_is_canonical() {
        assert!(Encoding::Base64.decode(b"AAE=", 2).is_some_and(|tag| tag.bytes() == [0, 1]));
        for text in [&b"AAF="[..], b"AAE", b"AAE==", b"AA E=", b"AAEA", b"AA_=", b"====", b""] {
            assert!(Encoding::Base64.decode(text, 2).is_none(), "{text:?}");
        }
        assert!(Encoding::Base64.decode(&[b'A'; 400], 64).is_none());
        assert!(Encoding::Base64UrlUnpadded.decode(b"AAE", 2).is_some());
        assert!(Encoding::Base64UrlUnpadded.decode(b"AAE=", 2).is_none());
    }

    #[test]
    fn the_longest_tag_fits() {
        let text = STANDARD.encode([7; MAX_TAG]);
        assert!(Encoding::Base64.decode(text.as_bytes(), MAX_TAG).is_some_and(|tag| tag.bytes() == [7; MAX_TAG]));
    }
}
