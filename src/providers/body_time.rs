//! Schemes that sign the raw body and keep the time inside it: Linear and Pusher.

use std::{sync::Arc, time::Duration};

use http::StatusCode;

use super::CustomScheme;
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, WebhookVerifier,
    clock::UnixTime,
    request::{RawBody, RequestHead, WebhookRequest},
    scheme::{Options, Recipe, SchemeVerifier, TimestampUnit, check_window, json},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// A recipe over the raw body, and where in the body the time of signing stands, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct BodyTime {
    pub(super) provider: &'static str,
    pub(super) recipe: Recipe,
    /// The member at the top level of the body.
    pub(super) member: &'static str,
    /// The provider's window. Without one the time is read only when a tolerance was set.
    pub(super) tolerance: Option<Duration>,
}

impl BodyTime {
    fn read(&self, body: RawBody<'_>) -> Result<UnixTime, Rejection> {
        let body = body.contiguous();
        let object = json::Object::parse(&body).ok_or(RejectionKind::MalformedBody)?;
        let value = object.get(self.member).ok_or(RejectionKind::TimestampMissing)?;
        let digits = value.number().ok_or(RejectionKind::TimestampMalformed)?;
        Ok(TimestampUnit::Millis.parse(digits.as_bytes()).ok_or(RejectionKind::TimestampMalformed)?)
    }

    /// The body with a time of its own, where one is due.
    #[cfg(feature = "signing")]
    fn write(&self, body: RawBody<'_>, options: &Options, time: UnixTime) -> Result<Option<String>, SignError> {
        let body = body.contiguous();
        let is_due = self.tolerance.is_some() || options.tolerance().is_some();
        match json::Object::parse(&body) {
            Some(object) if is_due || object.get(self.member).is_some() => {
                Ok(Some(object.with(&[(self.member, &TimestampUnit::Millis.write(time))])))
            }
            None if is_due => Err(RejectionKind::MalformedBody.into()),
            _ => Ok(None),
        }
    }
}

struct Verifier {
    scheme: BodyTime,
    signature: SchemeVerifier,
    options: Options,
}

impl WebhookVerifier for Verifier {
    fn provider(&self) -> &'static str {
        self.scheme.provider
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.signature.verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let verdict = self.signature.verify(request, context)?;
        let tolerance = context.tolerance.or(self.options.tolerance()).or(self.scheme.tolerance);
        match verdict {
            Verdict::Accept(verified) if tolerance.is_some() => {
                let time = self.scheme.read(request.body())?;
                check_window(time, tolerance, context)?;
                Ok(Verdict::Accept(verified.with_signed_at(Some(time))))
            }
            other => Ok(other),
        }
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        self.scheme.verifier(secrets, &self.options)
    }

    fn refusal_status(&self) -> StatusCode {
        self.signature.refusal_status()
    }
}

impl CustomScheme for BodyTime {
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
        let signature = SchemeVerifier::with_options(self.provider, &self.recipe, secrets, options.clone())?;
        Ok(Arc::new(Verifier { scheme: *self, signature, options: options.clone() }))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let Some(body) = self.write(request.body(), options, context.now)? else {
            return self.recipe.sign(secret, request, context);
        };
        let dated = WebhookRequest::from_head(*request.head(), body.as_str().into());
        let signed = self.recipe.sign(secret, &dated, context)?;
        Ok(Signed { body: Some(body.into()), ..signed })
    }
}
