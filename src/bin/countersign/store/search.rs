//! Looking for text in heads and bodies.

use std::collections::BTreeSet;

/// A text as it may stand in a body: plain, or as forms, URLs and JSON escape it. Case does not matter in ASCII.
#[derive(Clone, Debug)]
pub(super) struct Needles(Vec<Needle>);

#[derive(Clone, Debug)]
struct Needle {
    /// In small letters.
    text: Vec<u8>,
    /// Where the byte stands that is the rarest in what people send.
    rarest: usize,
}

impl Needles {
    pub(super) fn new(text: &str) -> Self {
        let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let percent = form.replace('+', "%20");
        let json = serde_json::to_string(text).unwrap_or_default();
        let json = json.trim_start_matches('"');
        let json = json.strip_suffix('"').unwrap_or(json).to_owned();
        let ascii = ascii_only(&json);
        // PHP escapes slashes, too.
        let slashes = [&json, &ascii].map(|json| json.replace('/', "\\/"));
        let spellings = [text.to_owned(), form, percent, json, ascii].into_iter().chain(slashes);
        let spellings: BTreeSet<_> = spellings.collect();
        Self(spellings.iter().map(|text| Needle::new(text)).collect())
    }

    /// Only as it stands.
    pub(super) fn plain(text: &str) -> Self {
        Self(vec![Needle::new(text)])
    }

    pub(super) fn are_in(&self, haystack: &[u8]) -> bool {
        self.0.iter().any(|needle| needle.is_in(haystack))
    }
}

/// JSON as many libraries write it by default: what is not ASCII is escaped.
fn ascii_only(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

impl Needle {
    fn new(text: &str) -> Self {
        let text = text.to_ascii_lowercase().into_bytes();
        let rarity = |byte: u8| COMMON.iter().position(|common| *common == byte).unwrap_or(COMMON.len());
        let rarest = text.iter().enumerate().max_by_key(|(_, byte)| rarity(**byte)).map_or(0, |(index, _)| index);
        Self { text, rarest }
    }

    fn is_in(&self, haystack: &[u8]) -> bool {
        let Some(rarest) = self.text.get(self.rarest) else { return true };
        let is_here = |at: usize| {
            let start = at.checked_sub(self.rarest);
            let found = start.and_then(|start| haystack.get(start..)?.get(..self.text.len()));
            found.is_some_and(|found| found.eq_ignore_ascii_case(&self.text))
        };
        memchr::memchr2_iter(*rarest, rarest.to_ascii_uppercase(), haystack).any(is_here)
    }
}

/// Whether a head has a header of that name, with that in its value.
pub(super) fn has_header(head: &[u8], name: &str, needles: Option<&Needles>) -> bool {
    head.split(|byte| *byte == b'\n').skip(1).any(|line| {
        let Some((found, value)) = line.split_at_checked(name.len()) else { return false };
        found.eq_ignore_ascii_case(name.as_bytes())
            && value.first() == Some(&b':')
            && needles.is_none_or(|needles| needles.are_in(value.get(1..).unwrap_or_default()))
    })
}

/// The most common first, in forms and JSON.
const COMMON: &[u8] = b"e\"taoinsr0 h1ldcu2:,mpf3g5b4w69y78v_k%=&+-/.{}[]";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_and_case() {
        let needles = Needles::new("Hello, \"World\" é");
        for text in [
            "x hello, \"world\" é",
            "Body=Hello%2C+%22World%22+%C3%A9&a=b",
            "Body=hello%2c%20%22world%22%20%c3%a9",
            "{\"a\":\"Hello, \\\"World\\\" é\"}",
            "{\"a\":\"Hello, \\\"World\\\" \\u00e9\"}",
            "{\"a\":\"Hello, \\\"World\\\" \\u00E9\"}",
        ] {
            assert!(needles.are_in(text.as_bytes()), "{text}");
        }
        for text in ["", "hello, world é", "ello, \"World\" é", "Hello, \"World\" "] {
            assert!(!needles.are_in(text.as_bytes()), "{text}");
        }
        let needles = Needles::new("https://e.com/é😀");
        for text in [
            "https://e.com/é😀",
            r"https:\/\/e.com\/\u00e9\ud83d\ude00",
            r"https:\/\/e.com\/é😀",
            "https%3A%2F%2Fe.com%2F%C3%A9%F0%9F%98%80",
        ] {
            assert!(needles.are_in(text.as_bytes()), "{text}");
        }
        assert!(Needles::new("").are_in(b""));
        assert!(Needles::plain("%").are_in(b"100%"));
    }

    #[test]
    fn headers() {
        let head = b"POST / HTTP/1.1\r\nX-A: one\r\nX-Ab: two: \xff\r\n\r\n";
        assert!(has_header(head, "x-a", None));
        assert!(has_header(head, "X-AB", Some(&Needles::plain("TWO:"))));
        assert!(!has_header(head, "x-a", Some(&Needles::plain("two"))));
        assert!(!has_header(head, "x", None) && !has_header(head, "post / http/1.1", None));
        assert!(!has_header(head, "", None));
    }
}
