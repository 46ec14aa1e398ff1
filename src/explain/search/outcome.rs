//! What a match says.

use super::{
    super::{
        SignedView,
        code::Code,
        time::{self, History},
        url::UrlParts,
    },
    Match, Search,
};
use crate::{providers, public_url::RequestUrl, request::WebhookRequest};

impl Search<'_> {
    /// What the signature covers: of the delivery as it arrived, or as it matched.
    pub(in crate::explain) fn view(&self, found: Option<&Match>) -> Option<SignedView> {
        let provider = found.and_then(|found| found.provider).or(self.explainer.provider)?;
        let url = found.and_then(|found| found.url.as_ref()).or(self.arrived.first()).or(self.base.as_ref());
        if url.is_some_and(|url| url.userinfo.is_some()) {
            // It may hold a password.
            return None;
        }
        let built = url.map(UrlParts::build);
        let url = built.as_ref().map_or(RequestUrl::UNKNOWN, |built| RequestUrl::from(built.signed_url()));
        let method = found.and_then(|found| found.method.as_ref()).unwrap_or(self.delivery.method);
        let headers = found.and_then(|found| found.headers.as_ref()).unwrap_or(self.delivery.headers);
        let body = found.and_then(|found| found.body.as_ref()).map_or(&self.delivery.body[..], |(_, body)| body);
        if body.len() > LARGEST_VIEW {
            return None;
        }
        let version = found.and_then(|found| found.version.as_ref());
        let options = version.map_or(&self.explainer.options, |version| &version.options);
        provider.signed_view(&WebhookRequest::new(method, url, headers, body), options)
    }

    /// How far the signed time of a match lies in the future, in seconds.
    pub(in crate::explain) fn skew(&self, found: &Match) -> Option<i64> {
        let millis = found.verified.signed_at()?.millis_since(self.now?);
        Some(millis.div_euclid(1000) + i64::from(millis < 0 && millis.rem_euclid(1000) != 0))
    }

    /// The code of a match whose time is wrong.
    pub(in crate::explain) fn code_of_time(&self, found: &Match, history: &History) -> Code {
        let own = match self.explainer.provider.map(|provider| provider.time_window) {
            Some(providers::TimeWindow::Secs(secs)) => i64::try_from(secs).ok(),
            _ => None,
        };
        let set = self.explainer.tolerance.or(self.explainer.options.tolerance());
        let window = set.and_then(|window| i64::try_from(window.as_secs()).ok()).or(own);
        // A token that has expired says when it was made, or nothing.
        self.skew(found).map_or(Code::TimestampOnly, |skew| time::code(skew, window, history))
    }
}

/// Larger bodies have no view: it would be copied twice.
const LARGEST_VIEW: usize = 256 * 1024;
