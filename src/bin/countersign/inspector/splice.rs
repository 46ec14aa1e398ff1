//! Setting one value in a JSON text and leaving every other byte of it as it is.

use std::{collections::BTreeMap, ops::Range};

use serde_json::{Value, value::RawValue};

/// Sets what stands at a path of names and positions, such as `data.items.0.amount`; the last name may be new.
///
/// A text for something that is no text, or new, is read as JSON if it can be: from a shell, everything is a text.
pub(super) fn set(text: &str, path: &str, new: &Value) -> Result<String, String> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| format!("the body is no JSON: {error}"))?;
    let mut place = whole;
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        let nothing = || format!("there is nothing at `{step}` of `{path}` in the body");
        place = match place.get().as_bytes().first() {
            Some(b'{') => {
                let members: BTreeMap<String, &RawValue> = read(place)?;
                match members.get(step) {
                    Some(member) => *member,
                    None if steps.peek().is_none() => return Ok(insert(text, place, step, new)),
                    None => return Err(nothing()),
                }
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = read(place)?;
                step.parse().ok().and_then(|index: usize| items.get(index).copied()).ok_or_else(nothing)?
            }
            _ => return Err(nothing()),
        };
    }
    // What was a text stays one: `--set name=12` is a name.
    let written = if place.get().starts_with('"') { new.to_string() } else { typed(new) };
    Ok(spliced(text, range(text, place.get()), &written))
}

/// A value as JSON; a text is taken for JSON if it can be read as such.
fn typed(new: &Value) -> String {
    let read = new.as_str().and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
    read.map_or_else(|| new.to_string(), |value| value.get().to_owned())
}

fn read<'a, T: serde::Deserialize<'a>>(value: &'a RawValue) -> Result<T, String> {
    serde_json::from_str(value.get()).map_err(|error| format!("the body is no JSON: {error}"))
}

/// Adds a member at the end of an object.
fn insert(text: &str, object: &RawValue, name: &str, new: &Value) -> String {
    let end = range(text, object.get()).end.saturating_sub(1);
    let before = text.get(..end).unwrap_or_default();
    let comma = if before.trim_end().ends_with('{') { "" } else { "," };
    spliced(text, end..end, &format!("{comma}{}:{}", Value::from(name), typed(new)))
}

/// Where a part of the text is.
fn range(text: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start + part.len()
}

fn spliced(text: &str, range: Range<usize>, with: &str) -> String {
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    [before, with, after].concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_else_changes() {
        let text = "{ \"z\" : [1, {\"c\":2.50}],\r\n \"a\": \"\\u00fc\", \"e\": {} }";
        for (path, new, expected) in [
            ("z.1.c", json!(3), "{ \"z\" : [1, {\"c\":3}],\r\n \"a\": \"\\u00fc\", \"e\": {} }"),
            ("z.1.c", json!("3.10"), "{ \"z\" : [1, {\"c\":3.10}],\r\n \"a\": \"\\u00fc\", \"e\": {} }"),
            ("z.1.c", json!("three"), "{ \"z\" : [1, {\"c\":\"three\"}],\r\n \"a\": \"\\u00fc\", \"e\": {} }"),
            ("a", json!("12"), "{ \"z\" : [1, {\"c\":2.50}],\r\n \"a\": \"12\", \"e\": {} }"),
            ("e.n", json!(true), "{ \"z\" : [1, {\"c\":2.50}],\r\n \"a\": \"\\u00fc\", \"e\": {\"n\":true} }"),
            ("n", json!(null), "{ \"z\" : [1, {\"c\":2.50}],\r\n \"a\": \"\\u00fc\", \"e\": {} ,\"n\":null}"),
            ("e.n", json!(5), "{ \"z\" : [1, {\"c\":2.50}],\r\n \"a\": \"\\u00fc\", \"e\": {\"n\":5} }"),
            ("e.n", json!("5.0"), "{ \"z\" : [1, {\"c\":2.50}],\r\n \"a\": \"\\u00fc\", \"e\": {\"n\":5.0} }"),
            ("e.n", json!("\"5\""), "{ \"z\" : [1, {\"c\":2.50}],\r\n \"a\": \"\\u00fc\", \"e\": {\"n\":\"5\"} }"),
            ("e.n", json!("five"), "{ \"z\" : [1, {\"c\":2.50}],\r\n \"a\": \"\\u00fc\", \"e\": {\"n\":\"five\"} }"),
        ] {
            assert_eq!(set(text, path, &new).as_deref(), Ok(expected), "{path}");
        }
        for path in ["z.7", "z.x", "a.b", "q.r", "z.1.c.d"] {
            assert!(set(text, path, &json!(1)).is_err(), "{path}");
        }
        assert!(set("nonsense", "a", &json!(1)).is_err());
    }
}
