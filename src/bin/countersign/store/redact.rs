//! Takes what is secret out of what is captured.
//!
//! 1. Headers that hold credentials lose their value, whatever it is: `[redacted]`.
//!    The same goes for a password in a URL (`https://user:password@host/`).
//! 2. A configured secret is replaced wherever it turns up: `[secret]`, whatever its length. It is found as it stands,
//!    percent-encoded, form-encoded, JSON-escaped and XML-escaped (two of these on top of each other at most), in hex,
//!    in Base64 at any offset, over the seams of frames, and in the case of a header's name. A secret of less than six
//!    bytes is only found as a word of its own: it would shred everything otherwise.
//! 3. Bodies that are cut off lose the start of a secret at their end, too.
//! 4. Compressed bodies are looked into (gzip, deflate, one in the other); one that holds a secret goes as a whole. So
//!    does one that cannot be looked into (Brotli, Zstandard, more than 32 MiB when unpacked), if there are secrets.
//!
//! Deployment caveat: what is encrypted is not looked into.

mod compressed;
mod doubt;
mod escapes;
mod needles;

use std::{borrow::Cow, fmt, ops::Range};

use bytes::Bytes;
use smallvec::smallvec;
use wide::u8x16;

use self::{
    compressed::{Coding, Inside, look_inside},
    needles::Needles,
};
use super::{CapturedBody, Exchange, Message};

/// Replaces credentials by header name, and the configured secrets by value.
pub(crate) struct Redactor {
    needles: Needles,
    /// The names of headers that hold credentials.
    credentials: Vec<Cow<'static, str>>,
    /// The first letters of the names that are looked for, by their lengths: a bit for each letter.
    initials: [u32; 2 * LANES],
    /// Whether a longer one is looked for.
    has_long_names: bool,
}

impl Redactor {
    /// `secrets`: each as it was configured, options' tokens among them. `headers`: more names of headers that hold
    /// credentials.
    pub(crate) fn new<'a>(
        secrets: impl IntoIterator<Item = &'a [u8]>,
        headers: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let more = headers.into_iter().map(|name| Cow::Owned(name.to_owned()));
        let credentials: Vec<_> = CREDENTIALS.iter().copied().map(Cow::Borrowed).chain(more).collect();
        let mut initials = [0; 2 * LANES];
        let mut has_long_names = false;
        for name in credentials.iter().map(|name| &**name).chain([CONTENT_ENCODING]) {
            match initials.get_mut(name.len()) {
                Some(letters) => *letters |= letter(name.as_bytes()),
                None => has_long_names = true,
            }
        }
        Self { needles: Needles::new(secrets), credentials, initials, has_long_names }
    }

    /// Redacts all parts of an exchange, and marks it if anything was replaced.
    pub(crate) fn exchange(&self, exchange: &mut Exchange) {
        let mut replaced = self.message(&mut exchange.request);
        if let Some(response) = &mut exchange.response {
            replaced |= self.message(response);
        }
        if let Some(url) = &mut exchange.decision.public_url
            && let Some(password) = password(url.as_bytes())
        {
            url.replace_range(password, "[redacted]");
            replaced = true;
        }
        for text in [&mut exchange.decision.delivery_id, &mut exchange.decision.public_url].into_iter().flatten() {
            if let Cow::Owned(redacted) = self.text(text) {
                *text = redacted;
                replaced = true;
            }
        }
        if let Some(text) = &mut exchange.explanation
            && let Cow::Owned(redacted) = self.text(text)
        {
            *text = redacted.into();
            replaced = true;
        }
        exchange.redacted |= replaced;
    }

    /// Text for people, explanations, exports.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // A match may end inside of a character only if the secret did.
            Cow::Owned(redacted) => Cow::Owned(
                String::from_utf8(redacted)
                    .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
            ),
        }
    }

    pub(crate) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let found = self.needles.find(bytes);
        if found.is_empty() { Cow::Borrowed(bytes) } else { Cow::Owned(replace(bytes, &found)) }
    }

    fn message(&self, message: &mut Message) -> bool {
        let Findings { credentials, codings } = self.look_at_head(&message.head);
        let body = self.body(&mut message.body, &codings);
        self.head(&mut message.head, credentials) || body
    }

    fn head(&self, head: &mut Bytes, credentials: Vec<Range<usize>>) -> bool {
        let mut secrets = self.needles.find(head);
        if credentials.is_empty() && secrets.is_empty() {
            return false;
        }
        // A secret within a credential goes with it.
        let is_within =
            |inner: &Range<usize>, outer: &Range<usize>| outer.start <= inner.start && inner.end <= outer.end;
        secrets.retain(|secret| !credentials.iter().any(|credential| is_within(secret, credential)));
        let credentials = credentials.into_iter().map(|range| (range, REDACTED));
        let mut found: Vec<_> = credentials.chain(secrets.into_iter().map(|range| (range, SECRET))).collect();
        found.sort_unstable_by_key(|(range, _)| range.start);
        *head = splice(head, &found).into();
        true
    }

    /// The values of the headers that hold credentials, a password in the target, and how the body is compressed.
    fn look_at_head(&self, head: &[u8]) -> Findings {
        let mut findings = Findings::default();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', head) {
            let line = head.get(start..end).unwrap_or_default();
            if start == 0 {
                findings.credentials.extend(password(line));
            } else if self.may_be_wanted(head, start) {
                let value = |name: &str| {
                    let value_end = end - usize::from(line.ends_with(b"\r"));
                    let range = (start + name.len() + 2).min(value_end)..value_end;
                    (head.get(range.clone()).unwrap_or_default(), range)
                };
                if let Some(name) = self.credentials.iter().find(|name| is_named(line, name)) {
                    let (value, range) = value(name);
                    if !value.is_empty() && value != REDACTED {
                        findings.credentials.push(range);
                    }
                } else if is_named(line, CONTENT_ENCODING) {
                    findings.codings.extend(Coding::parse(value(CONTENT_ENCODING).0));
                }
            }
            start = end + 1;
        }
        findings
    }

    /// Whether the line that starts there may have a name that is looked for: length and first letter tell.
    #[inline]
    fn may_be_wanted(&self, head: &[u8], start: usize) -> bool {
        let Some(lanes) = head.get(start..).and_then(<[u8]>::first_chunk::<{ 2 * LANES }>) else { return true };
        let colons = lanes.as_chunks::<LANES>().0.iter().rev().fold(0, |colons: u32, lanes| {
            let found = u8x16::new(*lanes).cmp_eq(u8x16::splat(b':')).move_mask();
            colons << LANES | found.cast_unsigned()
        });
        match self.initials.get(colons.trailing_zeros() as usize) {
            Some(letters) => letters & letter(lanes) != 0,
            None => self.has_long_names,
        }
    }

    fn body(&self, body: &mut CapturedBody, codings: &[Coding]) -> bool {
        if body.frames.is_empty() || self.needles.is_empty() {
            return false;
        }
        let is_cut_off = body.truncated || !body.complete;
        // It is written as one piece, and joined only once.
        let whole = body.join();
        let instead = match look_inside(codings, whole) {
            Inside::Plain(plain) => self.holds_secret(&plain, is_cut_off).then_some(SECRET),
            Inside::Same => None,
            Inside::Unknown => Some(UNKNOWN),
        };
        if let Some(instead) = instead {
            body.frames = smallvec![Bytes::from_static(instead)];
            return true;
        }
        let mut found = self.needles.find(whole);
        let cut = if is_cut_off { self.needles.find_start_at_end(whole) } else { None };
        if found.is_empty() && cut.is_none() {
            return false;
        }
        if let Some(cut) = cut {
            found.retain(|range| range.start < cut);
            found.push(cut..whole.len());
        }
        body.frames = smallvec![replace(whole, &merge(found)).into()];
        true
    }

    /// Whether a secret is in there, or the start of one at the end of what was cut off.
    fn holds_secret(&self, text: &[u8], is_cut_off: bool) -> bool {
        !self.needles.find(text).is_empty() || is_cut_off && self.needles.find_start_at_end(text).is_some()
    }
}

/// What one pass over a head shows.
#[derive(Default)]
struct Findings {
    credentials: Vec<Range<usize>>,
    /// The last was applied last.
    codings: Vec<Coding>,
}

impl Default for Redactor {
    fn default() -> Self {
        Self::new([], [])
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

/// A bit for the first letter, in either case. What is none has one, too.
fn letter(name: &[u8]) -> u32 {
    name.first().map_or(0, |first| 1 << (first & 31))
}

/// Whether a line is a header of that name: where the colon stands tells most of them apart.
fn is_named(line: &[u8], name: &str) -> bool {
    line.get(name.len()) == Some(&b':')
        && line.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
}

/// The password of the first URL in a text, if it is in absolute form and has one.
fn password(text: &[u8]) -> Option<Range<usize>> {
    // Most start lines have no colon, and making a search for three bytes takes longer than one for a colon.
    let colon = memchr::memchr(b':', text)?;
    let rest = text.get(colon..)?;
    let start = colon + if rest.starts_with(b"://") { 0 } else { memchr::memmem::find(rest, b"://")? } + 3;
    let authority = text.get(start..)?;
    let end = authority.iter().position(|byte| b"/?# ".contains(byte)).unwrap_or(authority.len());
    let userinfo = authority.get(..memchr::memrchr(b'@', authority.get(..end)?)?)?;
    let password = start + memchr::memchr(b':', userinfo)? + 1..start + userinfo.len();
    text.get(password.clone()).filter(|text| !text.is_empty() && *text != REDACTED).map(|_| password)
}

/// Puts them in order and joins those that touch.
fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn replace(bytes: &[u8], ranges: &[Range<usize>]) -> Vec<u8> {
    let with: Vec<_> = ranges.iter().map(|range| (range.clone(), SECRET)).collect();
    splice(bytes, &with)
}

/// Puts other bytes in the place of ranges, which are in order. Where two overlap, the second loses its start.
fn splice(bytes: &[u8], ranges: &[(Range<usize>, &[u8])]) -> Vec<u8> {
    let mut spliced = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for (range, with) in ranges {
        spliced.extend_from_slice(bytes.get(done..range.start).unwrap_or_default());
        spliced.extend_from_slice(with);
        done = done.max(range.end);
    }
    spliced.extend_from_slice(bytes.get(done..).unwrap_or_default());
    spliced
}

/// How many bytes are looked at in one step.
const LANES: usize = 16;
const CONTENT_ENCODING: &str = "content-encoding";
pub(super) const REDACTED: &[u8] = b"[redacted]";
pub(super) const SECRET: &[u8] = b"[secret]";
/// Begins like the other: what is to be sent again lacks something.
const UNKNOWN: &[u8] = b"[secret] may be in this body: it is compressed in a way that cannot be looked into";

/// Credentials by what they are called; the last of them hold providers' secrets as they stand.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
    "api-key",
    "x-buildkite-token",
    "x-gitlab-token",
    "x-telegram-bot-api-secret-token",
];

#[cfg(test)]
mod tests;
