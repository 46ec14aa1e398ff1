//! The quick answer for nearly all texts: no secret is in here.
//!
//! Looking under escapes takes long for a text that is full of them, as forms are. Most of them cannot be part of a
//! secret, however: `%26` is no part of one that has no `&` in it.

use aho_corasick::packed::{self, Searcher};
use wide::u8x16;

use super::escapes::{LONGEST_ESCAPE, Layer, digit};

/// Whether a text may hold a spelling of a secret.
pub(super) struct Doubt {
    spellings: Searcher,
    /// By the byte that an escape stands for.
    meanings: [Meaning; 256],
}

/// What an escaped byte may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The start of another escape.
    Mark,
    /// Neither.
    Nothing,
    /// A part of a spelling, or of another escape after its mark.
    Part,
}

impl Doubt {
    /// `None` where no quick answer is to be had: too many spellings, or such as XML escapes.
    pub(super) fn new<'a>(spellings: impl Iterator<Item = &'a [u8]> + Clone) -> Option<Self> {
        let mut parts: Vec<u8> = (0..=u8::MAX).filter(u8::is_ascii_alphanumeric).collect();
        parts.extend(spellings.clone().flatten());
        if parts.iter().any(|part| MARKUP.contains(part)) {
            return None;
        }
        let meanings = std::array::from_fn(|byte| {
            let is = |other: u8| usize::from(other) == byte;
            if parts.iter().copied().any(is) {
                Meaning::Part
            } else if Layer::WITHOUT_MARKUP.into_iter().map(Layer::mark).any(is) {
                Meaning::Mark
            } else {
                Meaning::Nothing
            }
        });
        let spellings = packed::Config::new().builder().extend(spellings).build()?;
        Some(Self { spellings, meanings })
    }

    /// `false` only if there is none, as it stands or under two layers of escapes.
    pub(super) fn is_in_doubt(&self, text: &[u8]) -> bool {
        self.spellings.find(text).is_some() || self.may_hide(text)
    }

    /// A spelling that does not stand in a text as it is has at least one byte that is escaped, and what the outermost
    /// escape stands for is a part of it, or of an escape inside.
    fn may_hide(&self, text: &[u8]) -> bool {
        // Sixteen bytes at a time: calling a search takes longer than that where the next escape is near.
        let (blocks, rest) = text.as_chunks::<LANES>();
        let mut last = [0; LANES];
        last.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
        for (index, block) in blocks.iter().chain([&last]).enumerate() {
            let mut marks = marks(block);
            while marks != 0 {
                if self.may_hide_at(text, index * LANES + marks.trailing_zeros() as usize) {
                    return true;
                }
                marks &= marks - 1;
            }
        }
        false
    }

    /// Whether what begins with the mark there is a part of something.
    #[inline]
    fn may_hide_at(&self, text: &[u8], at: usize) -> bool {
        let text = text.get(at..).unwrap_or_default();
        // Nearly all there are, so for speed: the general way says the same.
        let [b'%', high, low, rest @ ..] = text else { return self.may_hide_behind(text) };
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { return false };
        match self.meaning(high << 4 | low) {
            Meaning::Mark if high << 4 | low == b'%' && !rest.first().is_some_and(|next| goes_on(*next)) => false,
            Meaning::Mark => self.may_hide_behind(text),
            Meaning::Nothing => false,
            Meaning::Part => true,
        }
    }

    fn may_hide_behind(&self, rest: &[u8]) -> bool {
        let layer = if rest.first() == Some(&Layer::Percent.mark()) { Layer::Percent } else { Layer::Json };
        let Some((value, length)) = layer.escape(rest) else { return false };
        value.encode(layer, &mut [0; 4]).iter().any(|byte| match self.meaning(*byte) {
            Meaning::Mark => self.may_begin_escape(*byte, layer, rest.get(length..)),
            Meaning::Nothing => false,
            Meaning::Part => true,
        })
    }

    #[inline]
    fn meaning(&self, byte: u8) -> Meaning {
        self.meanings.get(usize::from(byte)).copied().unwrap_or(Meaning::Part)
    }

    /// Whether a mark that was escaped itself begins an escape that stands for a part.
    fn may_begin_escape(&self, mark: u8, layer: Layer, rest: Option<&[u8]>) -> bool {
        let Some(inner) = Layer::WITHOUT_MARKUP.into_iter().find(|inner| inner.mark() == mark) else { return true };
        let mut decoded = Vec::with_capacity(2 * LONGEST_ESCAPE);
        decoded.push(mark);
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
        inner.escape(&decoded).is_some_and(|(value, _)| {
            value.encode(inner, &mut buffer).iter().any(|byte| self.meaning(*byte) == Meaning::Part)
        })
    }
}

fn is_mark(byte: u8) -> bool {
    byte == Layer::Percent.mark() || byte == Layer::Json.mark()
}

/// A bit for each byte that is a mark, the first one the lowest.
#[inline]
fn marks(block: &[u8; LANES]) -> u32 {
    let block = u8x16::new(*block);
    let is = |mark: u8| block.cmp_eq(u8x16::splat(mark));
    (is(Layer::Percent.mark()) | is(Layer::Json.mark())).move_mask() as u32
}

/// Whether a byte, or an escaped one, can follow on `%` in an escape.
fn goes_on(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || is_mark(byte)
}

/// What only XML escapes: its escapes are of many kinds.
const MARKUP: &[u8] = b"&<>\"'";
/// How many bytes are looked at in one step.
const LANES: usize = 16;
