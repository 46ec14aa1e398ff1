//! How signatures are written in text.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use wide::u8x16;

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
        let mut tag = SignatureTag::EMPTY;
        self.decode_into(text, length, &mut tag).then_some(tag)
    }

    /// The same in place; false unless `tag` then holds a signature.
    pub(crate) fn decode_into(self, text: &[u8], length: usize, tag: &mut SignatureTag) -> bool {
        let decoded = match self {
            _ if length > MAX_TAG => None,
            Self::Hex => decode_hex(text, &mut tag.bytes),
            // The decoder works on whole groups of four; a longer text cannot be `length` bytes anyway.
            _ if text.len() > MAX_TAG.div_ceil(3) * 4 => None,
            Self::Base64 => STANDARD.decode_slice(text, &mut tag.bytes).ok(),
            Self::Base64UrlUnpadded => URL_SAFE_NO_PAD.decode_slice(text, &mut tag.bytes).ok(),
        };
        tag.length = length;
        decoded == Some(length)
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

/// Room for the longest tag, and for what base64 decodes to before its padding is known.
const ROOM: usize = MAX_TAG + 8;

/// A decoded signature as a request presented it. Public knowledge: the sender wrote it.
#[derive(Clone, Copy)]
pub(crate) struct SignatureTag {
    bytes: [u8; ROOM],
    /// At most `MAX_TAG`.
    pub(super) length: usize,
}

impl SignatureTag {
    /// The bytes, for public-key signatures.
    #[cfg(any(feature = "ecdsa", feature = "ed25519"))]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Room for a tag. It matches nothing.
    pub(crate) const EMPTY: Self = Self { bytes: [0; ROOM], length: 0 };

    /// The tag in words, which are quick to compare, the last one filled with zeros.
    pub(super) fn words(&self) -> impl Iterator<Item = u64> {
        words(self.bytes.get(..self.length).unwrap_or_default())
    }
}

/// Bytes as words, the last one filled with zeros.
pub(super) fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let (whole, rest) = bytes.as_chunks::<8>();
    let last = (!rest.is_empty()).then(|| {
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
        last
    });
    whole.iter().copied().chain(last).map(u64::from_le_bytes)
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
    if !text.len().is_multiple_of(2) || text.len() / 2 > out.len() {
        return None;
    }
    let mut valid = true;
    let (blocks, rest) = text.as_chunks::<DIGITS>();
    let (out_blocks, _) = out.as_chunks_mut::<{ DIGITS / 2 }>();
    for (digits, bytes) in blocks.iter().zip(&mut *out_blocks) {
        valid &= decode_digits(u8x16::new(*digits), bytes);
    }
    if !rest.is_empty() {
        let mut digits = [b'0'; DIGITS];
        digits.iter_mut().zip(rest).for_each(|(slot, digit)| *slot = *digit);
        let mut bytes = [0; DIGITS / 2];
        valid &= decode_digits(u8x16::new(digits), &mut bytes);
        let room = out.get_mut(blocks.len() * bytes.len()..)?;
        room.iter_mut().zip(bytes).take(rest.len() / 2).for_each(|(slot, byte)| *slot = byte);
    }
    valid.then_some(text.len() / 2)
}

/// How many digits are decoded in one step.
const DIGITS: usize = 16;

/// Decodes digits without branches; false if one of them is none.
fn decode_digits(digits: u8x16, bytes: &mut [u8; DIGITS / 2]) -> bool {
    let digit = digits - u8x16::splat(b'0');
    // Letters in either case.
    let letter = (digits | u8x16::splat(0x20)) - u8x16::splat(b'a');
    let is_digit = digit.min(u8x16::splat(9)).cmp_eq(digit);
    let is_letter = letter.min(u8x16::splat(5)).cmp_eq(letter);
    let values = (digit & is_digit) | ((letter + u8x16::splat(10)) & is_letter);
    let (pairs, values) = (bytes.iter_mut(), values.to_array());
    for (byte, [high, low]) in pairs.zip(values.as_chunks::<2>().0) {
        *byte = (high << 4) | low;
    }
    (is_digit | is_letter).move_mask() == 0xffff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(tag: SignatureTag) -> Vec<u8> {
        tag.words().flat_map(u64::to_le_bytes).take(tag.length).collect()
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
