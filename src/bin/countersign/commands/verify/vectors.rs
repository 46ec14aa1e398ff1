//! Conformance vectors.

use std::{path::PathBuf, process::ExitCode};

use countersign::{
    Verdict,
    explain::{Code, Finding},
    providers::{self, Provider},
    vectors::{Disagreement, ParseError, Vector, VectorFile},
};
use serde_json::{Value, json};

use super::write_out;
use crate::{cli::VerifyArgs, console::ascii_json, errors::Failure};

pub(super) fn run(paths: &[PathBuf], arguments: &VerifyArgs) -> Result<ExitCode, Failure> {
    // Everything is read before anything is run: a typing error is no half-done report.
    let mut files: Vec<(&'static Provider, VectorFile)> = Vec::new();
    for path in paths {
        for file in VectorFile::load(path).map_err(Failure::usage)? {
            let provider = providers::by_id(&file.id)
                .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))?;
            files.push((provider, file));
        }
    }
    let mut count = Count::default();
    for (provider, file) in files {
        for vector in &file.vectors {
            let line = if arguments.explain {
                Some(explained(provider, vector, &mut count).line(arguments.json))
            } else {
                count.vectors += 1;
                let disagreement = vector.run(provider).err();
                count.disagree += usize::from(disagreement.is_some());
                disagreement.map(|disagreement| line(provider, vector, &disagreement, arguments.json))
            };
            if let Some(line) = line {
                write_out(&format!("{line}\n"))?;
            }
        }
    }
    write_out(&format!("{}\n", count.line(arguments)))?;
    Ok(if count.disagree == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(provider: &Provider, vector: &Vector, disagreement: &Disagreement, as_json: bool) -> String {
    let slug = vector.slug();
    if as_json {
        let (expected, found) = (&disagreement.expected, &disagreement.found);
        json!({ "provider": provider.id, "vector": slug, "expected": expected, "found": found }).to_string()
    } else {
        format!("{}::{slug}: {disagreement}", provider.id)
    }
}

#[derive(Debug, Default)]
struct Count {
    vectors: usize,
    disagree: usize,
    /// Vectors that name the finding that is due, those for which it was found, and those for which nothing was.
    due: usize,
    named: usize,
    missed: usize,
}

impl Count {
    fn line(&self, arguments: &VerifyArgs) -> String {
        let Self { vectors, disagree, due, named, missed } = self;
        match (arguments.json, arguments.explain) {
            (true, false) => json!({ "vectors": vectors, "disagree": disagree }).to_string(),
            (false, false) => format!("{vectors} vectors, {disagree} disagree"),
            (true, true) => {
                let wrong = due - named - missed;
                json!({
                    "vectors": vectors,
                    "disagree": disagree,
                    "explain": { "due": due, "named": named, "missed": missed, "wrong": wrong },
                })
                .to_string()
            }
            (false, true) => {
                let wrong = due - named - missed;
                format!(
                    "{vectors} vectors, {disagree} disagree; of {due} findings that are due {named} were named, \
                     {missed} missed, {wrong} wrong"
                )
            }
        }
    }
}

/// A vector with its verdict and, if it was refused, the finding.
struct Explained<'a> {
    provider: &'static Provider,
    vector: &'a Vector,
    verdict: &'static str,
    reason: Option<&'static str>,
    finding: Option<Finding>,
    disagreement: Option<Disagreement>,
}

fn explained<'a>(provider: &'static Provider, vector: &'a Vector, count: &mut Count) -> Explained<'a> {
    let (verdict, reason) = match vector.verifier(provider).map(|verifier| vector.verdict(&*verifier)) {
        Ok(Ok(Ok(Verdict::Accept(_)))) => ("valid", None),
        Ok(Ok(Ok(_))) => ("challenge", None),
        Ok(Ok(Err(rejection))) => ("invalid", Some(rejection.kind().as_str())),
        // No key can be made of its secrets, or no request of it.
        Ok(Err(_)) | Err(_) => ("invalid", None),
    };
    let finding = if verdict == "invalid" { vector.finding(provider) } else { Ok(None) };
    // The finding is sought once: here, and not again when the vector is run.
    let due = vector.explain.as_deref();
    let disagreement = Vector { explain: None, ..vector.clone() }.run(provider).err();
    let disagreement = disagreement.or_else(|| disagreement_of(due, &finding));
    let finding = finding.unwrap_or_default();
    count.vectors += 1;
    count.disagree += usize::from(disagreement.is_some());
    if let Some(due) = due {
        let code = finding.as_ref().map(|finding| finding.code);
        let is_named = code.is_some_and(|code| code.as_str() == due);
        count.due += 1;
        count.named += usize::from(is_named);
        count.missed += usize::from(!is_named && code.is_none_or(|code| code == Code::NoMatch));
    }
    Explained { provider, vector, verdict, reason, finding, disagreement }
}

fn disagreement_of(due: Option<&str>, finding: &Result<Option<Finding>, ParseError>) -> Option<Disagreement> {
    let due = due?;
    let found = match finding {
        Ok(Some(finding)) if finding.code.as_str() == due => return None,
        Ok(Some(finding)) => format!("the finding {}", finding.code.as_str()),
        Ok(None) => "no finding".to_owned(),
        Err(error) => error.to_string(),
    };
    Some(Disagreement { expected: format!("the finding {due}"), found })
}

impl Explained<'_> {
    fn line(&self, as_json: bool) -> String {
        let Self { provider, vector, verdict, reason, finding, disagreement } = self;
        let slug = vector.slug();
        let code = finding.as_ref().map(|finding| finding.code.as_str());
        if !as_json {
            let mut line = format!("{}::{slug}: {verdict}", provider.id);
            if let Some(reason) = reason {
                line += &format!(" ({reason})");
            }
            if let Some(code) = code {
                line += &format!(" [{code}]");
            }
            if let Some(disagreement) = disagreement {
                line += &format!(": {disagreement}");
            }
            return line;
        }
        let also: Vec<_> = finding.iter().flat_map(|finding| &finding.also).map(|code| code.as_str()).collect();
        let value = json!({
            "provider": provider.id,
            "vector": slug,
            "verdict": verdict,
            "reason": reason,
            "explain": code,
            "also": also,
            "summary": finding.as_ref().map(|finding| &finding.summary),
            "fix": finding.as_ref().map(|finding| &finding.fix.step),
            "due": vector.explain,
            "agrees": disagreement.is_none(),
            "expected": disagreement.as_ref().map_or(Value::Null, |disagreement| disagreement.expected.clone().into()),
            "found": disagreement.as_ref().map_or(Value::Null, |disagreement| disagreement.found.clone().into()),
        });
        ascii_json(&value.to_string())
    }
}
