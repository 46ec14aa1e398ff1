//! The quick answer for nearly all texts: no secret is in here.
//!
//! Looking under escapes takes long for a text that is full of them, as forms are. Most of them cannot be part of a
//! secret, however: `%26` is no part of one that has no `&` in it.

use aho_corasick::packed::{self, Searcher};

use super::escapes::{LONGEST_ESCAPE, Layer};

/// Whether a text may hold a spelling of a secret.
pub(super) struct Doubt {
    spellings: Searcher,
    /// The bytes that an escape may stand for if it is part of a spelling, or of another escape.
    parts: [bool; 256],
}

impl Doubt {
    /// `None` where no quick answer is to be had: too many spellings, or such as XML escapes.
    pub(super) fn new<'a>(spellings: impl Iterator<Item = &'a [u8]> + Clone) -> Option<Self> {
        let mut parts: [bool; 256] = std::array::from_fn(|byte| (byte as u8).is_ascii_alphanumeric());
        for byte in spellings.clone().flatten() {
            if MARKUP.contains(byte) {
                return None;
            }
            if let Some(part) = parts.get_mut(usize::from(*byte)) {
                *part = true;
            }
        }
        let spellings = packed::Config::new().builder().extend(spellings).build()?;
        Some(Self { spellings, parts })
    }

    /// `false` only if there is none, as it stands or under two layers of escapes.
    pub(super) fn is_in_doubt(&self, text: &[u8]) -> bool {
        self.spellings.find(text).is_some() || self.may_hide(text)
    }

    /// A spelling that does not stand in a text as it is has at least one byte that is escaped, or two bytes' worth of
    /// an escape that are: it shows by what the outermost escape stands for.
    fn may_hide(&self, text: &[u8]) -> bool {
        memchr::memchr2_iter(Layer::Percent.mark(), Layer::Json.mark(), text).any(|at| {
            let Some(rest) = text.get(at..) else { return false };
            let layer = if rest.first() == Some(&Layer::Percent.mark()) { Layer::Percent } else { Layer::Json };
            let mut buffer = [0; 4];
            let Some((value, length)) = layer.escape(rest) else { return false };
            let value = value.encode(layer, &mut buffer);
            value.iter().any(|byte| self.is_part(*byte)) || self.begins_escape(value, layer, rest.get(length..))
        })
    }

    fn is_part(&self, byte: u8) -> bool {
        self.parts.get(usize::from(byte)).is_none_or(|part| *part)
    }

    /// Whether what an escape stands for is the start of another one, and that one stands for a part.
    fn begins_escape(&self, value: &[u8], layer: Layer, rest: Option<&[u8]>) -> bool {
        let Some(inner) = Layer::WITHOUT_MARKUP.into_iter().find(|inner| value == [inner.mark()]) else { return false };
        let mut decoded = Vec::with_capacity(2 * LONGEST_ESCAPE);
        decoded.push(inner.mark());
        let mut rest = rest.unwrap_or_default();
        while decoded.len() < LONGEST_ESCAPE
            && let Some((first, others)) = rest.split_first()
        {
            match layer.escape(rest) {
                Some((value, length)) if *first == layer.mark() => {
                    decoded.extend_from_slice(value.encode(layer, &mut [0; 4]));
                    rest = rest.get(length..).unwrap_or_default();
                }
                _ => {
                    decoded.push(*first);
                    rest = others;
                }
            }
        }
        let mut buffer = [0; 4];
        inner
            .escape(&decoded)
            .is_some_and(|(value, _)| value.encode(inner, &mut buffer).iter().any(|byte| self.is_part(*byte)))
    }
}

/// What only XML escapes: its escapes are of many kinds.
const MARKUP: &[u8] = b"&<>\"'";
