//! How the secret that a user pastes becomes a key.

use zeroize::Zeroizing;

use crate::crypto::{decode_base64_text, decode_hex_text};

/// How the text of a secret becomes the bytes of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFormat {
    encoding: KeyEncoding,
    prefix: Option<&'static str>,
}

/// How a secret's bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyEncoding {
    /// Standard base64, with or without padding.
    Base64,
    /// Base64 behind the prefix; a secret without the prefix is text.
    Base64IfPrefixed,
    /// Hexadecimal digits in either case.
    Hex,
    /// No encoding: the text's bytes are the key.
    Text,
}

impl KeyFormat {
    /// The bytes of the text as it stands, prefixes included. The default.
    pub const TEXT: Self = Self { encoding: KeyEncoding::Text, prefix: None };
    /// Standard base64 of the key.
    pub const BASE64: Self = Self { encoding: KeyEncoding::Base64, prefix: None };
    /// Hexadecimal digits of the key.
    pub const HEX: Self = Self { encoding: KeyEncoding::Hex, prefix: None };

    /// The given encoding.
    #[must_use]
    pub const fn new(encoding: KeyEncoding) -> Self {
        Self { encoding, prefix: None }
    }

    /// Strips `prefix` if the secret has it, for example `whsec_`.
    #[must_use]
    pub const fn strip(mut self, prefix: &'static str) -> Self {
        self.prefix = Some(prefix);
        self
    }

    /// What a secret looks like, in words.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self.encoding {
            KeyEncoding::Base64 => "base64",
            KeyEncoding::Base64IfPrefixed => "base64 behind its prefix, or plain text",
            KeyEncoding::Hex => "hexadecimal digits",
            KeyEncoding::Text => "a text that is not empty",
        }
    }

    /// The prefix that is stripped.
    #[must_use]
    pub const fn prefix(self) -> Option<&'static str> {
        self.prefix
    }

    /// How the key is written.
    #[must_use]
    pub const fn encoding(self) -> KeyEncoding {
        self.encoding
    }

    /// The key; `None` when the secret is not written this way.
    pub(crate) fn decode(self, secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let stripped = self.prefix.and_then(|prefix| secret.strip_prefix(prefix.as_bytes()));
        let rest = stripped.unwrap_or(secret);
        let key = match self.encoding {
            KeyEncoding::Base64 => decode_base64_text(rest)?,
            KeyEncoding::Base64IfPrefixed if stripped.is_some() => decode_base64_text(rest)?,
            KeyEncoding::Hex => decode_hex_text(rest)?,
            KeyEncoding::Base64IfPrefixed | KeyEncoding::Text => rest.to_vec(),
        };
        Some(Zeroizing::new(key))
    }
}
