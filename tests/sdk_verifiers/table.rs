//! The SDKs, as data: which package of which version, and which of its functions judges what we sign.

use std::fmt;

use countersign::providers::{self as p, Provider};

use crate::{
    samples::{self, Sample},
    tools::Tool,
    worker::Language,
};

/// A verifier in an SDK.
#[derive(Clone, Copy)]
pub(crate) struct Sdk {
    /// What the worker calls it: the provider's id, and the scheme where the provider has several.
    pub verifier: &'static str,
    pub provider: &'static Provider,
    pub language: Language,
    /// As the registry spells it.
    pub package: &'static str,
    pub version: &'static str,
    pub function: &'static str,
    /// The one that signs, and another of the same shape.
    pub secrets: [&'static str; 2],
    pub options: &'static [(&'static str, &'static str)],
    /// Headers that every delivery of the provider has, besides those that signing adds.
    pub headers: &'static [(&'static str, &'static str)],
    /// The header of the signature; none where it stands in the body.
    pub signature: Option<&'static str>,
    pub samples: fn() -> Vec<Sample>,
    /// Whether the URL is signed.
    pub signs_url: bool,
    /// Whether a time is signed.
    pub signs_time: bool,
    /// How many seconds the provider's clock is ahead, where the SDK's window is too short for a busy machine.
    pub ahead: i64,
    /// Where only the provider can sign: the test's own private key does.
    pub private_key: Option<PrivateKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrivateKey {
    Ecdsa,
    Ed25519,
}

impl Sdk {
    const fn new(
        language: Language,
        provider: &'static Provider,
        package: &'static str,
        version: &'static str,
    ) -> Self {
        Self {
            verifier: provider.id,
            provider,
            language,
            package,
            version,
            function: "",
            secrets: TEXTS,
            options: &[],
            headers: &[],
            signature: None,
            samples: samples::json,
            signs_url: false,
            signs_time: false,
            ahead: 0,
            private_key: None,
        }
    }

    const fn npm(provider: &'static Provider, package: &'static str, version: &'static str) -> Self {
        Self::new(Language::Node, provider, package, version)
    }

    const fn pypi(provider: &'static Provider, package: &'static str, version: &'static str) -> Self {
        Self::new(Language::Python, provider, package, version)
    }

    const fn calls(mut self, function: &'static str) -> Self {
        self.function = function;
        self
    }

    const fn header(mut self, signature: &'static str) -> Self {
        self.signature = Some(signature);
        self
    }

    const fn secrets(mut self, secrets: [&'static str; 2]) -> Self {
        self.secrets = secrets;
        self
    }

    const fn scheme(mut self, verifier: &'static str, options: &'static [(&'static str, &'static str)]) -> Self {
        self.verifier = verifier;
        self.options = options;
        self
    }

    const fn with(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    const fn samples(mut self, samples: fn() -> Vec<Sample>) -> Self {
        self.samples = samples;
        self
    }

    const fn url(mut self) -> Self {
        self.signs_url = true;
        self
    }

    const fn time(mut self) -> Self {
        self.signs_time = true;
        self
    }

    const fn ahead(mut self, secs: i64) -> Self {
        self.ahead = secs;
        self
    }

    const fn private_key(mut self, key: PrivateKey) -> Self {
        self.private_key = Some(key);
        self
    }

    /// The registry of its package.
    pub(crate) const fn registry(&self) -> &'static str {
        match self.language {
            Language::Node => "npm",
            Language::Python => "pypi",
        }
    }

    pub(crate) const fn tools(&self) -> [Tool; 2] {
        match self.language {
            Language::Node => [Tool::Node, Tool::NodePackage(self.package)],
            Language::Python => [Tool::Python, Tool::PythonPackage(self.package)],
        }
    }
}

impl fmt::Debug for Sdk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} {}", self.function, self.package, self.version)
    }
}

const TEXTS: [&str; 2] = ["4f8e1c0a9b7d6e5f3a2b1c0d9e8f7a6b", "5f8e1c0a9b7d6e5f3a2b1c0d9e8f7a6b"];
const HEX_KEYS: [&str; 2] = [
    "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",
    "54782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",
];
const WHSECS: [&str; 2] = ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_D2FVsBQIhrscChlQIMV+b5sSYspob7oD"];
const BASE64S: [&str; 2] = ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
const KEY_PAIRS: [&str; 2] = ["app-key:BeIukql3pTKJ8RGL5zo0DA==", "app-key:CeIukql3pTKJ8RGL5zo0DA=="];
const BRAINTREE_KEYS: [&str; 2] = ["public_1:4f8e1c0a9b7d6e5f", "public_1:5f8e1c0a9b7d6e5f"];

pub(crate) static SDKS: &[Sdk] = &[
    Sdk::pypi(&p::ADYEN, "Adyen", "16.0.0")
        .calls("Adyen.util.is_valid_hmac_notification")
        .secrets(HEX_KEYS)
        .samples(samples::adyen),
    Sdk::pypi(&p::ADYEN, "Adyen", "16.0.0")
        .calls("Adyen.util.is_valid_hmac_payload")
        .scheme("adyen-payload", &[])
        .secrets(HEX_KEYS)
        .header("hmacsignature"),
    Sdk::npm(&p::BIGCOMMERCE, "standardwebhooks", "1.1.1")
        .calls("Webhook.verify, the client secret in base64, as BigCommerce's documentation says")
        .header("webhook-signature")
        .time(),
    Sdk::npm(&p::BIRD, "messagebird", "4.0.1")
        .calls("messagebird/lib/webhook-signature-jwt verify")
        .scheme("bird-jwt", &[])
        .header("messagebird-signature-jwt")
        .url()
        .time(),
    Sdk::pypi(&p::BOX, "boxsdk", "10.18.0")
        .calls("box_sdk_gen.WebhooksManager.validate_message")
        .header("box-signature-primary")
        .time(),
    Sdk::npm(&p::BRAINTREE, "braintree", "3.40.0")
        .calls("BraintreeGateway.webhookNotification.parse")
        .secrets(BRAINTREE_KEYS)
        .samples(samples::braintree),
    Sdk::npm(&p::BREX, "standardwebhooks", "1.1.1")
        .calls("Webhook.verify")
        .secrets(BASE64S)
        .header("webhook-signature")
        .time(),
    Sdk::pypi(&p::CASTLE, "castle", "7.3.0")
        .calls("castle.webhooks.verify.WebhooksVerify.call")
        .header("x-castle-signature"),
    Sdk::npm(&p::CLERK, "@clerk/backend", "3.25.0")
        .calls("verifyWebhook")
        .secrets(WHSECS)
        .header("svix-signature")
        .time(),
    Sdk::npm(&p::COINBASE_COMMERCE, "coinbase-commerce-node", "1.0.4")
        .calls("Webhook.verifySigHeader")
        .header("x-cc-webhook-signature"),
    Sdk::npm(&p::CONTENTFUL, "@contentful/node-apps-toolkit", "3.16.1")
        .calls("verifyRequest")
        .secrets([
            "4f8e1c0a9b7d6e5f3a2b1c0d9e8f7a6b4f8e1c0a9b7d6e5f3a2b1c0d9e8f7a6b",
            "5f8e1c0a9b7d6e5f3a2b1c0d9e8f7a6b4f8e1c0a9b7d6e5f3a2b1c0d9e8f7a6b",
        ])
        .with(&[("x-contentful-topic", "ContentManagement.Entry.publish")])
        .header("x-contentful-signature")
        .url()
        .time(),
    Sdk::npm(&p::DISCORD, "discord-interactions", "4.4.0")
        .calls("verifyKey")
        .private_key(PrivateKey::Ed25519)
        .header("x-signature-ed25519")
        .time(),
    Sdk::pypi(&p::DROPBOX_SIGN, "dropbox-sign", "2.0.0")
        .calls("dropbox_sign.EventCallbackHelper.is_valid")
        .samples(samples::dropbox_sign),
    Sdk::npm(&p::GITHUB, "@octokit/webhooks-methods", "6.0.0")
        .calls("verify")
        .with(&[("x-github-event", "push"), ("x-github-delivery", "0b989ba4-242f-11e5-81e1-c7b6966d2516")])
        .samples(samples::json_and_form)
        .header("x-hub-signature-256"),
    Sdk::npm(&p::GITLAB, "standardwebhooks", "1.1.1")
        .calls("Webhook.verify, as GitLab's own test receiver does")
        .secrets(WHSECS)
        .header("webhook-signature")
        .time(),
    Sdk::npm(&p::GOCARDLESS, "gocardless-nodejs", "10.1.2").calls("parse").header("webhook-signature"),
    Sdk::npm(&p::GRAPHCMS, "@hygraph/utils", "1.2.1")
        .calls("verifyWebhookSignature, with rawPayload")
        .header("gcms-signature")
        .time(),
    Sdk::pypi(&p::HUBSPOT, "hubspot-api-client", "12.0.0")
        .calls("hubspot.utils.signature.Signature.is_valid, version 3")
        .header("x-hubspot-signature-v3")
        .url()
        .time(),
    Sdk::npm(&p::LINE, "@line/bot-sdk", "11.0.0").calls("validateSignature").header("x-line-signature"),
    Sdk::npm(&p::LINEAR, "@linear/sdk", "98.0.0").calls("LinearWebhookClient.verify").header("linear-signature").time(),
    Sdk::npm(&p::MODERN_TREASURY, "modern-treasury", "3.3.0").calls("webhooks.validateSignature").header("x-signature"),
    Sdk::npm(&p::MUX, "@mux/mux-node", "15.3.0").calls("webhooks.verifySignature").header("mux-signature").time(),
    Sdk::npm(&p::NOTION, "@notionhq/client", "5.26.0").calls("verifyWebhookSignature").header("x-notion-signature"),
    Sdk::npm(&p::OPENAI, "openai", "6.49.0")
        .calls("webhooks.verifySignature")
        .secrets(WHSECS)
        .header("webhook-signature")
        .time(),
    Sdk::npm(&p::ORB, "orb-billing", "6.11.0").calls("webhooks.verifySignature").header("x-orb-signature").time(),
    Sdk::npm(&p::PADDLE, "@paddle/paddle-node-sdk", "3.10.0")
        .calls("webhooks.isSignatureValid")
        .secrets(["pdl_ntfset_01hpdl4f8e1c0a9b", "pdl_ntfset_01hpdl5f8e1c0a9b"])
        .header("paddle-signature")
        .ahead(3)
        .time(),
    Sdk::npm(&p::PUSHER, "pusher", "5.3.4")
        .calls("Pusher.webhook().isValid")
        .with(&[("x-pusher-key", "278d425bdf160c739803")])
        .header("x-pusher-signature"),
    Sdk::npm(&p::RAZORPAY, "razorpay", "2.9.8").calls("validateWebhookSignature").header("x-razorpay-signature"),
    Sdk::npm(&p::RESEND, "resend", "6.38.0").calls("webhooks.verify").secrets(WHSECS).header("svix-signature").time(),
    Sdk::npm(&p::SANITY, "@sanity/webhook", "4.0.4")
        .calls("isValidSignature")
        .header("sanity-webhook-signature")
        .time(),
    Sdk::npm(&p::SENDGRID, "@sendgrid/eventwebhook", "8.0.0")
        .calls("EventWebhook.verifySignature")
        .private_key(PrivateKey::Ecdsa)
        .header("x-twilio-email-event-webhook-signature")
        .time(),
    Sdk::npm(&p::SHOPIFY, "@shopify/shopify-api", "13.1.0")
        .calls("webhooks.validate")
        .with(&[
            ("x-shopify-api-version", "2026-01"),
            ("x-shopify-shop-domain", "example.myshopify.com"),
            ("x-shopify-topic", "orders/create"),
            ("x-shopify-webhook-id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
        ])
        .header("x-shopify-hmac-sha256"),
    Sdk::npm(&p::SINCH, "@sinch/sdk-client", "1.5.0")
        .calls("validateWebhookSignature")
        .header("x-sinch-webhook-signature")
        .time(),
    Sdk::npm(&p::SINCH, "@sinch/sdk-client", "1.5.0")
        .calls("validateAuthenticationHeader")
        .scheme("sinch-application", &[("scheme", "application")])
        .secrets(KEY_PAIRS)
        .header("authorization")
        .url()
        .time(),
    Sdk::npm(&p::SINCH, "@sinch/sdk-client", "1.5.0")
        .calls("validateSignatureHeader")
        .scheme("sinch-numbers", &[("scheme", "numbers")])
        .header("x-sinch-signature"),
    Sdk::pypi(&p::SLACK, "slack_sdk", "3.47.0")
        .calls("slack_sdk.signature.SignatureVerifier.is_valid_request")
        .samples(samples::json_and_form)
        .header("x-slack-signature")
        .time(),
    Sdk::pypi(&p::SQUARE, "squareup", "46.0.0.20260916")
        .calls("square.utils.webhooks_helper.verify_signature")
        .header("x-square-hmacsha256-signature")
        .url(),
    Sdk::npm(&p::STANDARD_WEBHOOKS, "standardwebhooks", "1.1.1")
        .calls("Webhook.verify")
        .secrets(WHSECS)
        .header("webhook-signature")
        .time(),
    Sdk::pypi(&p::STANDARD_WEBHOOKS, "standardwebhooks", "1.1.0")
        .calls("standardwebhooks.webhooks.Webhook.verify")
        .secrets(WHSECS)
        .header("webhook-signature")
        .time(),
    Sdk::npm(&p::STRIPE, "stripe", "23.1.0")
        .calls("webhooks.constructEvent")
        .secrets(["whsec_4eC39HqLyjWDarjtT1zdp7dc", "whsec_5eC39HqLyjWDarjtT1zdp7dc"])
        .header("stripe-signature")
        .time(),
    Sdk::npm(&p::SVIX, "svix", "1.99.1").calls("Webhook.verify").secrets(WHSECS).header("svix-signature").time(),
    Sdk::npm(&p::VONAGE, "@vonage/jwt", "1.14.0").calls("verifySignature").header("authorization"),
    Sdk::npm(&p::WORKOS, "@workos-inc/node", "11.0.0").calls("webhooks.verifyHeader").header("workos-signature").time(),
    Sdk::npm(&p::WORLDLINE, "onlinepayments-sdk-nodejs", "6.2.0")
        .calls("webhooks.init().validate")
        .with(&[("x-gcs-keyid", "7e3a0ab9-3ba6-4f0e-8a2c-4e2a3a1ab7a0")])
        .header("x-gcs-signature"),
    Sdk::npm(&p::ZOOM, "@zoom/rivet", "0.4.0")
        .calls("AwsLambdaReceiver.start()")
        .samples(samples::zoom)
        .header("x-zm-signature")
        .time(),
];
