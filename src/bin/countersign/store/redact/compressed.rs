//! Compressed bodies.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::Message;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Deflate,
    Gzip,
}

pub(super) fn is_compressed(message: &Message) -> Option<Coding> {
    let coding = message.header("content-encoding")?.trim_ascii();
    if coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip") {
        Some(Coding::Gzip)
    } else if coding.eq_ignore_ascii_case(b"deflate") {
        Some(Coding::Deflate)
    } else {
        None
    }
}

/// As much as can be read of it, and not more than is reasonable.
pub(super) fn decode(coding: Coding, body: &[u8]) -> Option<Vec<u8>> {
    match coding {
        Coding::Gzip => read(MultiGzDecoder::new(body)),
        // Servers disagree on what `deflate` means.
        Coding::Deflate => read(ZlibDecoder::new(body)).or_else(|| read(DeflateDecoder::new(body))),
    }
}

fn read(decoder: impl Read) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    // What was cut off or is damaged ends with an error; what came before it counts.
    let _ = decoder.take(MOST_DECODED).read_to_end(&mut plain);
    (!plain.is_empty()).then_some(plain)
}

const MOST_DECODED: u64 = 32 << 20;
