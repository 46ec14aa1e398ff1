//! Compressed bodies.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Deflate,
    Gzip,
    /// Brotli, Zstandard, or what nobody knows.
    Other,
}

/// What is in a body, as it was before anything was compressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Plain(Vec<u8>),
    /// Nothing but what stands there.
    Same,
    /// It cannot be looked into.
    Unknown,
}

/// What is in a body of these codings, the last of which was applied last. What is gzip is looked into, named or not.
pub(super) fn look_inside(codings: &[Coding], body: &[u8]) -> Inside {
    let mut codings = codings.iter().rev().copied();
    let mut plain = None;
    for _ in 0..MOST_LAYERS {
        let text = plain.as_deref().unwrap_or(body);
        let Some(coding) = codings.next().or_else(|| text.starts_with(GZIP).then_some(Coding::Gzip)) else {
            return plain.map_or(Inside::Same, Inside::Plain);
        };
        // Some senders name the character set where the coding belongs.
        if coding == Coding::Other && is_text(text) {
            continue;
        }
        match coding.decode(text) {
            Ok(Some(decoded)) => plain = Some(decoded),
            Ok(None) if codings.len() > 0 => {}
            // It is not what it says to be.
            Ok(None) => return plain.map_or(Inside::Same, Inside::Plain),
            Err(Opaque) => return Inside::Unknown,
        }
    }
    Inside::Unknown
}

/// Longer than is reasonable, or in a coding that is not known.
struct Opaque;

impl Coding {
    /// Takes a value of `Content-Encoding`.
    pub(super) fn parse(value: &[u8]) -> impl Iterator<Item = Self> {
        value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter_map(|name| {
            let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
            if name.is_empty() || is(b"identity") {
                None
            } else if is(b"gzip") || is(b"x-gzip") {
                Some(Self::Gzip)
            } else if is(b"deflate") {
                Some(Self::Deflate)
            } else {
                Some(Self::Other)
            }
        })
    }

    /// As much as can be read of a body; `None` if that is nothing.
    fn decode(self, body: &[u8]) -> Result<Option<Vec<u8>>, Opaque> {
        match self {
            Self::Gzip => read(MultiGzDecoder::new(body)),
            // Servers disagree on what `deflate` means.
            Self::Deflate => match read(ZlibDecoder::new(body))? {
                None => read(DeflateDecoder::new(body)),
                decoded => Ok(decoded),
            },
            Self::Other => Err(Opaque),
        }
    }
}

fn read(decoder: impl Read) -> Result<Option<Vec<u8>>, Opaque> {
    let mut plain = Vec::new();
    // What was cut off or is damaged ends with an error; what came before it counts.
    let _ = decoder.take(MOST_DECODED + 1).read_to_end(&mut plain);
    if plain.len() as u64 > MOST_DECODED { Err(Opaque) } else { Ok(Some(plain).filter(|plain| !plain.is_empty())) }
}

/// Whether it reads as text, which may be cut off. What is compressed never does.
fn is_text(body: &[u8]) -> bool {
    let is_utf8 = std::str::from_utf8(body).map_or_else(|error| error.error_len().is_none(), |_| true);
    is_utf8 && !body.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
}

/// How a gzip file begins.
const GZIP: &[u8] = b"\x1f\x8b";
const MOST_DECODED: u64 = 32 << 20;
/// Nobody compresses anything more often.
const MOST_LAYERS: usize = 4;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn inside(value: &str, body: &[u8]) -> Inside {
        look_inside(&Coding::parse(value.as_bytes()).collect::<Vec<_>>(), body)
    }

    #[test]
    fn what_is_in_a_body() {
        let text = b"{\"a\":\"\xc3\xa4\"}";
        let plain = || Inside::Plain(text.to_vec());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(text).unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(text).unwrap();
        let (zlib, deflate) = (zlib.finish().unwrap(), deflate.finish().unwrap());
        for (codings, body, expected) in [
            ("", text.to_vec(), Inside::Same),
            ("identity", text.to_vec(), Inside::Same),
            ("utf-8", text.to_vec(), Inside::Same),
            ("br", text.get(..8).unwrap().to_vec(), Inside::Same),
            ("gzip", text.to_vec(), Inside::Same),
            ("GZip", gzip(text), plain()),
            ("gzip , identity", gzip(text), plain()),
            ("identity, x-gzip", gzip(text), plain()),
            ("gzip, gzip", gzip(&gzip(text)), plain()),
            ("deflate, gzip", gzip(&zlib), plain()),
            ("utf-8, gzip", gzip(text), plain()),
            ("gzip, utf-8", gzip(text), Inside::Unknown),
            ("deflate", zlib, plain()),
            ("deflate", deflate, plain()),
            ("", gzip(text), plain()),
            ("gzip", gzip(&gzip(text)), plain()),
            // Brotli and Zstandard.
            ("br", b"\x0b\x02\x80hello\x03".to_vec(), Inside::Unknown),
            ("gzip, br", b"\x0b\x02\x80hello\x03".to_vec(), Inside::Unknown),
            ("zstd", b"\x28\xb5\x2f\xfd\x04\x58".to_vec(), Inside::Unknown),
            ("br, gzip", gzip(b"\x0b\x02\x80hello\x03"), Inside::Unknown),
            ("aws-chunked", b"5\r\nhello\r\n0\r\n\r\n".to_vec(), Inside::Same),
        ] {
            assert_eq!(inside(codings, &body), expected, "{codings}: {body:?}");
        }
    }

    #[test]
    fn work_is_bounded() {
        let most = usize::try_from(MOST_DECODED).unwrap();
        assert!(matches!(inside("gzip", &gzip(&vec![0; most])), Inside::Plain(plain) if plain.len() == most));
        assert_eq!(inside("gzip", &gzip(&vec![0; most + 1])), Inside::Unknown);
        let deep = (0..MOST_LAYERS).fold(b"text".to_vec(), |body, _| gzip(&body));
        assert_eq!(inside("", &deep), Inside::Unknown);
        assert_eq!(inside(&"gzip,".repeat(1000), b"text"), Inside::Unknown);
    }
}
