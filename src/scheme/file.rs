//! Schemes of your own, from a TOML file: for providers that nobody has listed yet.
//!
//! ```
//! use countersign::scheme::file;
//! # use countersign::{ConfigError, VerifyWebhookLayer};
//!
//! let acme = file::parse(
//!     r#"
//!     id = "acme"
//!     algorithm = "hmac-sha256"
//!     signed = "{timestamp}.{body}"
//!
//!     [signature]
//!     header = "Acme-Signature"
//!     encoding = "hex"
//!     pairs = { separator = ",", assign = "=", key = "v1" }
//!
//!     [timestamp]
//!     pair = "t"
//!     unit = "s"
//!     tolerance_s = 300
//!     "#,
//! )?;
//! let layer = VerifyWebhookLayer::provider(acme, "the secret").expect("a secret");
//! # let _ = layer;
//! # Ok::<(), file::FileError>(())
//! ```
//!
//! | key | value |
//! |---|---|
//! | `id` | a word in snake case, for logs |
//! | `name`, `docs`, `env` | how the provider writes itself, its page, the environment variable with the secret; optional |
//! | `algorithm` | `hmac-sha1`, `hmac-sha256`, `hmac-sha384`, `hmac-sha512` |
//! | `key.encoding`, `key.prefix` | `text` (the default), `base64`, `hex`; a prefix to strip |
//! | `signed` | the signed content: text with `{body}`, `{timestamp}`, `{id}`, `{url}`, `{method}`, `{header:name}`; `{{` is a brace |
//! | `signature.header` | a name, or a list of which the first that is there counts |
//! | `signature.encoding` | `hex`, `base64`, `base64url` |
//! | `signature.prefix`, `signature.pairs` | at most one of them: a constant in front, or `key=value` items |
//! | `timestamp` | `header` or `pair`; `unit` = `s`, `ms`, `rfc3339`; `tolerance_s` |
//! | `id_header` | the header with the delivery's id |
//! | `require` | headers with fixed values |
//!
//! The rules are those of [`Recipe::check`]; mistakes name the line.
//! What is read lives as long as the program: a file is read once, at the start.

use std::{collections::BTreeMap, fmt, ops::Range};

use serde::Deserialize;
use toml::Spanned;

use super::{
    Algorithm, Encoding, Format, KeyEncoding, KeyFormat, Part, Recipe, Signature, TOLERANCE, Timestamp, TimestampUnit,
};
use crate::providers::{Confidence, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};

/// A file that describes no scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    line: usize,
    message: String,
}

impl FileError {
    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for FileError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Spanned<String>,
    name: Option<String>,
    docs: Option<String>,
    env: Option<String>,
    algorithm: Spanned<String>,
    #[serde(default)]
    key: KeyTable,
    signed: Spanned<String>,
    signature: Spanned<SignatureTable>,
    timestamp: Option<Spanned<TimestampTable>>,
    id_header: Option<Names>,
    #[serde(default)]
    require: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyTable {
    encoding: Option<Spanned<String>>,
    prefix: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureTable {
    header: Names,
    encoding: Spanned<String>,
    prefix: Option<String>,
    pairs: Option<PairsTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PairsTable {
    separator: char,
    assign: char,
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimestampTable {
    header: Option<Names>,
    pair: Option<String>,
    unit: Spanned<String>,
    tolerance_s: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

/// Reads a file's text into a provider that lives as long as the program.
///
/// # Errors
/// [`FileError`] with the line of the mistake.
pub fn parse(text: &str) -> Result<&'static Provider, FileError> {
    let line_of = |at: Option<Range<usize>>| {
        let end = at.map_or(0, |span| span.start).min(text.len());
        text.as_bytes().iter().take(end).filter(|byte| **byte == b'\n').count() + 1
    };
    let file: File = toml::from_str(text)
        .map_err(|error| FileError { line: line_of(error.span()), message: error.message().to_owned() })?;
    file.into_provider().map_err(|(span, message)| FileError { line: line_of(Some(span)), message })
}

type Mistake = (Range<usize>, String);

impl File {
    fn into_provider(self) -> Result<&'static Provider, Mistake> {
        let is_word =
            |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_word(self.id.get_ref()) {
            return Err((self.id.span(), "`id` must be a word of lower-case letters, digits and `_`".to_owned()));
        }
        let (recipe_span, recipe) = (self.signed.span(), self.recipe()?);
        let recipe = recipe.try_check().map_err(|error| (recipe_span, error.to_string()))?;
        let id = keep(self.id.into_inner());
        Ok(Box::leak(Box::new(Provider {
            id,
            aliases: &[],
            name: self.name.map_or(id, keep),
            docs: keep(self.docs.unwrap_or_default()),
            status: Status::Active,
            confidence: Confidence::High,
            time_window: match recipe.signed_time().map(|time| time.tolerance()) {
                None => TimeWindow::None,
                Some(None) => TimeWindow::Open,
                Some(Some(window)) => TimeWindow::Secs(window.as_secs()),
            },
            challenge: false,
            secret: SecretInfo {
                env: self.env.map_or_else(|| keep(format!("{}_WEBHOOK_SECRET", id.to_uppercase())), keep),
                location: "",
                format: recipe.key_format().expected(),
            },
            summary: "a scheme of your own",
            pitfalls: &[],
            options: if recipe.signed_time().is_some() { &[TOLERANCE] } else { &[] },
            scheme: ProviderScheme::Recipe(recipe),
        })))
    }

    fn recipe(&self) -> Result<Recipe, Mistake> {
        let algorithm = word(
            &self.algorithm,
            &[
                ("hmac-sha1", Algorithm::HmacSha1),
                ("hmac-sha256", Algorithm::HmacSha256),
                ("hmac-sha384", Algorithm::HmacSha384),
                ("hmac-sha512", Algorithm::HmacSha512),
            ],
        )?;
        let content = keep_all(parts(self.signed.get_ref()).map_err(|message| (self.signed.span(), message))?);
        let mut recipe = Recipe::new(algorithm, content, self.signature()?).key(self.key_format()?);
        if let Some(table) = &self.timestamp {
            recipe = recipe.timestamp(timestamp(table)?);
        }
        if let Some(names) = &self.id_header {
            recipe = recipe.delivery_id(names.keep());
        }
        let required = self.require.iter().map(|(name, value)| (keep(name.to_ascii_lowercase()), keep(value.clone())));
        Ok(recipe.require(keep_all(required.collect())))
    }

    fn key_format(&self) -> Result<KeyFormat, Mistake> {
        let encoding = match &self.key.encoding {
            None => KeyEncoding::Text,
            Some(encoding) => word(
                encoding,
                &[("text", KeyEncoding::Text), ("base64", KeyEncoding::Base64), ("hex", KeyEncoding::Hex)],
            )?,
        };
        let format = KeyFormat::new(encoding);
        Ok(match &self.key.prefix {
            Some(prefix) => format.strip(keep(prefix.clone())),
            None => format,
        })
    }

    fn signature(&self) -> Result<Signature, Mistake> {
        let table = self.signature.get_ref();
        let encoding = word(
            &table.encoding,
            &[("hex", Encoding::Hex), ("base64", Encoding::Base64), ("base64url", Encoding::Base64UrlUnpadded)],
        )?;
        let format = match (&table.prefix, &table.pairs) {
            (None, None) => Format::Bare,
            (Some(prefix), None) => Format::Prefix(keep(prefix.clone())),
            (None, Some(pairs)) => {
                Format::Pairs { separator: pairs.separator, assign: pairs.assign, key: keep(pairs.key.clone()) }
            }
            (Some(_), Some(_)) => {
                return Err((self.signature.span(), "`prefix` and `pairs` exclude each other".to_owned()));
            }
        };
        Ok(Signature::new(table.header.keep(), format, encoding))
    }
}

impl Names {
    fn keep(&self) -> &'static [&'static str] {
        let names = match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        };
        keep_all(names.iter().map(|name| keep(name.to_ascii_lowercase())).collect())
    }
}

fn timestamp(table: &Spanned<TimestampTable>) -> Result<Timestamp, Mistake> {
    let TimestampTable { header, pair, unit, tolerance_s } = table.get_ref();
    let unit =
        word(unit, &[("s", TimestampUnit::Secs), ("ms", TimestampUnit::Millis), ("rfc3339", TimestampUnit::Rfc3339)])?;
    let timestamp = match (header, pair) {
        (Some(names), None) => Timestamp::header(names.keep()),
        (None, Some(key)) => Timestamp::pair(keep(key.clone())),
        _ => return Err((table.span(), "`timestamp` needs either `header` or `pair`".to_owned())),
    };
    let timestamp = timestamp.unit(unit);
    Ok(match tolerance_s {
        Some(secs) => timestamp.tolerance_secs(*secs),
        None => timestamp,
    })
}

/// `{timestamp}.{body}` in parts.
fn parts(template: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            literal.push(next);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let (name, after) = after.split_once('}').ok_or("a `{` in `signed` is not closed")?;
            if !literal.is_empty() {
                parts.push(Part::Literal(keep(std::mem::take(&mut literal))));
            }
            parts.push(part(name)?);
            rest = after;
        } else {
            literal.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(keep(literal)));
    }
    Ok(parts)
}

fn part(name: &str) -> Result<Part, String> {
    Ok(match name.split_once(':') {
        Some(("header", header)) if http::HeaderName::from_bytes(header.as_bytes()).is_ok() => {
            Part::Header(keep(header.to_ascii_lowercase()))
        }
        None if name == "body" => Part::Body,
        None if name == "id" => Part::DeliveryId,
        None if name == "method" => Part::Method,
        None if name == "timestamp" => Part::Timestamp,
        None if name == "url" => Part::Url,
        _ => {
            return Err(format!(
                "`{{{name}}}` is no part; there are {{body}}, {{timestamp}}, {{id}}, {{url}}, {{method}} and {{header:name}}"
            ));
        }
    })
}

/// One of the words that stand for a value.
fn word<T: Copy>(text: &Spanned<String>, words: &[(&str, T)]) -> Result<T, Mistake> {
    let found = words.iter().find(|(name, _)| name == text.get_ref());
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<_> = words.iter().map(|(name, _)| format!("`{name}`")).collect();
        (text.span(), format!("`{}` is none of {}", text.get_ref(), known.join(", ")))
    })
}

/// Recipes borrow for ever: they are constants everywhere else.
fn keep(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn keep_all<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: &str = r#"
id = "acme"
algorithm = "hmac-sha256"
signed = "v1:{timestamp}:{header:Acme-Topic}:{body}{{}}"

[signature]
header = ["Acme-Signature", "X-Acme-Signature"]
encoding = "base64"
prefix = "v1="

[timestamp]
header = "Acme-Time"
unit = "ms"
tolerance_s = 60
"#;

    fn mistake(from: &str, to: &str) -> String {
        assert!(ACME.contains(from));
        parse(&ACME.replace(from, to)).expect_err("a mistake").to_string()
    }

    #[test]
    fn a_whole_file() {
        let provider = parse(ACME).expect("a provider");
        assert_eq!((provider.id, provider.secret.env), ("acme", "ACME_WEBHOOK_SECRET"));
        let ProviderScheme::Recipe(recipe) = &provider.scheme else { panic!("a recipe") };
        assert_eq!(
            recipe.content(),
            [
                Part::Literal("v1:"),
                Part::Timestamp,
                Part::Literal(":"),
                Part::Header("acme-topic"),
                Part::Literal(":"),
                Part::Body,
                Part::Literal("{}"),
            ]
        );
        assert_eq!(recipe.signature().headers(), ["acme-signature", "x-acme-signature"]);
    }

    #[test]
    fn mistakes_name_their_line() {
        assert!(mistake("hmac-sha256", "md5").starts_with("line 3: `md5` is none of"));
        assert!(mistake("{body}", "{bdoy}").starts_with("line 4: `{bdoy}` is no part"));
        assert!(mistake("{body}", "").starts_with("line 4: the body is not signed"));
        assert!(mistake("{timestamp}", "").starts_with("line 4: a timestamp with a window is read and not signed"));
        assert!(mistake("{timestamp}", "{timestamp").starts_with("line 4:"));
        assert!(mistake("\"ms\"", "\"hours\"").starts_with("line 13:"));
        assert!(mistake("header = \"Acme-Time\"\n", "").starts_with("line 11: `timestamp` needs either"));
        assert!(mistake("unit", "units").contains("unknown field `units`"));
        assert!(mistake("\"acme\"", "\"Acme Inc\"").starts_with("line 2: `id` must be a word"));
        assert!(mistake("id =", "id ").starts_with("line 2:"));
    }
}
