//! `countersign verify`: recorded requests from anywhere, and conformance vectors.
//!
//! [`input`] finds the requests, [`address`] the URL that was signed, [`judge`] asks the verifier that serves real
//! requests, [`explain`] looks for why it refused, [`report`] says what came of it. [`vectors`] is the runner of conformance vectors.

mod address;
mod explain;
mod input;
mod judge;
mod report;
mod run;
mod vectors;

pub(crate) use self::run::run;
use self::run::write_out;
