//! Conformance vectors.

use std::{path::PathBuf, process::ExitCode};

use countersign::{
    providers::{self, Provider},
    vectors::VectorFile,
};
use serde_json::json;

use super::write_out;
use crate::errors::Failure;

pub(super) fn run(paths: &[PathBuf], as_json: bool) -> Result<ExitCode, Failure> {
    // Everything is read before anything is run: a typing error is no half-done report.
    let mut files: Vec<(&'static Provider, VectorFile)> = Vec::new();
    for path in paths {
        for file in VectorFile::load(path).map_err(Failure::usage)? {
            let provider = providers::by_id(&file.id)
                .map_err(|error| Failure::usage(format_args!("{}: {error}", path.display())))?;
            files.push((provider, file));
        }
    }
    let report = report(&files, as_json);
    let (text, disagreeing) = (report.text, report.disagreeing);
    write_out(&text)?;
    Ok(if disagreeing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Report {
    text: String,
    disagreeing: usize,
}

fn report(files: &[(&'static Provider, VectorFile)], as_json: bool) -> Report {
    let mut text = String::new();
    let mut put = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    let (mut count, mut disagreeing) = (0_usize, 0_usize);
    for (provider, file) in files {
        for vector in &file.vectors {
            count += 1;
            let Err(disagreement) = vector.run(provider) else { continue };
            disagreeing += 1;
            let slug = vector.slug();
            put(if as_json {
                let (expected, found) = (&disagreement.expected, &disagreement.found);
                json!({ "provider": provider.id, "vector": slug, "expected": expected, "found": found }).to_string()
            } else {
                format!("{}::{slug}: {disagreement}", provider.id)
            });
        }
    }
    put(if as_json {
        json!({ "vectors": count, "disagree": disagreeing }).to_string()
    } else {
        format!("{count} vectors, {disagreeing} disagree")
    });
    Report { text, disagreeing }
}
