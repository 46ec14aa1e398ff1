//! `countersign verify` on recorded requests, with the real binary: curl commands, HAR files, messages as bytes, the
//! captures of an inspector, and flags.

#[path = "../support/binary.rs"]
mod support;

mod every_provider;
mod explanations;
mod forms;
mod hostile;
mod inputs;
mod vectors;
mod verdicts;
