//! Form parameters (`application/x-www-form-urlencoded`), read from the frames of a body without joining or copying
//! them, sorted, and fed to a MAC in decoded form.
//!
//! Decoding is the WHATWG URL standard's, on bytes: `+` is a space, `%` and two hexadecimal digits are a byte, any
//! other `%` stands for itself. Nothing is replaced that is not UTF-8.

mod blocks;
#[cfg(test)]
mod tests;

use std::{cmp::Ordering, ops::Range};

use memchr::{memchr_iter, memchr2};
use smallvec::SmallVec;
use wide::u8x16;

pub(crate) use self::blocks::Blocks;
use crate::request::RawBody;

/// More parameters than this are refused: sorting them would be work for a stranger's sake.
pub(crate) const MAX_PARAMS: usize = 16_384;

/// How many bytes are looked at in one step.
const LANES: usize = 16;

/// How many bytes are searched in one step: a bit of a number for each.
const WINDOW: usize = 64;

/// The parameters of a form or a query.
pub(crate) struct Params<'a> {
    found: Found<'a>,
    /// The parameters' order: what is sorted instead of them.
    order: SmallVec<[SortKey; 32]>,
    /// Whether sorting found names that start alike.
    alike: bool,
}

/// The parameters as they came.
struct Found<'a> {
    text: RawBody<'a>,
    params: SmallVec<[Raw; 32]>,
}

/// One parameter.
#[derive(Clone, Copy)]
pub(crate) struct Param<'a> {
    text: RawBody<'a>,
    raw: Raw,
}

/// Where a parameter is.
#[derive(Clone, Copy)]
struct Raw {
    name: Position,
    name_length: u32,
    value: Position,
    value_length: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Position {
    piece: u32,
    offset: u32,
}

/// The first fourteen bytes of a decoded name, then the parameter's index: one number, so that most names are sorted
/// without being looked at again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SortKey(u128);

const PREFIX: usize = 14;

/// The part of a block that belongs to a name of each length.
static KEPT: [u128; PREFIX + 1] = {
    let mut kept = [0; PREFIX + 1];
    let mut length = 1;
    while length <= PREFIX {
        kept[length] = u128::MAX << (8 * (LANES - length));
        length += 1;
    }
    kept
};

impl SortKey {
    fn new(prefix: [u8; LANES], length: usize, index: u16) -> Self {
        let kept = KEPT.get(length).unwrap_or(&KEPT[PREFIX]);
        Self(u128::from_be_bytes(prefix) & kept | u128::from(index))
    }

    const fn prefix(self) -> u128 {
        self.0 >> 16
    }

    const fn index(self) -> usize {
        (self.0 & 0xffff) as usize
    }
}

impl<'a> Params<'a> {
    /// The parameters of `text`, which [`read`](Self::read) is to find: it fills them in where they are, and they are
    /// large.
    pub(crate) fn new(text: impl Into<RawBody<'a>>) -> Self {
        Self { found: Found { text: text.into(), params: SmallVec::new() }, order: SmallVec::new(), alike: false }
    }

    /// Finds all parameters.
    pub(crate) fn parse(text: impl Into<RawBody<'a>>) -> Option<Self> {
        let mut params = Self::new(text);
        params.read()?;
        Some(params)
    }

    /// Finds all parameters; empty ones (`&&`) are none. `None` when there are more than [`MAX_PARAMS`].
    pub(crate) fn read(&mut self) -> Option<()> {
        let text = self.found.text;
        u32::try_from(text.len()).ok()?;
        let mut open = Open::at(Position { piece: 0, offset: 0 });
        for (index, piece) in text.pieces().enumerate() {
            self.scan(index as u32, piece, &mut open)?;
        }
        self.close(&open)
    }

    /// Finds the separators of one piece, a window at a time.
    fn scan(&mut self, index: u32, piece: &[u8], open: &mut Open) -> Option<()> {
        let mut at = 0;
        while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
            let window = match rest.first_chunk::<WINDOW>() {
                Some(window) => window,
                None => &padded(rest),
            };
            let ends = places(window, b'&');
            let mut found = ends | places(window, b'=');
            if found == 0 {
                // A long value: what is made for long distances is faster.
                let rest = rest.get(WINDOW..).unwrap_or_default();
                at += WINDOW + memchr2(b'&', b'=', rest).unwrap_or(rest.len());
                continue;
            }
            while found != 0 {
                let place = found.trailing_zeros();
                let place_in_piece = (at + place as usize) as u32;
                if ends >> place & 1 == 1 {
                    open.count_to(place_in_piece);
                    self.close(open)?;
                    *open = Open::at(Position { piece: index, offset: place_in_piece + 1 });
                } else {
                    open.name_ends(index, place_in_piece);
                }
                found &= found - 1;
            }
            at += WINDOW;
        }
        open.count_to(piece.len() as u32);
        open.counted = 0;
        Some(())
    }

    #[inline]
    fn close(&mut self, open: &Open) -> Option<()> {
        let raw = match open.value {
            Some(value) => Raw { name: open.name, name_length: open.name_length, value, value_length: open.length },
            None if open.length == 0 => return Some(()),
            None => Raw { name: open.name, name_length: open.length, value: open.name, value_length: 0 },
        };
        let index = self.order.len();
        if index == self.order.inline_size() {
            self.make_room();
        }
        if index >= MAX_PARAMS {
            return None;
        }
        self.order.push(Param { text: self.found.text, raw }.sort_key(index as u16));
        self.found.params.push(raw);
        Some(())
    }

    /// Makes room for all parameters at once: there are many.
    #[cold]
    fn make_room(&mut self) {
        let ends: usize = self.found.text.pieces().map(|piece| memchr_iter(b'&', piece).count()).sum();
        let more = (ends + 1).min(MAX_PARAMS).saturating_sub(self.order.len());
        self.order.reserve_exact(more);
        self.found.params.reserve_exact(more);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Whether no parameter has a name or a value (`=&=`): in a concatenation such a form is as good as none.
    pub(crate) fn say_nothing(&self) -> bool {
        self.iter().all(|param| param.raw.name_length == 0 && param.raw.value_length == 0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Param<'a>> + '_ {
        self.order.iter().filter_map(|key| self.found.param(*key))
    }

    /// Sorts by decoded name, then by decoded value, bytewise.
    pub(crate) fn sort(&mut self) {
        let Self { found, order, alike } = self;
        order.sort_unstable();
        let are_alike = |left: &SortKey, right: &SortKey| left.prefix() == right.prefix();
        *alike = order.windows(2).any(|pair| matches!(pair, [left, right] if are_alike(left, right)));
        if !*alike {
            return;
        }
        for alike in order.chunk_by_mut(are_alike) {
            if alike.len() > 1 {
                found.sort_by_text(alike, Param::name);
                for equal in alike.chunk_by_mut(|left, right| found.are_equal(*left, *right, Param::name)) {
                    found.sort_by_text(equal, Param::value);
                }
            }
        }
    }

    /// Sorts by decoded name, bytewise; parameters of the same name keep their order.
    pub(crate) fn sort_by_name(&mut self) {
        let Self { found, order, alike: any_alike } = self;
        *any_alike = true;
        order.sort_unstable();
        for alike in order.chunk_by_mut(|left, right| left.prefix() == right.prefix()) {
            found.sort_by_text(alike, Param::name);
        }
    }

    /// Whether a name stands more than once. Only for sorted ones.
    pub(crate) fn repeats_a_name(&self) -> bool {
        let mut neighbours = self.order.iter().zip(self.order.iter().skip(1));
        neighbours
            .any(|(left, right)| left.prefix() == right.prefix() && self.found.are_equal(*left, *right, Param::name))
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
        let Self { found, order, alike } = self;
        if !*alike {
            return;
        }
        order.dedup_by(|later, earlier| {
            later.prefix() == earlier.prefix()
                && found.are_equal(*later, *earlier, Param::name)
                && found.are_equal(*later, *earlier, Param::value)
        });
    }
}

impl<'a> Found<'a> {
    fn param(&self, key: SortKey) -> Option<Param<'a>> {
        self.params.get(key.index()).map(|raw| Param { text: self.text, raw: *raw })
    }

    /// Sorts by one of the texts. Those with escapes are decoded once and not at each comparison, which a form of
    /// many long and nearly equal ones would make slow.
    fn sort_by_text(&self, keys: &mut [SortKey], text: fn(Param<'a>) -> Decoded<'a>) {
        if keys.len() < 2 {
            return;
        }
        let plain = |key: &SortKey| self.param(*key).and_then(|param| text(param).plain());
        if keys.iter().all(|key| plain(key).is_some()) {
            // Equal ones keep their order, which is a part of the key.
            keys.sort_unstable_by(|left, right| plain(left).cmp(&plain(right)).then(left.cmp(right)));
            return;
        }
        let mut decoded: Vec<_> =
            keys.iter().map(|key| (self.param(*key).map(|param| text(param).to_vec()), *key)).collect();
        decoded.sort_unstable();
        keys.iter_mut().zip(decoded).for_each(|(slot, (_, key))| *slot = key);
    }

    fn are_equal(&self, left: SortKey, right: SortKey, text: fn(Param<'a>) -> Decoded<'a>) -> bool {
        match (self.param(left), self.param(right)) {
            (Some(left), Some(right)) => text(left).compare(text(right)).is_eq(),
            _ => false,
        }
    }
}

/// A parameter that may stand only once is repeated: two readers could disagree about which one counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeated;

/// A parameter whose end has not been found.
struct Open {
    name: Position,
    name_length: u32,
    /// Where the value starts, once the `=` was found.
    value: Option<Position>,
    /// Of the part that is open, as far as it is counted.
    length: u32,
    /// Where in the piece that is being read it is counted to.
    counted: u32,
}

impl Open {
    const fn at(name: Position) -> Self {
        Self { name, name_length: 0, value: None, length: 0, counted: name.offset }
    }

    const fn count_to(&mut self, place: u32) {
        self.length += place - self.counted;
        self.counted = place;
    }

    /// At a `=`. A further one belongs to the value.
    fn name_ends(&mut self, piece: u32, place: u32) {
        if self.value.is_none() {
            self.count_to(place);
            self.name_length = self.length;
            self.value = Some(Position { piece, offset: place + 1 });
            self.length = 0;
            self.counted = place + 1;
        }
    }
}

impl<'a> Param<'a> {
    /// The decoded name.
    pub(crate) fn name(self) -> Decoded<'a> {
        Decoded { text: self.text, at: self.raw.name, left: self.raw.name_length }
    }

    /// The decoded value.
    pub(crate) fn value(self) -> Decoded<'a> {
        Decoded { text: self.text, at: self.raw.value, left: self.raw.value_length }
    }

    /// Where name and value lie, if both in one piece.
    fn windows(self) -> Option<(&'a [u8], Range<usize>, Range<usize>)> {
        let Raw { name, name_length, value, value_length } = self.raw;
        if name.piece != value.piece {
            return None;
        }
        let piece = self.text.piece(name.piece as usize)?;
        let range = |start: Position, length: u32| {
            let start = start.offset as usize;
            let end = start.checked_add(length as usize)?;
            (end <= piece.len()).then_some(start..end)
        };
        Some((piece, range(name, name_length)?, range(value, value_length)?))
    }

    fn sort_key(self, index: u16) -> SortKey {
        let name = self.name();
        if let Some((piece, range)) = name.window() {
            let block = match piece.get(range.start..).and_then(<[u8]>::first_chunk::<LANES>) {
                Some(block) => *block,
                None => padded(piece.get(range.clone()).unwrap_or_default()),
            };
            // An escape that stands behind the prefix, or behind the name, changes nothing.
            let lanes = u8x16::new(block);
            let escape = first_of(positions(lanes, b'%') | positions(lanes, b'+'));
            if escape >= range.len().min(PREFIX) {
                return SortKey::new(block, range.len(), index);
            }
        }
        let mut block = [0; LANES];
        block.iter_mut().zip(name).for_each(|(slot, byte)| *slot = byte);
        SortKey::new(block, PREFIX, index)
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
    /// Where the encoded bytes lie, if in one piece.
    fn window(&self) -> Option<(&'a [u8], Range<usize>)> {
        let piece = self.text.piece(self.at.piece as usize)?;
        let start = self.at.offset as usize;
        let end = start.checked_add(self.left as usize)?;
        (end <= piece.len()).then_some((piece, start..end))
    }

    /// The bytes, if they lie in one piece and are encoded as they are.
    fn plain(&self) -> Option<&'a [u8]> {
        let (piece, range) = self.window()?;
        piece.get(range).filter(|text| memchr2(b'%', b'+', text).is_none())
    }

    fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.left as usize);
        Blocks::new(&mut bytes).put_decoded(self);
        bytes
    }

    fn compare(self, other: Self) -> Ordering {
        match (self.plain(), other.plain()) {
            (Some(left), Some(right)) => left.cmp(right),
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

/// Where a block holds a byte: a bit for each place, the first place the lowest.
fn positions(block: u8x16, byte: u8) -> u32 {
    block.cmp_eq(u8x16::splat(byte)).move_mask().cast_unsigned()
}

/// The same for a window.
fn places(window: &[u8; WINDOW], byte: u8) -> u64 {
    let blocks = window.as_chunks::<LANES>().0.iter().enumerate();
    blocks.fold(0, |places, (index, block)| places | u64::from(positions(u8x16::new(*block), byte)) << (LANES * index))
}

/// The first of [`positions`]; `LANES` if there is none.
const fn first_of(positions: u32) -> usize {
    (positions | 1 << LANES).trailing_zeros() as usize
}

/// Makes every `+` a space.
fn with_spaces(block: u8x16) -> u8x16 {
    let pluses = block.cmp_eq(u8x16::splat(b'+'));
    block ^ (pluses & u8x16::splat(b'+' ^ b' '))
}

/// A short text with zeros after it.
fn padded<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut block = [0; N];
    block.iter_mut().zip(text).for_each(|(slot, byte)| *slot = *byte);
    block
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let (high, low) = (HEX_VALUES[usize::from(high)], HEX_VALUES[usize::from(low)]);
    ((high | low) < 16).then_some((high << 4) | (low & 0x0f))
}

/// The value of each hexadecimal digit, 0xff for every other byte.
static HEX_VALUES: [u8; 256] = {
    let mut values = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
};
