//! The files.

use std::{collections::BTreeMap, fmt, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;

/// One provider's vectors. The facts in the file are for people and are not read here.
#[derive(Clone, Debug, Deserialize)]
pub struct VectorFile {
    /// The provider's id.
    pub id: String,
    /// Its vectors.
    pub vectors: Vec<Vector>,
}

/// One delivery and the verdict that is due.
#[derive(Clone, Debug, Deserialize)]
pub struct Vector {
    /// What it shows; unique within its file.
    pub name: String,
    /// The secrets as the user pastes them; any may match.
    pub secrets: Vec<String>,
    /// The verifier's options, by name.
    #[serde(default)]
    pub options: BTreeMap<String, Value>,
    /// The verifier's clock in Unix seconds; absent where no time is involved.
    pub now: Option<i64>,
    /// The delivery.
    pub request: Request,
    /// The verdict.
    pub expect: Expectation,
    /// The reason for a refusal; absent if any will do.
    pub reason: Option<String>,
    /// Other reasons that are as good.
    #[serde(default)]
    pub also_accepted_reasons: Vec<String>,
    /// What an explanation of the refusal must find: the word of a `Code` (feature `explain`).
    pub explain: Option<String>,
    /// The answer to a challenge.
    pub response: Option<Answer>,
    /// The request that the answer to a challenge asks for, besides the answer itself.
    pub outbound: Option<Outbound>,
}

/// A request that is due to somebody else.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Outbound {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
}

/// A delivery.
#[derive(Clone, Debug, Deserialize)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The public URL.
    pub url: String,
    /// Names and values in order, duplicates included.
    pub headers: Vec<(String, String)>,
    body: Option<String>,
    body_base64: Option<String>,
}

/// The verdict that is due.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Expectation {
    /// An answer to the provider.
    Challenge,
    /// A refusal.
    Invalid,
    /// Acceptance.
    Valid,
}

/// The answer to a challenge.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers that must be there, among others.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Request {
    /// The bytes of the body.
    ///
    /// # Errors
    /// [`ParseError`] when they are not the base64 that they should be.
    pub fn body(&self) -> Result<Vec<u8>, ParseError> {
        match (&self.body, &self.body_base64) {
            (_, Some(text)) => STANDARD.decode(text).map_err(|error| ParseError::new(format!("body_base64: {error}"))),
            (Some(text), None) => Ok(text.clone().into_bytes()),
            (None, None) => Ok(Vec::new()),
        }
    }
}

impl VectorFile {
    /// Reads a file's text.
    ///
    /// # Errors
    /// [`ParseError`] with the line when it is no vector file.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        serde_json::from_slice(text).map_err(|error| ParseError::new(error.to_string()))
    }

    /// Reads a file, or the `*.json` files of a folder in the order of their names, `schema.json` left out.
    ///
    /// # Errors
    /// [`ParseError`] with the path when something cannot be read.
    pub fn load(path: &Path) -> Result<Vec<Self>, ParseError> {
        let failed = |path: &Path, error: String| ParseError::new(format!("{}: {error}", path.display()));
        if !path.is_dir() {
            let text = std::fs::read(path).map_err(|error| failed(path, error.to_string()))?;
            return Ok(vec![Self::parse(&text).map_err(|error| failed(path, error.to_string()))?]);
        }
        let entries = std::fs::read_dir(path).map_err(|error| failed(path, error.to_string()))?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(|error| failed(path, error.to_string()))?.path());
        }
        paths.retain(|path| {
            path.extension().is_some_and(|e| e == "json") && path.file_name().is_some_and(|n| n != "schema.json")
        });
        paths.sort();
        if paths.is_empty() {
            return Err(failed(path, "there is no *.json file in it".to_owned()));
        }
        let files: Result<Vec<_>, _> = paths.iter().map(|path| Self::load(path)).collect();
        Ok(files?.into_iter().flatten().collect())
    }
}

/// A file or a vector that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(String);

impl ParseError {
    pub(super) fn new(message: String) -> Self {
        Self(message)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseError {}
