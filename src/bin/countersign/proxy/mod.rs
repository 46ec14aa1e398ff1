//! The proxy: from the socket to the app and back.
//!
//! [`listener`] accepts connections, [`stack`] is the order of what happens to a request, [`forward`] asks the app.
//! Bodies stream through in both directions, unless they are verified.

mod alarm;
mod answers;
mod capture;
mod connector;
mod forward;
mod forwarded;
mod headers;
mod host;
mod linger;
mod listener;
mod observe;
mod peer;
mod pool;
mod progress;
mod running;
mod stack;
mod upgrade;

pub(crate) use self::{
    capture::{Captures, Recorder},
    listener::accept,
    observe::{Observer, Outcome, Record, Trouble},
    running::Tracker,
    stack::{Passing, Stack},
};
