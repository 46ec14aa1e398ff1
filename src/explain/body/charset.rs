//! Text that was converted from one charset to another.

use super::{Try, Variant, escape};
use crate::explain::code::Code;

pub(super) fn variants(body: &[u8], try_one: &mut Try<'_>) -> bool {
    let mut offer =
        |what, body: Option<Vec<u8>>| body.is_some_and(|body| try_one(Variant::new(Code::BodyCharset, what, body)));
    let text = str::from_utf8(body).ok();
    offer("converted to windows-1252", text.and_then(to_windows_1252))
        || offer("converted to ISO 8859-1", text.and_then(to_latin1))
        || offer("converted from windows-1252 to UTF-8", Some(from_windows_1252(body).into_bytes()))
        || offer("converted from ISO 8859-1 to UTF-8", Some(from_latin1(body).into_bytes()))
        || offer("converted to UTF-16 (little endian)", text.map(|text| utf16(text, u16::to_le_bytes)))
        || offer("converted to UTF-16 (big endian)", text.map(|text| utf16(text, u16::to_be_bytes)))
        || offer("its escapes converted to ISO 8859-1", text.and_then(escape::to_latin1).map(String::into_bytes))
        || offer("its escapes converted to UTF-8", text.and_then(escape::from_latin1).map(String::into_bytes))
}

pub(super) fn to_latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

pub(super) fn from_latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn to_windows_1252(text: &str) -> Option<Vec<u8>> {
    let byte = |c: char| match WINDOWS_1252.iter().position(|known| *known == c) {
        Some(at) => u8::try_from(at + 0x80).ok(),
        None => u8::try_from(u32::from(c)).ok(),
    };
    text.chars().map(byte).collect()
}

fn from_windows_1252(bytes: &[u8]) -> String {
    let char = |byte: u8| match usize::from(byte).checked_sub(0x80).and_then(|at| WINDOWS_1252.get(at)) {
        Some(known) => *known,
        None => char::from(byte),
    };
    bytes.iter().copied().map(char).collect()
}

fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// What 0x80 to 0x9f stand for; those without a meaning stand for themselves.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];
