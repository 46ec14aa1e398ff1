//! One file per subcommand.

pub(crate) mod demo;
pub(crate) mod http;
pub(crate) mod providers;
pub(crate) mod replay;
pub(crate) mod send;
pub(crate) mod sign;
pub(crate) mod verify;

mod given;
mod inspect;
mod runtime;
mod signals;
