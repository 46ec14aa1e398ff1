//! What the library logs, and nothing where the feature `tracing` is off.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables, reason = "nothing is logged then"))]

use crate::{Rejection, Verified};

pub(crate) fn accepted(verified: &Verified) {
    #[cfg(feature = "tracing")]
    tracing::debug!(provider = verified.provider(), secret = verified.secret_index(), "webhook accepted");
}

pub(crate) fn answered(provider: &'static str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(provider, "endpoint challenge answered");
}

/// Why a delivery was refused. Without the query and the body, which are the sender's; without any secret.
#[cfg(feature = "explain")]
pub(crate) fn explained(finding: &crate::explain::Finding) {
    #[cfg(feature = "tracing")]
    tracing::info!(
        provider = finding.provider,
        code = finding.code.as_str(),
        summary = finding.summary,
        fix = finding.fix.step,
        flag = finding.fix.flag,
        attempts = finding.tried.attempts,
        "refusal explained"
    );
}

pub(crate) fn observed(provider: &'static str, rejection: &Rejection) {
    #[cfg(feature = "tracing")]
    tracing::warn!(provider, reason = rejection.kind().as_str(), "webhook would be refused");
}

pub(crate) fn unfetched(provider: &'static str, error: &(dyn std::error::Error + 'static)) {
    #[cfg(feature = "tracing")]
    tracing::error!(provider, error, "the provider's key could not be fetched");
}

pub(crate) fn unresolved(provider: &'static str, error: &(dyn std::error::Error + 'static)) {
    #[cfg(feature = "tracing")]
    tracing::error!(provider, error, "the secret could not be looked up");
}

pub(crate) fn refused(provider: &'static str, rejection: &Rejection) {
    #[cfg(feature = "tracing")]
    tracing::warn!(provider, reason = rejection.kind().as_str(), "webhook refused");
}
