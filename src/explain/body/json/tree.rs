//! JSON as a tree that keeps every token as it was written, with the order of the members.

/// A value. Texts are what stands between the quotation marks, escapes as they are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node<'a> {
    Array(Vec<Self>),
    Object(Vec<(&'a str, Self)>),
    /// A number, or what was made of one.
    Number(std::borrow::Cow<'a, str>),
    Text(std::borrow::Cow<'a, str>),
    /// `true`, `false`, `null`.
    Word(&'a str),
}

/// How what is no text is made one.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Flat {
    /// Objects and arrays as compact JSON.
    Json,
    /// `a[b]`, `a[0]`.
    Brackets,
    /// `a.b`, `a.0`.
    Dots,
    /// Objects and arrays left out.
    Dropped,
    /// The values of nested objects under the outer name.
    Values,
}

struct Reader<'a> {
    rest: &'a str,
    nodes: usize,
}

const DEEPEST: usize = 64;
const MOST_NODES: usize = 20_000;

impl<'a> Node<'a> {
    /// Reads an object, an array or a text; `None` for anything else, and for what is too deep or too much.
    pub(super) fn parse(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader { rest: str::from_utf8(body).ok()?, nodes: 0 };
        let node = reader.value(0)?;
        reader.skip();
        (reader.rest.is_empty() && !matches!(node, Self::Number(_) | Self::Word(_))).then_some(node)
    }

    /// With the members of all objects in the order of their names.
    pub(super) fn sorted(&self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(Self::sorted).collect()),
            Self::Object(members) => {
                let mut members: Vec<_> = members.iter().map(|(name, value)| (*name, value.sorted())).collect();
                members.sort_by_key(|(left, _)| *left);
                Self::Object(members)
            }
            other => other.clone(),
        }
    }

    pub(super) fn is_sorted(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().all(Self::is_sorted),
            Self::Object(members) => {
                members.is_sorted_by_key(|(name, _)| *name) && members.iter().all(|(_, value)| value.is_sorted())
            }
            _ => true,
        }
    }

    /// How many numbers there are.
    pub(super) fn numbers(&self) -> usize {
        self.count(&|node| matches!(node, Self::Number(_)))
    }

    /// How many texts there are, names not counted.
    pub(super) fn strings(&self) -> usize {
        self.count(&|node| matches!(node, Self::Text(_)))
    }

    fn count(&self, is: &dyn Fn(&Self) -> bool) -> usize {
        let inner = match self {
            Self::Array(items) => items.iter().map(|item| item.count(is)).sum(),
            Self::Object(members) => members.iter().map(|(_, value)| value.count(is)).sum(),
            _ => 0,
        };
        inner + usize::from(is(self))
    }

    /// With one number written otherwise.
    pub(super) fn with_number(&self, index: usize, rewrite: &Rewrite) -> Self {
        let mut seen = 0;
        self.map(&mut |node| match node {
            Self::Number(text) => {
                seen += 1;
                (seen - 1 == index).then(|| rewrite(text)).flatten().map(|text| Self::Number(text.into()))
            }
            _ => None,
        })
    }

    /// With all numbers written otherwise.
    pub(super) fn with_numbers(&self, rewrite: &Rewrite) -> Self {
        self.map(&mut |node| match node {
            Self::Number(text) => rewrite(text).map(|text| Self::Number(text.into())),
            _ => None,
        })
    }

    /// With something before and after one of the texts.
    pub(super) fn with_blanks(&self, index: usize, before: &str, after: &str) -> Self {
        let mut seen = 0;
        self.map(&mut |node| match node {
            Self::Text(text) => {
                seen += 1;
                (seen - 1 == index).then(|| Self::Text(format!("{before}{text}{after}").into()))
            }
            _ => None,
        })
    }

    fn map(&self, change: &mut dyn FnMut(&Self) -> Option<Self>) -> Self {
        if let Some(changed) = change(self) {
            return changed;
        }
        match self {
            Self::Array(items) => Self::Array(items.iter().map(|item| item.map(change)).collect()),
            Self::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (*name, value.map(change))).collect())
            }
            other => other.clone(),
        }
    }

    /// Adds the value as parameters.
    pub(super) fn flatten(&self, name: &str, flat: Flat, pairs: &mut Vec<(String, String)>) {
        match self {
            Self::Number(text) => pairs.push((name.to_owned(), text.clone().into_owned())),
            Self::Text(text) => pairs.push((name.to_owned(), unescape(text).unwrap_or_default())),
            Self::Word("null") => pairs.push((name.to_owned(), String::new())),
            Self::Word(word) => pairs.push((name.to_owned(), (*word).to_owned())),
            Self::Array(_) | Self::Object(_) if flat == Flat::Dropped => {}
            Self::Array(_) | Self::Object(_) if flat == Flat::Json => {
                let mut text = Vec::new();
                super::write::write(self, &super::write::Style::COMPACT, &mut text);
                pairs.push((name.to_owned(), String::from_utf8_lossy(&text).into_owned()));
            }
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.flatten(&inner(name, &index.to_string(), flat), flat, pairs);
                }
            }
            Self::Object(members) => {
                for (member, value) in members {
                    let member = unescape(member).unwrap_or_default();
                    value.flatten(&inner(name, &member, flat), flat, pairs);
                }
            }
        }
    }
}

fn inner(outer: &str, name: &str, flat: Flat) -> String {
    match flat {
        Flat::Brackets => format!("{outer}[{name}]"),
        Flat::Dots => format!("{outer}.{name}"),
        _ => outer.to_owned(),
    }
}

/// Another writing of a number; `None` if there is none.
pub(super) type Rewrite = dyn Fn(&str) -> Option<String> + Sync;

/// What serialisers lose of numbers.
pub(super) const NUMBERS: &[&Rewrite] = &[
    &|text| text.bytes().all(|b| b.is_ascii_digit() || b == b'-').then(|| format!("{text}.0")),
    &|text| is_fraction(text).then(|| format!("{text}0")),
    &|text| text.bytes().all(|b| b.is_ascii_digit() || b == b'-').then(|| format!("{text}.00")),
    &|text| {
        let (whole, fraction) = text.split_once('.')?;
        let kept = fraction.trim_end_matches('0');
        (kept.len() < fraction.len() && is_fraction(text))
            .then(|| if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") })
    },
];

fn is_fraction(text: &str) -> bool {
    text.contains('.') && !text.contains(['e', 'E'])
}

impl<'a> Reader<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn take(&mut self, sign: char) -> Option<()> {
        self.skip();
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            return None;
        }
        self.skip();
        match self.rest.bytes().next()? {
            b'{' => {
                self.take('{')?;
                let mut members = Vec::new();
                if self.take('}').is_some() {
                    return Some(Node::Object(members));
                }
                loop {
                    self.skip();
                    let name = self.text()?;
                    self.take(':')?;
                    members.push((name, self.value(depth + 1)?));
                    if self.take(',').is_none() {
                        self.take('}')?;
                        return Some(Node::Object(members));
                    }
                }
            }
            b'[' => {
                self.take('[')?;
                let mut items = Vec::new();
                if self.take(']').is_some() {
                    return Some(Node::Array(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    if self.take(',').is_none() {
                        self.take(']')?;
                        return Some(Node::Array(items));
                    }
                }
            }
            b'"' => Some(Node::Text(self.text()?.into())),
            _ => {
                let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
                let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                match word {
                    "true" | "false" | "null" => Some(Node::Word(word)),
                    word if word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                        Some(Node::Number(word.into()))
                    }
                    _ => None,
                }
            }
        }
    }

    /// What stands between quotation marks.
    fn text(&mut self) -> Option<&'a str> {
        let inner = self.rest.strip_prefix('"')?;
        let mut bytes = inner.bytes().enumerate();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\\' => {
                    bytes.next()?;
                }
                b'"' => {
                    let (text, rest) = inner.split_at_checked(at)?;
                    self.rest = rest.get(1..)?;
                    return Some(text);
                }
                _ => {}
            }
        }
        None
    }
}

/// The text that is meant; `None` if an escape means none.
pub(super) fn unescape(text: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{text}\"")).ok()
}
