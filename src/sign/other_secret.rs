//! The wrong key, in the right form.

use crate::Secret;

/// A secret of the same form that makes another key: for tests of what must be refused.
///
/// One letter or digit in the second half is another one of its kind, so that prefixes (`whsec_`), encodings (base64,
/// hexadecimal) and names before a colon stay what they are. A secret without any letter or digit of ASCII gets one at
/// its end.
#[must_use]
pub fn other_secret(secret: &Secret) -> Secret {
    let mut text = secret.expose().to_vec();
    // The last characters of base64 may have bits that count for nothing.
    let limit = (text.len() * 3).div_ceil(4).max(1).min(text.len());
    let front = text.get_mut(..limit).unwrap_or_default();
    match front.iter_mut().rev().find(|byte| byte.is_ascii_alphanumeric()) {
        Some(byte) => *byte = other(*byte),
        None => text.push(b'0'),
    }
    // The text is as long as the other's, or longer: never empty.
    Secret::new(zeroize::Zeroizing::new(text)).unwrap_or_else(|_| secret.clone())
}

/// Another digit; another letter of the same case, hexadecimal if this one is.
const fn other(byte: u8) -> u8 {
    match byte {
        b'9' | b'f' | b'F' => byte - 1,
        b'z' | b'Z' => byte - 1,
        _ => byte + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_is_kept() {
        for (text, expected) in [
            ("k", "l"),
            ("12345", "12355"),
            ("0f9f", "0f8f"),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILQZIo2LaLaSw"),
            ("public:private", "public:prjvate"),
            ("🔑", "🔑0"),
        ] {
            let other = other_secret(&Secret::new(text).expect("a secret"));
            assert_eq!(str::from_utf8(other.expose()), Ok(expected), "{text}");
        }
    }
}
