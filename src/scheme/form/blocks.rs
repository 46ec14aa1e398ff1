//! Decoding into blocks that a MAC takes whole.

use std::ops::Range;

use wide::u8x16;

use super::{Decoded, LANES, Param, WINDOW, first_of, hex_pair, padded, places, positions, with_spaces};
use crate::crypto::Sink;

/// Collects small pieces, so that a MAC is fed whole blocks.
pub(crate) struct Blocks<'s, S: Sink + ?Sized> {
    sink: &'s mut S,
    buffer: [u8; BLOCKS],
    filled: usize,
}

const BLOCKS: usize = 640;

/// How many bytes of a long text are decoded in one step.
const DECODED: usize = 2 * WINDOW;

/// How much is copied of a text between two escapes before its length is looked at.
const SPAN: usize = 2 * LANES;

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

    /// Feeds a parameter's name and value, decoded.
    #[inline]
    pub(crate) fn put_param(&mut self, param: Param<'_>) {
        match param.windows() {
            Some((piece, name, value)) => {
                if !self.put_plain(piece, &name, &value) {
                    self.put_encoded(piece, name);
                    self.put_encoded(piece, value);
                }
            }
            None => {
                self.put_decoded(&param.name());
                self.put_decoded(&param.value());
            }
        }
    }

    /// Feeds a short name and a short value that have no escapes, as most; false if they are others. What they are is
    /// seen while they are copied.
    #[inline]
    fn put_plain(&mut self, piece: &[u8], name: &Range<usize>, value: &Range<usize>) -> bool {
        const NAME: usize = LANES;
        const VALUE: usize = 3 * LANES;
        let name_block = piece.get(name.start..).and_then(<[u8]>::first_chunk::<NAME>);
        let value_blocks = piece.get(value.start..).and_then(<[u8]>::first_chunk::<VALUE>);
        let (Some(name_block), Some(value_blocks), ..=NAME, ..=VALUE) =
            (name_block, value_blocks, name.len(), value.len())
        else {
            return false;
        };
        let (filled, room) = self.room::<{ NAME + VALUE }>();
        let name_escapes = copy_decoded(name_block, room, 0);
        let value_escapes = copy_decoded(value_blocks, room, name.len());
        let escapes = name_escapes & !(u64::MAX << name.len()) | value_escapes & !(u64::MAX << value.len());
        if escapes == 0 {
            self.filled = filled + name.len() + value.len();
        }
        escapes == 0
    }

    /// Feeds a name or a value, decoded.
    pub(crate) fn put_decoded(&mut self, text: &Decoded<'_>) {
        match text.window() {
            Some((piece, range)) => self.put_encoded(piece, range),
            None => text.clone().for_each(|byte| self.put(&[byte])),
        }
    }

    /// Decodes [`DECODED`] bytes at a time while there are so many, then up to sixteen, whatever follows them in the
    /// piece: `+` by arithmetic, escapes one by one.
    #[inline]
    fn put_encoded(&mut self, piece: &[u8], Range { mut start, end }: Range<usize>) {
        while start < end {
            let left = end - start;
            let rest = piece.get(start..).unwrap_or_default();
            if left >= DECODED + 2
                && let Some(text) = rest.first_chunk()
            {
                start += self.put_long(text);
                continue;
            }
            let Some(block) = rest.first_chunk::<LANES>() else {
                return self.put_tail(piece.get(start..end).unwrap_or_default());
            };
            let encoded = u8x16::new(*block);
            let (filled, room) = self.room();
            *room = with_spaces(encoded).to_array();
            let plain = first_of(positions(encoded, b'%'));
            if plain < left.min(LANES) {
                self.filled = filled + plain;
                start = self.put_escapes(piece, start + plain..end);
            } else {
                self.filled = filled + left.min(LANES);
                start += LANES;
            }
        }
    }

    /// Decodes [`DECODED`] bytes, and the end of an escape that begins in them; how much that is. Where all escapes are
    /// is known before the first is decoded, and the texts between them are copied whatever their length, so that the
    /// processor has next to nothing to guess.
    fn put_long(&mut self, text: &[u8; DECODED + SPAN]) -> usize {
        let windows = text.as_chunks::<WINDOW>().0.iter().enumerate();
        let mut escapes =
            windows.fold(0, |escapes, (index, window)| escapes | u128::from(places(window, b'%')) << (WINDOW * index));
        let (filled, room) = self.room::<{ DECODED + SPAN }>();
        let (mut start, mut put) = (0, 0);
        loop {
            let plain = escapes.trailing_zeros() as usize;
            let mut copy = |further: usize| {
                if let Some(span) = text.get(start + further..).and_then(<[u8]>::first_chunk::<SPAN>) {
                    copy_decoded(span, room, put + further);
                }
            };
            let length = plain.saturating_sub(start);
            copy(0);
            (SPAN..length).step_by(SPAN).for_each(copy);
            start += length;
            put += length;
            let Some([_, high, low, ..]) = text.get(plain..).filter(|_| plain < DECODED) else { break };
            let decoded = hex_pair(*high, *low);
            start = plain + if decoded.is_some() { 3 } else { 1 };
            if let Some(slot) = room.get_mut(put) {
                *slot = decoded.unwrap_or(b'%');
            }
            put += 1;
            escapes &= escapes - 1;
        }
        self.filled = filled + put;
        start
    }

    /// The same for what has no whole block after it: the end of a piece.
    #[cold]
    fn put_tail(&mut self, tail: &[u8]) {
        self.put_encoded(&padded::<{ 2 * LANES }>(tail), 0..tail.len());
    }

    /// Decodes the escapes that the range starts with; where they end.
    fn put_escapes(&mut self, piece: &[u8], Range { mut start, end }: Range<usize>) -> usize {
        while let Some([b'%', rest @ ..]) = piece.get(start..end) {
            let decoded = match rest {
                [high, low, ..] => hex_pair(*high, *low),
                _ => None,
            };
            start += if decoded.is_some() { 3 } else { 1 };
            let (filled, [first]) = self.room();
            *first = decoded.unwrap_or(b'%');
            self.filled = filled + 1;
        }
        start
    }

    /// How much is filled, and room after it.
    fn room<const N: usize>(&mut self) -> (usize, &mut [u8; N]) {
        if self.filled + N > BLOCKS {
            self.flush();
        }
        let filled = self.filled;
        #[allow(clippy::expect_used, reason = "flushed above if there was no room")]
        let room = self.buffer.get_mut(filled..).and_then(<[u8]>::first_chunk_mut).expect("there is room");
        (filled, room)
    }

    fn flush(&mut self) {
        self.sink.put(self.buffer.get(..self.filled).unwrap_or_default());
        self.filled = 0;
    }
}

impl<S: Sink + ?Sized> Sink for Blocks<'_, S> {
    fn put(&mut self, bytes: &[u8]) {
        self.put(bytes);
    }
}

impl<S: Sink + ?Sized> Drop for Blocks<'_, S> {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Copies blocks, of which `+` becomes a space; where escapes are in them, a bit for each place.
#[inline]
fn copy_decoded<const N: usize>(from: &[u8; N], to: &mut [u8], put: usize) -> u64 {
    let Some(to) = to.get_mut(put..).and_then(<[u8]>::first_chunk_mut::<N>) else { return 0 };
    let mut escapes = 0;
    for (index, (from, to)) in from.as_chunks::<LANES>().0.iter().zip(to.as_chunks_mut::<LANES>().0).enumerate() {
        let block = u8x16::new(*from);
        *to = with_spaces(block).to_array();
        escapes |= u64::from(positions(block, b'%')) << (LANES * index);
    }
    escapes
}
