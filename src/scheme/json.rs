//! JSON bodies, read strictly: an object with a member twice is refused, since two readers could disagree about it.
//! Where only some members are signed, so is one whose name differs from theirs in the case of letters alone.
//!
//! Only what is asked for is looked into, one level at a time, and every level is as strict as the first.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use smallvec::SmallVec;

/// A JSON object; what its members hold is not looked into before it is asked for.
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// A value as it is written in the body.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a>(&'a RawValue);

impl<'a> Object<'a> {
    /// Reads a whole text; `None` if it is no object or repeats a member.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// How many members there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// All members.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, Value<'a>)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }

    /// A member, `null` included.
    pub(crate) fn get(&self, name: &str) -> Option<Value<'a>> {
        self.0.iter().find(|(member, _)| member == name).map(|(_, value)| *value)
    }

    /// Whether a member has one of these names but for the case of letters: many readers take it for that one, and
    /// nobody signed it.
    pub(crate) fn has_lookalike(&self, names: &[&str]) -> bool {
        let looks_alike = |member: &str, name: &str| member != name && folded(member).eq(folded(name));
        self.0.iter().any(|(member, _)| names.iter().any(|name| looks_alike(member, name)))
    }

    /// A member's JSON text as it stands.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.get(name).map(|value| value.0.get())
    }

    /// A member that is a string, unescaped.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.text()
    }

    /// The object written again, these members (name, JSON text) replaced, or added at its end.
    #[cfg(feature = "signing")]
    pub(crate) fn with(&self, changes: &[(&str, &str)]) -> String {
        let kept = self.0.iter().map(|(name, value)| {
            let change = changes.iter().find(|(changed, _)| changed == name);
            (&**name, change.map_or(value.0.get(), |(_, text)| text))
        });
        let added = changes.iter().copied().filter(|(name, _)| self.get(name).is_none());
        let members: Vec<_> = kept.chain(added).map(|(name, text)| format!("{}:{text}", quote(name))).collect();
        format!("{{{}}}", members.join(","))
    }
}

impl<'a> Value<'a> {
    /// The string, unescaped; `None` for anything else, half of a surrogate pair included.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        serde_json::from_str::<Text<'a>>(self.0.get()).ok().map(|text| text.0)
    }

    /// The digits of a number as they are written.
    pub(crate) fn number(self) -> Option<&'a str> {
        let text = self.0.get();
        text.starts_with(|first: char| first == '-' || first.is_ascii_digit()).then_some(text)
    }

    /// The object; `None` for anything else, and if it repeats a member.
    pub(crate) fn object(self) -> Option<Object<'a>> {
        serde_json::from_str(self.0.get()).ok()
    }

    /// The elements of an array; `None` for anything else, and for more of them than [`MAX_MEMBERS`].
    pub(crate) fn array(self) -> Option<Vec<Self>> {
        let elements: Vec<&'a RawValue> = serde_json::from_str(self.0.get()).ok()?;
        (elements.len() <= MAX_MEMBERS).then(|| elements.into_iter().map(Self).collect())
    }

    pub(crate) fn is_null(self) -> bool {
        self.0.get() == "null"
    }
}

/// A text as a JSON string.
#[cfg(feature = "signing")]
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A string, borrowed where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members: Vec<(Cow<'de, str>, Value<'de>)> = Vec::new();
                while let Some(Text(name)) = map.next_key()? {
                    if members.len() >= MAX_MEMBERS {
                        return Err(A::Error::custom("too many members"));
                    }
                    members.push((name, Value(map.next_value()?)));
                }
                if repeats_a_name(&members) {
                    return Err(A::Error::custom("a member stands twice"));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// Both ways, so that `ſ` becomes `s` and the Kelvin sign `k`, as in readers that fold case by Unicode's rules.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

fn repeats_a_name(members: &[(Cow<'_, str>, Value<'_>)]) -> bool {
    // Sorted, since comparing each with each would be quadratic work for a stranger's sake.
    let mut names: SmallVec<[&str; 32]> = members.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [left, right] if left == right))
}

/// No event that we know has a tenth of it in one object or array that is looked into.
const MAX_MEMBERS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members() {
        let object = Object::parse(br#" {"a":"x\u00e9\"","b":{"a":1},"c":null} "#).expect("an object");
        assert_eq!(object.text("a").as_deref(), Some("x\u{e9}\""));
        assert_eq!(object.text("b"), None);
        assert_eq!(object.text("d"), None);
    }

    #[test]
    fn values() {
        let text = br#"{"o":{"n": -1.50e3 },"a":[1,"x",{"y":[]}],"z":null,"s":"\ud800","d":{"x":1,"x":2}}"#;
        let object = Object::parse(text).expect("an object");
        let get = |name| object.get(name).expect("a member");
        assert_eq!(get("o").object().and_then(|o| o.get("n")?.number()), Some("-1.50e3"));
        let elements = get("a").array().expect("an array");
        assert_eq!(elements[0].number(), Some("1"));
        assert_eq!(elements[1].text().as_deref(), Some("x"));
        assert!(elements[2].object().and_then(|o| o.get("y")?.array()).is_some_and(|empty| empty.is_empty()));
        assert!(get("z").is_null() && !get("o").is_null());
        assert!(get("s").text().is_none(), "half of a surrogate pair");
        assert!(get("d").object().is_none(), "a nested member twice");
        assert!(get("a").object().is_none() && get("o").array().is_none() && get("s").number().is_none());
    }

    #[test]
    fn refused() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#, "[]", "{}x", "", "{", "\u{feff}{}"] {
            assert!(Object::parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn lookalikes() {
        let alike = |text: &str| Object::parse(text.as_bytes()).expect("an object").has_lookalike(&["Message", "kind"]);
        for text in [r#"{"Message":1,"kind":2}"#, r#"{"Messages":1,"mess":2,"kin":3,"":4}"#, "{}"] {
            assert!(!alike(text), "{text}");
        }
        for text in [
            r#"{"message":1}"#,
            r#"{"Message":1,"MESSAGE":2}"#,
            r#"{"Kind":1}"#,
            "{\"Me\u{17f}\u{17f}age\":1}",
            r#"{"\u212aind":1}"#,
        ] {
            assert!(alike(text), "{text}");
        }
    }

    #[test]
    fn too_many_are_refused() {
        let object = |count: usize| {
            let members: Vec<_> = (0..count).map(|index| format!("\"{index}\":0")).collect();
            format!("{{\"a\":[{}],{}}}", vec!["0"; count].join(","), members.join(","))
        };
        let fits = object(MAX_MEMBERS - 1);
        assert!(Object::parse(fits.as_bytes()).is_some_and(|o| o.get("a").is_some_and(|a| a.array().is_some())));
        assert!(Object::parse(object(MAX_MEMBERS).as_bytes()).is_none());
    }

    #[cfg(feature = "signing")]
    #[test]
    fn written_again() {
        let object = Object::parse(br#"{ "a" : 1.0, "b\"" : [ 1 ] }"#).expect("an object");
        assert_eq!(object.with(&[("c", "3"), ("a", "2")]), r#"{"a":2,"b\"":[ 1 ],"c":3}"#);
    }
}
