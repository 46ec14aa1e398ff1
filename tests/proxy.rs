//! The proxy end to end: the real binary between a client and an app that both speak bytes.

#[path = "support/binary.rs"]
mod support;

#[path = "proxy/bodies.rs"]
mod bodies;
#[path = "proxy/explanations.rs"]
mod explanations;
#[path = "proxy/failures.rs"]
mod failures;
#[path = "proxy/headers.rs"]
mod headers;
#[path = "proxy/lifecycle.rs"]
mod lifecycle;
#[path = "proxy/upgrades.rs"]
mod upgrades;
#[path = "proxy/verification.rs"]
mod verification;
