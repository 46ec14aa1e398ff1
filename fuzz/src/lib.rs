//! What the fuzz targets share: requests written as text, and slow, obvious verifiers to compare with.
//!
//! `cargo run --example seed` writes starting inputs into `corpus/`, then `cargo +nightly fuzz run <target>`.

pub mod message;
pub mod reference;
