//! A curl command for a POSIX shell.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::store::Exchange;

/// The command that sends the request again, to `url`. Headers that curl makes itself are left out, and those that it
/// would add are taken away.
pub(crate) fn curl(exchange: &Exchange, url: &str) -> String {
    let body = exchange.request.body.to_bytes();
    let text = std::str::from_utf8(&body).ok().filter(|text| !text.contains('\0'));
    let mut command = String::new();
    if exchange.lacks_credential() || exchange.lacks_secret(&exchange.request.head) || exchange.lacks_secret(&body) {
        command.push_str(PLACEHOLDERS);
    }
    let captured = &exchange.request.body;
    if captured.truncated {
        let _ = writeln!(command, "# Only {} of {} bytes of the body were kept.", captured.kept(), captured.size);
    }
    // As an argument where it can be one: what is built into the shell takes any length.
    let argument = text.filter(|text| text.len() <= LONGEST_ARGUMENT);
    let _ = match (argument, text) {
        (None, Some(text)) => write!(command, "printf %s {} | ", quoted(text)),
        (None, None) => write!(command, "printf %s '{}' | base64 -d | ", STANDARD.encode(&body)),
        (Some(_), _) => Ok(()),
    };
    let method = match exchange.method() {
        // With -X alone, curl waits for the body that the answer's length promises; with data, it takes no --head.
        "HEAD" if body.is_empty() => "--head".to_owned(),
        method => format!("-X {}", quoted(method)),
    };
    let _ = write!(command, "curl --globoff --path-as-is {method} {}", quoted(url));
    for (name, value) in exchange.request.headers() {
        if OWN.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            continue;
        }
        let value = String::from_utf8_lossy(value);
        // curl sends a header without a value only in this spelling.
        let line = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        let _ = write!(command, " \\\n  -H {}", quoted(&line));
    }
    for (name, is_added) in [("Accept", true), ("User-Agent", true), ("Content-Type", !body.is_empty())] {
        if is_added && exchange.request.header(name).is_none() {
            let _ = write!(command, " \\\n  -H '{name}:'");
        }
    }
    if !body.is_empty() {
        match argument {
            Some(text) => {
                // `@` at the start would name a file.
                let _ = match text.starts_with('@') {
                    true => write!(command, " \\\n  --data-raw {}", quoted(text)),
                    false => write!(command, " \\\n  --data-binary {}", quoted(text)),
                };
            }
            None => command.push_str(" \\\n  --data-binary @-"),
        }
    }
    command.push('\n');
    command
}

/// In single quotes, in which a shell changes nothing.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

const PLACEHOLDERS: &str = "# [secret] and [redacted] stand for what was taken out before it was stored.\n";
/// Linux takes none of 128 KiB.
const LONGEST_ARGUMENT: usize = 100 << 10;
const OWN: [&str; 6] = ["accept-encoding", "connection", "content-length", "expect", "host", "transfer-encoding"];
