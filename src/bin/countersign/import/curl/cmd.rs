//! A command line's words as Windows makes them, for what browsers copy as "cURL (cmd)".
//!
//! First `cmd.exe` takes its carets away, then the C runtime splits what is left.

use super::ImportError;

/// Whether a command was written for `cmd.exe`: its first quotation mark has a caret, or lines end with one.
pub(super) fn is_cmd(text: &[u8]) -> bool {
    let first = text.iter().position(|byte| matches!(byte, b'\'' | b'"'));
    let (before, quote) = first.and_then(|first| text.split_at_checked(first)).unwrap_or((text, &[]));
    let continues = |line: &[u8]| line.trim_ascii_end().ends_with(b" ^");
    before.ends_with(b"^") || (!quote.starts_with(b"'") && text.split(|byte| *byte == b'\n').any(continues))
}

/// The words of the first command.
pub(super) fn split(text: &[u8]) -> Result<Vec<Vec<u8>>, ImportError> {
    split_arguments(&without_carets(text))
}

/// A caret makes the next character an ordinary one; a line end after it goes, and what follows that is ordinary.
/// Between quotation marks that have no caret themselves, it is an ordinary character itself.
fn without_carets(text: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(text.len());
    let mut is_quoted = false;
    let mut bytes = text.iter().copied().filter(|byte| *byte != b'\r').peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'^' if !is_quoted => {
                bytes.next_if_eq(&b'\n');
                line.extend(bytes.next());
            }
            b'\n' => {
                is_quoted = false;
                if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                    break;
                }
            }
            b'&' | b'|' if !is_quoted => break,
            byte => {
                is_quoted ^= byte == b'"';
                line.push(byte);
            }
        }
    }
    line
}

fn split_arguments(line: &[u8]) -> Result<Vec<Vec<u8>>, ImportError> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut is_quoted = false;
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' if !is_quoted => words.extend(word.take()),
            b'\\' => {
                let mut count = 1;
                while bytes.next_if_eq(&b'\\').is_some() {
                    count += 1;
                }
                // Backslashes are special only in front of a quotation mark.
                let kept = if bytes.peek() == Some(&b'"') { count / 2 } else { count };
                let word = word.get_or_insert_default();
                word.extend(std::iter::repeat_n(b'\\', kept));
                if kept != count && count % 2 == 1 {
                    word.extend(bytes.next());
                }
            }
            b'"' => {
                let word = word.get_or_insert_default();
                if is_quoted && bytes.next_if_eq(&b'"').is_some() {
                    word.push(b'"');
                } else {
                    is_quoted = !is_quoted;
                }
            }
            byte => word.get_or_insert_default().push(byte),
        }
    }
    if is_quoted {
        return Err(ImportError::new("a quotation mark is not closed; was the command copied to its end?"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_browsers_copy() {
        let text = concat!(
            "curl ^\"https://h/a?b=1^&c=^%^C3^\" ^\r\n",
            "  -H ^\"content-type: application/json^\" ^\r\n",
            "  --data-raw ^\"^{^\\^\"a^\\^\":^\\^\"b\\\\n^\\^\",^\r\n\r\n^\\^\"c^\\^\":1^}^\""
        );
        assert!(is_cmd(text.as_bytes()));
        let words: Vec<_> =
            split(text.as_bytes()).unwrap().into_iter().map(|w| String::from_utf8(w).unwrap()).collect();
        let body = "{\"a\":\"b\\\\n\",\n\"c\":1}";
        let expected = ["curl", "https://h/a?b=1&c=%C3", "-H", "content-type: application/json", "--data-raw", body];
        assert_eq!(words, expected);
    }

    #[test]
    fn whose_quotes_they_are() {
        for text in ["curl ^\"a^\"", "curl \"a\" ^\r\n -d b", "curl a ^\n -d b"] {
            assert!(is_cmd(text.as_bytes()), "{text}");
        }
        for text in ["curl 'a^b'", "curl 'a' -d ' ^\"'", "curl \"a\" -d '^'", "curl a \\\n b", "curl 'a ^\n'"] {
            assert!(!is_cmd(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn backslashes_and_ends() {
        let words = |text: &str| split(text.as_bytes()).unwrap();
        assert_eq!(words(r#"a\\b "c\\" "d\"e" "f""g" """#), [&b"a\\\\b"[..], b"c\\", b"d\"e", b"f\"g", b""]);
        assert_eq!(words("a ^\n b & c"), [b"a", b"b"]);
        assert_eq!(words("a \"b^&c\" d"), [&b"a"[..], b"b^&c", b"d"]);
        assert!(split(b"a \"b").is_err());
        assert!(split(b"^").unwrap().is_empty());
    }

    proptest::proptest! {
        #[test]
        fn hostile_bytes(text: Vec<u8>) {
            let _ = split(&text);
        }
    }
}
