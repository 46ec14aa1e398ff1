//! Two answers beside each other.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::console::{Paint, escape};

/// The original and its replay.
pub(super) fn show(original: &Value, new: &Value, paint: Paint) -> String {
    let mut text = String::new();
    let line = |exchange: &Value| {
        let request = &exchange["request"];
        format!("{} {}", word(&request["method"]), escape(&word(&request["uri"]), 120))
    };
    let _ = writeln!(text, "{}", paint.bold(line(new)));
    let signing = word(&new["replay"]["signing"]);
    let rows = [
        ("", "original".to_owned(), format!("replay ({})", escape(&signing, 100))),
        ("id", word(&original["id"]), word(&new["id"])),
        ("verdict", verdict(original), verdict(new)),
        ("status", status(original), status(new)),
        ("took", took(original), took(new)),
    ];
    let longest = rows.iter().map(|(_, old, _)| old.chars().count()).max().unwrap_or_default();
    let width = longest.max(LEAST_WIDTH);
    for (name, old, new) in rows {
        let new = if old == new { paint.dim(&new) } else { paint.warning(&new) };
        let _ = writeln!(text, "  {}{old:<width$}  {new}", paint.dim(format_args!("{name:<10}")));
    }
    let (before, after) = (body(original), body(new));
    match (before.as_deref(), after.as_deref()) {
        (Some(before), Some(after)) if before == after => {
            let _ = writeln!(text, "  the bodies of the answers are the same ({} bytes)", after.len());
        }
        (Some(before), Some(after)) => differences(before, after, paint, &mut text),
        _ => {}
    }
    text.push('\n');
    text
}

fn differences(before: &[u8], after: &[u8], paint: Paint, text: &mut String) {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        let _ = writeln!(text, "  the bodies differ: {} and {} bytes, not text", before.len(), after.len());
        return;
    };
    if before.len().max(after.len()) > MOST_COMPARED {
        let _ = writeln!(text, "  the bodies differ: {} and {} bytes", before.len(), after.len());
        return;
    }
    let diff = TextDiff::from_lines(before, after);
    let mut shown = 0;
    for change in diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal) {
        shown += 1;
        if shown > MOST_LINES {
            text.push_str("    …\n");
            return;
        }
        let line = escape(change.value().trim_end_matches(['\r', '\n']), 200);
        let _ = match change.tag() {
            ChangeTag::Delete => writeln!(text, "    {}", paint.bad(format_args!("- {line}"))),
            _ => writeln!(text, "    {}", paint.good(format_args!("+ {line}"))),
        };
    }
}

fn verdict(exchange: &Value) -> String {
    match exchange["reason"].as_str() {
        Some(reason) => format!("{}: {reason}", word(&exchange["verdict"])),
        None => word(&exchange["verdict"]),
    }
}

fn status(exchange: &Value) -> String {
    match (exchange["trouble"].as_str(), exchange["response"]["status"].as_str()) {
        (Some(trouble), _) => format!("none: {trouble}"),
        (None, Some(status)) => escape(status, 40).to_string(),
        (None, None) => "no answer".to_owned(),
    }
}

fn took(exchange: &Value) -> String {
    let nanos = exchange["duration"].as_f64().unwrap_or_default();
    format!("{:.1} ms", nanos / 1e6)
}

/// The body of the answer, taken out of the whole message.
fn body(exchange: &Value) -> Option<Vec<u8>> {
    let mut raw = STANDARD.decode(exchange["response"]["raw"].as_str()?).ok()?;
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some(raw.split_off(end + 4))
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

/// Of the column of the original, so that most comparisons look alike.
const LEAST_WIDTH: usize = 26;
const MOST_COMPARED: usize = 1 << 20;
const MOST_LINES: usize = 40;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_columns_stay_apart() {
        for reason in
            ["no-match", "signature-mismatch", "signature-header-malformed", "a-reason-longer-than-any-that-is"]
        {
            let original = json!({ "id": "0123456789abcdef", "verdict": "refused", "reason": reason });
            let new = json!({ "id": "fedcba9876543210", "verdict": "accepted", "replay": { "signing": "fresh" } });
            let text = show(&original, &new, Paint { colour: false });
            let starts = [("replay (", 1), ("fedcba", 2), ("accepted", 3), ("no answer", 4)].map(|(cell, line)| {
                let line = text.lines().nth(line).unwrap();
                let start = line.rfind(cell).unwrap();
                assert!(line[..start].ends_with("  "), "{line}");
                start
            });
            assert!(starts.iter().all(|start| *start == starts[0]), "{text}");
        }
    }
}
