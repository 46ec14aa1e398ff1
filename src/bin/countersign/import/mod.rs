//! Requests that were recorded elsewhere: curl commands, HAR files, messages as bytes, captures of an inspector.
//!
//! 1. A request that was read is an [`Imported`], whatever it came from: method, target, headers in order, the exact
//!    bytes of the body, and the time of its arrival if that is known.
//! 2. What cannot be read is an [`ImportError`] in one line. It names places and header names, never values: those may
//!    be secret.
//! 3. Input is hostile: nothing here panics, recurses over it, or opens a file by itself.
//! 4. Nothing here depends on the command line.

pub(crate) mod curl;
pub(crate) mod har;
pub(crate) mod ngrok;
pub(crate) mod raw;

mod client;
mod imported;

pub(crate) use self::{
    client::Inspector,
    imported::{Answer, ImportError, Imported, Item},
};
