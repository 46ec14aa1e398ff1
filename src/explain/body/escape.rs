//! Percent-escapes as the libraries of the world write them.

/// Which characters a library leaves as they are, besides letters and digits, and what it makes of a blank.
#[derive(Clone, Copy, Debug)]
pub(in crate::explain) struct Escapes {
    kept: &'static [u8],
    plus: bool,
}

impl Escapes {
    pub(in crate::explain) const ALL: &'static [Self] = &[
        // RFC 3986: Python's `quote`, PHP's `rawurlencode`.
        Self::new(b"-._~", false),
        // Go's `QueryEscape`, Python's `quote_plus`.
        Self::new(b"-._~", true),
        // The URL standard's forms, Java's `URLEncoder`.
        Self::new(b"*-._", true),
        // JavaScript's `encodeURIComponent`.
        Self::new(b"-_.!~*'()", false),
        // PHP's `urlencode`.
        Self::new(b"-_.", true),
        // Ruby's `CGI.escape`.
        Self::new(b"*-._~", true),
        // Only what must be escaped.
        Self::new(b"-_.!~*'();/?:@$,[]|^`{}\\", false),
        Self::new(b"-_.!~*'();/?:@$,[]|^`{}\\", true),
        Self::new(b"-._~/", false),
        Self::new(b"-._~:/@", true),
        Self::new(b"-._~:/@,", false),
        Self::new(b"-_.!*'()", true),
        Self::new(b"-._~[]", false),
        Self::new(b"-._~[]", true),
        Self::new(b"-_.!~*()", false),
        Self::new(b"*-._@:/", true),
    ];

    const fn new(kept: &'static [u8], plus: bool) -> Self {
        Self { kept, plus }
    }

    pub(in crate::explain) fn write(self, bytes: &[u8], upper: bool, text: &mut String) {
        for byte in bytes {
            match byte {
                b' ' if self.plus => text.push('+'),
                byte if byte.is_ascii_alphanumeric() || self.kept.contains(byte) => text.push(char::from(*byte)),
                byte => push_escape(text, *byte, upper),
            }
        }
    }
}

/// A pair's decoded sides; no value where there was no `=`.
pub(in crate::explain) type Pair = (Vec<u8>, Option<Vec<u8>>);

/// The pairs of a form or a query, decoded.
pub(in crate::explain) fn pairs(text: &str) -> Vec<Pair> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| match pair.split_once('=') {
        Some((name, value)) => (decoded(name), Some(decoded(value))),
        None => (decoded(pair), None),
    });
    pairs.collect()
}

/// Pairs written by a library's rules.
pub(in crate::explain) fn written(pairs: &[Pair], escapes: Escapes, upper: bool) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        escapes.write(name, upper, &mut text);
        if let Some(value) = value {
            text.push('=');
            escapes.write(value, upper, &mut text);
        }
    }
    text
}

/// The same pairs written by a library's rules.
pub(in crate::explain) fn rewritten(text: &str, escapes: Escapes) -> Option<String> {
    Some(written(&pairs(text), escapes, true))
}

/// The same with hexadecimal digits in lower case, where there are any that differ.
pub(in crate::explain) fn rewritten_lower(text: &str, escapes: Escapes) -> Option<String> {
    let lower = written(&pairs(text), escapes, false);
    (Some(&lower) != rewritten(text, escapes).as_ref()).then_some(lower)
}

/// A path with everything escaped that cannot stand in one.
pub(in crate::explain) fn path(path: &str, upper: bool) -> String {
    let mut text = String::new();
    Escapes::new(b"-._~!$&'()*+,;=:@/", false).write(&percent_decoded(path.as_bytes()), upper, &mut text);
    text
}

/// A path with everything escaped but its slashes: its parts as `encodeURIComponent` and its like write them.
pub(in crate::explain) fn path_segments(path: &str) -> String {
    let mut text = String::new();
    Escapes::new(b"-._~/", false).write(&percent_decoded(path.as_bytes()), true, &mut text);
    text
}

/// Without escapes, `+` a blank.
pub(in crate::explain) fn decoded(text: &str) -> Vec<u8> {
    percent_decoded(text.replace('+', " ").as_bytes())
}

/// Without escapes.
pub(in crate::explain) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'%', [high, low, others @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(digit(*high) << 4 | digit(*low));
                rest = others;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

/// The digits of all escapes in upper or in lower case.
pub(in crate::explain) fn hex_case(text: &str, upper: bool) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        let in_escape = c.is_ascii_hexdigit() && inside_escape(&result);
        result.push(match (in_escape, upper) {
            (true, true) => c.to_ascii_uppercase(),
            (true, false) => c.to_ascii_lowercase(),
            (false, _) => c,
        });
    }
    result
}

/// Whether what comes next is a digit of an escape.
fn inside_escape(before: &str) -> bool {
    let mut last = before.bytes().rev();
    match (last.next(), last.next()) {
        (Some(b'%'), _) => true,
        (Some(digit), Some(b'%')) => digit.is_ascii_hexdigit(),
        _ => false,
    }
}

/// Escapes of UTF-8 made escapes of ISO 8859-1; `None` if there are none, or it cannot be.
pub(in crate::explain) fn to_latin1(text: &str) -> Option<String> {
    convert(text, |bytes| super::charset::to_latin1(str::from_utf8(bytes).ok()?))
}

/// Escapes of ISO 8859-1 made escapes of UTF-8.
pub(in crate::explain) fn from_latin1(text: &str) -> Option<String> {
    convert(text, |bytes| Some(super::charset::from_latin1(bytes).into_bytes()))
}

/// Converts what stands in escapes, run by run.
fn convert(text: &str, convert: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<String> {
    let mut result = String::new();
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find('%') {
        let (before, tail) = rest.split_at(at);
        result.push_str(before);
        let mut run = 0;
        while tail.as_bytes().get(run) == Some(&b'%')
            && tail.as_bytes().get(run + 1..run + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        {
            run += 3;
        }
        let (escapes, others) = tail.split_at(if run == 0 { 1 } else { run });
        let bytes = percent_decoded(escapes.as_bytes());
        if run == 0 || bytes.is_ascii() {
            result.push_str(escapes);
        } else {
            changed = true;
            convert(&bytes)?.into_iter().for_each(|byte| push_escape(&mut result, byte, true));
        }
        rest = others;
    }
    result.push_str(rest);
    changed.then_some(result)
}

fn push_escape(text: &mut String, byte: u8, upper: bool) {
    let digits: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    text.push('%');
    text.push(char::from(digits[usize::from(byte >> 4)]));
    text.push(char::from(digits[usize::from(byte & 15)]));
}

const fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits() {
        assert_eq!(hex_case("a%2fb%C3x%2", true), "a%2Fb%C3x%2");
        assert_eq!(hex_case("%2F%2f%%AB", false), "%2f%2f%%ab");
        assert_eq!(hex_case("FACE", false), "FACE");
    }

    #[test]
    fn charsets() {
        assert_eq!(to_latin1("a=%C3%A9%20x").as_deref(), Some("a=%E9%20x"));
        assert_eq!(from_latin1("a=%E9").as_deref(), Some("a=%C3%A9"));
        assert_eq!(to_latin1("a=%20%"), None);
        assert_eq!(to_latin1("a=%E2%82%AC"), None);
    }

    #[test]
    fn styles() {
        let all: Vec<_> = Escapes::ALL.iter().filter_map(|escapes| rewritten("a=b%20c*~&d", *escapes)).collect();
        assert_eq!(all[..4], ["a=b%20c%2A~&d", "a=b+c%2A~&d", "a=b+c*%7E&d", "a=b%20c*~&d"]);
    }
}
