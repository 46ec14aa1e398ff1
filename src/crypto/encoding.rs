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
            Self::Base64 => decode_base64(*b"+/", b"==", text, length, &mut tag.bytes),
            Self::Base64UrlUnpadded => decode_base64(*b"-_", b"", text, length, &mut tag.bytes),
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

/// Room for the longest tag, and for what the last step of a decoder writes after it.
const ROOM: usize = MAX_TAG + DIGITS;

/// A decoded signature as a request presented it. Public knowledge: the sender wrote it.
#[derive(Clone, Copy)]
pub(crate) struct SignatureTag {
    bytes: [u8; ROOM],
    /// At most `MAX_TAG`.
    pub(super) length: usize,
}

impl SignatureTag {
    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Room for a tag. It matches nothing.
    pub(crate) const EMPTY: Self = Self { bytes: [0; ROOM], length: 0 };
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

/// Decodes a text that must be `length` bytes, so that the places of all digits are known. `last` are the alphabet's last
/// two digits, `padding` is what stands at the end where a group has one byte. What a last digit has too many bits must
/// be zero.
fn decode_base64(last: [u8; 2], padding: &[u8], text: &[u8], length: usize, out: &mut [u8; ROOM]) -> Option<usize> {
    let missing = length.next_multiple_of(3) - length;
    let text = text.strip_suffix(padding.get(..missing).unwrap_or_default())?;
    if text.len() != length.div_ceil(3) * 4 - missing {
        return None;
    }
    let mut valid = true;
    let mut put = 0;
    let mut decode = |digits: &[u8; DIGITS]| {
        let (values, are_digits) = base64_values(u8x16::new(*digits), last);
        valid &= are_digits;
        for half in values.to_array().as_chunks::<8>().0 {
            if let Some(room) = out.get_mut(put..).and_then(<[u8]>::first_chunk_mut) {
                *room = (packed(u64::from_be_bytes(*half)) << 16).to_be_bytes();
            }
            put += 6;
        }
    };
    let (blocks, rest) = text.as_chunks();
    blocks.iter().for_each(&mut decode);
    if !rest.is_empty() {
        let mut digits = [b'A'; DIGITS];
        digits.iter_mut().zip(rest).for_each(|(slot, digit)| *slot = *digit);
        decode(&digits);
    }
    (valid && out.get(length) == Some(&0)).then_some(length)
}

/// The values of digits of base64 (RFC 4648 sections 4 and 5), without branches and without a table; false if one is none.
fn base64_values(digits: u8x16, last: [u8; 2]) -> (u8x16, bool) {
    let in_range = |first: u8, count: u8, value: u8| {
        let offset = digits - u8x16::splat(first);
        let is_in = offset.min(u8x16::splat(count - 1)).cmp_eq(offset);
        ((offset + u8x16::splat(value)) & is_in, is_in)
    };
    let single = |digit: u8, value: u8| {
        let is_it = digits.cmp_eq(u8x16::splat(digit));
        (u8x16::splat(value) & is_it, is_it)
    };
    let [first, second] = last;
    let parts =
        [in_range(b'A', 26, 0), in_range(b'a', 26, 26), in_range(b'0', 10, 52), single(first, 62), single(second, 63)];
    let (values, are_digits) =
        parts.into_iter().fold((u8x16::ZERO, u8x16::ZERO), |all, part| (all.0 | part.0, all.1 | part.1));
    (values, are_digits.move_mask() == 0xffff)
}

/// Eight values of six bits, a byte for each, as 48 bits.
const fn packed(values: u64) -> u64 {
    let pairs = (values & 0x3f00_3f00_3f00_3f00) >> 2 | values & 0x003f_003f_003f_003f;
    let groups = (pairs & 0x0fff_0000_0fff_0000) >> 4 | pairs & 0x0000_0fff_0000_0fff;
    (groups & 0x00ff_ffff_0000_0000) >> 8 | groups & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(tag: SignatureTag) -> Vec<u8> {
        tag.bytes().to_vec()
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

    proptest! {
        #[test]
        fn base64_is_the_librarys(
            decoded in prop::collection::vec(any::<u8>(), 0..=MAX_TAG),
            at in any::<prop::sample::Index>(),
            byte in prop_oneof![any::<u8>(), Just(b'='), Just(b'-'), Just(b'/'), b'A'..=b'z'],
            cut in 0usize..3,
        ) {
            for (encoding, engine) in [(Encoding::Base64, &STANDARD), (Encoding::Base64UrlUnpadded, &URL_SAFE_NO_PAD)] {
                let text = engine.encode(&decoded).into_bytes();
                prop_assert_eq!(encoding.decode(&text, decoded.len()).map(bytes), Some(decoded.clone()));
                let mut changed = text.clone();
                if !changed.is_empty() {
                    let index = at.index(changed.len());
                    changed[index] = byte;
                }
                for text in [&changed[..], &text[..text.len().saturating_sub(cut)]] {
                    let expected = engine.decode(text).ok().filter(|bytes| bytes.len() == decoded.len());
                    prop_assert_eq!(encoding.decode(text, decoded.len()).map(bytes), expected);
                }
            }
        }
    }

    #[test]
    fn the_longest_tag_fits() {
        let text = STANDARD.encode([7; MAX_TAG]);
        assert!(Encoding::Base64.decode(text.as_bytes(), MAX_TAG).is_some_and(|tag| bytes(tag) == [7; MAX_TAG]));
    }
}
