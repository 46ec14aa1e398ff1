//! Forms in `multipart/form-data` (RFC 7578), read strictly: what two readers could take for different fields is refused.

use memchr::memmem;

/// The fields of a form, in order.
pub(crate) struct Form<'a> {
    fields: Vec<Field<'a>>,
    /// What stands before the closing delimiter, the delimiter and what follows it.
    #[cfg(feature = "signing")]
    closing: (&'a [u8], &'a [u8], &'a [u8]),
}

/// One field.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    name: &'a [u8],
    is_file: bool,
    /// What it holds, as it came.
    pub(crate) value: &'a [u8],
    /// Where the value starts in the body.
    #[cfg(feature = "signing")]
    pub(crate) start: usize,
}

impl<'a> Form<'a> {
    /// Reads a body whose `Content-Type` is `content_type`; `None` if it is no complete form.
    pub(crate) fn parse(content_type: &'a [u8], body: &'a [u8]) -> Option<Self> {
        let boundary = boundary(content_type)?;
        let delimiter = [b"\r\n--", boundary].concat();
        let finder = memmem::Finder::new(&delimiter);
        // The first delimiter may stand at the very start; else a preamble ends with it.
        let mut at = match body.strip_prefix(delimiter.get(2..)?) {
            Some(rest) => body.len() - rest.len(),
            None => finder.find(body)? + delimiter.len(),
        };
        let mut fields = Vec::new();
        loop {
            let rest = body.get(at..)?;
            if rest.starts_with(b"--") {
                return Some(Self {
                    fields,
                    #[cfg(feature = "signing")]
                    closing: (body.get(..at.checked_sub(delimiter.len())?)?, body.get(at - delimiter.len()..at)?, rest),
                });
            }
            // Blanks that a transport may have put behind the delimiter; anything else makes it another text.
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let part = rest.get(blanks..)?.strip_prefix(b"\r\n")?;
            let start = body.len() - part.len();
            let end = finder.find(part)?;
            if fields.len() >= MAX_FIELDS {
                return None;
            }
            fields.push(Field::parse(part.get(..end)?, start)?);
            at = start + end + delimiter.len();
        }
    }

    /// The fields of this name that are no files.
    pub(crate) fn named(&self, name: &'static str) -> impl DoubleEndedIterator<Item = Field<'a>> + '_ {
        self.fields.iter().copied().filter(move |field| !field.is_file && field.name == name.as_bytes())
    }
}

#[cfg(feature = "signing")]
impl Form<'_> {
    /// The body with these fields (name, value) added at its end.
    pub(crate) fn with(&self, fields: &[(&str, &str)]) -> Vec<u8> {
        let (before, delimiter, end) = self.closing;
        let mut body = before.to_vec();
        for (name, value) in fields {
            body.extend_from_slice(delimiter);
            let head = format!("\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
        }
        body.extend_from_slice(delimiter);
        body.extend_from_slice(end);
        body
    }
}

impl<'a> Field<'a> {
    fn parse(part: &'a [u8], start: usize) -> Option<Self> {
        // A part may have no header line at all: then it begins with the empty line, and has no name either.
        let head_end = memmem::find(part.get(..part.len().min(MAX_HEAD))?, b"\r\n\r\n")?;
        let value = part.get(head_end + 4..)?;
        let mut disposition = None;
        for line in lines(part.get(..head_end)?) {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, text) = (line.get(..colon)?, line.get(colon + 1..)?.trim_ascii());
            if name.eq_ignore_ascii_case(b"content-disposition") {
                if disposition.replace(text).is_some() {
                    return None;
                }
            } else if name.eq_ignore_ascii_case(b"content-transfer-encoding") && !is_identity(text) {
                return None;
            }
        }
        let mut params = Params::of(disposition?, b"form-data")?;
        let (mut name, mut is_file) = (None, false);
        while let Some((key, text)) = params.next()? {
            if key.eq_ignore_ascii_case(b"name") {
                if name.replace(text).is_some() || text.contains(&b'\\') {
                    return None;
                }
            } else if key.eq_ignore_ascii_case(b"filename") || key.eq_ignore_ascii_case(b"filename*") {
                is_file = true;
            } else if key.eq_ignore_ascii_case(b"name*") {
                return None;
            }
        }
        #[cfg(not(feature = "signing"))]
        let _ = start;
        Some(Self {
            name: name?,
            is_file,
            value,
            #[cfg(feature = "signing")]
            start: start + head_end + 4,
        })
    }
}

/// The boundary that a `multipart/form-data` media type names.
fn boundary(content_type: &[u8]) -> Option<&[u8]> {
    let mut params = Params::of(content_type, b"multipart/form-data")?;
    let mut boundary = None;
    while let Some((key, text)) = params.next()? {
        if key.eq_ignore_ascii_case(b"boundary") && boundary.replace(text).is_some() {
            return None;
        }
    }
    // RFC 2046, section 5.1.1.
    let is_boundary_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte);
    boundary.filter(|text| (1..=70).contains(&text.len()) && !text.ends_with(b" ") && text.iter().all(is_boundary_byte))
}

fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(head);
    std::iter::from_fn(move || {
        let text = rest?;
        let (line, others) = match memmem::find(text, b"\r\n") {
            Some(end) => (text.get(..end)?, text.get(end + 2..)),
            None => (text, None),
        };
        rest = others;
        Some(line)
    })
}

fn is_identity(encoding: &[u8]) -> bool {
    [&b"7bit"[..], b"8bit", b"binary"].iter().any(|known| encoding.eq_ignore_ascii_case(known))
}

/// The parameters behind a word: `; name=value; name="value"`.
struct Params<'a>(&'a [u8]);

impl<'a> Params<'a> {
    fn of(text: &'a [u8], word: &[u8]) -> Option<Self> {
        let end = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
        let (found, rest) = text.split_at_checked(end)?;
        found.trim_ascii().eq_ignore_ascii_case(word).then_some(Self(rest))
    }

    /// The next one; `Some(None)` at the end, `None` where the grammar is broken. Escapes stay in a quoted value.
    #[allow(clippy::option_option, reason = "the outer one is an error that `?` hands on")]
    fn next(&mut self) -> Option<Option<(&'a [u8], &'a [u8])>> {
        let text = self.0.trim_ascii();
        if text.is_empty() {
            return Some(None);
        }
        let text = text.strip_prefix(b";")?.trim_ascii_start();
        if text.is_empty() {
            return Some(None);
        }
        let equals = text.iter().position(|byte| *byte == b'=')?;
        let (key, value) = (text.get(..equals)?.trim_ascii(), text.get(equals + 1..)?.trim_ascii_start());
        if key.is_empty() || key.iter().any(|byte| b"\";, ".contains(byte)) {
            return None;
        }
        let (value, rest) = match value.strip_prefix(b"\"") {
            Some(quoted) => {
                let mut escaped = false;
                let end = quoted.iter().position(|byte| {
                    let closes = !escaped && *byte == b'"';
                    escaped = !escaped && *byte == b'\\';
                    closes
                })?;
                (quoted.get(..end)?, quoted.get(end + 1..)?)
            }
            None => {
                let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
                let (token, rest) = value.split_at_checked(end)?;
                (token.trim_ascii_end(), rest)
            }
        };
        self.0 = rest;
        Some(Some((key, value)))
    }
}

/// No form that we know has a tenth of it.
const MAX_FIELDS: usize = 1024;
const MAX_HEAD: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &[u8] = b"multipart/form-data; boundary=xx";

    fn values(content_type: &str, body: &str, name: &'static str) -> Option<Vec<String>> {
        let form = Form::parse(content_type.as_bytes(), body.as_bytes())?;
        Some(form.named(name).map(|field| String::from_utf8_lossy(field.value).into_owned()).collect())
    }

    fn part(head: &str, value: &str) -> String {
        format!("--xx\r\n{head}\r\n\r\n{value}\r\n")
    }

    #[test]
    fn fields() {
        let body = [
            part("Content-Disposition: form-data; name=\"a\"", "1\r\n--x"),
            part("content-type: text/plain\r\nCONTENT-DISPOSITION:form-data;name=b", ""),
            part("Content-Disposition: form-data; name=\"a\"; filename=\"f\\\";name=a\"", "file"),
            part("Content-Disposition: form-data; filename=\"fü.txt\"; name=\"c\"", "file"),
            part("Content-Disposition: form-data; name=\"a\"", "2"),
        ]
        .concat();
        for body in [format!("{body}--xx--"), format!("preamble\r\n{body}--xx--\r\nepilogue")] {
            let form = Form::parse(TYPE, body.as_bytes()).expect("a form");
            let named = |name| form.named(name).map(|field| field.value).collect::<Vec<_>>();
            assert_eq!(named("a"), [&b"1\r\n--x"[..], b"2"]);
            assert_eq!(named("b"), [b""]);
            assert_eq!(named("c"), [b""; 0]);
            assert_eq!(form.fields.len(), 5);
        }
    }

    #[cfg(feature = "signing")]
    #[test]
    fn added_fields() {
        let body = part("Content-Disposition: form-data; name=a", "1") + "--xx--\r\n";
        let body = Form::parse(TYPE, body.as_bytes()).expect("a form").with(&[("b", "2"), ("c", "3")]);
        let body = String::from_utf8(body).expect("text");
        assert!(body.ends_with("\r\n--xx--\r\n"));
        for (name, value) in [("a", "1"), ("b", "2"), ("c", "3")] {
            assert_eq!(values("multipart/form-data; boundary=xx", &body, name), Some(vec![value.to_owned()]));
        }
    }

    #[test]
    fn boundaries() {
        let body = part("Content-Disposition: form-data; name=a", "1") + "--xx--";
        let read = |content_type: &str| values(content_type, &body, "a").is_some();
        for content_type in [
            "Multipart/Form-Data; charset=utf-8; Boundary=\"xx\"",
            "multipart/form-data;boundary=xx;",
            "multipart/form-data ; boundary = xx ; a=b",
        ] {
            assert!(read(content_type), "{content_type}");
        }
        for content_type in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=xx; boundary=yy",
            "multipart/form-data; boundary=\"xx",
            "multipart/form-data; boundary=x",
            "multipart/form-data boundary=xx",
            "multipart/mixed; boundary=xx",
            "text/plain; boundary=xx",
        ] {
            assert!(!read(content_type), "{content_type}");
        }
    }

    #[test]
    fn refused() {
        let good = "Content-Disposition: form-data; name=\"a\"";
        let whole = |head: &str| part(head, "1") + "--xx--";
        assert!(Form::parse(TYPE, whole(good).as_bytes()).is_some());
        for body in [
            String::new(),
            "--xx".to_owned(),
            part(good, "1"),
            part(good, "1") + "--xx-",
            part(good, "1") + "--xxx--",
            format!("--xx\r\n{good}\r\n\r\n1--xx--"),
            format!("--xx\n{good}\n\n1\n--xx--"),
            whole("Content-Disposition: attachment; name=\"a\""),
            whole("Content-Disposition: form-data; name=\"a\"; name=\"b\""),
            whole("Content-Disposition: form-data; name*=utf-8''a"),
            whole("Content-Disposition: form-data; name=\"a"),
            whole("Content-Disposition: form-data; name=\"\\a\""),
            whole("Content-Disposition: form-data"),
            whole("Content-Type: text/plain"),
            whole(&format!("{good}\r\n{good}")),
            whole(&format!("{good}\r\nContent-Transfer-Encoding: base64")),
            whole(&format!("{good}\r\nno colon")),
            whole(&format!("{good}\r\nX: {}", "x".repeat(MAX_HEAD))),
            part(good, "1").repeat(MAX_FIELDS + 1) + "--xx--",
        ] {
            assert!(Form::parse(TYPE, body.as_bytes()).is_none(), "{}", &body[..body.len().min(200)]);
        }
    }
}
