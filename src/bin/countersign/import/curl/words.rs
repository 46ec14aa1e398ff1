//! A command line's words as bash makes them: quotes, `$'…'`, backslashes, continued lines, comments.
//!
//! Variables and commands that the shell would fill in are not there to be filled in, and are refused.

use std::iter::Peekable;

use super::ImportError;

pub(super) type Words = Vec<Vec<u8>>;

/// The words of the first command, and what its output is piped into if it is another than curl.
pub(super) fn split(text: &[u8]) -> Result<(Words, Option<Vec<u8>>), ImportError> {
    let mut splitter =
        Splitter { bytes: text.iter().copied().peekable(), words: Vec::new(), word: None, piped_into: None };
    splitter.run()?;
    Ok((splitter.words, splitter.piped_into))
}

struct Splitter<I: Iterator<Item = u8>> {
    bytes: Peekable<I>,
    words: Vec<Vec<u8>>,
    /// The word that is being read; an empty one is a word if it was quoted.
    word: Option<Vec<u8>>,
    piped_into: Option<Vec<u8>>,
}

impl<I: Iterator<Item = u8>> Splitter<I> {
    fn run(&mut self) -> Result<(), ImportError> {
        while let Some(byte) = self.bytes.next() {
            match byte {
                b' ' | b'\t' => self.end_word(),
                b'\r' if self.bytes.peek().is_none_or(|next| *next == b'\n') => {}
                b'\n' | b';' | b'&' | b'|' => {
                    self.end_word();
                    if byte == b'|' && self.feeds_another() {
                        self.piped_into = Some(self.bytes.by_ref().collect());
                        return Ok(());
                    }
                    if !self.words.is_empty() {
                        return self.no_more_requests(byte);
                    }
                }
                b'>' => self.skip_redirection()?,
                b'<' => return Err(ImportError::new("what a shell redirects into curl (<) is not there to be read")),
                b'(' | b')' => return Err(ImportError::new("it is no plain curl command: a bracket is not quoted")),
                b'#' if self.word.is_none() => while self.bytes.next_if(|byte| *byte != b'\n').is_some() {},
                b'\'' => self.single_quotes()?,
                b'"' => self.double_quotes()?,
                b'\\' => self.backslash(),
                b'$' => self.dollar(false)?,
                b'`' => return Err(filled_in()),
                byte => self.push(byte),
            }
        }
        self.end_word();
        Ok(())
    }

    fn push(&mut self, byte: u8) {
        self.word.get_or_insert_default().push(byte);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    /// Whether it is another command than curl, whose output the next one reads.
    fn feeds_another(&self) -> bool {
        self.words.iter().find(|word| !is_prompt(word)).is_some_and(|name| !name.ends_with(b"curl"))
    }

    /// Pipes and further commands are common after a curl command, and change nothing of its request. A second curl
    /// command is a second request, and a `&` in a URL without quotes ends it halfway.
    fn no_more_requests(&mut self, separator: u8) -> Result<(), ImportError> {
        let rest: Vec<u8> = self.bytes.by_ref().collect();
        let next = rest.trim_ascii_start();
        // `&&` and `&>` are no end halfway.
        let is_joined = next.len() == rest.len() && !matches!(next, [] | [b'&' | b'>', ..]);
        if separator == b'&' && is_joined {
            return Err(ImportError::new("a `&` without quotes ends the command there: quote the URL"));
        }
        let is_curl = |line: &[u8]| line.trim_ascii_start().starts_with(b"curl ");
        if rest.split(|byte| matches!(byte, b'\n' | b';' | b'&')).any(is_curl) {
            return Err(ImportError::new("there are several curl commands; one at a time is read"));
        }
        Ok(())
    }

    /// Output goes elsewhere; what is sent stays the same.
    fn skip_redirection(&mut self) -> Result<(), ImportError> {
        // `2>file`: the digits belong to the redirection.
        if self.word.as_ref().is_some_and(|word| word.iter().all(u8::is_ascii_digit)) {
            self.word = None;
        }
        self.end_word();
        while self.bytes.next_if(|byte| matches!(byte, b'>' | b'&' | b'|' | b' ')).is_some() {}
        if self.bytes.peek() == Some(&b'(') {
            return Err(filled_in());
        }
        while self.bytes.next_if(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b';' | b'|' | b'&')).is_some() {}
        Ok(())
    }

    fn single_quotes(&mut self) -> Result<(), ImportError> {
        self.word.get_or_insert_default();
        loop {
            match self.bytes.next().ok_or_else(unclosed)? {
                b'\'' => return Ok(()),
                byte => self.push(byte),
            }
        }
    }

    fn double_quotes(&mut self) -> Result<(), ImportError> {
        self.word.get_or_insert_default();
        loop {
            match self.bytes.next().ok_or_else(unclosed)? {
                b'"' => return Ok(()),
                b'`' => return Err(filled_in()),
                b'$' => self.dollar(true)?,
                b'\\' => match self.bytes.next().ok_or_else(unclosed)? {
                    b'\n' => {}
                    byte @ (b'$' | b'`' | b'"' | b'\\') => self.push(byte),
                    byte => {
                        self.push(b'\\');
                        self.push(byte);
                    }
                },
                byte => self.push(byte),
            }
        }
    }

    fn backslash(&mut self) {
        match self.bytes.next() {
            // Pasted from Windows, lines that go on end with CR LF.
            Some(b'\r') if self.bytes.next_if_eq(&b'\n').is_some() => {}
            Some(b'\n') => {}
            Some(byte) => self.push(byte),
            None => self.push(b'\\'),
        }
    }

    fn dollar(&mut self, is_quoted: bool) -> Result<(), ImportError> {
        match self.bytes.peek() {
            Some(b'\'') if !is_quoted => {
                self.bytes.next();
                self.ansi_quotes()
            }
            // Translated text: as it stands.
            Some(b'"') if !is_quoted => Ok(()),
            Some(next) if next.is_ascii_alphanumeric() || b"_{([@*#?-$!".contains(next) => Err(filled_in()),
            _ => {
                self.push(b'$');
                Ok(())
            }
        }
    }

    /// `$'…'`, with escapes as in C.
    fn ansi_quotes(&mut self) -> Result<(), ImportError> {
        self.word.get_or_insert_default();
        loop {
            match self.bytes.next().ok_or_else(unclosed)? {
                b'\'' => return Ok(()),
                b'\\' => self.ansi_escape()?,
                byte => self.push(byte),
            }
        }
    }

    fn ansi_escape(&mut self) -> Result<(), ImportError> {
        let byte = match self.bytes.next().ok_or_else(unclosed)? {
            b'a' => 0x07,
            b'b' => 0x08,
            b'e' | b'E' => 0x1b,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            byte @ (b'\\' | b'\'' | b'"' | b'?') => byte,
            first @ b'0'..=b'7' => {
                let first = u32::from(first - b'0');
                let value = self.digits(8, 2).map_or(first, |(value, count)| (first << (3 * count)) + value);
                (value & 0xff) as u8
            }
            b'c' => match self.bytes.next().ok_or_else(unclosed)? {
                b'?' => 0x7f,
                byte => byte & 0x1f,
            },
            letter @ (b'x' | b'u' | b'U') => {
                let most = match letter {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                };
                return self.hex_escape(letter, most);
            }
            byte => {
                self.push(b'\\');
                byte
            }
        };
        self.push_escaped(byte)
    }

    fn hex_escape(&mut self, letter: u8, most: usize) -> Result<(), ImportError> {
        let Some((value, _)) = self.digits(16, most) else {
            self.push(b'\\');
            self.push(letter);
            return Ok(());
        };
        if letter == b'x' {
            return self.push_escaped((value & 0xff) as u8);
        }
        let character = char::from_u32(value);
        let character = character.ok_or_else(|| ImportError::new("a \\u escape names no character of Unicode"))?;
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            self.push_escaped(byte)?;
        }
        Ok(())
    }

    fn push_escaped(&mut self, byte: u8) -> Result<(), ImportError> {
        if byte == 0 {
            return Err(ImportError::new("a zero byte cannot stand in an argument; use --data-binary @FILE"));
        }
        self.push(byte);
        Ok(())
    }

    /// Up to `most` digits: their value and count.
    fn digits(&mut self, radix: u32, most: usize) -> Option<(u32, usize)> {
        let mut found = None;
        for count in 1..=most {
            let Some(digit) = self.bytes.peek().and_then(|byte| char::from(*byte).to_digit(radix)) else { break };
            self.bytes.next();
            found = Some((found.map_or(0, |(value, _): (u32, usize)| value).wrapping_mul(radix) + digit, count));
        }
        found
    }
}

/// It is easily copied with the command.
pub(super) fn is_prompt(word: &[u8]) -> bool {
    matches!(word, b"$" | b"%")
}

fn unclosed() -> ImportError {
    ImportError::new("a quotation mark is not closed; was the command copied to its end?")
}

fn filled_in() -> ImportError {
    ImportError::new("the shell would fill something in (`$…` or backticks): write it out, or quote it with '…'")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        let words = split(text.as_bytes()).expect(text);
        words.0.into_iter().map(|word| String::from_utf8(word).unwrap()).collect()
    }

    #[test]
    fn quotes() {
        for (text, expected) in [
            ("a  b\tc", &["a", "b", "c"][..]),
            ("a 'b  c'\"d $ e\"f", &["a", "b  cd $ ef"]),
            (r#""\"\\\$\`\n" '\n' \n\'"#, &[r#""\$`\n"#, r"\n", "n'"]),
            ("a \\\n  b \\\r\n c\r\n", &["a", "b", "c"]),
            ("'' \"\" $'' x", &["", "", "", "x"]),
            ("a # b 'c\nd", &["a"]),
            ("\n# what it does\na#b", &["a#b"]),
            (r"$'a\n\'\x41\101\u00fc\U0001f600\cA\e\q\u0021'", &["a\n'AAü😀\u{1}\u{1b}\\q!"]),
            (r"$'\xg\u\1234'", &["\\xg\\uS4"]),
            ("$\"a\" a$ $", &["a", "a$", "$"]),
            ("a | jq . ; b", &["a"]),
            ("a 2>/dev/null b >x c >&2 && echo", &["a", "b", "c"]),
            ("a\nb", &["a"]),
            ("", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(split(b"$'\\xff\\377' \xfe").unwrap().0, [vec![0xff, 0xff], vec![0xfe]]);
    }

    #[test]
    fn what_is_refused() {
        for (text, expected) in [
            ("a 'b", "not closed"),
            ("a \"b\\", "not closed"),
            ("a $'b\\", "not closed"),
            ("a $TOKEN", "fill something in"),
            ("a \"${TOKEN}\"", "fill something in"),
            ("a `cat x`", "fill something in"),
            ("a \"$(cat x)\"", "fill something in"),
            ("a >(x)", "fill something in"),
            ("a < x", "redirects"),
            ("a <<EOF", "redirects"),
            ("(a)", "bracket"),
            ("a $'\\0'", "zero byte"),
            ("a $'\\u0000'", "zero byte"),
            ("a $'\\ud800'", "no character"),
            ("a http://h/?b=1&c=2", "quote the URL"),
            ("a\ncurl b", "several"),
        ] {
            assert!(split(text.as_bytes()).expect_err(text).to_string().contains(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_a_shell_quoter_quotes(words: Vec<Vec<u8>>) {
            let words: Vec<Vec<u8>> =
                words.into_iter().map(|word| word.into_iter().filter(|byte| *byte != 0).collect()).collect();
            let quoted: Vec<u8> = shlex::bytes::try_join(words.iter().map(|word| &word[..])).unwrap();
            prop_assert_eq!(split(&quoted).unwrap().0, words);
        }

        #[test]
        fn ansi_quotes(word: Vec<u8>) {
            let escaped: String = word.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            if !word.contains(&0) {
                prop_assert_eq!(split(format!("$'{escaped}'").as_bytes()).unwrap().0, [word]);
            }
        }

        #[test]
        fn hostile_bytes(text: Vec<u8>) {
            let _ = split(&text);
            let _ = split(&[b"$'", &text[..]].concat());
        }
    }
}
