//! Newlines, line endings, byte order marks, blanks.

use super::{Try, Variant};
use crate::explain::code::Code;

const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn variants(body: &[u8], try_one: &mut Try<'_>) -> bool {
    let with_end = |end: &[u8]| [body, end].concat();
    let newline = |what, bytes: Vec<u8>| Variant::new(Code::BodyNewline, what, bytes);
    let one_off = body.strip_suffix(b"\n").map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest)).unwrap_or(body);
    let all_off = body.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let list = [
        newline("a newline put at its end", with_end(b"\n")),
        newline("the newline taken off its end", one_off.to_vec()),
        newline("a CRLF put at its end", with_end(b"\r\n")),
        newline("all newlines taken off its end", body.get(..all_off).unwrap_or_default().to_vec()),
        newline("two newlines put at its end", with_end(b"\n\n")),
        newline("a newline put at its start", [b"\n", body].concat()),
        Variant::new(Code::BodyLineEndings, "its line endings made CRLF", to_crlf(body)),
        Variant::new(Code::BodyLineEndings, "its line endings made LF", to_lf(body)),
        Variant::new(Code::BodyLineEndings, "its line endings made CR", to_cr(body)),
        Variant::new(Code::BodyBom, "a byte order mark put before it", [BOM, body].concat()),
        Variant::new(Code::BodyBom, "its byte order mark taken off", body.strip_prefix(BOM).unwrap_or(body).to_vec()),
        Variant::new(Code::BodyTrimmed, "the blanks around it taken off", body.trim_ascii().to_vec()),
        Variant::new(Code::BodyTrimmed, "the blanks before it taken off", body.trim_ascii_start().to_vec()),
        Variant::new(Code::BodyTrimmed, "the blanks after it taken off", body.trim_ascii_end().to_vec()),
        Variant::new(Code::BodyTrimmed, "a blank put at its end", with_end(b" ")),
        Variant::new(Code::BodyTrimmed, "a blank put at its start", [b" ", body].concat()),
        Variant::new(Code::BodyTrimmed, "a blank put around it", [b" ", body, b" "].concat()),
        Variant::new(
            Code::BodyTrimmed,
            "a null byte taken off its end",
            body.strip_suffix(b"\0").unwrap_or(body).to_vec(),
        ),
        // Two at once: an editor's doing.
        Variant::new(
            Code::BodyLineEndings,
            "its line endings made CRLF, one more at its end",
            [&to_crlf(body)[..], b"\r\n"].concat(),
        ),
        Variant::new(
            Code::BodyLineEndings,
            "its line endings made LF, one more at its end",
            [&to_lf(body)[..], b"\n"].concat(),
        ),
        Variant::new(Code::BodyLineEndings, "its line endings made CRLF, the last taken off", to_crlf(one_off)),
        Variant::new(Code::BodyLineEndings, "its line endings made LF, the last taken off", to_lf(one_off)),
        Variant::new(Code::BodyBom, "a byte order mark put before it, a newline after", [BOM, body, b"\n"].concat()),
    ];
    list.into_iter().any(try_one)
}

fn to_lf(body: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(body.len());
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        // A lone CR is a line ending too.
        if byte == b'\r' {
            bytes.next_if_eq(&b'\n');
            text.push(b'\n');
        } else {
            text.push(byte);
        }
    }
    text
}

fn to_crlf(body: &[u8]) -> Vec<u8> {
    let lf = to_lf(body);
    let mut text = Vec::with_capacity(lf.len() + 16);
    for byte in lf {
        if byte == b'\n' {
            text.push(b'\r');
        }
        text.push(byte);
    }
    text
}

fn to_cr(body: &[u8]) -> Vec<u8> {
    to_lf(body).into_iter().map(|byte| if byte == b'\n' { b'\r' } else { byte }).collect()
}
