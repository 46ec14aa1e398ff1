//! demo
use crate::{cli::DemoArgs, errors::Failure};
use std::process::ExitCode;
pub(crate) fn run(_: &DemoArgs) -> Result<ExitCode, Failure> {
    Err(Failure::usage("soon"))
}
