//! Writes a tree in the manner of some serialiser.

use super::tree::{Node, unescape};

pub(super) struct Style {
    pub(super) layout: Layout,
    pub(super) strings: Strings,
}

impl Style {
    pub(super) const COMPACT: Self = Self { layout: Layout::COMPACT, strings: Strings::AsTheyAre };
}

/// Where blanks and line breaks stand.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    comma: &'static str,
    colon: &'static str,
    /// One level of indentation; `None` for one line.
    indent: Option<&'static str>,
    line: &'static str,
    /// Whether empty objects and arrays are broken up too.
    breaks_empty: bool,
    /// Blanks inside brackets.
    pad: &'static str,
}

impl Layout {
    const fn line(comma: &'static str, colon: &'static str) -> Self {
        Self { comma, colon, indent: None, line: "\n", breaks_empty: false, pad: "" }
    }

    const fn indented(indent: &'static str, colon: &'static str) -> Self {
        Self { comma: ",", colon, indent: Some(indent), line: "\n", breaks_empty: false, pad: "" }
    }

    pub(super) const COMPACT: Self = Self::line(",", ":");
    /// Python's default.
    pub(super) const SPACED: Self = Self::line(", ", ": ");
    pub(super) const INDENTED: Self = Self::indented("  ", ": ");

    pub(super) const ALL: &'static [Self] = &[
        Self::COMPACT,
        Self::SPACED,
        Self::INDENTED,
        Self::indented("    ", ": "),
        Self::indented("\t", ": "),
        Self::line(",", ": "),
        Self::line(", ", ":"),
        // Java's Jackson.
        Self::indented("  ", " : "),
        // .NET on Windows.
        Self { line: "\r\n", ..Self::INDENTED },
        Self { line: "\r\n", ..Self::indented("    ", ": ") },
        Self::indented("", ": "),
        Self::indented(" ", ": "),
        Self::indented("   ", ": "),
        Self { breaks_empty: true, ..Self::INDENTED },
        Self { breaks_empty: true, ..Self::indented("    ", ": ") },
        Self { pad: " ", ..Self::SPACED },
        Self { comma: " , ", colon: " : ", ..Self::SPACED },
    ];
}

/// How texts are written.
#[derive(Clone, Copy)]
pub(super) enum Strings {
    AsTheyAre,
    Written {
        ascii: Ascii,
        /// What is escaped though it need not be.
        special: &'static [u8],
    },
}

/// What becomes of characters beyond ASCII, and of the digits of escapes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ascii {
    Kept,
    Lower,
    Upper,
}

pub(super) fn write(node: &Node<'_>, style: &Style, out: &mut Vec<u8>) {
    value(node, style, 0, out);
}

fn value(node: &Node<'_>, style: &Style, depth: usize, out: &mut Vec<u8>) {
    match node {
        Node::Array(items) => {
            list(style, depth, (b'[', b']'), items, out, |item, out| value(item, style, depth + 1, out))
        }
        Node::Object(members) => list(style, depth, (b'{', b'}'), members, out, |(name, member), out| {
            text(name, style, out);
            out.extend_from_slice(style.layout.colon.as_bytes());
            value(member, style, depth + 1, out);
        }),
        Node::Number(number) => out.extend_from_slice(number.as_bytes()),
        Node::Text(inner) => text(inner, style, out),
        Node::Word(word) => out.extend_from_slice(word.as_bytes()),
    }
}

fn list<T>(
    style: &Style,
    depth: usize,
    (open, close): (u8, u8),
    items: &[T],
    out: &mut Vec<u8>,
    mut each: impl FnMut(&T, &mut Vec<u8>),
) {
    let Layout { comma, indent, line, breaks_empty, pad, .. } = style.layout;
    let break_line = |depth: usize, out: &mut Vec<u8>| {
        if let Some(indent) = indent {
            out.extend_from_slice(line.as_bytes());
            (0..depth).for_each(|_| out.extend_from_slice(indent.as_bytes()));
        }
    };
    out.push(open);
    if !items.is_empty() {
        out.extend_from_slice(pad.as_bytes());
    }
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(comma.as_bytes());
        }
        break_line(depth + 1, out);
        each(item, out);
    }
    if !items.is_empty() {
        break_line(depth, out);
        out.extend_from_slice(pad.as_bytes());
    } else if breaks_empty {
        break_line(depth, out);
    }
    out.push(close);
}

fn text(inner: &str, style: &Style, out: &mut Vec<u8>) {
    out.push(b'"');
    match style.strings {
        Strings::Written { ascii, special } if needs_care(inner, special) => match unescape(inner) {
            Some(meant) => meant.chars().for_each(|c| character(c, ascii, special, out)),
            // A lone surrogate means nothing: it stays as it is.
            None => out.extend_from_slice(inner.as_bytes()),
        },
        _ => out.extend_from_slice(inner.as_bytes()),
    }
    out.push(b'"');
}

fn needs_care(inner: &str, special: &[u8]) -> bool {
    inner.bytes().any(|byte| byte == b'\\' || !byte.is_ascii() || special.contains(&byte))
}

fn character(c: char, ascii: Ascii, special: &[u8], out: &mut Vec<u8>) {
    let mut utf8 = [0; 4];
    let is_special = c.is_ascii() && u8::try_from(c).is_ok_and(|byte| special.contains(&byte));
    let short = match c {
        '"' if !is_special => Some(b'"'),
        '\\' => Some(b'\\'),
        '\u{8}' => Some(b'b'),
        '\u{c}' => Some(b'f'),
        '\n' => Some(b'n'),
        '\r' => Some(b'r'),
        '\t' => Some(b't'),
        '/' if is_special => Some(b'/'),
        _ => None,
    };
    // Who escapes HTML escapes JavaScript's line separators too.
    let is_separator = matches!(c, '\u{2028}' | '\u{2029}') && special.contains(&b'<');
    match short {
        Some(letter) => out.extend_from_slice(&[b'\\', letter]),
        None if c < ' ' || is_special || is_separator || (!c.is_ascii() && ascii != Ascii::Kept) => {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let digits = if ascii == Ascii::Upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
                out.extend_from_slice(digits.as_bytes());
            }
        }
        None => out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(body: &str, style: &Style) -> String {
        let mut out = Vec::new();
        write(&Node::parse(body.as_bytes()).expect("JSON"), style, &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn layouts() {
        let body = r#" {"b" : [1.0, {"x":[]} , {}], "a":"\u00e9\/" } "#;
        assert_eq!(written(body, &Style::COMPACT), r#"{"b":[1.0,{"x":[]},{}],"a":"\u00e9\/"}"#);
        let spaced = Style { layout: Layout::SPACED, strings: Strings::AsTheyAre };
        assert_eq!(written(body, &spaced), r#"{"b": [1.0, {"x": []}, {}], "a": "\u00e9\/"}"#);
        let pretty = Style { layout: Layout::INDENTED, strings: Strings::AsTheyAre };
        assert_eq!(written("[{\"a\":[]},2]", &pretty), "[\n  {\n    \"a\": []\n  },\n  2\n]");
    }

    #[test]
    fn escapes() {
        let style = |ascii, special| Style { layout: Layout::COMPACT, strings: Strings::Written { ascii, special } };
        let body = r#"["é/\u003cb\ud83d\ude00\n\ud83d"]"#;
        assert_eq!(written(body, &style(Ascii::Kept, b"")), body, "a lone surrogate leaves the text alone");
        let body = r#"["é/\u003cb\ud83d\ude00\n"]"#;
        assert_eq!(written(body, &style(Ascii::Kept, b"")), "[\"é/<b😀\\n\"]");
        assert_eq!(written(body, &style(Ascii::Upper, b"/")), r#"["\u00E9\/<b\uD83D\uDE00\n"]"#);
        assert_eq!(written(body, &style(Ascii::Lower, b"<>&")), r#"["\u00e9/\u003cb\ud83d\ude00\n"]"#);
    }
}
