//! Form parameters (`application/x-www-form-urlencoded`), read from the frames of a body without joining or copying
//! them, sorted, and fed to a MAC in decoded form.
//!
//! Decoding is the WHATWG URL standard's, on bytes: `+` is a space, `%` and two hexadecimal digits are a byte, any
//! other `%` stands for itself. Nothing is replaced that is not UTF-8.

use std::cmp::Ordering;

use memchr::memchr2_iter;
use smallvec::SmallVec;

use crate::{crypto::Sink, request::RawBody};

/// More parameters than this are refused: sorting them would be work for a stranger's sake.
pub(crate) const MAX_PARAMS: usize = 16_384;

/// The parameters of a form or a query.
pub(crate) struct Params<'a> {
    text: RawBody<'a>,
    params: SmallVec<[Raw; 32]>,
}

/// One parameter.
#[derive(Clone, Copy)]
pub(crate) struct Param<'a> {
    text: RawBody<'a>,
    raw: Raw,
}

/// Where a parameter is. The value follows the name after one byte, the `=`.
#[derive(Clone, Copy)]
struct Raw {
    /// The first eight bytes of the decoded name: enough to sort most names.
    prefix: u64,
    start: Position,
    name_length: u32,
    value_length: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Position {
    piece: u32,
    offset: u32,
}

impl<'a> Params<'a> {
    /// Finds all parameters; empty ones (`&&`) are none. `None` when there are more than [`MAX_PARAMS`].
    pub(crate) fn parse(text: impl Into<RawBody<'a>>) -> Option<Self> {
        let text = text.into();
        u32::try_from(text.len()).ok()?;
        let mut params = Self { text, params: SmallVec::new() };
        let mut open = Open::at(Position { piece: 0, offset: 0 });
        for (index, piece) in text.pieces().enumerate() {
            let mut seen = 0;
            for at in memchr2_iter(b'&', b'=', piece) {
                let length = (at - seen) as u32;
                if piece.get(at) == Some(&b'=') {
                    if open.name_length.is_none() {
                        open.length += length;
                        open.name_length = Some(open.length);
                        open.length = 0;
                        seen = at + 1;
                    }
                    // A further `=` belongs to the value.
                } else {
                    open.length += length;
                    params.close(open)?;
                    seen = at + 1;
                    open = Open::at(Position { piece: index as u32, offset: seen as u32 });
                }
            }
            open.length += (piece.len() - seen) as u32;
        }
        params.close(open)?;
        Some(params)
    }

    fn close(&mut self, open: Open) -> Option<()> {
        let (name_length, value_length) = match open.name_length {
            Some(name_length) => (name_length, open.length),
            None if open.length == 0 => return Some(()),
            None => (open.length, 0),
        };
        if self.params.len() >= MAX_PARAMS {
            return None;
        }
        let mut raw = Raw { prefix: 0, start: open.start, name_length, value_length };
        raw.prefix = Param { text: self.text, raw }.name_prefix();
        self.params.push(raw);
        Some(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.params.is_empty()
    }

    /// Whether no parameter has a name or a value (`=&=`): in a concatenation such a form is as good as none.
    pub(crate) fn say_nothing(&self) -> bool {
        self.iter().all(|param| param.raw.name_length == 0 && param.raw.value_length == 0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Param<'a>> + '_ {
        self.params.iter().map(|raw| Param { text: self.text, raw: *raw })
    }

    /// Sorts by decoded name, then by decoded value, bytewise.
    pub(crate) fn sort(&mut self) {
        let text = self.text;
        self.params.sort_unstable_by(|left, right| {
            left.prefix.cmp(&right.prefix).then_with(|| {
                let (left, right) = (Param { text, raw: *left }, Param { text, raw: *right });
                left.compare_names(right).then_with(|| left.compare_values(right))
            })
        });
    }

    /// Sorts by decoded name, bytewise; parameters of the same name keep their order.
    pub(crate) fn sort_by_name(&mut self) {
        let text = self.text;
        self.params.sort_by(|left, right| {
            left.prefix.cmp(&right.prefix).then_with(|| {
                let (left, right) = (Param { text, raw: *left }, Param { text, raw: *right });
                left.compare_names(right)
            })
        });
    }

    /// Whether a name stands more than once. Only for sorted ones.
    pub(crate) fn repeats_a_name(&self) -> bool {
        let mut neighbours = self.iter().zip(self.iter().skip(1));
        neighbours.any(|(left, right)| left.raw.prefix == right.raw.prefix && left.compare_names(right).is_eq())
    }

    /// The value of the one parameter called `name` (its decoded form); an error if it stands there more than once.
    pub(crate) fn only(&self, name: &str) -> Result<Option<Decoded<'a>>, Repeated> {
        let mut found = self.iter().filter(|param| param.name().eq(name.bytes())).map(Param::value);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(Repeated),
        }
    }

    /// Leaves one of several equal parameters. Only for sorted ones.
    pub(crate) fn dedup(&mut self) {
        let text = self.text;
        self.params.dedup_by(|later, earlier| {
            later.prefix == earlier.prefix && {
                let (later, earlier) = (Param { text, raw: *later }, Param { text, raw: *earlier });
                later.compare_names(earlier).is_eq() && later.compare_values(earlier).is_eq()
            }
        });
    }
}

/// A parameter that may stand only once is repeated: two readers could disagree about which one counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeated;

/// A parameter whose end has not been found.
struct Open {
    start: Position,
    name_length: Option<u32>,
    length: u32,
}

impl Open {
    const fn at(start: Position) -> Self {
        Self { start, name_length: None, length: 0 }
    }
}

impl<'a> Param<'a> {
    /// The decoded name.
    pub(crate) fn name(self) -> Decoded<'a> {
        Decoded { text: self.text, at: self.raw.start, left: self.raw.name_length }
    }

    /// The decoded value.
    pub(crate) fn value(self) -> Decoded<'a> {
        let mut at = Decoded { text: self.text, at: self.raw.start, left: u32::MAX };
        at.skip_raw(self.raw.name_length + 1);
        Decoded { left: self.raw.value_length, ..at }
    }

    fn name_prefix(self) -> u64 {
        let mut prefix = [0; 8];
        let name = self.name();
        match name.contiguous() {
            Some(text) if !text.iter().take(24).any(|byte| matches!(byte, b'%' | b'+')) => {
                for (slot, byte) in prefix.iter_mut().zip(text) {
                    *slot = *byte;
                }
            }
            _ => {
                for (slot, byte) in prefix.iter_mut().zip(name) {
                    *slot = byte;
                }
            }
        }
        u64::from_be_bytes(prefix)
    }

    fn compare_names(self, other: Self) -> Ordering {
        self.name().compare(other.name())
    }

    fn compare_values(self, other: Self) -> Ordering {
        self.value().compare(other.value())
    }
}

/// The decoded bytes of a name or a value.
#[derive(Clone)]
pub(crate) struct Decoded<'a> {
    text: RawBody<'a>,
    at: Position,
    left: u32,
}

impl<'a> Decoded<'a> {
    /// The encoded bytes, if they lie in one piece.
    fn contiguous(&self) -> Option<&'a [u8]> {
        if self.left == 0 {
            return Some(&[]);
        }
        let start = self.at.offset as usize;
        self.text.piece(self.at.piece as usize)?.get(start..start.checked_add(self.left as usize)?)
    }

    fn compare(self, other: Self) -> Ordering {
        let plain = |text: &[u8]| memchr::memchr2(b'%', b'+', text).is_none();
        match (self.contiguous(), other.contiguous()) {
            (Some(left), Some(right)) if plain(left) && plain(right) => left.cmp(right),
            _ => self.cmp(other),
        }
    }

    fn next_raw(&mut self) -> Option<u8> {
        if self.left == 0 {
            return None;
        }
        loop {
            let piece = self.text.piece(self.at.piece as usize)?;
            if let Some(byte) = piece.get(self.at.offset as usize) {
                self.at.offset += 1;
                self.left -= 1;
                return Some(*byte);
            }
            self.at = Position { piece: self.at.piece + 1, offset: 0 };
        }
    }

    fn skip_raw(&mut self, mut count: u32) {
        self.left = self.left.saturating_sub(count);
        while let Some(piece) = self.text.piece(self.at.piece as usize) {
            let here = (piece.len() as u32).saturating_sub(self.at.offset);
            if count <= here {
                self.at.offset += count;
                return;
            }
            count -= here;
            self.at = Position { piece: self.at.piece + 1, offset: 0 };
        }
    }

    /// The two digits of an escape, if two digits follow.
    fn escape(&mut self) -> Option<u8> {
        let mut ahead = self.clone();
        let byte = hex_pair(ahead.next_raw()?, ahead.next_raw()?)?;
        *self = ahead;
        Some(byte)
    }
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        match self.next_raw()? {
            b'+' => Some(b' '),
            b'%' => Some(self.escape().unwrap_or(b'%')),
            byte => Some(byte),
        }
    }
}

/// Collects small pieces, so that a MAC is fed whole blocks.
pub(crate) struct Blocks<'s, S: Sink + ?Sized> {
    sink: &'s mut S,
    buffer: [u8; BLOCKS],
    filled: usize,
}

const BLOCKS: usize = 1024;
const LANES: usize = 16;

impl<'s, S: Sink + ?Sized> Blocks<'s, S> {
    pub(crate) fn new(sink: &'s mut S) -> Self {
        Self { sink, buffer: [0; BLOCKS], filled: 0 }
    }

    /// Feeds bytes as they are.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        match self.buffer.get_mut(self.filled..self.filled + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.filled += bytes.len();
            }
            None => {
                self.flush();
                self.sink.put(bytes);
            }
        }
    }

    /// Feeds a name or a value, decoded.
    pub(crate) fn put_decoded(&mut self, text: Decoded<'_>) {
        match text.contiguous() {
            Some(encoded) => self.put_encoded(encoded),
            None => text.for_each(|byte| self.put(&[byte])),
        }
    }

    /// Decodes sixteen bytes at a time: `+` by arithmetic, `%` one by one.
    fn put_encoded(&mut self, mut text: &[u8]) {
        while let Some((block, rest)) = text.split_first_chunk::<LANES>() {
            let mut decoded = [0; LANES];
            let mut percent = false;
            for (slot, byte) in decoded.iter_mut().zip(block) {
                *slot = if *byte == b'+' { b' ' } else { *byte };
                percent |= *byte == b'%';
            }
            let room = self.room();
            *room = decoded;
            if percent {
                let plain = block.iter().position(|byte| *byte == b'%').unwrap_or(LANES);
                self.filled += plain;
                text = self.put_escapes(text.get(plain..).unwrap_or_default());
            } else {
                self.filled += LANES;
                text = rest;
            }
        }
        while let Some((byte, rest)) = text.split_first() {
            text = match byte {
                b'%' => self.put_escapes(text),
                b'+' => {
                    self.put(b" ");
                    rest
                }
                _ => {
                    self.put(std::slice::from_ref(byte));
                    rest
                }
            };
        }
    }

    /// Decodes the escapes that `text` starts with, at least one `%`.
    fn put_escapes<'t>(&mut self, mut text: &'t [u8]) -> &'t [u8] {
        while let [b'%', rest @ ..] = text {
            let (byte, rest) = match rest {
                [high, low, rest @ ..] => match hex_pair(*high, *low) {
                    Some(byte) => (byte, rest),
                    None => (b'%', &text[1..]),
                },
                _ => (b'%', rest),
            };
            self.put(&[byte]);
            text = rest;
        }
        text
    }

    /// Room for one block at the end of what is filled.
    fn room(&mut self) -> &mut [u8; LANES] {
        if self.filled + LANES > BLOCKS {
            self.flush();
        }
        #[allow(clippy::expect_used, reason = "flushed above if there was no room")]
        self.buffer.get_mut(self.filled..).and_then(<[u8]>::first_chunk_mut).expect("there is room")
    }

    fn flush(&mut self) {
        self.sink.put(self.buffer.get(..self.filled).unwrap_or_default());
        self.filled = 0;
    }
}

impl<S: Sink + ?Sized> Drop for Blocks<'_, S> {
    fn drop(&mut self) {
        self.flush();
    }
}

const fn hex_pair(high: u8, low: u8) -> Option<u8> {
    match (hex_value(high), hex_value(low)) {
        (Some(high), Some(low)) => Some((high << 4) | low),
        _ => None,
    }
}

const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    /// What `form_urlencoded` makes of it, which decodes to text: only compared where that is what the bytes are.
    fn reference(text: &[u8]) -> Vec<(String, String)> {
        form_urlencoded::parse(text).into_owned().collect()
    }

    fn ours(params: &Params<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
        params.iter().map(|param| (param.name().collect(), param.value().collect())).collect()
    }

    fn fed(params: &Params<'_>) -> Vec<u8> {
        let mut all = Vec::new();
        let mut blocks = Blocks::new(&mut all);
        for param in params.iter() {
            blocks.put_decoded(param.name());
            blocks.put_decoded(param.value());
        }
        drop(blocks);
        all
    }

    fn frames(text: &[u8], cuts: &[usize]) -> Vec<Bytes> {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (text.len() + 1)).chain([0, text.len()]).collect();
        cuts.sort_unstable();
        cuts.windows(2).map(|pair| Bytes::copy_from_slice(&text[pair[0]..pair[1]])).collect()
    }

    #[test]
    fn grammar() {
        let parsed = |text: &'static str| ours(&Params::parse(text).expect("few parameters"));
        let pair = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        assert_eq!(parsed(""), []);
        assert_eq!(parsed("&&&"), []);
        assert_eq!(parsed("a"), [pair("a", "")]);
        assert_eq!(parsed("="), [pair("", "")]);
        assert_eq!(parsed("a=b=c&d"), [pair("a", "b=c"), pair("d", "")]);
        assert_eq!(parsed("a+b=%2B%zz%4"), [pair("a b", "+%zz%4")]);
        assert_eq!(parsed("%41=%c3%A9"), [pair("A", "é")]);
    }

    #[test]
    fn by_name() {
        let mut params = Params::parse("bb=2&a=2&%61=1&bb=1&longer+name2&longer%20name1").expect("few parameters");
        params.sort_by_name();
        assert_eq!(fed(&params), b"a2a1bb2bb1longer name1longer name2");
        assert!(params.repeats_a_name());
        assert!(params.only("a").is_err());
        assert!(params.only("longer name1").is_ok_and(|value| value.is_some()));
        assert!(params.only("c").is_ok_and(|value| value.is_none()));
        let mut params = Params::parse("longer+name2&a&longer+name1").expect("few parameters");
        params.sort();
        assert!(!params.repeats_a_name());
    }

    #[test]
    fn too_many_parameters_are_refused() {
        assert!(Params::parse("a&".repeat(MAX_PARAMS).as_str()).is_some());
        assert!(Params::parse("a&".repeat(MAX_PARAMS + 1).as_str()).is_none());
    }

    proptest! {
        #[test]
        fn agrees_with_form_urlencoded(text in "([a-c%+&=]|%[0-7][0-9a-fA-F]|é){0,60}") {
            let params = Params::parse(text.as_str()).expect("few parameters");
            // The reference replaces what is not UTF-8; ours never does.
            prop_assume!(ours(&params).iter().all(|(name, value)| [name, value].iter().all(|t| str::from_utf8(t).is_ok())));
            let expected: Vec<_> = reference(text.as_bytes())
                .into_iter()
                .map(|(name, value)| (name.into_bytes(), value.into_bytes()))
                .collect();
            prop_assert_eq!(ours(&params), expected.clone());
            let concatenated: Vec<u8> = expected.into_iter().flat_map(|(name, value)| [name, value].concat()).collect();
            prop_assert_eq!(fed(&params), concatenated);
        }

        #[test]
        fn frames_do_not_matter(text in "([a-c%+&=]|%[0-7][0-9a-fA-F]){0,60}", cuts in prop::collection::vec(0usize..200, 0..8)) {
            let frames = frames(text.as_bytes(), &cuts);
            let mut whole = Params::parse(text.as_str()).expect("few parameters");
            let mut split = Params::parse(&frames[..]).expect("few parameters");
            prop_assert_eq!(ours(&whole), ours(&split));
            whole.sort();
            split.sort();
            let mut expected = ours(&whole);
            expected.sort();
            prop_assert_eq!(ours(&whole), expected.clone());
            prop_assert_eq!(ours(&split), expected.clone());
            prop_assert_eq!(fed(&whole), fed(&split));
            whole.dedup();
            split.dedup();
            expected.dedup();
            prop_assert_eq!(ours(&whole), expected.clone());
            prop_assert_eq!(ours(&split), expected);
        }

        #[test]
        fn long_values_are_fed_whole(text in "([a-z ]|%[0-9a-f]{2}|[+]){0,3000}") {
            let params = Params::parse(text.as_str()).expect("few parameters");
            let expected: Vec<u8> = ours(&params).into_iter().flat_map(|(name, value)| [name, value].concat()).collect();
            prop_assert_eq!(fed(&params), expected);
        }
    }
}
