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
use zeroize::Zeroizing;

use crate::errors::Failure;

/// The secrets that `flag` named, else the one in the provider's usual variable; and a label for each. Warns of those
/// that look like something else. Nothing where the provider can do without and that was said.
pub(super) fn load(
    flag: &str,
    provider: &'static Provider,
    sources: &[String],
) -> Result<Option<(Secrets, Vec<String>)>, Failure> {
    if provider.id == SNS.id {
        if sources == [ANY_OWNER] {
            return Ok(None);
        }
        if sources.is_empty() && env::var_os(provider.secret.env).is_none() {
            return Err(Failure::usage(format_args!(
                "whose SNS topics count? Give {flag} with your account's number or a topic's ARN, or `{flag} {ANY_OWNER}` \
                 for the topics of any AWS account, a stranger's too"
            )));
        }
    }
    let mut secrets = Vec::new();
    let mut labels = Vec::new();
    for (secret, label) in read(flag, provider, sources)? {
        warn(provider, &secret, &label);
        secrets.push(secret);
        labels.push(label);
    }
    Ok(Some((Secrets::new(secrets)?, labels)))
}

/// The same without warnings, each with its label.
pub(crate) fn read(
    flag: &str,
    provider: &'static Provider,
    sources: &[String],
) -> Result<Vec<(Secret, String)>, Failure> {
    let named = sources.iter().map(|source| Some(source.as_str()));
    let all = named.chain(sources.is_empty().then_some(None)).enumerate();
    all.map(|(index, source)| read_one(flag, provider, source, index)).collect()
}

/// The secret that `flag` named, else the one in the provider's usual variable. Warns if it looks like something else.
pub(crate) fn load_one(flag: &str, provider: &'static Provider, source: Option<&str>) -> Result<Secret, Failure> {
    let (secret, label) = read_one(flag, provider, source, 0)?;
    warn(provider, &secret, &label);
    Ok(secret)
}

fn warn(provider: &'static Provider, secret: &Secret, label: &str) {
    for oddity in oddities(provider.id, secret) {
        let _ = writeln!(io::stderr(), "countersign: warning: the secret from {label}: {oddity}");
    }
}

/// The secret that `flag` named as the one at this index, else the one in the provider's usual variable; and its label.
fn read_one(
    flag: &str,
    provider: &'static Provider,
    source: Option<&str>,
    index: usize,
) -> Result<(Secret, String), Failure> {
    let usual = provider.secret.env;
    let (bytes, label) = match source.map(|source| (source, source.split_once(':'))) {
        None => {
            let value = env::var_os(usual).ok_or_else(|| {
                Failure::usage(format_args!(
                    "no secret for {}: set {usual}, or give {flag} env:NAME or file:PATH; it is found at: {}",
                    provider.id, provider.secret.location
                ))
            })?;
            (value.into_encoded_bytes(), format!("env:{usual}"))
        }
        Some((_, Some(("env", name)))) => (variable(flag, name)?.into_encoded_bytes(), format!("env:{name}")),
        Some((_, Some(("file", path)))) => {
            let bytes = std::fs::read(path)
                .map_err(|error| Failure::usage(format_args!("{flag}: the file {path} cannot be read: {error}")))?;
            (without_newline(&bytes).to_vec(), format!("file:{path}"))
        }
        Some((text, _)) => (text.as_bytes().to_vec(), format!("argument {}", index + 1)),
    };
    let secret = Secret::new(Zeroizing::new(bytes)).map_err(|_| {
        Failure::usage(format_args!(
            "the secret from {label} is empty; {} shows it at: {}",
            provider.name, provider.secret.location
        ))
    })?;
    Ok((secret.label(label.clone()), label))
}

/// A token for the inspector.
pub(crate) fn token(source: &str) -> Result<String, Failure> {
    let failed = |problem: &str| Failure::usage(format_args!("--web-token: `{source}` {problem}"));
    let token = match source.split_once(':') {
        Some(("env", name)) => variable("--web-token", name)?.into_string().map_err(|_| failed("is no text"))?,
        Some(("file", path)) => {
            let text = std::fs::read_to_string(path).map_err(|error| failed(&format!("cannot be read: {error}")))?;
            text.trim_end().to_owned()
        }
        _ => return Err(failed("needs the form env:NAME or file:PATH: others can see what is typed here")),
    };
    if token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(failed("holds too short a token: 16 letters, digits and signs are the least"));
    }
    Ok(token)
}

fn variable(flag: &str, name: &str) -> Result<OsString, Failure> {
    // Some names are no names to the operating system, and it panics on them in places.
    let value = if name.is_empty() || name.contains(['=', '\0']) { None } else { env::var_os(name) };
    value.ok_or_else(|| Failure::usage(format_args!("{flag}: the variable {name} is not set")))
}

/// Editors end files with a newline that belongs to no secret; any more than that one is kept.
fn without_newline(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// SNS signs with a key of AWS's: the "secret" only says whose topics count.
const ANY_OWNER: &str = "any";
const SHORTEST_TOKEN: usize = 16;

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
