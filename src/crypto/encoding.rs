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
        let tag = bytes.get(..length).filter(|_| decoded == length && length <= MAX_TAG)?;
        Some(SignatureTag { words: SignatureTag::words_of(tag), length })
    }

    /// Writes a signature, or the answer to a challenge.
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
    /// The bytes, in words that are quick to compare, zeros after them.
    pub(super) words: [u64; MAX_TAG / 8],
    pub(super) length: usize,
}

impl SignatureTag {
    /// The bytes, for public-key signatures.
    #[cfg(any(feature = "ecdsa", feature = "ed25519"))]
    pub(crate) fn bytes(&self) -> smallvec::SmallVec<[u8; MAX_TAG]> {
        self.words.iter().flat_map(|word| word.to_le_bytes()).take(self.length).collect()
    }

    /// The bytes of a tag as words. What is over `MAX_TAG` bytes is left out: no caller has that.
    pub(super) fn words_of(tag: &[u8]) -> [u64; MAX_TAG / 8] {
        let mut words = [0; MAX_TAG / 8];
        let (whole, rest) = tag.as_chunks::<8>();
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
        let last = (!rest.is_empty()).then_some(last);
        for (word, bytes) in words.iter_mut().zip(whole.iter().copied().chain(last)) {
            *word = u64::from_le_bytes(bytes);
        }
        words
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
    // Without branches and tables, so that the compiler decodes several at once.
    for ([high, low], byte) in pairs.iter().zip(out) {
        let ((high, high_bad), (low, low_bad)) = (hex_digit(*high), hex_digit(*low));
        invalid |= high_bad | low_bad;
        *byte = (high << 4) | low;
    }
    (invalid == 0).then_some(pairs.len())
}

/// The value of a hexadecimal digit, and not zero for any other byte.
const fn hex_digit(byte: u8) -> (u8, u8) {
    let digit = byte.wrapping_sub(b'0');
    // Letters in either case.
    let letter = (byte | 0x20).wrapping_sub(b'a');
    let (is_digit, is_letter) = (digit < 10, letter < 6);
    let value = if is_digit { digit } else { letter.wrapping_add(10) };
    (value & 0x0f, !(is_digit | is_letter) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(tag: SignatureTag) -> Vec<u8> {
        tag.words.iter().flat_map(|word| word.to_le_bytes()).take(tag.length).collect()
    }

    #[test]
    fn every_byte_is_a_digit_or_none() {
        for byte in 0..=u8::MAX {
            let value = char::from(byte).to_digit(16).map(|value| vec![value as u8]);
            assert_eq!(Encoding::Hex.decode(&[b'0', byte], 1).map(bytes), value, "{byte}");
            assert_eq!(Encoding::Hex.decode(&[byte, b'0'], 1).is_some(), value.is_some(), "{byte}");
        }
    }

    #[test]
    fn hex_is_exact() {
        assert!(Encoding::Hex.decode(b"00ffA0", 3).is_some_and(|tag| bytes(tag) == [0x00, 0xff, 0xa0]));
        for text in [&b"00ff"[..], b"00ffa", b"00ffg0", b"", b" 0ffa0", b"00ffa0a0"] {
            assert!(Encoding::Hex.decode(text, 3).is_none(), "{text:?}");
        }
        assert!(Encoding::Hex.decode(&[b'0'; 2 * MAX_TAG + 2], MAX_TAG).is_none());
    }

    #[test]
    fn base64_is_canonical() {
        assert!(Encoding::Base64.decode(b"AAE=", 2).is_some_and(|tag| bytes(tag) == [0, 1]));
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
        assert!(Encoding::Base64.decode(text.as_bytes(), MAX_TAG).is_some_and(|tag| bytes(tag) == [7; MAX_TAG]));
    }
}
