//! Text that is safe in a terminal and in a log.

use std::fmt::{self, Write};

/// Escapes everything but printable ASCII, so that no request can forge a line or command a terminal; cut after `most`
/// characters.
pub(crate) fn escape(text: &str, most: usize) -> String {
    let mut escaped = String::with_capacity(text.len().min(most));
    for (index, character) in text.chars().enumerate() {
        if index == most {
            escaped.push_str("...");
            break;
        }
        match character {
            '\\' => escaped.push_str("\\\\"),
            ' '..='~' => escaped.push(character),
            _ => escaped.extend(character.escape_unicode()),
        }
    }
    escaped
}

/// The same for JSON: what is not ASCII can only stand in its strings, where it has an escape.
pub(crate) fn ascii_json(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        // DEL is the one ASCII control that JSON lets stand.
        if character.is_ascii() && character != '\x7f' {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}

/// Colours, where they are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    pub(crate) colour: bool,
}

impl Paint {
    pub(crate) fn bold(self, text: impl fmt::Display) -> String {
        self.with("1", text)
    }

    pub(crate) fn dim(self, text: impl fmt::Display) -> String {
        self.with("2", text)
    }

    pub(crate) fn good(self, text: impl fmt::Display) -> String {
        self.with("32", text)
    }

    pub(crate) fn bad(self, text: impl fmt::Display) -> String {
        self.with("31", text)
    }

    pub(crate) fn warning(self, text: impl fmt::Display) -> String {
        self.with("33", text)
    }

    fn with(self, code: &str, text: impl fmt::Display) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text() {
        assert_eq!(escape("/a b", 80), "/a b");
        assert_eq!(escape("/\x1b[2J\r\n\u{9b}ü\\", 80), "/\\u{1b}[2J\\u{d}\\u{a}\\u{9b}\\u{fc}\\\\");
        assert_eq!(escape("abcdef", 3), "abc...");
        assert_eq!(ascii_json("\"\u{9b}\x7f😀\""), "\"\\u009b\\u007f\\ud83d\\ude00\"");
    }
}
