//! The secrets in all the spellings in which they may turn up, and finding them.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::{Engine, prelude::*};
use zeroize::Zeroizing;

use super::{super::message::capitalise, doubt::Doubt, escapes, merge};

#[derive(Default)]
pub(super) struct Needles {
    /// Absent without secrets.
    automaton: Option<AhoCorasick>,
    doubt: Option<Doubt>,
    spellings: Vec<Spelling>,
    longest: usize,
    /// Whether escapes have to be looked into that only some secrets need.
    has_markup: bool,
}

struct Spelling {
    text: Zeroizing<Vec<u8>>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Anywhere,
    /// Characters around it hold bits of it, too.
    Base64 {
        before: bool,
        after: bool,
    },
    Word,
}

impl Needles {
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut needles = Self::default();
        for secret in secrets {
            needles.add(secret);
            // Standard Webhooks: the prefix is not part of the key, and tools leave it away.
            if let Some(rest) = secret.strip_prefix(b"whsec_") {
                needles.add(rest);
            }
        }
        needles.longest = needles.spellings.iter().map(|spelling| spelling.text.len()).max().unwrap_or_default();
        needles.has_markup =
            needles.spellings.iter().any(|spelling| spelling.text.iter().any(|byte| b"&<>\"'".contains(byte)));
        if !needles.spellings.is_empty() {
            let texts = needles.spellings.iter().map(|spelling| spelling.text.as_slice());
            // Few texts get this far: what is small counts more than what is fast. It fails only for more patterns than
            // there is memory for.
            let mut builder = AhoCorasick::builder();
            builder.match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::ContiguousNFA));
            needles.automaton = builder.build(texts.clone()).ok();
            needles.doubt = Doubt::new(texts);
        }
        needles
    }

    pub(super) fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// Where secrets stand, in order, joined where they overlap.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        if self.is_in_doubt(text) { self.find_thoroughly(text) } else { Vec::new() }
    }

    pub(super) fn is_in_doubt(&self, text: &[u8]) -> bool {
        self.doubt.as_ref().is_none_or(|doubt| doubt.is_in_doubt(text))
    }

    #[cfg(test)]
    pub(super) fn has_quick_answer(&self) -> bool {
        self.doubt.is_some()
    }

    pub(super) fn find_thoroughly(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        if self.automaton.is_some() {
            self.find_plain(text, &mut found);
            self.find_escaped(text, MOST_LAYERS, &mut found);
        }
        merge(found)
    }

    /// Where the start of a secret begins that reaches to the end of a text that was cut off.
    pub(super) fn find_start_at_end(&self, text: &[u8]) -> Option<usize> {
        let tail_start = text.len().saturating_sub(self.reach());
        let tail = text.get(tail_start..)?;
        self.find_start_at(tail, MOST_LAYERS).map(|start| tail_start + start)
    }

    fn find_plain(&self, text: &[u8], found: &mut Vec<Range<usize>>) {
        let Some(automaton) = &self.automaton else { return };
        for hit in automaton.find_overlapping_iter(text) {
            let Some(spelling) = self.spellings.get(hit.pattern().as_usize()) else { continue };
            let range = hit.range();
            match spelling.kind {
                Kind::Anywhere => found.push(range),
                Kind::Base64 { before, after } => {
                    let is_base64 =
                        |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|byte| is_base64(*byte));
                    let start = range.start - usize::from(before && is_base64(range.start.checked_sub(1)));
                    let mut end = range.end;
                    if after && is_base64(Some(end)) {
                        end += 1;
                        // Padding tells of the length.
                        end += text.iter().skip(end).take(2).take_while(|byte| **byte == b'=').count();
                    }
                    found.push(start..end);
                }
                Kind::Word => {
                    let is_word =
                        |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric);
                    if !is_word(range.start.checked_sub(1)) && !is_word(Some(range.end)) {
                        found.push(range);
                    }
                }
            }
        }
    }

    /// Looks under the escapes, window by window: what one window takes is bounded, and each reaches into the next by
    /// as much as a secret may take.
    fn find_escaped(&self, text: &[u8], layers: u32, found: &mut Vec<Range<usize>>) {
        if layers == 0 {
            return;
        }
        let window = WINDOW.max(self.reach() * 4);
        for layer in self.layers() {
            let mut start = 0;
            while let Some(first) = text.get(start..).and_then(|rest| memchr::memchr(layer.mark(), rest)) {
                // What stands before the first escape can still be the start of a secret.
                start = (start + first).saturating_sub(self.reach()).max(start);
                let end = text.len().min(start + window);
                let Some(part) = text.get(start..end) else { break };
                if let Some(plain) = layer.decode(part) {
                    let mut inner = Vec::new();
                    self.find_plain(plain.text(), &mut inner);
                    self.find_escaped(plain.text(), layers - 1, &mut inner);
                    let outer = inner.into_iter().map(|range| plain.origin(&range));
                    found.extend(outer.map(|range| range.start + start..range.end + start));
                }
                if end == text.len() {
                    break;
                }
                start = end - self.reach();
            }
        }
    }

    fn find_start_at(&self, tail: &[u8], layers: u32) -> Option<usize> {
        let plain = self.spellings.iter().filter_map(|spelling| {
            let longest = (spelling.text.len() - 1).min(tail.len());
            let length = (1..=longest)
                .rev()
                .find(|length| spelling.text.get(..*length).is_some_and(|start| tail.ends_with(start)))?;
            let start = tail.len() - length;
            Some(match spelling.kind {
                Kind::Base64 { before: true, .. } => start.saturating_sub(1),
                _ => start,
            })
        });
        let escaped = self.layers().filter(|_| layers > 0).filter_map(|layer| {
            // An escape that was cut in half says nothing, and must not hide what stands before it.
            let tail = layer.without_half(tail);
            let plain = layer.decode(tail)?;
            let start = self.find_start_at(plain.text(), layers - 1)?;
            Some(plain.origin(&(start..start + 1)).start)
        });
        let halves = self.layers().filter(|_| layers > 0).filter_map(|layer| {
            let whole = layer.without_half(tail);
            if whole.len() < tail.len() { self.find_start_at(whole, layers - 1) } else { None }
        });
        plain.chain(escaped).chain(halves).min()
    }

    fn layers(&self) -> impl Iterator<Item = escapes::Layer> + '_ {
        let markup = self.has_markup.then_some(escapes::Layer::Xml);
        escapes::Layer::WITHOUT_MARKUP.into_iter().chain(markup)
    }

    /// As many bytes as a secret may take with all its characters escaped.
    fn reach(&self) -> usize {
        self.longest * escapes::MOST_GROWTH
    }

    fn add(&mut self, secret: &[u8]) {
        // What stands around a pasted secret is not part of it in other places.
        let secret = secret.trim_ascii();
        if secret.is_empty() {
            return;
        }
        if secret.len() < SHORT {
            self.push(secret.to_vec(), Kind::Word);
            return;
        }
        self.push(secret.to_vec(), Kind::Anywhere);
        if secret.iter().all(|byte| byte.is_ascii_alphanumeric() || TOKEN.contains(byte)) {
            // The name of a header loses its case, and is kept with capitals.
            let mut name = Zeroizing::new(secret.to_ascii_lowercase());
            capitalise(&mut name);
            self.push(name.to_vec(), Kind::Anywhere);
            if let Some(first) = name.first_mut() {
                first.make_ascii_lowercase();
            }
            self.push(name.to_vec(), Kind::Anywhere);
        }
        if secret.contains(&b' ') {
            self.push(secret.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect(), Kind::Anywhere);
        }
        if secret.iter().all(u8::is_ascii_hexdigit) {
            self.push(secret.to_ascii_lowercase(), Kind::Anywhere);
            self.push(secret.to_ascii_uppercase(), Kind::Anywhere);
        }
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.push(hex.to_ascii_uppercase().into_bytes(), Kind::Anywhere);
        self.push(hex.into_bytes(), Kind::Anywhere);
        for offset in 0..3 {
            self.push_base64(secret, offset, &BASE64_STANDARD_NO_PAD);
            self.push_base64(secret, offset, &BASE64_URL_SAFE_NO_PAD);
        }
    }

    /// What a secret looks like within the Base64 of something longer: the characters that only the secret decides.
    fn push_base64(&mut self, secret: &[u8], offset: usize, engine: &impl Engine) {
        let mut padded = Zeroizing::new(vec![0; offset]);
        padded.extend_from_slice(secret);
        let encoded = Zeroizing::new(engine.encode(&*padded).into_bytes());
        let first = (offset * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        if let Some(inner) = encoded.get(first..end) {
            let kind = Kind::Base64 { before: offset != 0, after: !padded.len().is_multiple_of(3) };
            self.push(inner.to_vec(), kind);
        }
    }

    fn push(&mut self, text: Vec<u8>, kind: Kind) {
        let text = Zeroizing::new(text);
        if !self.spellings.iter().any(|known| known.text == text) {
            self.spellings.push(Spelling { text, kind });
        }
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

/// What the name of a header holds besides letters and digits.
const TOKEN: &[u8] = b"!#$%&'*+-.^_`|~";
/// Below this a secret is found in half of all texts by chance.
const SHORT: usize = 6;
/// JSON in a form, a form in JSON.
const MOST_LAYERS: u32 = 2;
const WINDOW: usize = 128 << 10;
