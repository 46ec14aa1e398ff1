//! The options that make a body.

use std::path::Path;

use super::{Files, ImportError};

/// How an option's value becomes a part of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    /// As it stands; a file byte for byte.
    Binary,
    /// As `Binary`, and parts are not joined with `&`.
    Json,
    /// As it stands, whatever it begins with.
    Raw,
    /// As it stands; a file without line ends and zero bytes.
    Text,
    /// `name=content`, the content encoded.
    UrlEncoded,
}

/// The part that a value stands for.
pub(super) fn part(kind: Data, value: Vec<u8>, files: Files<'_>) -> Result<Vec<u8>, ImportError> {
    match (kind, value.strip_prefix(b"@")) {
        (Data::UrlEncoded, _) => url_encoded(&value, files),
        (Data::Text, Some(path)) => {
            let mut content = file(path, files)?;
            content.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
            Ok(content)
        }
        (Data::Binary | Data::Json, Some(path)) => file(path, files),
        _ => Ok(value),
    }
}

/// A file's content.
pub(super) fn file(path: &[u8], files: Files<'_>) -> Result<Vec<u8>, ImportError> {
    if path == STANDARD_INPUT.as_bytes() {
        return files(Path::new(STANDARD_INPUT)).map_err(|_| {
            ImportError::new("what curl would read from its standard input (@-) is not there to be read")
        });
    }
    let path = std::str::from_utf8(path).map_err(|_| ImportError::new("a file's name is no UTF-8"))?;
    files(Path::new(path)).map_err(|error| ImportError::new(format_args!("the file {path} cannot be read: {error}")))
}

/// The name under which curl reads what is piped into it.
pub(super) const STANDARD_INPUT: &str = "-";

/// `content`, `=content`, `name=content`, `@file`, `name@file`.
fn url_encoded(value: &[u8], files: Files<'_>) -> Result<Vec<u8>, ImportError> {
    let position = |wanted: u8| value.iter().position(|byte| *byte == wanted);
    let (name, content) = match position(b'=').or_else(|| position(b'@')).and_then(|at| value.split_at_checked(at)) {
        Some((name, [b'@', path @ ..])) => (name, file(path, files)?),
        Some((name, content)) => (name, content.get(1..).unwrap_or_default().to_vec()),
        None => (&[][..], value.to_vec()),
    };
    let mut part = name.to_vec();
    if !name.is_empty() {
        part.push(b'=');
    }
    part.extend_from_slice(&percent_encode(&content));
    Ok(part)
}

/// Letters, digits and `-._~` stay, a space becomes `+`.
fn percent_encode(content: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(content.len());
    for byte in content {
        match byte {
            b' ' => encoded.push(b'+'),
            b'-' | b'.' | b'_' | b'~' => encoded.push(*byte),
            byte if byte.is_ascii_alphanumeric() => encoded.push(*byte),
            byte => encoded.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    encoded
}
