//! Compressed bodies.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Deflate,
    Gzip,
}

impl Coding {
    /// Takes the value of `Content-Encoding`.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let is = |name: &[u8]| value.trim_ascii().eq_ignore_ascii_case(name);
        if is(b"gzip") || is(b"x-gzip") {
            Some(Self::Gzip)
        } else if is(b"deflate") {
            Some(Self::Deflate)
        } else {
            None
        }
    }

    /// As much as can be read of a body, and not more than is reasonable.
    pub(super) fn decode(self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Gzip => read(MultiGzDecoder::new(body)),
            // Servers disagree on what `deflate` means.
            Self::Deflate => read(ZlibDecoder::new(body)).or_else(|| read(DeflateDecoder::new(body))),
        }
    }
}

fn read(decoder: impl Read) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    // What was cut off or is damaged ends with an error; what came before it counts.
    let _ = decoder.take(MOST_DECODED).read_to_end(&mut plain);
    (!plain.is_empty()).then_some(plain)
}

const MOST_DECODED: u64 = 32 << 20;
