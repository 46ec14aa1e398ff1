//! Bodies of samples: JSON that keeps its order, forms, texts; filled in and changed.

use std::fmt;

use bytes::Bytes;
use countersign::{clock::UnixTime, sign::unique_id};
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap, SerializeSeq},
};
use serde_json::{Number, Value};

/// A JSON value whose members keep the order in which the provider writes them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
    Scalar(Value),
}

/// A body in the making.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Payload {
    Form(Vec<(String, String)>),
    Json(Json),
    None,
    Text(String),
}

/// What is new in each delivery.
#[derive(Clone, Debug)]
pub(super) struct Fresh {
    now: UnixTime,
    id: String,
    hex: String,
}

impl Fresh {
    pub(super) fn new(now: UnixTime, id: &str) -> Self {
        let hex = unique_id().replace('-', "");
        Self { now, id: id.to_owned(), hex }
    }

    /// Replaces what stands between double braces.
    pub(super) fn fill(&self, text: &str) -> String {
        if !text.contains("{{") {
            return text.to_owned();
        }
        let rfc3339 = Timestamp::from_millisecond(self.now.as_millis()).unwrap_or_default();
        [
            ("{{hex}}", self.hex.clone()),
            ("{{id}}", self.id.clone()),
            ("{{now}}", self.now.as_secs().to_string()),
            ("{{now_ms}}", self.now.as_millis().to_string()),
            ("{{number}}", self.number().to_string()),
            ("{{rfc3339}}", rfc3339.to_string()),
        ]
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Ten digits.
    fn number(&self) -> u64 {
        let digits = self.hex.bytes().fold(0_u64, |number, byte| number.wrapping_mul(31).wrapping_add(byte.into()));
        1_000_000_000 + digits % 9_000_000_000
    }

    /// A text that is nothing but a number's name becomes that number.
    fn fill_scalar(&self, value: &Value) -> Value {
        match value.as_str() {
            Some("{{now}}") => self.now.as_secs().into(),
            Some("{{now_ms}}") => self.now.as_millis().into(),
            Some("{{number}}") => self.number().into(),
            Some(text) => self.fill(text).into(),
            None => value.clone(),
        }
    }
}

impl Payload {
    pub(super) fn fill(&self, fresh: &Fresh) -> Self {
        match self {
            Self::Form(fields) => {
                Self::Form(fields.iter().map(|(name, value)| (name.clone(), fresh.fill(value))).collect())
            }
            Self::Json(json) => Self::Json(json.fill(fresh)),
            Self::None => Self::None,
            Self::Text(text) => Self::Text(fresh.fill(text)),
        }
    }

    /// Sets a field, or the value at a path.
    pub(super) fn set(&mut self, path: &str, value: &str) -> Result<(), String> {
        match self {
            Self::Form(fields) => match fields.iter_mut().find(|(name, _)| name == path) {
                Some((_, old)) => value.clone_into(old),
                None => fields.push((path.to_owned(), value.to_owned())),
            },
            Self::Json(json) => json.set(path, value)?,
            Self::None => return Err("this sample has no body; --data gives it one".to_owned()),
            Self::Text(_) => return Err("this sample's body is neither a form nor JSON; --data replaces it".to_owned()),
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> Bytes {
        match self {
            Self::Form(fields) => form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into(),
            // A value in memory is always written.
            Self::Json(json) => serde_json::to_vec(json).unwrap_or_default().into(),
            Self::None => Bytes::new(),
            Self::Text(text) => text.clone().into(),
        }
    }
}

impl Json {
    fn fill(&self, fresh: &Fresh) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(|item| item.fill(fresh)).collect()),
            Self::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone(), value.fill(fresh))).collect())
            }
            Self::Scalar(value) => Self::Scalar(fresh.fill_scalar(value)),
        }
    }

    /// Sets what stands at a path of names and positions, such as `data.items.0.amount`; the last name may be new.
    fn set(&mut self, path: &str, value: &str) -> Result<(), String> {
        let mut place = self;
        let mut steps = path.split('.').peekable();
        while let Some(step) = steps.next() {
            let is_last = steps.peek().is_none();
            place = match place {
                Self::Object(members) => {
                    let found = members.iter().position(|(name, _)| name == step);
                    let index = match found {
                        Some(index) => index,
                        None if is_last => {
                            members.push((step.to_owned(), Self::Scalar(Value::Null)));
                            members.len() - 1
                        }
                        None => {
                            let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
                            return Err(format!("there is no `{step}`; there is: {}", names.join(", ")));
                        }
                    };
                    members.get_mut(index).map(|(_, value)| value)
                }
                Self::Array(items) => step.parse().ok().and_then(|index: usize| items.get_mut(index)),
                Self::Scalar(_) => None,
            }
            .ok_or_else(|| format!("there is nothing at `{step}`"))?;
        }
        *place = match place {
            // What was a text stays one: `--set name=12` is a name.
            Self::Scalar(Value::String(_)) => Self::Scalar(value.into()),
            _ => serde_json::from_str(value).unwrap_or_else(|_| Self::Scalar(value.into())),
        };
        Ok(())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Array(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| sequence.serialize_element(item))?;
                sequence.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
            Self::Scalar(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Scalar(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Scalar(Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Payload {
        Payload::Json(serde_json::from_str(text).unwrap())
    }

    fn text(payload: &Payload) -> String {
        String::from_utf8(payload.bytes().to_vec()).unwrap()
    }

    #[test]
    fn json_keeps_its_order() {
        let source = r#"{"z":[1,-2,2.5,null,true],"a":{"c":"ü","b":{}}}"#;
        assert_eq!(text(&json(source)), source);
    }

    #[test]
    fn filled_in() {
        let fresh = Fresh::new(UnixTime::from_millis(1_760_000_000_123), "d1");
        let filled =
            json(r#"{"a":"{{now}}","b":"{{now_ms}}","c":"at {{now}}","d":"{{id}}","e":"{{rfc3339}}"}"#).fill(&fresh);
        let expected =
            r#"{"a":1760000000,"b":1760000000123,"c":"at 1760000000","d":"d1","e":"2025-10-09T08:53:20.123Z"}"#;
        assert_eq!(text(&filled), expected);
        let Payload::Form(fields) = Payload::Form(vec![("Sid".to_owned(), "SM{{hex}}".to_owned())]).fill(&fresh) else {
            panic!()
        };
        assert!(fields[0].1.len() == 34 && fields[0].1[2..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{fields:?}");
        assert_eq!(fresh.fill("{{number}}").len(), 10);
    }

    #[test]
    fn changed() {
        let mut body = json(r#"{"a":{"b":[{"c":"1"},2]},"t":"x"}"#);
        for (path, value) in [("a.b.0.c", "7"), ("a.b.1", "true"), ("a.new", "{\"q\":[]}"), ("t", "y z")] {
            body.set(path, value).unwrap();
        }
        assert_eq!(text(&body), r#"{"a":{"b":[{"c":"7"},true],"new":{"q":[]}},"t":"y z"}"#);
        for path in ["nope.b", "a.b.9", "t.u", "a.b.x"] {
            assert!(body.set(path, "1").is_err(), "{path}");
        }
        let mut form = Payload::Form(vec![("Body".to_owned(), "Hi".to_owned())]);
        form.set("Body", "a&b").unwrap();
        form.set("X.Y", "1").unwrap();
        assert_eq!(text(&form), "Body=a%26b&X.Y=1");
        assert!(Payload::None.set("a", "b").is_err());
    }
}
