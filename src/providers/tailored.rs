//! Recipes of providers that ask for a little more than the vocabulary has words for.

use std::sync::Arc;

use http::StatusCode;

use super::CustomScheme;
#[cfg(feature = "signing")]
use crate::scheme::{SignError, Signed, SigningContext};
use crate::{
    ConfigError, Rejection, RejectionKind, Secret, Secrets, Verdict, WebhookVerifier,
    request::{RequestHead, WebhookRequest},
    scheme::{Options, Recipe, SchemeVerifier},
    verifier::Context,
};

/// A recipe, and what is to be done besides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tailored {
    provider: &'static str,
    recipe: Recipe,
    extras: Extras,
}

#[derive(Clone, Copy, Debug)]
struct Extras {
    head: fn(&RequestHead<'_>) -> Result<(), Rejection>,
    key_text: fn(&[u8]) -> &[u8],
    takes_empty_bodies: bool,
    refusal_status: u16,
}

impl Tailored {
    pub(super) const fn new(provider: &'static str, recipe: Recipe) -> Self {
        Self {
            provider,
            recipe,
            extras: Extras {
                head: |_| Ok(()),
                key_text: |text| text,
                takes_empty_bodies: true,
                refusal_status: StatusCode::FORBIDDEN.as_u16(),
            },
        }
    }

    /// Refuses heads that the recipe would take.
    pub(super) const fn head(mut self, check: fn(&RequestHead<'_>) -> Result<(), Rejection>) -> Self {
        self.extras.head = check;
        self
    }

    /// Takes that part of the pasted secret which is the key.
    pub(super) const fn key_text(mut self, part: fn(&[u8]) -> &[u8]) -> Self {
        self.extras.key_text = part;
        self
    }

    /// Refuses empty bodies.
    pub(super) const fn without_empty_bodies(mut self) -> Self {
        self.extras.takes_empty_bodies = false;
        self
    }

    /// The status with which the provider wants refusals answered.
    pub(super) const fn refusal_status(mut self, status: u16) -> Self {
        self.extras.refusal_status = status;
        self
    }
}

impl CustomScheme for Tailored {
    fn signature_headers(&self) -> &'static [&'static str] {
        self.recipe.signature().headers()
    }

    #[cfg(feature = "explain")]
    fn signed_view(
        &self,
        request: &crate::request::WebhookRequest<'_>,
        _: &Options,
    ) -> Option<crate::explain::SignedView> {
        Some(self.recipe.signed_view(request))
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let secrets = self.extras.key_texts(secrets)?;
        let inner = SchemeVerifier::with_options(self.provider, &self.recipe, &secrets, options.clone())?;
        Ok(Arc::new(TailoredVerifier { inner: Arc::new(inner), extras: self.extras }))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        if !self.extras.takes(request) {
            return Err(RejectionKind::MalformedBody.into());
        }
        let key = self.extras.key_of(secret).map_err(|_| SignError::MalformedSecret)?;
        self.recipe.sign(&key, request, context)
    }

    #[cfg(feature = "signing")]
    fn signed_ids(&self) -> &'static [&'static str] {
        self.recipe.signed_ids()
    }
}

impl Extras {
    fn takes(&self, request: &WebhookRequest<'_>) -> bool {
        self.takes_empty_bodies || !request.body().is_empty()
    }

    fn key_of(&self, secret: &Secret) -> Result<Secret, ConfigError> {
        let key = Secret::new((self.key_text)(secret.expose()))?;
        Ok(match secret.label_text() {
            Some(label) => key.label(label),
            None => key,
        })
    }

    fn key_texts(&self, secrets: &Secrets) -> Result<Secrets, ConfigError> {
        let keys: Result<Vec<_>, _> = secrets.iter().map(|secret| self.key_of(secret)).collect();
        Secrets::new(keys?)
    }
}

struct TailoredVerifier {
    inner: Arc<dyn WebhookVerifier>,
    extras: Extras,
}

impl WebhookVerifier for TailoredVerifier {
    fn provider(&self) -> &'static str {
        self.inner.provider()
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.inner.verify_head(head)?;
        (self.extras.head)(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let verdict = self.inner.verify(request, context)?;
        (self.extras.head)(request.head())?;
        if self.extras.takes(request) { Ok(verdict) } else { Err(RejectionKind::MalformedBody.into()) }
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let inner = self.inner.with_secrets(&self.extras.key_texts(secrets)?)?;
        Ok(Arc::new(Self { inner, extras: self.extras }))
    }

    fn refusal_status(&self) -> StatusCode {
        StatusCode::from_u16(self.extras.refusal_status).unwrap_or(StatusCode::FORBIDDEN)
    }
}
