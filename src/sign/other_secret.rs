//! The wrong key, in the right form.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Secret;

/// A secret of the same form that makes another key: for tests of what must be refused.
///
/// Letters and digits of ASCII are replaced by others of their kind, so that encodings (base64, hexadecimal) stay what
/// they are; a prefix (`whsec_`) and a name before a colon stay. Which ones take their place comes from a hash of the
/// secret: always the same for the same secret, and nothing can be told from them. Some schemes send the secret itself.
#[must_use]
pub fn other_secret(secret: &Secret) -> Secret {
    let mut text = Zeroizing::new(secret.expose().to_vec());
    let start = text.iter().position(|byte| matches!(byte, b':' | b'_')).map_or(0, |end| end + 1);
    let (_, rest) = text.split_at_mut(start);
    let is_hex = rest.iter().all(u8::is_ascii_hexdigit);
    let seed = Sha256::digest(secret.expose());
    let mut block = Sha256::digest(seed);
    let mut last = None;
    for (index, byte) in rest.iter_mut().enumerate().filter(|(_, byte)| byte.is_ascii_alphanumeric()) {
        let place = index % block.len();
        if place == 0 {
            block = Sha256::digest(block);
        }
        *byte = other(*byte, block.get(place).copied().unwrap_or_default(), is_hex);
        last = Some(byte);
    }
    match last {
        // The last characters of base64 may have bits that must be zero.
        Some(last) if !is_hex => *last = if last.is_ascii_digit() { b'0' } else { b'A' },
        Some(_) => {}
        None => text.push(b'0'),
    }
    if text[..] == *secret.expose() {
        text.push(b'0');
    }
    // The text is as long as the other's, or longer: never empty.
    Secret::new(text).unwrap_or_else(|_| secret.clone())
}

/// A digit for a digit; a letter of the same case for a letter, hexadecimal if the whole is.
const fn other(byte: u8, random: u8, is_hex: bool) -> u8 {
    let letters = if is_hex { 6 } else { 26 };
    match byte {
        b'0'..=b'9' => b'0' + random % 10,
        b'a'..=b'z' => b'a' + random % letters,
        _ => b'A' + random % letters,
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    fn other_text(text: &str) -> String {
        let other = other_secret(&Secret::new(text).expect("a secret"));
        String::from_utf8(other.expose().to_vec()).expect("text")
    }

    #[test]
    fn form_is_kept_and_nothing_else() {
        for text in ["k", "12345", "0f9f4c", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "public:private", "🔑", "A", "0"]
        {
            let other = other_text(text);
            assert_ne!(other, text);
            assert_eq!(other, other_text(text), "always the same");
            if other.len() == text.len() {
                let shape = |text: &str| text.bytes().map(|byte| byte.is_ascii_digit()).collect::<Vec<_>>();
                assert_eq!(shape(&other), shape(text), "{text}");
            }
        }
        assert!(other_text("whsec_abcdefghijkl").starts_with("whsec_"));
        assert!(other_text("public:private").starts_with("public:"));
        assert!(other_text("0f9f4c00ddee").bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn base64_stays_decodable() {
        for length in 16..40 {
            let text = STANDARD.encode(vec![0xa7; length]);
            assert!(STANDARD.decode(other_text(&text)).is_ok(), "{text}: {}", other_text(&text));
        }
    }

    #[test]
    fn no_part_of_the_secret_is_left() {
        let secret = "glpat-4eC39HqLyjWDarjtT1zdp7dcXv";
        let other = other_text(secret);
        let same = secret.bytes().zip(other.bytes()).filter(|(a, b)| a == b && a.is_ascii_alphanumeric()).count();
        assert!(same <= 6, "{same} places are the same by chance");
    }
}
