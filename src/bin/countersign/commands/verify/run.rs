//! From the arguments to the exit code.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use super::{
    explain::ONE_OF_MANY,
    input,
    judge::{Judge, Outcome},
    report, vectors,
};
use crate::{cli::VerifyArgs, errors::Failure};

pub(crate) fn run(arguments: &VerifyArgs) -> Result<ExitCode, Failure> {
    if let Some(paths) = &arguments.input.vectors {
        return vectors::run(paths, arguments);
    }
    let mut judge = Judge::new(arguments)?;
    let items = input::read(arguments)?;
    let is_alone = items.len() == 1;
    if !is_alone {
        judge.set_budget(ONE_OF_MANY);
    }
    let (mut refused, mut undecided) = (0_usize, 0_usize);
    for item in items {
        let judged = judge.decide(item);
        match &judged.outcome {
            // One request that cannot be verified is a mistake of whoever asked.
            Outcome::Undecided(problem) if is_alone => {
                let why = judged.explanation.as_ref().filter(|finding| finding.is_explained());
                return Err(Failure::usage(match why {
                    Some(finding) => format!("{problem}; {finding}"),
                    None => problem.clone(),
                }));
            }
            Outcome::Undecided(_) => undecided += 1,
            Outcome::Refused { .. } => refused += 1,
            Outcome::Accepted(_) | Outcome::Answered(_) => {}
        }
        write_out(&if arguments.json { report::json(&judged) } else { report::text(&judged) })?;
    }
    Ok(match (refused, undecided) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(UNDECIDED),
        _ => ExitCode::FAILURE,
    })
}

/// Writes to standard output. Whoever closed the pipe has seen enough; the exit code still says it.
pub(super) fn write_out(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::running(error)),
        _ => Ok(()),
    }
}

/// The same as for wrong usage.
const UNDECIDED: u8 = 2;
