//! Guides: what to know beyond a provider's own page.

#[doc = include_str!("public_url.md")]
pub mod public_url {}

#[doc = include_str!("rotation.md")]
pub mod rotation {}

#[doc = include_str!("replay_protection.md")]
pub mod replay_protection {}

#[doc = include_str!("multi_tenant.md")]
pub mod multi_tenant {}

#[doc = include_str!("writing_a_provider.md")]
pub mod writing_a_provider {}

#[cfg(feature = "explain")]
#[doc = include_str!("explain.md")]
pub mod explain {}
