//! curl commands, as people paste them and browsers copy them.
//!
//! A command means the request that curl would send, with curl's defaults (a form's content type for `-d`) and without
//! the headers that say nothing of a delivery (`Host`, `Content-Length` and curl's own name). A body may be piped into it
//! as the inspector's own commands do that: `printf %s … | base64 -d | curl …`.

mod cmd;
mod data;
mod options;
mod pipe;
mod request;
mod words;

use std::{io, path::Path};

use self::options::Command;
use super::{ImportError, Imported};

/// Opens the files that a command names with `@`.
pub(crate) type Files<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// Reads one command. Its files are opened by `files`: whoever takes commands from strangers must not let them choose
/// what is read.
pub(crate) fn parse(text: &[u8], files: Files<'_>) -> Result<Imported, ImportError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let (words, input) = if cmd::is_cmd(text) { (cmd::split(text)?, None) } else { pipe::split(text)? };
    let files = |path: &Path| match path.to_str() {
        Some(data::STANDARD_INPUT) => input.clone().ok_or_else(|| io::ErrorKind::NotFound.into()),
        _ => files(path),
    };
    let mut words = words.into_iter().skip_while(|word| words::is_prompt(word));
    let first = words.next();
    let Some(name) = first else { return Err(ImportError::new("there is no curl command in it")) };
    let name = String::from_utf8_lossy(&name);
    let program = name.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    if !matches!(program.as_str(), "curl" | "curl.exe") {
        let hint = if program == "invoke-webrequest" { "; copy the request as cURL, not as PowerShell" } else { "" };
        return Err(ImportError::new(format_args!("it does not begin with `curl`{hint}")));
    }
    request::build(Command::parse(words, &files)?)
}

#[cfg(test)]
mod real;
#[cfg(test)]
mod tests;
