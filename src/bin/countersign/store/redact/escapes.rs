//! Text with its escapes taken out, and where each byte of it came from.

use std::ops::Range;

use memchr::memchr;

/// A way of escaping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    Json,
    Percent,
    Xml,
}

/// What a text says without its escapes.
#[derive(Debug, Default)]
pub(super) struct Plain {
    text: Vec<u8>,
    /// Where an escape or what follows one begins: here, and in the original.
    seams: Vec<Seam>,
}

#[derive(Clone, Copy, Debug)]
struct Seam {
    here: usize,
    there: usize,
    is_escape: bool,
}

impl Layer {
    /// XML escapes only some bytes.
    pub(super) const WITHOUT_MARKUP: [Self; 2] = [Self::Percent, Self::Json];

    /// The byte that begins its escapes.
    pub(super) const fn mark(self) -> u8 {
        match self {
            Self::Json => b'\\',
            Self::Percent => b'%',
            Self::Xml => b'&',
        }
    }

    /// `None` without any escape. What looks like one and is none stays as it is.
    pub(super) fn decode(self, text: &[u8]) -> Option<Plain> {
        let mut plain = Plain::default();
        let mut done = 0;
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| memchr(self.mark(), rest)).map(|found| from + found) {
            let Some((value, length)) = text.get(at..).and_then(|rest| self.escape(rest)) else {
                from = at + 1;
                continue;
            };
            plain.copy(text, done..at);
            plain.seams.push(Seam { here: plain.text.len(), there: at, is_escape: true });
            plain.text.extend_from_slice(value.encode(self, &mut [0; 4]));
            done = at + length;
            from = done;
        }
        if plain.seams.is_empty() {
            return None;
        }
        plain.copy(text, done..text.len());
        // For what ends with the last escape.
        plain.seams.push(Seam { here: plain.text.len(), there: text.len(), is_escape: false });
        Some(plain)
    }

    /// The text without an escape at its end that was cut off.
    pub(super) fn without_half(self, text: &[u8]) -> &[u8] {
        let tail_start = text.len().saturating_sub(LONGEST_ESCAPE - 1);
        let tail = text.get(tail_start..).unwrap_or_default();
        match memchr::memrchr(self.mark(), tail) {
            Some(at) if tail.get(at..).is_some_and(|rest| self.escape(rest).is_none() && self.may_go_on(rest)) => {
                text.get(..tail_start + at).unwrap_or_default()
            }
            _ => text,
        }
    }

    fn may_go_on(self, rest: &[u8]) -> bool {
        let rest = rest.get(1..).unwrap_or_default();
        match self {
            Self::Json => rest.is_empty() || (rest.starts_with(b"u") && rest.len() < 5),
            Self::Percent => rest.len() < 2,
            Self::Xml => !rest.contains(&b';') && rest.len() < 8,
        }
    }

    /// What the escape at the start stands for, and its length. The text begins with its mark.
    #[inline]
    pub(super) fn escape(self, text: &[u8]) -> Option<(Value, usize)> {
        match self {
            Self::Percent => {
                let &[_, high, low, ..] = text else { return None };
                Some((Value(u32::from(digit(high)? << 4 | digit(low)?)), 3))
            }
            Self::Json => Some(match text.get(1)? {
                b'u' => (Value(hex(text.get(2..6)?)?), 6),
                b'n' => (Value(10), 2),
                b't' => (Value(9), 2),
                b'r' => (Value(13), 2),
                b'b' => (Value(8), 2),
                b'f' => (Value(12), 2),
                byte @ (b'"' | b'\\' | b'/') => (Value((*byte).into()), 2),
                _ => return None,
            }),
            Self::Xml => {
                let end = memchr(b';', text.get(..LONGEST_ESCAPE.min(text.len()))?)?;
                let value = match text.get(1..end)? {
                    b"amp" => u32::from(b'&'),
                    b"lt" => u32::from(b'<'),
                    b"gt" => u32::from(b'>'),
                    b"quot" => u32::from(b'"'),
                    b"apos" => u32::from(b'\''),
                    [b'#', b'x' | b'X', digits @ ..] => hex(digits)?,
                    [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
                    _ => return None,
                };
                Some((Value(value), end + 1))
            }
        }
    }
}

/// A byte or a character.
pub(super) struct Value(u32);

impl Value {
    #[inline]
    pub(super) fn encode(self, layer: Layer, buffer: &mut [u8; 4]) -> &[u8] {
        match (layer, u8::try_from(self.0), char::from_u32(self.0)) {
            (Layer::Percent, Ok(byte), _) => {
                let [first, ..] = buffer;
                *first = byte;
                std::slice::from_ref(first)
            }
            (_, _, Some(character)) => character.encode_utf8(buffer).as_bytes(),
            // Half of a pair of surrogates.
            (..) => b"?",
        }
    }
}

impl Plain {
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where a range stood in the original. One that touches an escape takes all of it.
    pub(super) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.seam(range.start).map_or(range.start, |(seam, _)| seam.origin(range.start));
        let end = match range.end.checked_sub(1).and_then(|last| Some((last, self.seam(last)?))) {
            Some((_, (Seam { is_escape: true, .. }, Some(next)))) => next.there,
            Some((last, (seam, _))) => seam.origin(last) + 1,
            None => range.end,
        };
        start..end
    }

    /// The seam before a byte, and the one after it.
    fn seam(&self, here: usize) -> Option<(Seam, Option<Seam>)> {
        let next = self.seams.partition_point(|seam| seam.here <= here);
        let seam = *self.seams.get(next.checked_sub(1)?)?;
        Some((seam, self.seams.get(next).copied()))
    }

    fn copy(&mut self, text: &[u8], range: Range<usize>) {
        if let Some(run) = text.get(range.clone()).filter(|run| !run.is_empty()) {
            self.seams.push(Seam { here: self.text.len(), there: range.start, is_escape: false });
            self.text.extend_from_slice(run);
        }
    }
}

impl Seam {
    fn origin(self, here: usize) -> usize {
        if self.is_escape { self.there } else { self.there + (here - self.here) }
    }
}

/// The value of a hexadecimal digit.
pub(super) fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

fn hex(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |value, digit| Some(value.checked_mul(16)? | u32::from(self::digit(*digit)?)))
}

/// `&#x10ffff;`
pub(super) const LONGEST_ESCAPE: usize = 10;
/// By how much two layers lengthen a byte at most: `&#x10ffff;` with each of its characters percent-encoded.
pub(super) const MOST_GROWTH: usize = 30;
