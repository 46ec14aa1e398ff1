//! Where signatures are and how they are written.

use smallvec::SmallVec;

use crate::{
    Rejection, RejectionKind,
    crypto::{Encoding, SignatureTag},
};

/// The signatures that a request presents: one, or two while a secret is being rotated.
pub(crate) type Tags = SmallVec<[SignatureTag; 2]>;

/// Where the signature is and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    pub(super) headers: &'static [&'static str],
    pub(super) any: bool,
    pub(super) format: Format,
    pub(super) encoding: Encoding,
}

/// The grammar of a signature header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The encoded signature and nothing else.
    Bare,
    /// Encoded signatures between separators, any may match. Blanks around them do not count.
    Items {
        /// What stands between items, for example `,`.
        separator: char,
    },
    /// Items `<key><assign><value>` between separators. The items called `key` are signatures, any may match; one may
    /// be the timestamp ([`Timestamp::pair`](super::Timestamp::pair)); others are skipped. Blanks around items do not
    /// count.
    Pairs {
        /// What stands between items: `,`, `;` or a blank.
        separator: char,
        /// What stands between key and value: `=` or `,`.
        assign: char,
        /// The key of signatures: `v1`.
        key: &'static str,
    },
    /// A constant text, then the encoded signature: `sha256=…`.
    Prefix(&'static str),
}

impl Signature {
    /// Hexadecimal digits in the first of `headers` (lower case) that is there.
    #[must_use]
    pub const fn hex(headers: &'static [&'static str], format: Format) -> Self {
        Self::new(headers, format, Encoding::Hex)
    }

    /// Padded standard base64 in the first of `headers` (lower case) that is there.
    #[must_use]
    pub const fn base64(headers: &'static [&'static str], format: Format) -> Self {
        Self::new(headers, format, Encoding::Base64)
    }

    /// A signature in the first of `headers` (lower case) that is there: it alone decides.
    #[must_use]
    pub const fn new(headers: &'static [&'static str], format: Format, encoding: Encoding) -> Self {
        Self { headers, any: false, format, encoding }
    }

    /// A signature in any of the headers may match, for example while the provider rotates keys.
    #[must_use]
    pub const fn in_any_header(mut self) -> Self {
        self.any = true;
        self
    }

    /// The headers that it may stand in.
    #[must_use]
    pub const fn headers(&self) -> &'static [&'static str] {
        self.headers
    }

    /// The grammar.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The encoding.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }
}

impl Format {
    /// Calls `found` with each encoded signature of a header.
    fn each_signature<'v>(self, value: &'v [u8], mut found: impl FnMut(&'v [u8])) {
        match self {
            Self::Bare => found(value),
            Self::Items { separator } => split(value, separator).for_each(found),
            Self::Pairs { separator, assign, key } => {
                for (name, text) in pairs(value, separator, assign) {
                    if name == key.as_bytes() {
                        found(text);
                    }
                }
            }
            Self::Prefix(prefix) => value.strip_prefix(prefix.as_bytes()).into_iter().for_each(found),
        }
    }

    /// The value of the one pair called `wanted`.
    pub(super) fn pair<'v>(self, value: &'v [u8], wanted: &str) -> Result<Option<&'v [u8]>, Rejection> {
        let Self::Pairs { separator, assign, .. } = self else { return Ok(None) };
        let mut found = pairs(value, separator, assign).filter(|(key, _)| *key == wanted.as_bytes());
        match (found.next(), found.next()) {
            (first, None) => Ok(first.map(|(_, text)| text)),
            (_, Some(_)) => Err(RejectionKind::TimestampMalformed.into()),
        }
    }

    /// Why a header holds no signature that could be decoded.
    pub(crate) fn complaint(self, value: &[u8], timestamp: Option<&str>) -> RejectionKind {
        let named_otherwise = match self {
            Self::Bare | Self::Items { .. } => false,
            Self::Prefix(prefix) => {
                !value.starts_with(prefix.as_bytes())
                    && prefix.ends_with('=')
                    && version_name(value).is_some_and(|name| !prefix.as_bytes().starts_with(name))
            }
            Self::Pairs { separator, assign, key } => {
                let mut others = pairs(value, separator, assign).map(|(name, _)| name);
                let known = |name: &[u8]| name == key.as_bytes() || timestamp.is_some_and(|t| name == t.as_bytes());
                let mut any = false;
                self.each_signature(value, |_| any = true);
                !any && others.any(|name| !known(name))
            }
        };
        if named_otherwise { RejectionKind::UnsupportedAlgorithm } else { RejectionKind::MalformedSignature }
    }

    /// Writes a header.
    #[cfg(feature = "signing")]
    pub(crate) fn write(self, signature: &str, timestamp: Option<(&str, &str)>) -> String {
        match self {
            Self::Bare | Self::Items { .. } => signature.to_owned(),
            Self::Prefix(prefix) => format!("{prefix}{signature}"),
            Self::Pairs { separator, assign, key } => match timestamp {
                Some((name, time)) => format!("{name}{assign}{time}{separator}{key}{assign}{signature}"),
                None => format!("{key}{assign}{signature}"),
            },
        }
    }
}

impl Encoding {
    /// The tags of a header, those that cannot be decoded left out.
    pub(crate) fn tags(self, format: Format, value: &[u8], length: usize) -> Tags {
        let mut tags = Tags::new();
        self.read_tags(format, value, length, &mut tags);
        tags
    }

    /// Adds the tags of a header, those that cannot be decoded left out.
    pub(crate) fn read_tags(self, format: Format, value: &[u8], length: usize, tags: &mut Tags) {
        format.each_signature(value, |text| {
            tags.push(SignatureTag::EMPTY);
            if !tags.last_mut().is_some_and(|tag| self.decode_into(text, length, tag)) {
                tags.pop();
            }
        });
    }
}

/// The name of `name=value` if it looks like an algorithm or a version, as in `sha1=…` or `hmac-sha1=…`.
fn version_name(value: &[u8]) -> Option<&[u8]> {
    let name = value.get(..value.iter().position(|byte| *byte == b'=')?)?;
    let is_name =
        (1..=16).contains(&name.len()) && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    (is_name && name.len() + 1 < value.len()).then_some(name)
}

fn split(value: &[u8], separator: char) -> impl Iterator<Item = &[u8]> + Clone {
    value.split(move |byte| *byte == separator as u8).map(<[u8]>::trim_ascii)
}

fn pairs(value: &[u8], separator: char, assign: char) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    split(value, separator).filter_map(move |item| {
        let end = item.iter().position(|byte| *byte == assign as u8)?;
        Some((item.get(..end)?, item.get(end + 1..)?))
    })
}
