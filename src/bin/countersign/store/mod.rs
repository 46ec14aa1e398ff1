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
//! 5. When the store fails, forwarding goes on, and people are told.

mod exchange;
mod id;
mod message;

pub(crate) use self::{
    exchange::{Decision, Exchange, Replay, Timings, Tunnel, Verdict},
    id::{Id, Ids},
    message::{CapturedBody, Message},
};
