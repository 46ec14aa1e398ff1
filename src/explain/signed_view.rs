//! The bytes that a signature covers, in labelled segments: for people to look at.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct};

/// The bytes that a signature covers, in order.
///
/// Made from the request alone: schemes whose signed content holds the secret have no view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SignedView {
    /// The segments, in the order in which they are signed.
    pub segments: Vec<Segment>,
}

/// One piece of what is signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// The name of the header or parameter, where it has one.
    pub name: Option<String>,
    /// Its bytes as they are signed.
    pub bytes: Vec<u8>,
}

/// What a segment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SegmentKind {
    /// The raw body.
    Body,
    /// The delivery's id.
    DeliveryId,
    /// A header's value.
    Header,
    /// A constant of the scheme.
    Literal,
    /// The method.
    Method,
    /// The nonce.
    Nonce,
    /// A parameter's name, decoded.
    ParamName,
    /// A parameter's value, decoded.
    ParamValue,
    /// The timestamp.
    Timestamp,
    /// The URL, or a part of it.
    Url,
}

impl SegmentKind {
    /// The kind as a kebab-case word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::DeliveryId => "delivery-id",
            Self::Header => "header",
            Self::Literal => "literal",
            Self::Method => "method",
            Self::Nonce => "nonce",
            Self::ParamName => "param-name",
            Self::ParamValue => "param-value",
            Self::Timestamp => "timestamp",
            Self::Url => "url",
        }
    }
}

/// A place in a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The segment, counted from 0.
    pub segment: usize,
    /// The byte in it, counted from 0; at its end if the view ends there.
    pub offset: usize,
}

/// The first place where two views differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The byte in the whole, counted from 0.
    pub offset: usize,
    /// Where that is in the first view.
    pub left: Place,
    /// Where that is in the second.
    pub right: Place,
}

impl SignedView {
    pub(crate) fn push(&mut self, kind: SegmentKind, bytes: impl Into<Vec<u8>>) {
        self.segments.push(Segment { kind, name: None, bytes: bytes.into() });
    }

    pub(crate) fn push_named(&mut self, kind: SegmentKind, name: &str, bytes: impl Into<Vec<u8>>) {
        self.segments.push(Segment { kind, name: Some(name.to_owned()), bytes: bytes.into() });
    }

    /// A parameter's name and value, decoded.
    pub(crate) fn push_param(&mut self, param: crate::scheme::form::Param<'_>) {
        let name: Vec<u8> = param.name().collect();
        let text = String::from_utf8_lossy(&name).into_owned();
        self.push(SegmentKind::ParamName, name);
        self.push_named(SegmentKind::ParamValue, &text, param.value().collect::<Vec<u8>>());
    }

    /// All bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.segments.iter().flat_map(|segment| &segment.bytes).copied().collect()
    }

    /// The first place where the bytes differ, however they are cut into segments.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<Difference> {
        let (left, right) = (self.bytes(), other.bytes());
        let offset = left.iter().zip(&right).position(|(a, b)| a != b).unwrap_or(left.len().min(right.len()));
        let differ = offset < left.len().max(right.len());
        differ.then(|| Difference { offset, left: self.place(offset), right: other.place(offset) })
    }

    /// Where the byte at `offset` is.
    fn place(&self, mut offset: usize) -> Place {
        let mut last = Place { segment: 0, offset: 0 };
        for (segment, Segment { bytes, .. }) in self.segments.iter().enumerate() {
            if offset < bytes.len() {
                return Place { segment, offset };
            }
            offset -= bytes.len();
            last = Place { segment, offset: bytes.len() };
        }
        last
    }
}

impl fmt::Debug for Segment {
    /// Shows no bytes: they are the request's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.kind.as_str(), self.bytes.len())
    }
}

impl Serialize for Segment {
    /// As `text` where the bytes are UTF-8, else as `base64`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use base64::{Engine, engine::general_purpose::STANDARD};

        let mut fields = serializer.serialize_struct("Segment", 3)?;
        fields.serialize_field("kind", self.kind.as_str())?;
        fields.serialize_field("name", &self.name)?;
        match str::from_utf8(&self.bytes) {
            Ok(text) => fields.serialize_field("text", text)?,
            Err(_) => fields.serialize_field("base64", &STANDARD.encode(&self.bytes))?,
        }
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(texts: &[&str]) -> SignedView {
        let mut view = SignedView::default();
        texts.iter().for_each(|text| view.push(SegmentKind::Literal, *text));
        view
    }

    #[test]
    fn differences() {
        let at = |left: &[&str], right: &[&str]| view(left).first_difference(&view(right));
        assert_eq!(at(&["ab", "c"], &["a", "bc"]), None);
        let found = at(&["ab", "cd"], &["abc", "x"]).expect("a difference");
        assert_eq!(found.offset, 3);
        assert_eq!(found.left, Place { segment: 1, offset: 1 });
        assert_eq!(found.right, Place { segment: 1, offset: 0 });
        let shorter = at(&["ab"], &["ab", "c"]).expect("a difference");
        assert_eq!((shorter.left.offset, shorter.right.segment), (2, 1));
        assert_eq!(at(&[], &[]), None);
    }
}
