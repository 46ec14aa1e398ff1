//! Content codings and base64 that are still on, or off already.

use std::io::{Read, Write};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use flate2::{Compression, GzBuilder, read, write};
use http::{HeaderValue, header};

use super::{Try, Variant};
use crate::explain::{code::Code, delivery::Delivery};

pub(super) fn variants(delivery: &Delivery<'_>, try_one: &mut Try<'_>) -> bool {
    let body = &delivery.body[..];
    let variant = |what, body: Vec<u8>| Variant::new(Code::BodyCompression, what, body);
    let inflated = [
        ("ungzipped", inflate(read::MultiGzDecoder::new(body))),
        ("inflated (zlib)", inflate(read::ZlibDecoder::new(body))),
        ("inflated (raw)", if looks_binary(body) { inflate(read::DeflateDecoder::new(body)) } else { None }),
    ];
    for (what, plain) in inflated {
        if let Some(plain) = plain
            && try_one(variant(what, plain))
        {
            return true;
        }
    }
    for engine in [&STANDARD, &URL_SAFE, &STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        if let Some(decoded) = engine.decode(text).ok().filter(|decoded| !decoded.is_empty())
            && try_one(variant("decoded from base64", decoded))
        {
            return true;
        }
    }
    // For the schemes that look at the coding themselves.
    let mut headers = delivery.headers.clone();
    let said = headers.remove(header::CONTENT_ENCODING).is_some();
    if !said && body.starts_with(b"\x1f\x8b") {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if headers != *delivery.headers {
        let what = if said { "taken for uncompressed" } else { "taken for gzip" };
        let changed = Variant { headers: Some(headers), ..Variant::new(Code::BodyCompression, what, body) };
        if try_one(changed) {
            return true;
        }
    }
    if body.is_empty() || body.len() > LARGEST {
        return false;
    }
    if try_one(variant("encoded in base64", STANDARD.encode(body).into_bytes())) {
        return true;
    }
    // What compressed it cannot be known: the usual headers and levels, with one implementation.
    for level in [6, 9, 1, 5, 4, 7, 8, 3, 2] {
        for system in [255, 3, 0] {
            if let Some(packed) = gzip(body, level, system)
                && try_one(variant("compressed with gzip", packed))
            {
                return true;
            }
        }
        if let Some(packed) = zlib(body, level)
            && try_one(variant("compressed with zlib", packed))
        {
            return true;
        }
    }
    false
}

fn inflate(decoder: impl Read) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    // A small body may hold a huge one.
    decoder.take(LARGEST as u64 + 1).read_to_end(&mut plain).ok()?;
    (!plain.is_empty() && plain.len() <= LARGEST).then_some(plain)
}

fn gzip(body: &[u8], level: u32, system: u8) -> Option<Vec<u8>> {
    let mut encoder = GzBuilder::new().operating_system(system).write(Vec::new(), Compression::new(level));
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn zlib(body: &[u8], level: u32) -> Option<Vec<u8>> {
    let mut encoder = write::ZlibEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn looks_binary(body: &[u8]) -> bool {
    body.iter().take(64).any(|byte| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace())
}

const LARGEST: usize = 1 << 20;
