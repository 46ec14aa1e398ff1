//! The nearest library: `webhook-verify` 0.1.0.

use webhook_verify::{Provider, Secret, VerifyOptions, verify};

use super::delivery::{Delivery, SECRET, URL};

/// `webhook-verify` for one delivery.
pub(crate) struct Peer<'d> {
    provider: Provider,
    secret: Secret,
    delivery: &'d Delivery,
}

impl<'d> Peer<'d> {
    /// `None` for Plivo, which it does not know.
    pub(crate) fn of(delivery: &'d Delivery) -> Option<Self> {
        let provider = match delivery.provider {
            "github" => Provider::GitHub,
            "shopify" => Provider::Shopify,
            "slack" => Provider::Slack,
            "stripe" => Provider::Stripe,
            "twilio" => Provider::Twilio,
            _ => return None,
        };
        let peer = Self { provider, secret: Secret::new(SECRET), delivery };
        assert!(peer.verify(), "{} {}", delivery.provider, delivery.label);
        Some(peer)
    }

    /// Its caller must hand over the URL and the parsed form.
    pub(crate) fn verify(&self) -> bool {
        let mut options = VerifyOptions::default();
        if self.delivery.provider == "twilio" {
            options = options.with_request_url(URL).with_form_params(form_urlencoded::parse(&self.delivery.body));
        }
        verify(self.provider, &self.delivery.headers, &self.delivery.body, &self.secret, options).is_ok()
    }
}
