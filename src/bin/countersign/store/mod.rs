//! What was captured, and where it is kept.
//!
//! ```text
//! proxy::capture ─ Exchange ─► Recorder (bounded, never waits) ─► writer thread ─ redact ─► SQLite ─► Event
//!                                                                                             │
//!                                          inspector, replay, verify --capture ◄── Reader ◄───┘
//! ```
//!
//! 1. Recording never blocks a request and never fails one: what does not fit into the queue is dropped and counted.
//! 2. Nothing is written before it went through [`redact`]: headers that hold credentials, and every configured secret
//!    wherever it turns up, are replaced.
//! 3. What an [`Event`] or an answer of the [`Reader`] showed as stored survives `kill -9`.
//! 4. The store is bounded by count and by bytes; the oldest go first.
//! 5. Retries are recognised within a process, and among what was in the file when it was opened.
//! 6. When the store fails, forwarding goes on, and people are told.

mod batch;
mod database;
mod deletion;
mod details;
mod errors;
mod event;
mod exchange;
mod handle;
mod id;
mod limits;
mod list;
mod location;
mod log;
mod message;
mod notice;
mod pruning;
mod query;
mod queue;
mod reader;
mod recorder;
mod redact;
mod retries;
mod row;
#[cfg(test)]
mod samples;
mod schema;
mod search;
mod statistics;
mod totals;
mod writer;

pub(crate) use self::{
    errors::{OpenError, OpenProblem, StoreError},
    event::Event,
    exchange::{Decision, Exchange, Replay, Timings, Tunnel, Verdict},
    handle::Store,
    id::{Id, Ids},
    limits::Limits,
    location::Location,
    message::{CapturedBody, Frames, Message},
    query::{Page, PathFilter, Query, StatusFilter},
    reader::Reader,
    recorder::Recorder,
    redact::Redactor,
    statistics::Statistics,
};

#[cfg(test)]
mod tests;
