//! Conformance vectors: deliveries as data, each with the verdict that is due.
//!
//! `tests/vectors/<provider>.json` holds a provider's facts and vectors; `tests/vectors/schema.json` describes the
//! format. Any implementation can be held to them. All keys in them are for tests only.
//!
//! A refusal may carry `"explain": "url-port"`: the finding that is due, by its word (feature `explain`).
//!
//! A reason of `null` on an invalid vector means: refuse, for whatever reason.

mod format;
mod run;

pub use self::{
    format::{Answer, Expectation, Outbound, ParseError, Request, Vector, VectorFile},
    run::Disagreement,
};
