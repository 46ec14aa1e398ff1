//! The inspector end to end: the real binary, an app behind it, and the API as scripts and browsers use it.

#[path = "support/binary.rs"]
mod support;

#[path = "inspector/api.rs"]
mod api;
#[path = "inspector/capture.rs"]
mod capture;
#[path = "inspector/guard.rs"]
mod guard;
#[path = "inspector/ngrok.rs"]
mod ngrok;
#[path = "inspector/replay.rs"]
mod replay;
#[path = "inspector/store.rs"]
mod store;
#[path = "inspector/transfer.rs"]
mod transfer;
#[path = "inspector/web.rs"]
mod web;
