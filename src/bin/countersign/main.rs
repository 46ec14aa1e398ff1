//! `countersign`: a forwarding proxy that verifies webhooks.

fn main() {}
