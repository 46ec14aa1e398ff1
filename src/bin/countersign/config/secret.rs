//! Where secrets come from: the command line, the environment, files.
//!
//! No message names more of a secret than the place where it should be.

use std::{
    env,
    ffi::OsString,
    io::{self, Write},
};

use countersign::{
    Secret, Secrets,
    providers::{Provider, SNS},
    secret::shape::oddities,
};

use crate::errors::Failure;

/// The secrets that were named, else the one in the provider's usual variable; and a label for each. Nothing where none
/// is there and the provider can do without.
pub(super) fn load(provider: &'static Provider, sources: &[String]) -> Result<Option<(Secrets, Vec<String>)>, Failure> {
    let usual = provider.secret.env;
    if sources.is_empty() && env::var_os(usual).is_none() && is_optional(provider) {
        return Ok(None);
    }
    let mut secrets = Vec::new();
    let mut labels = Vec::new();
    let mut take = |bytes: &[u8], label: String| {
        let secret = Secret::new(bytes).map_err(|_| {
            Failure::usage(format_args!(
                "the secret from {label} is empty; {} shows it at: {}",
                provider.name, provider.secret.location
            ))
        })?;
        for oddity in oddities(provider.id, &secret) {
            let _ = writeln!(io::stderr(), "countersign: warning: the secret from {label}: {oddity}");
        }
        secrets.push(secret.label(label.clone()));
        labels.push(label);
        Ok::<_, Failure>(())
    };
    if sources.is_empty() {
        let value = env::var_os(usual).ok_or_else(|| {
            Failure::usage(format_args!(
                "no secret for {}: set {usual}, or give --verify-webhook-secret env:NAME or file:PATH; it is found at: {}",
                provider.id, provider.secret.location
            ))
        })?;
        take(value.as_encoded_bytes(), format!("env:{usual}"))?;
    }
    for (index, source) in sources.iter().enumerate() {
        match source.split_once(':') {
            Some(("env", name)) => take(variable(name)?.as_encoded_bytes(), format!("env:{name}"))?,
            Some(("file", path)) => {
                let bytes = std::fs::read(path).map_err(|error| {
                    Failure::usage(format_args!("--verify-webhook-secret: the file {path} cannot be read: {error}"))
                })?;
                take(without_newline(&bytes), format!("file:{path}"))?;
            }
            _ => take(source.as_bytes(), format!("argument {}", index + 1))?,
        }
    }
    Ok(Some((Secrets::new(secrets)?, labels)))
}

/// SNS signs with a key of AWS's; the "secret" only says whose topics count.
fn is_optional(provider: &'static Provider) -> bool {
    provider.id == SNS.id
}

fn variable(name: &str) -> Result<OsString, Failure> {
    // Some names are no names to the operating system, and it panics on them in places.
    let value = if name.is_empty() || name.contains(['=', '\0']) { None } else { env::var_os(name) };
    value.ok_or_else(|| Failure::usage(format_args!("--verify-webhook-secret: the variable {name} is not set")))
}

/// Editors end files with a newline that belongs to no secret; any more than that one is kept.
fn without_newline(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_newline_goes() {
        for (text, secret) in
            [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a ", "a "), ("\n", ""), ("", ""), ("a\rb", "a\rb")]
        {
            assert_eq!(without_newline(text.as_bytes()), secret.as_bytes(), "{text:?}");
        }
    }
}
